//! Proofs on all four databases: what is right is proven, and each fault put in on purpose is found.

mod faults;

use sea_gen::dialect::{self, Product, Statement};
use sea_gen::introspect::{Scope, introspect};
use sea_gen::proof::{Claim, Renames, Verdict, prove};
use sea_gen::schema::Normalized;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::session::{Missing, Session};

use crate::support::{self, Scratch};

/// A schema before, and the statements there and back.
struct Case {
    before: &'static [&'static str],
    up: Vec<&'static str>,
    down: Vec<&'static str>,
}

async fn read(session: &mut Session) -> Normalized {
    let catalog = introspect(session, &Scope::default()).await.unwrap();
    dialect::of(session.product()).normalize(catalog.schema).unwrap()
}

fn migration(product: Product, case: &Case) -> Migration {
    let statements = |list: &[&str]| {
        // `-- note: ` stands for a comment above the statement, as a file has it.
        let statement = |sql: &&str| match sql.strip_prefix("-- note: ").and_then(|rest| rest.split_once('\n')) {
            Some((note, sql)) => Statement::new(sql).with_note(note),
            None => Statement::new(*sql),
        };
        list.iter().map(statement).collect()
    };
    Migration {
        id: "20260101_000000_case".parse().unwrap(),
        product,
        from: None,
        to: None,
        merged: Default::default(),
        contracts: None,
        up: statements(&case.up),
        down: statements(&case.down),
    }
}

/// Proves `claimed` against the schemas that `honest` leads from and to.
async fn verdict(product: Product, honest: &Case, claimed: &Case) -> Verdict {
    let scratch = Scratch::create(product).await.unwrap();
    let mut session = scratch.connect().await.unwrap();
    for sql in honest.before {
        session.execute(sql).await.unwrap();
    }
    let from = read(&mut session).await;
    for sql in &honest.up {
        session.execute(sql).await.unwrap();
    }
    let to = read(&mut session).await;
    session.close().await;
    let url = match product {
        Product::Sqlite => "sqlite::memory:".to_owned(),
        _ => scratch.url.clone(),
    };
    let migration = migration(product, claimed);
    let renames = Renames::written(&migration);
    let claim =
        Claim { migration: &migration, from: &from, to: Some(&to), renames: &renames, scope: &Scope::default() };
    let verdict = prove(&support::connection(&url), claim).await.unwrap();
    scratch.remove().await.unwrap();
    verdict
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[apply(test)]
fn without_a_scratch_database_nothing_is_proven() {
    let nothing = support::connection("sqlite::memory:");
    let from = block(async { read(&mut Session::connect(&nothing, Missing::Create).await.unwrap()).await });
    let case = Case { before: &[], up: vec!["SELECT 1"], down: vec!["SELECT 1"] };
    let migration = migration(Product::Postgres, &case);
    let scope = Scope::default();
    let claim =
        Claim { migration: &migration, from: &from, to: Some(&from), renames: &Renames::default(), scope: &scope };
    let verdict = block(prove(&support::connection("postgres://nobody@127.0.0.1:9/nothing"), claim)).unwrap();
    assert!(matches!(verdict, Verdict::Unproven(_)), "{verdict:?}");
}

mod command {
    use super::support::generate;
    use std::fs;

    const ENTITY: &str = "use sea_orm::entity::prelude::*;\n\n#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
        #[sea_orm(table_name = \"user\")]\npub struct Model {\n    #[sea_orm(primary_key)]\n    pub id: i32,\n    \
        #[sea_orm(indexed)]\n    pub name: String,\n}\n\n#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\n\
        pub enum Relation {}\n\nimpl ActiveModelBehavior for ActiveModel {}\n";

    /// From an unproven lock that `gen check` refuses, over a broken way back that `gen verify` finds, to a proof in the lock.
    #[apply(test)]
    fn the_lock_says_what_is_proven_and_check_demands_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path(".git")).unwrap();
        fs::create_dir(path("entities")).unwrap();
        fs::write(path("entities/user.rs"), ENTITY).unwrap();
        fs::write(path("gen.toml"), "dialects = [\"sqlite\"]\nproof = \"required\"\n").unwrap();
        let run = |arguments: &[&str]| {
            let output = generate(folder.path(), arguments).unwrap();
            let text = [output.stdout, output.stderr].concat();
            (output.status.code(), String::from_utf8_lossy(&text).into_owned())
        };
        let lock = || fs::read_to_string(path("schema.lock.json")).unwrap();
        run(&["init"]);
        let (code, text) = run(&["migration", "Initial", "--no-verify"]);
        assert_eq!(code, Some(0), "{text}");
        assert!(lock().contains("\"proof\": \"unproven\""), "{}", lock());
        let (code, text) = run(&["check", "--lock"]);
        assert!(code == Some(2) && text.contains("is not proven: `gen verify"), "{text}");

        let file = fs::read_dir(path("migrations")).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read_to_string(&file).unwrap();
        fs::write(&file, whole.replace("\nDROP TABLE \"user\"", "\nDROP INDEX \"idx-user-name\"")).unwrap();
        run(&["lock"]);
        let (code, text) = run(&["verify"]);
        assert_eq!(code, Some(2), "{text}");
        assert!(text.contains("down does not lead to what was there before") && text.contains("user"), "{text}");
        assert!(lock().contains("\"proof\": \"refuted\""), "{}", lock());

        fs::write(&file, whole).unwrap();
        let (code, text) = run(&["lock"]);
        assert!(code == Some(0) && text.contains("\nproven"), "{text}");
        assert!(lock().contains("\"proof\": {\"engine\": \"SQLite\", \"version\": \"3."), "{}", lock());
        assert_eq!(run(&["check", "--lock"]).0, Some(0));
        assert!(run(&["verify"]).1.contains("nothing to do"));
    }
}
