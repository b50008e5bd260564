//! What an entity cannot say, or does not mean, is no contradiction when a database is adopted; and what a developer accepts
//! is none for now.
//!
//! Must not know how differences are found.

use sea_gen::schema::Product;

use super::catalog::catalog;
use super::project::Project;
use crate::support::on_each;

on_each!(
    a_relation_without_a_key_is_adopted_as_it_is,
    the_keys_of_what_the_database_does_not_have_are_created_with_it,
    a_key_keeps_the_order_of_its_columns,
    a_key_without_a_unique_target_is_refused_where_it_is_declared,
    a_difference_is_accepted_and_taken_back,
    an_accepted_view_is_accepted_with_its_text,
    an_accepted_relation_follows_its_table_and_columns,
    what_needs_an_accepted_column_waits_for_it,
);

fn entity(table: &str, fields: &str, relations: &str) -> String {
    format!(
        "use sea_orm::entity::prelude::*;\n\n\
         #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n\
         #[sea_orm(table_name = \"{table}\")]\n\
         pub struct Model {{\n{fields}}}\n\n\
         #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\n\
         pub enum Relation {{\n{relations}}}\n\n\
         impl ActiveModelBehavior for ActiveModel {{}}\n"
    )
}

const ID: &str = "    #[sea_orm(primary_key, auto_increment = false)]\n    pub id: i32,\n";
const OWNER: &str = "    #[sea_orm(belongs_to = \"super::owner::Entity\", from = \"Column::OwnerId\", to = \"super::owner::Column::Id\")]\n    Owner,\n";

fn pets(product: Product) -> Project {
    let project = Project::new(product);
    project.database.execute("CREATE TABLE owner (id integer NOT NULL PRIMARY KEY)");
    project.database.execute("CREATE TABLE pet (id integer NOT NULL PRIMARY KEY, owner_id integer, note varchar(9))");
    // No foreign key could hold this.
    project.database.execute("INSERT INTO pet VALUES (1, 77, 'a')");
    project.entity("owner", &entity("owner", ID, ""));
    let fields = format!("{ID}    pub owner_id: Option<i32>,\n    pub note: Option<String>,\n");
    project.entity("pet", &entity("pet", &fields, OWNER));
    project
}

