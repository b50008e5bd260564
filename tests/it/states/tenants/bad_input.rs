//! What is refused of the configuration, the query, the names and the rights: one clear error, and nothing was done.

use sea_gen::schema::Product;

use super::super::project::Project;
use super::tenancy::{Tenancy, numbered};
use crate::support::on_each;

on_each!(
    what_cannot_be_is_refused_before_anything_runs,
    tenants_are_found_by_a_pattern,
    an_environment_has_tenants_of_its_own
);

fn what_cannot_be_is_refused_before_anything_runs(product: Product) {
    let names = numbered(3);
    let tenancy = Tenancy::create(product, &names);
    // The file is made by the first session.
    tenancy.execute_at_home("CREATE TABLE other (id integer PRIMARY KEY)");
    let refused = |why: &str| tenancy.run(&["up", "--tenants"]).with(1).mentions(why);
    tenancy.run(&["up", "--tenants", "t01,t09"]).with(1).mentions("there is no tenant `t09`; nothing was done");
    tenancy.run(&["status", "--tenants", "nobody"]).with(1).mentions("`gen status --tenants` lists them");
    let query = |sql: &str| tenancy.settings(&format!("query = \"{sql}\""));
    query("SELECT 't01' UNION ALL SELECT NULL");
    refused("gives NULL in row 2; nothing was done").mentions("WHERE name IS NOT NULL");
    query("SELECT 't01' UNION ALL SELECT ' '");
    refused("gives an empty name in row 2");
    query("SELECT 't01' UNION ALL SELECT 't02' UNION ALL SELECT 't01'");
    refused("has the tenant `t01` twice; nothing was done");
    query("SELECT 't01', 1");
    refused("gives 2 columns, and one is needed");
    query("SELECT 't01' WHERE 1 = 0");
    refused("there are no tenants: `SELECT 't01' WHERE 1 = 0` gives no row");
    query("SELECT name FROM nowhere");
    refused("the query of `[tenants]` fails: SELECT name FROM nowhere").mentions("nowhere");
    tenancy.settings("list = [\"t01\", \"t01\"]");
    refused("has the tenant `t01` twice");
    tenancy.settings("list = [\"t01\"]\ncanaries = [\"t02\"]");
    refused("there is no tenant `t02`").mentions("correct `canaries`");
    // One that is not there stops all of them, or is the one that fails.
    tenancy.settings("list = [\"t01\", \"gone\", \"t02\"]");
    let gone = refused("failed gone").mentions("there is no ").mentions("2 were not begun");
    gone.keeps_silent_on("applied");
    assert!(names.iter().all(|name| tenancy.applied(name) == 0));
    tenancy.settings("list = [\"t01\", \"gone\", \"t02\"]\non-failure = \"continue\"");
    refused("failed gone").mentions("applied t01").mentions("applied t02").mentions("1 of 3 tenants failed");
    assert_eq!(names.iter().map(|name| tenancy.applied(name)).collect::<Vec<_>>(), [1, 1, 0]);
    tenancy.run(&["status", "--tenants"]).with(0).mentions("not readable");
    // Settings.
    for (settings, why) in [
        ("", "the configuration has no tenants"),
        ("list = [\"a\"]\nquery = \"SELECT 1\"", "two settings of `tenants` say the same thing"),
        ("list = [\"a\"]\ndatabase = \"shop\"", "must hold `${tenant}` once"),
        ("list = [\"a\"]\nparallel = 0", "must be a number of tenants, 1 or more"),
        ("list = [\"a\"]\non-failure = \"retry\"", "stop or continue"),
        ("lists = [\"a\"]", "did you mean `list`?"),
        ("list = [\"a\"]\nshared = \"elsewhere\"", "there is no folder"),
        ("list = [\"a\"]\nshared = \"entities\"", "is not a project of its own"),
    ] {
        tenancy.exactly(settings);
        refused(why);
    }
    tenancy.configure("");
    tenancy.run(&["up", "--tenants", "--backup"]).with(1).mentions("makes no backups");
    tenancy.run(&["up", "--tenants", "--all"]).with(1).mentions("`--all` is not for tenants");
    tenancy.run(&["seed", "--tenants", "--out", "seed.sql"]).with(1).mentions("`--out` writes one file");
    let plain = Project::settled(product);
    plain.run(&["up", "--tenants"]).with(1).mentions("the configuration has no tenants").mentions("[tenants]");
}

fn tenants_are_found_by_a_pattern(product: Product) {
    let names = numbered(3);
    let tenancy = Tenancy::create(product, &names);
    let own = |name: &str| match product {
        Product::Postgres => format!("t_{name}"),
        Product::Sqlite => format!("tenants/{name}.db"),
        Product::MySql | Product::MariaDb => {
            format!("{}_{name}", crate::support::connection(&tenancy.url).database())
        }
    };
    tenancy.exactly(&format!("pattern = \"{}\"", own("t*")));
    tenancy.run(&["up", "--tenants"]).with(0).mentions(&format!("applied {}", own("t03"))).mentions("3 done");
    tenancy.exactly(&format!("pattern = \"{}\"", own("x*")));
    tenancy.run(&["up", "--tenants"]).with(1).mentions("there are no tenants: nothing matches");
    tenancy.exactly("pattern = \"t*\"\ndatabase = \"x_${tenant}\"");
    tenancy.run(&["up", "--tenants"]).with(1).mentions("`pattern` finds whole names");
}

