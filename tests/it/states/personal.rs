//! Personal data: marks in the configuration and in SQL files, the inventory, and where a column may be created.
//!
//! Must not know how values are replaced.

use sea_gen::schema::Product;

use super::project::{Database, PERSON, Project};
use crate::support::on_each;

on_each!(
    marks_are_asked_for_and_kept,
    a_column_is_created_in_its_region_only,
    marks_go_with_the_migration_that_is_taken_back,
);

/// Adds text to the configuration.
pub fn configure(project: &Project, text: &str) {
    let path = project.path().join("gen.toml");
    let before = std::fs::read_to_string(&path).expect("a configuration");
    std::fs::write(path, format!("{before}\n{text}")).expect("a written file");
}

fn personal_json(project: &Project) -> Option<String> {
    std::fs::read_to_string(project.path().join("snapshots").join("personal.json")).ok()
}

fn marks_are_asked_for_and_kept(product: Product) {
    let project = Project::new(product);
    project.entity("person", PERSON);
    project.run(&["init"]).with(0);
    let said = project.run(&["migration", "Initial"]).with(0);
    said.mentions("[unanswered-personal-data]").mentions("`\"person.email\" = \"email\"`, or `= \"none\"`");
    assert_eq!(personal_json(&project), None);
    project.run(&["up"]).with(0);
    let open = project.run(&["personal", "--exit-code"]).with(2);
    assert!(open.out.lines().any(|line| line.starts_with("person") && line.contains("email   ?")), "{}", open.out);

    // What was there before is not asked about again, and a new column is.
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub phone: Option<String>,");
    let said = project.run(&["migration", "AddPhone", "--dry-run"]).with(0);
    said.mentions("person.phone").keeps_silent_on("person.email");
    let before = std::fs::read_to_string(project.path().join("gen.toml")).expect("a configuration");
    configure(&project, "[personal]\nnew-columns = \"deny\"\n");
    let refused = project.run(&["migration", "AddPhone"]).with(1);
    refused.mentions("--allow unanswered-personal-data:person.phone").mentions("\"person.phone\" = \"phone\"");
    std::fs::write(project.path().join("gen.toml"), &before).expect("a written file");

    project.declare_in_sql("-- personal: person.phone phone in eu\n");
    configure(&project, "[personal]\nnew-columns = \"deny\"\nperson.email = \"email\"\n");
    project.run(&["migration", "AddPhone"]).with(0).keeps_silent_on("unanswered");
    let kept = personal_json(&project).expect("a file of marks");
    let kept: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
    let wanted = serde_json::json!([
        { "table": "person", "column": "email", "kind": "email" },
        { "table": "person", "column": "phone", "kind": "phone", "region": "eu" },
    ]);
    assert_eq!(kept, wanted);
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.holds();
    let inventory = project.json(&["personal", "--exit-code"]);
    assert_eq!(inventory[1]["kind"], "phone");
    assert_eq!(inventory[1]["region"], "eu");
    assert!(inventory[1]["since"].as_str().is_some_and(|id| id.ends_with("_add_phone")), "{inventory:#}");
    project.run(&["personal", "--format", "markdown"]).with(0).mentions("| person | email | email | ");
    project.run(&["docs", "--format", "markdown"]).with(0).mentions("personal: phone in eu");
    project.run(&["docs"]).with(0).mentions("personal: phone in eu");

    // What goes from the code goes from the snapshot, without a migration.
    project.declare_in_sql("\n");
    std::fs::write(project.path().join("gen.toml"), format!("{before}\n[personal]\nperson.phone = \"none\"\n"))
        .expect("a written file");
    project.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");
    let kept = personal_json(&project).expect("a file of marks");
    assert!(kept.contains("none") && !kept.contains("email"), "{kept}");
    std::fs::write(project.path().join("gen.toml"), &before).expect("a written file");
    project.run(&["migration", "Nothing"]).with(0);
    assert_eq!(personal_json(&project), None);

    // What names no column, and what is no kind, is told where it stands. A database may still have the column.
    configure(&project, "[personal]\nperson.emial = \"email\"\n");
    project.run(&["migration", "Nothing"]).with(0).mentions("line 5").mentions("which is no column of the entities");
    project.run(&["personal"]).with(1).mentions("line 5").mentions("did you mean `person.email`?");
    std::fs::write(project.path().join("gen.toml"), &before).expect("a written file");
    configure(&project, "[personal]\nperson.email = \"mail\"\n");
    project.run(&["personal"]).with(1).mentions("`mail` is no kind of personal data");
    std::fs::write(project.path().join("gen.toml"), &before).expect("a written file");
    for (mark, message) in [
        ("person.emial email", "has no column `emial`"),
        ("persons.email email", "nothing declares a table `persons`"),
        ("person.email", "has a column and a kind"),
        ("person.email mail", "is no kind of personal data"),
    ] {
        project.declare_in_sql(&format!("-- personal: {mark}\n"));
        project.run(&["personal"]).with(1).mentions(message);
    }
}

fn a_column_is_created_in_its_region_only(product: Product) {
    let project = Project::settled(product);
    let [here, there, nowhere] = std::array::from_fn(|_| Database::create(product));
    configure(
        &project,
        &format!(
            "[env.us]\ndatabase-url = {:?}\nregion = \"us\"\n[env.eu]\ndatabase-url = {:?}\nregion = \"eu\"\n\
             [env.local]\ndatabase-url = {:?}\n",
            here.url, there.url, nowhere.url
        ),
    );
    project.declare_in_sql("ALTER TABLE person ADD COLUMN iban varchar(34);\n\n-- personal: person.iban iban in eu\n");
    project.run(&["migration", "AddIban"]).with(0);
    let refused = project.run(&["up", "--env", "us"]).with(1);
    let text = project.newest();
    let line = 1 + text.lines().position(|line| line.starts_with("ALTER TABLE")).expect("a statement");
    refused
        .mentions(&format!(
            "_add_iban.sql:{line} creates `person.iban`, whose personal data (iban) may be stored in region `eu` only"
        ))
        .mentions("the environment `us` is in region `us`; nothing was run");
    project.run(&["up", "--env", "us", "1"]).with(0).mentions("applied");
    project.run(&["up", "--env", "us"]).with(1).mentions("nothing was run");
    // The guard is that of the database, however it is named.
    project.run(&["up", "--database-url", &here.url]).with(1).mentions("nothing was run");
    project.run(&["up", "--env", "eu"]).with(0).mentions("applied");
    project.run(&["up", "--env", "local"]).with(0).mentions("applied");
}

fn marks_go_with_the_migration_that_is_taken_back(product: Product) {
    let project = Project::new(product);
    project.entity("person", PERSON);
    project.declare_in_sql("-- personal: person.email email\n");
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    let before = project.written();
    assert!(personal_json(&project).is_some_and(|text| text.contains("email")));
    let more = "ALTER TABLE person ADD COLUMN phone varchar(20);\n\n-- personal: person.email email\n-- personal: person.phone phone\n";
    project.declare_in_sql(more);
    for is_kept in [true, false] {
        project.run(&["migration", "AddPhone"]).with(0);
        assert!(personal_json(&project).is_some_and(|text| text.contains("phone")));
        if !is_kept {
            // What was kept beside the project is gone, so the migrations before it are replayed.
            std::fs::remove_dir_all(project.path().join(".gen")).expect("a folder");
        }
        project.run(&["undo"]).with(0);
        assert_eq!(project.written(), before, "kept: {is_kept}");
    }
}