fn a_relation_without_a_key_is_adopted_as_it_is(product: Product) {
    let project = pets(product);
    let before = catalog(&project.database);
    let said = project.run(&["init"]).with(0).mentions("1 relation without a foreign key");
    said.keeps_silent_on("contradiction");
    project.finds_nothing();
    project.holds();
    project.run(&["status"]).with(0).mentions("1 difference accepted: `gen status --all` lists them");
    project.run(&["status", "--all"]).with(0).mentions("pet.foreign key fk-pet-owner_id");

    // Other migrations go by it, and it stays.
    project.edit("owner", "pub id: i32,\n", "pub id: i32,\n    pub name: Option<String>,\n");
    project.run(&["migration", "Name"]).with(0);
    assert!(!project.newest().contains("FOREIGN KEY"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.holds();
    assert_eq!(catalog(&project.database).len(), before.len() + 1);

    // A relation that comes later is a foreign key.
    let keeper = "    #[sea_orm(belongs_to = \"super::owner::Entity\", from = \"Column::KeeperId\", to = \"super::owner::Column::Id\")]\n    Keeper,\n";
    project.edit("pet", OWNER, &format!("{OWNER}{keeper}"));
    project.edit("pet", "pub note", "pub keeper_id: Option<i32>,\n    pub note");
    project.run(&["migration", "Keeper"]).with(0);
    assert!(project.newest().contains("fk-pet-keeper_id"), "{}", project.newest());
    assert!(!project.newest().contains("fk-pet-owner_id"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();

    // One line of the configuration turns the keys on.
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    std::fs::write(&path, format!("{text}type-rules = {{ foreign-key = \"exact\" }}\n")).expect("a written file");
    project.run(&["migration", "Keys", "--dry-run"]).mentions("fk-pet-owner_id");
    project.run(&["status"]).with(0).keeps_silent_on("accepted");
}

fn the_keys_of_what_the_database_does_not_have_are_created_with_it(product: Product) {
    let project = pets(product);
    // A new table that refers to an old one, and a new column of an old table that refers to the new one.
    let visit = OWNER.replace("Owner", "Pet").replace("owner", "pet");
    project.entity("visit", &entity("visit", &format!("{ID}    pub pet_id: i32,\n"), &visit));
    project.edit("pet", "pub note", "pub visit_id: Option<i32>,\n    pub note");
    project.edit("pet", OWNER, &format!("{OWNER}{}", OWNER.replace("Owner", "Visit").replace("owner", "visit")));
    project.run(&["init"]).with(0).mentions("1 relation without a foreign key");
    project.run(&["migration", "Visits"]).with(0);
    let text = project.newest();
    assert!(text.contains("fk-visit-pet_id") && text.contains("fk-pet-visit_id"), "{text}");
    assert!(!text.contains("fk-pet-owner_id"), "{text}");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
}

fn a_key_keeps_the_order_of_its_columns(product: Product) {
    let project = Project::new(product);
    project.database.execute(
        "CREATE TABLE stat (chain_id integer NOT NULL, count integer NOT NULL, bridge_id integer NOT NULL, day integer NOT NULL, \
         PRIMARY KEY (bridge_id, chain_id), CONSTRAINT one_a_day UNIQUE (day, chain_id))",
    );
    let key = |name: &str| {
        format!(
            "    #[sea_orm(primary_key, auto_increment = false{})]\n    pub {name}: i32,\n",
            if name == "chain_id" { ", unique_key = \"daily\"" } else { "" }
        )
    };
    let day = "    #[sea_orm(unique_key = \"daily\")]\n    pub day: i32,\n";
    let fields = format!("{}    pub count: i32,\n{}{day}", key("chain_id"), key("bridge_id"));
    project.entity("stat", &entity("stat", &fields, ""));
    project.run(&["init"]).with(0).keeps_silent_on("contradiction");
    project.finds_nothing();
    // A column that comes into the key is a change all the same.
    project.edit("stat", "pub count: i32,", "#[sea_orm(primary_key, auto_increment = false)]\n    pub count: i32,");
    project.run(&["migration", "Grow"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_key_without_a_unique_target_is_refused_where_it_is_declared(product: Product) {
    let project = Project::new(product);
    project.entity("owner", &entity("owner", &format!("{ID}    pub name: String,\n"), ""));
    let relation = OWNER.replace("OwnerId", "OwnerName").replace("Column::Id", "Column::Name");
    project.entity("pet", &entity("pet", &format!("{ID}    pub owner_name: String,\n"), &relation));
    project.run(&["init"]).with(0);
    project
        .run(&["migration", "Initial"])
        .with(1)
        .mentions("a foreign key needs a unique target")
        .mentions("entities/pet.rs:14: pet (owner_name) refers to owner (name)")
        .mentions("hint: make it unique: `#[sea_orm(unique)]` at `owner.name`");
    assert!(project.migrations().is_empty());
    project.edit("owner", "    pub name", "    #[sea_orm(unique)]\n    pub name");
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_difference_is_accepted_and_taken_back(product: Product) {
    let project = pets(product);
    project.run(&["init"]).with(0);
    project.edit(
        "pet",
        "pub note: Option<String>,",
        "#[sea_orm(indexed)]\n    pub note: Option<String>,\n    pub age: Option<i32>,",
    );
    project.run(&["accept"]).with(0).mentions("pet.index idx-pet-note").mentions("pet.age");
    project.run(&["accept", "pet.indx idx-pet-note"]).with(1).mentions("did you mean `pet.index idx-pet-note`?");
    project
        .run(&["accept", "pet.index idx-pet-note", "--because", "waits for Friday"])
        .with(0)
        .mentions("accepted pet.index idx-pet-note");
    project.run(&["migration", "Age"]).with(0);
    assert!(project.newest().contains("age") && !project.newest().contains("INDEX"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.run(&["status", "--all"]).with(0).mentions("waits for Friday");

    // What the entity says otherwise later was never accepted.
    project.edit("pet", "#[sea_orm(indexed)]\n    pub note", "#[sea_orm(unique)]\n    pub note");
    project.run(&["migration", "Unique", "--dry-run"]).mentions("UNIQUE");
    project.edit("pet", "#[sea_orm(unique)]\n    pub note", "#[sea_orm(indexed)]\n    pub note");

    project.run(&["accept", "pet.index idx-pet-note", "--undo"]).with(0).mentions("open again");
    project.run(&["migration", "Index"]).with(0);
    assert!(project.newest().contains("INDEX"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
}

fn an_accepted_relation_follows_its_table_and_columns(product: Product) {
    let project = pets(product);
    project.run(&["init"]).with(0);
    project.edit("pet", "table_name = \"pet\"", "table_name = \"animal\"");
    project.edit("pet", "pub owner_id: Option<i32>", "pub keeper_id: Option<i32>");
    project.edit("pet", "Column::OwnerId", "Column::KeeperId");
    project.edit("owner", "table_name = \"owner\"", "table_name = \"person\"");
    let renames = ["--rename", "pet:animal", "--rename", "animal.owner_id:keeper_id", "--rename", "owner:person"];
    project.run(&[["migration", "Names"].as_slice(), &renames].concat()).with(0);
    assert!(!project.newest().contains("FOREIGN KEY"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.run(&["status", "--all"]).with(0).mentions("animal.foreign key fk-animal-keeper_id");
    project.finds_nothing();
    project.holds();
}

fn what_needs_an_accepted_column_waits_for_it(product: Product) {
    let project = pets(product);
    project.run(&["init"]).with(0);
    project.edit("pet", "pub note", "#[sea_orm(unique)]\n    pub age: Option<i32>,\n    pub note");
    project.run(&["accept", "pet.age"]).with(0);
    project.finds_nothing();
    project.run(&["accept", "pet.age", "--undo"]).with(0);
    project.run(&["migration", "Age"]).with(0);
    assert!(project.newest().contains("UNIQUE"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.holds();
}

fn an_accepted_view_is_accepted_with_its_text(product: Product) {
    let project = pets(product);
    project.run(&["init"]).with(0);
    let view = |query: &str| {
        let path = project.path().join("entities/pet.sql");
        std::fs::write(path, format!("CREATE VIEW loud AS {query};\n")).expect("a written file");
    };
    view("SELECT id FROM pet");
    project.run(&["accept", "loud"]).with(0);
    project.finds_nothing();
    view("SELECT id, note FROM pet");
    project.run(&["migration", "Loud", "--dry-run"]).with(0).mentions("CREATE VIEW");
}

#[apply(test)]
fn a_first_table_is_accepted() {
    let project = pets(Product::Sqlite);
    project.database.execute("DROP TABLE pet");
    project.database.execute("DROP TABLE owner");
    project.run(&["init"]).with(0);
    project.run(&["accept", "pet"]).with(0);
    project.run(&["migration", "Owner"]).with(0);
    assert!(!project.newest().contains("pet"), "{}", project.newest());
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.run(&["status"]).with(0).mentions("2 differences accepted");
}

#[apply(test_on_postgres)]
fn a_sidecar_says_the_order_of_a_key() {
    let project = Project::new(Product::Postgres);
    project.database.execute("CREATE TABLE pair (id integer PRIMARY KEY, one integer NOT NULL, two integer NOT NULL)");
    project.database.execute("CREATE UNIQUE INDEX one_two ON pair (one, two)");
    project.entity("pair", &entity("pair", &format!("{ID}    pub one: i32,\n    pub two: i32,\n"), ""));
    project.run(&["init"]).with(0);
    let sidecar = "ALTER TABLE pair ADD CONSTRAINT two_one UNIQUE (two, one);\n";
    std::fs::write(project.path().join("entities/pair.sql"), sidecar).expect("a written file");
    project.run(&["migration", "Key"]).with(0).mentions("two_one (two, one)");
}

#[apply(test)]
fn a_rename_is_not_accepted() {
    let project = pets(Product::Sqlite);
    project.run(&["init"]).with(0);
    let index = |name: &str| {
        let path = project.path().join("entities/pet.sql");
        std::fs::write(path, format!("CREATE INDEX {name} ON pet (note);\n")).expect("a written file");
    };
    index("old_name");
    project.run(&["migration", "Index"]).with(0);
    index("new_name");
    project.run(&["accept", "pet"]).with(1).mentions("pet.index new_name is renamed, which cannot be left for later");
    assert!(!project.written().values().any(|text| text.contains("not yet")));
}

#[apply(test)]
fn conflicting_acceptances_are_kept_both() {
    let project = pets(Product::Sqlite);
    project.run(&["init"]).with(0);
    let path = project.path().join("snapshots/accepted.json");
    let text = std::fs::read_to_string(&path).expect("a file");
    std::fs::write(&path, format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n")).expect("a written file");
    project
        .run(&["status"])
        .with(1)
        .mentions("line 1: two branches have changed this file")
        .mentions("remove the marker lines and keep the entries of both");
}

#[apply(test_on_postgres)]
fn a_type_is_accepted_with_the_table_that_has_it() {
    let project = Project::new(Product::Postgres);
    let mood = "#[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum)]\n\
        #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]\npub enum Mood {\n    \
        #[sea_orm(string_value = \"low\")]\n    Low,\n}\n";
    let day = entity("day", &format!("{ID}    pub mood: Mood,\n"), "") + mood;
    project.entity("owner", &entity("owner", ID, ""));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.entity("day", &day);
    // The new table needs the type.
    project.run(&["accept", "enum mood"]).with(1).mentions("enum mood cannot be left as it is: other changes need it");
    project.run(&["migration", "Day"]).with(0);
    project.run(&["up"]).with(0);
    std::fs::remove_file(project.path().join("entities/day.rs")).expect("a file");
    project.run(&["accept", "day"]).with(0);
    project.finds_nothing();
}

#[apply(test_on_postgres)]
fn a_value_between_others_comes_between_them() {
    let project = Project::new(Product::Postgres);
    let day = |values: &[&str]| {
        let mut text = entity("day", &format!("{ID}    pub mood: Mood,\n"), "");
        text += "#[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum)]\n\
            #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]\npub enum Mood {\n";
        for value in values {
            text += &format!("    #[sea_orm(string_value = \"{}\")]\n    {value},\n", value.to_lowercase());
        }
        project.entity("day", &(text + "}\n"));
    };
    day(&["A", "C"]);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    day(&["A", "B", "C"]);
    project.run(&["migration", "B"]).with(0);
    assert!(project.newest().contains("ADD VALUE 'b' AFTER 'a'"), "{}", project.newest());
}

#[apply(test_on_postgres)]
fn enum_values_in_alphabetical_order_say_nothing_of_theirs() {
    let project = Project::new(Product::Postgres);
    project.database.execute("CREATE TYPE mood AS ENUM ('low', 'high', 'best')");
    project.database.execute("CREATE TABLE day (id integer NOT NULL PRIMARY KEY, mood mood NOT NULL)");
    let text = entity("day", &format!("{ID}    pub mood: Mood,\n"), "");
    let mood = "#[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum)]\n\
        #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]\npub enum Mood {\n    \
        #[sea_orm(string_value = \"best\")]\n    Best,\n    #[sea_orm(string_value = \"high\")]\n    High,\n    \
        #[sea_orm(string_value = \"low\")]\n    Low,\n}\n";
    project.entity("day", &(text + mood));
    project.run(&["init"]).with(0).keeps_silent_on("contradiction");
    project.finds_nothing();
    project.edit("day", "    Low,\n", "    Low,\n    #[sea_orm(string_value = \"worse\")]\n    Worse,\n");
    project.run(&["migration", "Worse"]).with(0);
    project.run(&["up"]).with(0);
    let order = project.database.query("SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum");
    assert_eq!(order.first().expect("a row").text(0), "low high best worse");
    project.finds_nothing();
}

#[apply(test)]
fn sqlite_takes_a_type_as_a_hint() {
    let project = Project::new(Product::Sqlite);
    project.database.execute(
        "CREATE TABLE bill (id integer NOT NULL PRIMARY KEY, due DATE, at TIME NOT NULL, price decimal(12, 2) NOT NULL, \
         rate numeric(5, 1) NOT NULL, name varchar(80) NOT NULL, note text, bytes bigint NOT NULL DEFAULT 0, \
         forward boolean NOT NULL DEFAULT false, seen boolean NOT NULL DEFAULT 0, share decimal(4, 2) NOT NULL DEFAULT '1.50', \
         status varchar(20) NOT NULL)",
    );
    let fields = format!(
        "{ID}    pub due: Option<Date>,\n    pub at: Time,\n    #[sea_orm(column_type = \"Decimal(Some((12, 2)))\")]\n    pub price: Decimal,\n    \
         #[sea_orm(column_type = \"Decimal(Some((5, 1)))\")]\n    pub rate: Decimal,\n    #[sea_orm(column_type = \"Text\")]\n    pub name: String,\n    \
         #[sea_orm(column_type = \"String(StringLen::N(40))\", nullable)]\n    pub note: Option<String>,\n    \
         #[sea_orm(default_value = \"0\")]\n    pub bytes: i64,\n    #[sea_orm(default_value = \"false\")]\n    pub forward: bool,\n    \
         #[sea_orm(default_value = false)]\n    pub seen: bool,\n    #[sea_orm(default_value = 1.5)]\n    pub share: Decimal,\n    pub status: Status,\n"
    );
    let status = "#[derive(Clone, Debug, PartialEq, EnumIter, DeriveActiveEnum)]\n\
        #[sea_orm(rs_type = \"String\", db_type = \"String(StringLen::None)\")]\npub enum Status {\n    \
        #[sea_orm(string_value = \"open\")]\n    Open,\n}\n";
    project.entity("bill", &(entity("bill", &fields, "") + status));
    project.run(&["init"]).with(0).keeps_silent_on("contradiction");
    project.finds_nothing();
    // What the driver reads otherwise is reported: a text where a truth value is meant, or another number.
    for (default, contradiction) in [("'false'", "default 'false'"), ("1", "default 1")] {
        let other = Project::new(Product::Sqlite);
        other.database.execute(&format!(
            "CREATE TABLE flag (id integer NOT NULL PRIMARY KEY, up boolean NOT NULL DEFAULT {default})"
        ));
        other.entity(
            "flag",
            &entity("flag", &format!("{ID}    #[sea_orm(default_value = false)]\n    pub up: bool,\n"), ""),
        );
        other.run(&["init"]).with(0).mentions("1 contradiction").mentions(contradiction);
    }
    // A type of another kind is a change.
    project.edit("bill", r#"column_type = "Text""#, r#"column_type = "Integer""#);
    project.run(&["migration", "Change", "--dry-run"]).mentions("bill");
}

#[apply(test)]
fn two_relations_of_one_column_are_no_foreign_keys() {
    let project = Project::new(Product::Sqlite);
    let belongs = |to: &str, name: &str| {
        format!(
            "    #[sea_orm(belongs_to = \"super::{to}::Entity\", from = \"Column::AboutId\", to = \"super::{to}::Column::Id\"{name})]\n    {},\n",
            to.replace("blog", "Blog").replace("photo", "Photo")
        )
    };
    for it in ["blog", "photo"] {
        project.entity(it, &entity(it, ID, ""));
    }
    let fields = format!("{ID}    pub about_id: i32,\n");
    let relations = belongs("blog", "") + &belongs("photo", "");
    project.entity("note", &entity("note", &fields, &relations));
    project.run(&["init"]).with(0).mentions("note.about_id refers to blog and to photo: neither relation is taken");
    project.run(&["migration", "Initial"]).with(0);
    assert!(!project.newest().contains("FOREIGN KEY"), "{}", project.newest());
    let relations = belongs("blog", ", fk_name = \"note_blog\"") + &belongs("photo", "");
    project.entity("note", &entity("note", &fields, &relations));
    project.run(&["up"]).with(0);
    project.run(&["migration", "Key", "--no-verify"]).with(0);
    assert!(project.newest().contains("note_blog"), "{}", project.newest());
}

#[apply(test)]
fn an_object_of_an_sql_file_is_removed_there() {
    let project = pets(Product::Sqlite);
    std::fs::write(project.path().join("entities").join("pet.sql"), "CREATE INDEX by_note ON pet (note);\n")
        .expect("a file");
    project.run(&["init"]).with(0).mentions("remove it from the SQL file").keeps_silent_on("`indexed`");
}

/// The driver is told the type below a domain. A domain over another type is a contradiction all the same.
#[apply(test_on_postgres)]
fn a_domain_is_the_type_below_it() {
    let project = Project::new(Product::Postgres);
    project.database.execute("CREATE DOMAIN released AS integer CHECK (VALUE > 1900)");
    project.database.execute("CREATE DOMAIN label AS varchar(40) NOT NULL");
    project
        .database
        .execute("CREATE TABLE film (id integer NOT NULL PRIMARY KEY, made released, name label NOT NULL, note label)");
    let fields = format!("{ID}    pub made: Option<i32>,\n    pub name: String,\n    pub note: Option<i64>,\n");
    project.entity("film", &entity("film", &fields, ""));
    project.run(&["init"]).with(0).mentions("1 contradiction").mentions("film.note type");
}
