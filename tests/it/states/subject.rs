//! The rows of one person: exported, and deleted without touching those of another.
//!
//! Must not know how the rows are found.

use sea_gen::schema::Product;

use super::personal::configure;
use super::project::Project;
use crate::support::on_each;

on_each!(one_persons_rows_are_exported_and_deleted);

const TABLES: &str = "
CREATE TABLE member (id int NOT NULL PRIMARY KEY, email varchar(40) NOT NULL, boss int, favourite int);
CREATE TABLE purchase (id int NOT NULL PRIMARY KEY, member_id int NOT NULL, sent_to varchar(40));
CREATE TABLE item (id int NOT NULL PRIMARY KEY, purchase_id int NOT NULL, title varchar(40));
CREATE TABLE invoice (id int NOT NULL PRIMARY KEY, member_id int, billed_to varchar(40) NOT NULL, total int NOT NULL);
ALTER TABLE member ADD CONSTRAINT member_boss FOREIGN KEY (boss) REFERENCES member (id);
ALTER TABLE purchase ADD CONSTRAINT purchase_member FOREIGN KEY (member_id) REFERENCES member (id);
ALTER TABLE member ADD CONSTRAINT member_favourite FOREIGN KEY (favourite) REFERENCES purchase (id);
ALTER TABLE item ADD CONSTRAINT item_purchase FOREIGN KEY (purchase_id) REFERENCES purchase (id);
ALTER TABLE invoice ADD CONSTRAINT invoice_member FOREIGN KEY (member_id) REFERENCES member (id);

-- personal: member.email email
-- personal: purchase.sent_to address
-- personal: invoice.billed_to name
";

fn one_persons_rows_are_exported_and_deleted(product: Product) {
    let project = Project::new(product);
    project.declare_in_sql(TABLES);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    let database = &project.database;
    for sql in [
        "INSERT INTO member VALUES (1, 'anna@a', NULL, NULL), (2, 'bert@b', 1, NULL)",
        "INSERT INTO purchase VALUES (10, 1, 'Main Street'), (11, 1, NULL), (20, 2, 'Side Street')",
        "INSERT INTO item VALUES (100, 10, 'pen'), (101, 11, 'ink'), (200, 20, 'cup')",
        "INSERT INTO invoice VALUES (1000, 1, 'Anna A', 7), (2000, 2, 'Bert B', 8)",
        // A circle: each has a favourite purchase, and one likes what the other has bought.
        "UPDATE member SET favourite = 10",
    ] {
        database.execute(sql);
    }
    let export = project.json(&["subject", "member", "1", "export"]);
    let of = |table: &str| {
        let tables = export["tables"].as_array().expect("tables");
        tables.iter().find(|it| it["table"] == table).map_or(0, |it| it["rows"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(["member", "purchase", "item", "invoice"].map(of), [1, 2, 2, 1], "{export:#}");
    assert_eq!(export["tables"][0]["rows"][0]["email"], "anna@a");
    assert_eq!(project.json(&["subject", "member", "email=anna@a", "export"]), export);
    project.run(&["subject", "member", "1", "export", "--sql"]).with(0).mentions("SELECT * FROM ");
    project.run(&["subject", "member", "7", "export"]).with(1).mentions("`member` has no row 7");
    project.run(&["subject", "members", "1", "export"]).with(1).mentions("did you mean `member`?");

    let count = |sql: &str| database.query(sql).len();
    configure(&project, "[personal]\nkeep = [\"invoice\"]\n");
    let shown = project.run(&["subject", "member", "1", "delete"]).with(0).mentions("nothing was changed");
    assert!(
        shown.out.lines().last().is_some_and(|line| line.starts_with("DELETE FROM ") && line.contains("member")),
        "{}",
        shown.out
    );
    assert_eq!(count("SELECT id FROM member"), 2);
    project.run(&["subject", "member", "1", "delete", "--apply"]).with(0).mentions("done:");
    let left = |table: &str| -> Vec<String> {
        let id = if product == Product::Postgres { "id::text" } else { "id" };
        database
            .query(&format!("SELECT {id} FROM {table} ORDER BY {table}.id"))
            .iter()
            .map(|row| row.text(0).to_owned())
            .collect()
    };
    assert_eq!(
        (left("member"), left("purchase"), left("item")),
        (vec!["2".into()], vec!["20".into()], vec!["200".into()])
    );
    assert_eq!(count("SELECT id FROM member WHERE boss IS NULL AND favourite IS NULL AND email = 'bert@b'"), 1);
    assert_eq!(left("invoice"), ["1000", "2000"]);
    assert_eq!(count("SELECT id FROM invoice WHERE member_id IS NULL AND billed_to = 'removed' AND total = 7"), 1);
    assert_eq!(count("SELECT id FROM invoice WHERE member_id = 2 AND billed_to = 'Bert B'"), 1);

    // What must refer to the person stays with it, without its personal data.
    std::fs::write(
        project.path().join("gen.toml"),
        std::fs::read_to_string(project.path().join("gen.toml"))
            .expect("a file")
            .replace("\"invoice\"", "\"purchase\""),
    )
    .expect("a written file");
    project.run(&["subject", "member", "2", "delete", "--apply"]).with(0);
    assert_eq!(count("SELECT id FROM purchase WHERE sent_to IS NULL AND member_id = 2"), 1);
    assert_eq!(count("SELECT id FROM member WHERE email = 'removed'"), 1);
    assert_eq!((left("item"), left("invoice").len()), (Vec::<String>::new(), 1));
}