fn an_environment_has_tenants_of_its_own(product: Product) {
    let names = numbered(4);
    let tenancy = Tenancy::create(product, &names);
    tenancy.configure("");
    let path = tenancy.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let text = format!(
        "{text}\n[env.staging]\ndatabase-url = {0:?}\ntenants = {{ list = [\"t01\", \"t02\"] }}\n\n[env.production]\n\
         database-url = {0:?}\nprotected = true\nrequires = \"staging\"\n\n[env.production.tenants]\nlist = [\"t03\", \"t04\"]\n",
        tenancy.url
    );
    std::fs::write(&path, text).expect("a written file");
    let production = ["--env", "production", "--yes-protected", "production"];
    let up = |more: &[&str]| tenancy.run(&[&["up", "--tenants"], more].concat());
    up(&["--env", "production"]).with(1).mentions("the environment `production` is protected");
    up(&production).with(1).mentions("is not applied in `staging`").mentions("gen up --env staging --tenants");
    // The database is the same, and so are its guards.
    let staging = ["--env", "staging", "--yes-protected", "production"];
    up(&staging).with(0).mentions("2 done");
    assert_eq!(names.iter().map(|name| tenancy.applied(name)).collect::<Vec<_>>(), [1, 1, 0, 0]);
    up(&production).with(0).mentions("applied t03").mentions("applied t04");
    let status = tenancy.run(&["status", "--tenants", "--env", "staging"]).with(0);
    status.mentions("t02").keeps_silent_on("t03");
}

/// A role without rights to one schema: that tenant fails, and nothing of it is done elsewhere.
#[apply(test_on_postgres)]
fn a_right_that_is_denied_is_one_failure() {
    let names = numbered(3);
    let tenancy = Tenancy::create(Product::Postgres, &names);
    let role = format!("tenant_{}", std::process::id());
    tenancy.execute_at_home(&format!("CREATE ROLE {role}"));
    for schema in ["t_t01", "t_t03"] {
        tenancy.execute_at_home(&format!("GRANT USAGE, CREATE ON SCHEMA {schema} TO {role}"));
    }
    tenancy.execute_at_home(&format!("GRANT USAGE, CREATE ON SCHEMA public TO {role}"));
    tenancy.configure("on-failure = \"continue\"");
    let path = tenancy.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let text = format!("{text}\n[env.live]\ndatabase-url = {:?}\nrole = \"{role}\"\n", tenancy.url);
    std::fs::write(&path, text).expect("a written file");
    let said = tenancy.run(&["up", "--tenants", "--env", "live"]).with(1);
    let said = said.mentions("the role has no right to the schema `t_t02`").mentions("GRANT USAGE, CREATE ON SCHEMA");
    said.mentions("applied t01").mentions("applied t03");
    let elsewhere = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'";
    assert_eq!(tenancy.database.query(elsewhere).first().map(|row| row.text(0).to_owned()).as_deref(), Some("0"));
    // It may use the schema, and may not create anything there.
    tenancy.execute_at_home(&format!("GRANT USAGE ON SCHEMA t_t02 TO {role}"));
    let said = tenancy.run(&["up", "--tenants", "--env", "live"]).with(1);
    said.mentions("failed t02").mentions("2 had nothing to do");
    tenancy.execute_at_home(&format!("GRANT CREATE ON SCHEMA t_t02 TO {role}"));
    tenancy.run(&["up", "--tenants", "--env", "live"]).with(0).mentions("applied t02");
    tenancy.execute_at_home(&format!("DROP OWNED BY {role}"));
    tenancy.execute_at_home(&format!("DROP ROLE {role}"));
}

/// Database per tenant on PostgreSQL.
#[apply(test_on_postgres)]
fn a_tenant_may_have_a_database_of_postgres() {
    let names = numbered(3);
    let tenancy = Tenancy::with(Product::Postgres, &names, true);
    tenancy.configure("canaries = 1\nparallel = 2");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("3 done");
    assert!(names.iter().all(|name| tenancy.applied(name) == 1));
    tenancy.run(&["check", "--database", "--tenants"]).with(0).mentions("for 3 of 3 tenants");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("3 had nothing to do");
    tenancy.settings("list = [\"t01\", \"gone\"]");
    tenancy.run(&["up", "--tenants"]).with(1).mentions("has no database").mentions("createdb");
    tenancy.run(&["down", "--tenants", "t01"]).with(0).mentions("reverted t01");
}
