//! Names made up on the way are nobody's: values are neither taken from another column nor is a table in the way.
//!
//! Must not know which names are made up, but for those that used to be.

use sea_gen::schema::Product;

use super::catalog::catalog;
use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(
    values_are_converted_beside_columns_of_the_usual_name,
    values_of_a_column_with_a_long_and_odd_name_are_converted,
    what_is_made_anew_stands_beside_others_of_its_usual_name,
    a_not_null_is_proven_beside_a_check_of_the_usual_name,
    columns_and_tables_swap_beside_others_of_the_usual_name,
);

/// Persons who have an address and something in the columns beside it.
fn peopled(product: Product, columns: &str) -> Project {
    let project = Project::new(product);
    project.entity("person", &PERSON.replace("    pub age:", &format!("{columns}    pub age:")));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project
}

fn values_are_converted_beside_columns_of_the_usual_name(product: Product) {
    // Names that differ in case only are two on PostgreSQL alone.
    let second = if product == Product::Postgres { "email__old" } else { "EMAIL__OLD" };
    let columns = format!(
        "    #[sea_orm(column_name = \"{second}\")]\n    pub earlier: i32,\n    #[sea_orm(column_name = \"email2__old\")]\n    pub first: i32,\n"
    );
    let project = peopled(product, &columns);
    let insert = format!("INSERT INTO person (id, email, {second}, email2__old, age) VALUES (1, 'four', 77, 88, 5)");
    project.database.execute(&insert);
    project.edit("person", "pub email: String", "pub email: i32");
    project.run(&["migration", "Length", "--using", "person.email=length(email)"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    let values =
        format!("SELECT CAST(email AS char(1)), CAST({second} AS char(2)), CAST(email2__old AS char(2)) FROM person");
    let row = |project: &Project| {
        let rows = project.database.query(&values);
        let row = rows.first().expect("the row");
        [0, 1, 2].map(|at| row.text(at).to_owned())
    };
    assert_eq!(row(&project), ["4", "77", "88"]);
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    assert_eq!(row(&project)[1..], ["77", "88"]);
}

fn values_of_a_column_with_a_long_and_odd_name_are_converted(product: Product) {
    for name in ["é".repeat(31), "select".to_owned(), "a `b` \"c\" 'd'".to_owned()] {
        let columns = format!("    #[sea_orm(column_name = {name:?})]\n    pub odd: String,\n");
        let project = peopled(product, &columns);
        let quote = if matches!(product, Product::MySql | Product::MariaDb) { '`' } else { '"' };
        let quoted = format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")));
        project.database.execute(&format!("INSERT INTO person (id, email, {quoted}) VALUES (1, 'four', 'four')"));
        project.edit("person", "pub odd: String", "pub odd: i32");
        let using = format!("person.{name}=length({quoted})");
        project.run(&["migration", "Length", "--using", &using]).with(0).mentions("proven");
        project.run(&["up"]).with(0);
        let value = project.database.query(&format!("SELECT CAST({quoted} AS char(1)) FROM person"));
        assert_eq!(value.first().expect("the row").text(0), "4", "{name}");
        project.holds();
    }
}

/// What would have the name already is there, in another case where that makes no difference.
fn what_is_made_anew_stands_beside_others_of_its_usual_name(product: Product) {
    let project = Project::new(product);
    let mood = "#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]
pub enum Mood {
    #[sea_orm(string_value = \"calm\")]
    Calm,
    #[sea_orm(string_value = \"dull\")]
    Dull,
}

#[sea_orm::model]";
    let entity = match product {
        Product::Sqlite => PERSON.to_owned(),
        _ => PERSON.replacen("#[sea_orm::model]", mood, 1).replace("pub age: Option<i32>", "pub mood: Mood"),
    };
    project.entity("person", &entity);
    let (taken, odd) =
        if product == Product::Postgres { ("mood_old", "mood2_old") } else { ("_NEW_PERSON", "_new_person2") };
    for (file, table) in [("taken", taken), ("odd", odd)] {
        project.entity(file, &PERSON.replace("\"person\"", &format!("{table:?}")));
    }
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    let there = catalog(&project.database);
    match product {
        Product::Sqlite => project.edit("person", "pub email: String", "#[sea_orm(unique)]\n    pub email: String"),
        _ => project.edit("person", "    #[sea_orm(string_value = \"dull\")]\n    Dull,\n", ""),
    }
    project.run(&["migration", "Anew", "--allow", "drop-value"]).with(0).mentions("proven");
    let (up, down) = {
        let text = project.newest();
        text.split_once("-- DOWN").map(|(up, down)| (up.to_owned(), down.to_owned())).expect("two sections")
    };
    let made_up = if product == Product::Sqlite { "_new_person3" } else { "mood3_old" };
    if matches!(product, Product::Sqlite) {
        assert!(up.contains(made_up) && down.contains(made_up), "{up}{down}");
    } else if product == Product::Postgres {
        assert!(up.contains(made_up), "{up}");
    }
    project.run(&["up"]).with(0);
    project.holds();
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), there);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_not_null_is_proven_beside_a_check_of_the_usual_name(product: Product) {
    // Only there is a check added meanwhile.
    if product != Product::Postgres {
        return;
    }
    let project = peopled(product, "");
    let check = "ALTER TABLE person ADD CONSTRAINT person_age_no_null CHECK (id > 0);\n";
    let path = project.path().join("entities").join(format!("person.{}.sql", product.key()));
    std::fs::write(path, check).expect("a written file");
    project.run(&["migration", "Check"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email) VALUES (1, 'a')");
    project.edit("person", "pub age: Option<i32>", "pub age: i32");
    project.run(&["migration", "Required", "--backfill", "person.age=1"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
}

fn columns_and_tables_swap_beside_others_of_the_usual_name(product: Product) {
    let between = if product == Product::Postgres { "email_between" } else { "EMAIL_BETWEEN" };
    let columns = format!("    #[sea_orm(column_name = \"{between}\")]\n    pub other: i32,\n    pub mail: String,\n");
    let project = peopled(product, &columns);
    for table in ["pet", "person_between", "pet_between"] {
        project.entity(table, &PERSON.replace("\"person\"", &format!("{table:?}")));
    }
    project.run(&["migration", "More"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute(&format!("INSERT INTO person (id, email, {between}, mail) VALUES (1, 'one', 7, 'two')"));
    project.database.execute("INSERT INTO pet (id, email) VALUES (1, 'pet')");
    let there = catalog(&project.database);
    project.run(&["migration", "Swap", "--rename", "person.email:mail", "--rename", "person.mail:email"]).with(0);
    project.run(&["up"]).with(0);
    let first = |sql: &str| project.database.query(sql).first().expect("a row").text(0).to_owned();
    assert_eq!(first("SELECT mail FROM person"), "one");
    assert_eq!(first(&format!("SELECT CAST({between} AS char(1)) FROM person")), "7");
    project.run(&["down"]).with(0);
    assert_eq!(first("SELECT email FROM person"), "one");
    assert_eq!(catalog(&project.database), there);
}
