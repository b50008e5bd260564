//! Which rows an environment gets from `gen seed`, and rows in the proportions of another database.
//!
//! Must not know how rows are made.

use sea_gen::dialect;
use sea_gen::schema::{Name, Product};

use super::personal::configure;
use super::project::{Database, Project};
use crate::support::on_each;

on_each!(each_environment_gets_its_rows, rows_are_like_those_of_another_database);

fn number(database: &Database, sql: &str) -> i64 {
    let sql = match database.product {
        Product::Postgres => format!("SELECT ({sql})::text"),
        _ => format!("SELECT ({sql})"),
    };
    database.query(&sql).first().and_then(|row| row.text(0).parse().ok()).expect("a number")
}

fn each_environment_gets_its_rows(product: Product) {
    let project = Project::settled(product);
    let databases: [Database; 3] = std::array::from_fn(|_| Database::create(product));
    let [live, staging, local] = &databases;
    configure(
        &project,
        &format!(
            "[seed]\nimages = \"https://images.example/{{number}}.png\"\n\
             [env.live]\ndatabase-url = {:?}\nseed = \"reference\"\n[env.staging]\ndatabase-url = {:?}\nseed = \"demonstration\"\n\
             [env.local]\ndatabase-url = {:?}\nseed = \"made-up\"\n",
            live.url, staging.url, local.url
        ),
    );
    project.declare_in_sql("ALTER TABLE person ADD COLUMN photo varchar(80);\n");
    project.run(&["migration", "AddPhoto"]).with(0);
    for name in ["live", "staging", "local"] {
        project.run(&["up", "--env", name]).with(0);
    }
    project.run(&["seed", "--env", "live"]).with(1).mentions("reference rows only");

    let folder = project.path().join("migrations").join("demonstration");
    let seed = |more: &[&str]| project.run(&[&["seed", "--env", "staging"][..], more].concat());
    seed(&[]).with(1).mentions("there are no demonstration rows in `migrations/demonstration`");
    std::fs::create_dir(&folder).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a written file");
    write(
        "10_people.sql",
        "-- Two people.\nINSERT INTO person (id, email) VALUES (1, 'anna@shop.example');\n\nINSERT INTO person (id, email) VALUES (2, 'it''s; b@shop.example'), (3, 'c');\n",
    );
    let others = if product == Product::Sqlite { "postgres" } else { "sqlite" };
    write(&format!("20_more.{others}.sql"), "INSERT INTO nothing VALUES (1);\n");
    write(&format!("30_more.{}.sql", product.key()), "INSERT INTO person (id, email) VALUES (1, 'twice');\n");
    seed(&[])
        .with(1)
        .mentions(&format!("30_more.{}.sql:1: the row could not be written; nothing was changed", product.key()));
    assert_eq!(number(staging, "SELECT count(*) FROM person"), 0);
    write(&format!("30_more.{}.sql", product.key()), "DELETE FROM person;\n");
    seed(&[]).with(1).mentions(".sql:1: `DELETE FROM person` is no INSERT");
    write(&format!("30_more.{}.sql", product.key()), "INSERT INTO person (id, email) VALUES (4, 'd');\n");
    seed(&[]).with(0).mentions("inserted 4 demonstration rows in 1 table");
    seed(&[]).with(1).mentions("the tables already contain rows");
    // However the table is named.
    let home = match product {
        Product::Postgres => "public".to_owned(),
        Product::Sqlite => "main".to_owned(),
        Product::MySql | Product::MariaDb => {
            staging.query("SELECT database()").first().expect("a row").text(0).to_owned()
        }
    };
    let more = |table: &str| format!("INSERT INTO {table} (id, email) VALUES (5, 'e');\n");
    for table in [format!("{home}.person"), dialect::of(product).quote(&Name::from("person"))] {
        write(&format!("30_more.{}.sql", product.key()), &more(&table));
        seed(&[]).with(1).mentions("the tables already contain rows");
    }
    let elsewhere = if product == Product::Postgres { "other.person" } else { "nobody" };
    write(&format!("30_more.{}.sql", product.key()), &more(elsewhere));
    seed(&["--append"]).with(1).mentions(&format!(".sql:1: `{elsewhere}` is no table of `{home}`"));
    assert_eq!(number(staging, "SELECT count(*) FROM person"), 4);
    project.run(&["status"]).with(0);

    project.run(&["seed", "--env", "local", "--rows", "40"]).with(0);
    assert_eq!(number(local, "SELECT count(*) FROM person"), 40);
    assert_eq!(number(local, "SELECT count(*) FROM person WHERE email = ''"), 0);
    let images = "SELECT count(*) FROM person WHERE photo LIKE 'https://images.example/%.png'";
    assert_eq!(number(local, images), number(local, "SELECT count(photo) FROM person"));
    local.execute("DELETE FROM person");
    let cloud = ["seed", "--env", "local", "--rows", "40", "--extremes", "--images", "cloudinary:shop"];
    project.run(&cloud).with(0);
    assert_eq!(number(local, "SELECT count(*) FROM person WHERE email = ''"), 1);
    assert!(
        number(local, "SELECT count(*) FROM person WHERE photo LIKE 'https://res.cloudinary.com/shop/image/%'") > 20
    );
}

