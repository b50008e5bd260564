//! A migration that calls a function of the application: everything but running it is done without the application.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(a_function_is_left_to_its_program, nothing_is_emptied_for_a_function_that_is_not_there);

fn a_function_is_left_to_its_program(product: Product) {
    let project = Project::settled(product);
    project.run(&["migration", "Fill", "--empty"]).with(0);
    let up = "CREATE TABLE filled (id int PRIMARY KEY);\n-- gen: rust fill_it\nCREATE INDEX filled_id ON filled (id);";
    project.write_newest(up, "DROP TABLE filled;");
    // The proof runs everything but the function, and what it leads to is sealed.
    project.run(&["lock"]).with(0).mentions("proven");
    project.run(&["lint"]).with(0);
    let refused = "calls the function `fill_it`, which only the program that has it can run";
    project.run(&["up"]).with(1).mentions(refused).mentions("hint: start that program");
    project.run(&["status"]).mentions(refused);
    project.run(&["check", "--database"]).with(2).mentions(refused);
    let tables = match product {
        Product::Sqlite => "SELECT name FROM sqlite_schema WHERE name = 'filled'",
        _ => {
            "SELECT table_name FROM information_schema.tables WHERE table_name = 'filled' AND table_schema NOT LIKE 'sea%scratch%'"
        }
    };
    assert!(project.database.query(tables).is_empty(), "nothing of it was run");
}

fn nothing_is_emptied_for_a_function_that_is_not_there(product: Product) {
    let project = Project::settled(product);
    project.run(&["migration", "Fill", "--empty"]).with(0);
    project.write_newest("-- gen: rust fill_it batches", "");
    project.run(&["lock"]).with(0);
    let before = project.database.query("SELECT count(*) FROM person").first().map(|row| row.text(0).to_owned());
    project.run(&["fresh", "--development"]).with(1).mentions("calls the function `fill_it`");
    let after = project.database.query("SELECT count(*) FROM person").first().map(|row| row.text(0).to_owned());
    assert_eq!(before, after);
}
