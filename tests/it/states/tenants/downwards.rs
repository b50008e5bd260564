//! Reverting the migrations of tenants, one lock for each of them, and sessions that end in the middle.

use sea_gen::schema::Product;
use sea_gen_runner::session::{Missing, Session};

use super::super::project::block;
use super::tenancy::{Tenancy, numbered};
use crate::support::{connection, on_each};

on_each!(what_is_newest_anywhere_is_reverted, each_tenant_has_a_lock_of_its_own);

fn what_is_newest_anywhere_is_reverted(product: Product) {
    let names = numbered(3);
    let tenancy = Tenancy::create(product, &names);
    tenancy.run(&["up", "--tenants"]).with(0);
    tenancy.unique_email();
    tenancy.run(&["up", "--tenants", "t01,t02"]).with(0);
    let applied = || names.iter().map(|name| tenancy.applied(name)).collect::<Vec<_>>();
    assert_eq!(applied(), [2, 2, 1]);
    tenancy.run(&["down", "--tenants", "--dry-run"]).with(0).mentions("-- 2 tenants: t01, t02").mentions("DROP");
    // One of them has it no more: the same command does the rest, and no second one.
    tenancy.run(&["down", "--tenants", "t01"]).with(0).mentions("reverted t01");
    tenancy.run(&["down", "--tenants"]).with(0).mentions("2 had nothing to do, 1 done");
    assert_eq!(applied(), [1, 1, 1]);
    tenancy.run(&["up", "1", "--tenants"]).with(0).mentions("3 done");
    // Rows that would be lost are counted in all of them before anything runs.
    tenancy.execute("t02", "INSERT INTO person (email) VALUES ('a@b.c')");
    let path = tenancy.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let live = format!("{text}\n[env.live]\ndatabase-url = {:?}\ndevelopment = false\n", tenancy.url);
    std::fs::write(&path, live).expect("a written file");
    let refused = tenancy.run(&["down", "2", "--tenants", "--env", "live"]).with(1);
    refused
        .mentions("reverting would lose data; nothing was run")
        .mentions("t02: ")
        .mentions("`gen down 2 --tenants --allow drop-table:person");
    assert_eq!(applied(), [2, 2, 2]);
    tenancy
        .run(&["down", "2", "--tenants", "--env", "live", "--allow", "drop-table:person"])
        .with(0)
        .mentions("3 done");
    assert_eq!(applied(), [0, 0, 0]);
}

fn each_tenant_has_a_lock_of_its_own(product: Product) {
    let names = numbered(2);
    let tenancy = Tenancy::create(product, &names);
    tenancy.configure("on-failure = \"continue\"");
    tenancy.run(&["up", "--tenants"]).with(0);
    tenancy.unique_email();
    // Somebody else migrates the first one meanwhile.
    let held = match product {
        Product::Postgres => {
            format!("SELECT pg_advisory_lock(hashtextextended('t_t01', {}))", i64::from_be_bytes(*b"sea_gen\0"))
        }
        Product::Sqlite => "BEGIN IMMEDIATE".to_owned(),
        Product::MySql | Product::MariaDb => {
            let name = format!("{}_t01", connection(&tenancy.url).database());
            format!("SELECT GET_LOCK(CONCAT('sea_gen_', LEFT(SHA2(LOWER('{name}'), 256), 40)), 0)")
        }
    };
    let url = match product {
        Product::Sqlite => format!("sqlite://{}", tenancy.path().join("tenants/t01.db").display()),
        _ => tenancy.url.clone(),
    };
    let other = block(async {
        let mut session = Session::connect(&connection(&url), Missing::Refuse).await.expect("a connection");
        session.execute(&held).await.expect("the lock");
        let said = tenancy.run(&["up", "--tenants", "--lock-timeout", "1"]);
        session.close().await;
        said
    });
    other.with(1).mentions("failed t01").mentions("applied t02").mentions("1 of 2 tenants failed");
    assert_eq!(names.iter().map(|name| tenancy.applied(name)).collect::<Vec<_>>(), [1, 2]);
    tenancy.run(&["up", "--tenants"]).with(0).mentions("applied t01");
}

/// The session of one tenant ends in the middle.
#[apply(test_on_postgres)]
fn a_session_that_ends_is_one_failure() {
    let names = numbered(4);
    let tenancy = Tenancy::create(Product::Postgres, &names);
    tenancy.configure("on-failure = \"continue\"\nparallel = 2");
    tenancy.run(&["up", "--tenants"]).with(0);
    tenancy.run(&["migration", "--empty", "Ends"]).with(0);
    let ends = "DO $$ BEGIN IF current_schema() = 't_t02' AND NOT EXISTS (SELECT 1 FROM public.spared) THEN \
                PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END $$;";
    tenancy.execute_at_home("CREATE TABLE public.spared (id integer)");
    tenancy.change_newest(|text| text.replace("-- UP\n", &format!("-- UP\n{ends}\n")));
    tenancy.run(&["lock", "--no-verify"]).with(0);
    let said = tenancy.run(&["up", "--tenants"]).with(1);
    said.mentions("failed t02").mentions("applied t03").mentions("applied t04").mentions("1 of 4 tenants failed");
    tenancy.execute_at_home("INSERT INTO public.spared VALUES (1)");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("applied t02").mentions("3 had nothing to do");
}

/// What a migration sets in its session is not there for the next tenant.
#[apply(test_on_postgres)]
fn a_setting_stays_with_its_tenant() {
    let names = numbered(3);
    let tenancy = Tenancy::create(Product::Postgres, &names);
    tenancy.configure("parallel = 1");
    tenancy.run(&["migration", "--empty", "Sets"]).with(0);
    let sets = "DO $$ BEGIN IF current_setting('work_mem') = '77MB' THEN RAISE EXCEPTION 'a setting of another'; END IF; END $$;\n\
                SET work_mem = '77MB';\nSET search_path = pg_catalog;";
    tenancy.change_newest(|text| text.replace("-- UP\n", &format!("-- UP\n{sets}\n")));
    tenancy.run(&["lock", "--no-verify"]).with(0);
    tenancy.run(&["up", "--tenants"]).with(0).mentions("3 done");
    assert!(names.iter().all(|name| tenancy.applied(name) == 2));
}
