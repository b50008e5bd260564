//! The examples, run as they are written.

#[path = "../examples/embed.rs"]
mod embed;
#[path = "../examples/folder.rs"]
mod folder;
#[path = "../examples/plan.rs"]
mod plan;
#[path = "../examples/rekey.rs"]
mod rekey;
#[path = "../examples/startup.rs"]
mod startup;

#[apply(test)]
fn migrations_are_embedded_and_applied_through_sea_orm() {
    embed::main().unwrap();
}

#[apply(test)]
fn migrations_are_read_from_a_folder() {
    folder::main().unwrap();
}

#[apply(test)]
fn a_column_is_encrypted_with_another_key() {
    rekey::main().unwrap();
}

#[apply(test)]
fn a_service_starts_on_a_migrated_database_only() {
    startup::main().unwrap();
}

#[apply(test)]
fn a_program_plans_a_migration() {
    plan::main().unwrap();
}
