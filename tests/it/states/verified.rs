//! After a run the database is compared with what the migrations lead to.
//!
//! Must not know how schemas are compared.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(a_run_says_whether_the_database_has_the_resulting_schema);

const VERIFIED: &str = "verified: the database has the schema that the migrations lead to";

fn a_run_says_whether_the_database_has_the_resulting_schema(product: Product) {
    let project = Project::settled(product);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    project.run(&["up"]).with(0).mentions(VERIFIED);
    project.run(&["down"]).with(0).mentions(VERIFIED);
    assert_eq!(project.json(&["up"])["verified"], true);
    project.run(&["up"]).with(0).keeps_silent_on("verified");

    project.run(&["down"]).with(0);
    // The snapshot does not learn of a table in a file that is sealed without a proof.
    project.change_newest(|text| text.replace("-- UP\n", "-- UP\n\nCREATE TABLE extra (id integer);\n"));
    project.run(&["lock", "--no-verify"]).with(0);
    let said = project.run(&["up"]).with(0).mentions("applied");
    said.mentions("note: the database does not have the schema that the migrations lead to").mentions("`gen drift`");
    project.run(&["drift"]).mentions("extra");
}
