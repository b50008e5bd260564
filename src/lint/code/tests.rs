//! Every rule finds its bad example and not its good one, and a comment silences it.

use super::*;

fn found(text: &str) -> Vec<(&'static str, usize)> {
    let file = CodeFile { text, included: &|_| None, depth: 1, is_own_crate: true };
    lint(&file).into_iter().filter(|it| it.place.silenced.is_none()).map(|it| (it.rule, it.place.line)).collect()
}

#[test]
fn every_rule_shows_what_it_finds() {
    for (rule, check) in rules() {
        let of = |text: &str| found(text).into_iter().any(|(id, _)| id == rule.id);
        assert!(of(check.bad), "{}: {}", rule.id, check.bad);
        assert!(!of(check.good), "{}: {}", rule.id, check.good);
    }
}

fn migration(transaction: &str, up: &str, down: &str) -> String {
    format!(
        "impl MigrationTrait for Migration {{\n{transaction}\nasync fn up(&self, m: &SchemaManager) -> R {{\n{up}\n}}\n{down}\n}}"
    )
}

const DOWN: &str = "async fn down(&self, m: &SchemaManager) -> R { m.drop_table(t()).await }";

#[test]
fn a_way_back_may_be_refused_with_a_reason() {
    let of = |down: &str| found(&migration("", "m.create_table(t()).await", down));
    let down = |body: &str| format!("async fn down(&self, m: &SchemaManager) -> R {{ {body} }}");
    assert_eq!(of(""), [("missing-down", 3)]);
    assert_eq!(of(&down("Ok(())")), [("missing-down", 6)]);
    assert_eq!(of(&down("todo!()")), [("missing-down", 6)]);
    assert_eq!(of(&down("\n// The rows are gone.\nOk(())")), []);
    assert_eq!(of(&down("Err(DbErr::Migration(\"the rows are gone\".to_owned()))")), []);
    assert_eq!(found(&migration("", "Ok(())", "")), []);
    assert_eq!(of(&format!("// lint: allow missing-down it is the first\n{}", down("Ok(())"))), []);
}

#[test]
fn concurrently_wants_no_transaction_and_a_text_of_its_own() {
    let none = "fn use_transaction(&self) -> Option<bool> { Some(false) }";
    let of = |transaction: &str, sql: &str| found(&migration(transaction, &format!("m.execute({sql:?}).await"), DOWN));
    let index = "CREATE INDEX CONCURRENTLY a ON b (c)";
    assert_eq!(of("", index), [("concurrently-in-transaction", 4)]);
    assert_eq!(of(none, index), []);
    assert_eq!(of(none, &format!("SET lock_timeout = 0; {index}")), [("concurrently-in-transaction", 4)]);
    assert_eq!(of("", "REFRESH MATERIALIZED VIEW CONCURRENTLY a"), []);
    assert_eq!(of("", "indexes are not built concurrently"), []);
    assert_eq!(
        found(&migration("", "m.create_index(i().concurrently()).await", DOWN)),
        [("concurrently-in-transaction", 4)]
    );
    let included = migration("", "m.execute(include_str!(\"a.sql\")).await", DOWN);
    let file = CodeFile { text: &included, included: &|_| Some(index.to_owned()), depth: 1, is_own_crate: true };
    assert_eq!(lint(&file).len(), 1);
}

#[test]
fn a_copy_of_an_entity_is_none_of_the_application() {
    let of = |before: &str, up: &str| found(&format!("{before}\n{}", migration("", up, DOWN)));
    let uses = "user::Entity::find().all(m).await";
    assert_eq!(of("use entity::user;", uses), [("entity-in-migration", 1)]);
    assert_eq!(of("use entity::prelude::*;", uses), [("entity-in-migration", 1)]);
    assert_eq!(of("use db::{users::{self, ActiveModel}};", "Ok(())"), [("entity-in-migration", 1)]);
    assert_eq!(of("use sea_orm::entity::prelude::*;", "Ok(())"), []);
    assert_eq!(of("use sea_orm::{EntityTrait, entity::*};", "Ok(())"), []);
    assert_eq!(of("use super::m20220101_000001_first::user;", uses), []);
    assert_eq!(of("use crate::user;", uses), []);
    assert_eq!(of("use crate::entity::{prelude::*, *};", uses), []);
    assert_eq!(of("mod user { pub struct Entity; }", uses), []);
    let text = format!("use crate::user;\n{}", migration("", uses, DOWN));
    let file = CodeFile { text: &text, included: &|_| None, depth: 1, is_own_crate: false };
    assert_eq!(lint(&file).len(), 1);
}