fn rows_are_like_those_of_another_database(product: Product) {
    let project = Project::new(product);
    project.declare_in_sql(
        "CREATE TABLE shop (id int NOT NULL PRIMARY KEY, city varchar(60) NOT NULL);
CREATE TABLE sale (id int NOT NULL PRIMARY KEY, shop_id int NOT NULL, kind varchar(60) NOT NULL, note varchar(200), amount int);
ALTER TABLE sale ADD CONSTRAINT sale_shop FOREIGN KEY (shop_id) REFERENCES shop (id);",
    );
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    let (large, small) = (Database::create(product), Database::create(product));
    for database in [&large, &small] {
        project.run(&["up", "--database-url", &database.url]).with(0);
    }
    large.execute("INSERT INTO shop VALUES (1, 'Rome'), (2, 'Bonn'), (3, 'Oslo'), (4, 'Köln')");
    let sales: Vec<String> = (1..=400)
        .map(|id| {
            let note = if id % 4 == 0 { "NULL".to_owned() } else { format!("'secret {id}'") };
            format!("({id}, {}, '{}', {note}, NULL)", 1 + id % 4, ["till", "web", "fair"][id % 3])
        })
        .collect();
    large.execute(&format!("INSERT INTO sale VALUES {}", sales.join(", ")));
    let file = project.path().join("stats.json");
    let path = file.to_str().expect("a path");
    project
        .run(&["seed", "--measure", "--out", path, "--database-url", &large.url])
        .with(0)
        .mentions("measured 2 tables");
    let text = std::fs::read_to_string(&file).expect("a file");
    for value in ["Rome", "secret", "till"] {
        assert!(!text.contains(value), "{text}");
    }
    let measured: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let table = |name: &str| {
        let tables = measured["tables"].as_array().expect("tables");
        tables.iter().find(|it| it["table"] == name).expect("a table")
    };
    // A letter of two bytes is one letter.
    assert_eq!(table("shop")["columns"][1]["length"], 4.0, "{measured:#}");
    let sale = table("sale");
    assert_eq!(sale["rows"], 400);
    let note =
        sale["columns"].as_array().and_then(|all| all.iter().find(|it| it["column"] == "note")).expect("a column");
    assert_eq!((&note["null_fraction"], &note["distinct"]), (&serde_json::json!(0.25), &serde_json::json!(300)));

    project.run(&["seed", "--like", path, "--rows", "200", "--database-url", &small.url]).with(0);
    assert_eq!(number(&small, "SELECT count(*) FROM sale"), 200);
    assert_eq!(number(&small, "SELECT count(*) FROM shop"), 2);
    assert!((1..=3).contains(&number(&small, "SELECT count(DISTINCT kind) FROM sale")));
    assert!((120..=180).contains(&number(&small, "SELECT count(note) FROM sale")));
    // Some rows have a value in each column, so that a program sees one.
    assert!(number(&small, "SELECT count(amount) FROM sale") < 10);
    assert!(number(&small, "SELECT max(length(note)) FROM sale") <= 22);
    project
        .run(&["seed", "--like", "nothing.json", "--append", "--database-url", &small.url])
        .with(1)
        .mentions("nothing.json");
}
