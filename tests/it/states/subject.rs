//! The rows of one person: exported, and deleted without touching those of another.
//!
//! Must not know how the rows are found.

use sea_gen::schema::Product;
use serde_json::json;

use super::personal::configure;
use super::project::Project;
use crate::support::on_each;

on_each!(
    one_persons_rows_are_exported_and_deleted,
    bytes_and_uuids_are_exported_as_text,
    one_person_is_meant,
    rows_stay_only_where_others_need_them,
    keys_of_several_columns_become_null_where_they_may,
);

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

/// A project with these tables in its database, and rows.
fn project(product: Product, tables: &str, rows: &[&str]) -> Project {
    let project = Project::new(product);
    project.declare_in_sql(tables);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    rows.iter().for_each(|row| project.database.execute(row));
    project
}

fn bytes_and_uuids_are_exported_as_text(product: Product) {
    let [uuid, bytes, literal] = match product {
        Product::Postgres => ["uuid", "bytea", "'\\x00ff27'"],
        Product::MySql => ["binary(16)", "varbinary(20)", "X'00ff27'"],
        Product::MariaDb => ["uuid", "varbinary(20)", "X'00ff27'"],
        Product::Sqlite => ["uuid_text", "blob", "X'00ff27'"],
    };
    let key = "0190f3e2-7c1a-7b6e-8d2f-0123456789ab";
    let of_key = |key: &str| match product {
        Product::MySql | Product::Sqlite => format!("X'{}'", key.replace('-', "")),
        Product::Postgres | Product::MariaDb => format!("'{key}'"),
    };
    let project = project(
        product,
        &format!(
            "CREATE TABLE member (id {uuid} NOT NULL PRIMARY KEY, photo {bytes}, nick varchar(20));
CREATE TABLE login (id int NOT NULL PRIMARY KEY, member_id {uuid} NOT NULL);
ALTER TABLE login ADD CONSTRAINT login_member FOREIGN KEY (member_id) REFERENCES member (id);"
        ),
        &[
            &format!("INSERT INTO member VALUES ({}, {literal}, 'Änne')", of_key(key)),
            &format!("INSERT INTO member VALUES ({}, NULL, 'b')", of_key("0190f3e2-7c1a-7b6e-8d2f-0123456789ac")),
            &format!("INSERT INTO login VALUES (1, {})", of_key(key)),
        ],
    );
    let export = project.json(&["subject", "member", key, "export"]);
    let wanted = json!({ "tables": [
        { "table": "member", "rows": [{ "id": key, "photo": { "hex": "00ff27" }, "nick": "Änne" }] },
        { "table": "login", "rows": [{ "id": "1", "member_id": key }] },
    ] });
    assert_eq!(export, wanted);
    assert_eq!(project.json(&["subject", "member", "photo=00ff27", "export"]), wanted);
    project
        .run(&["subject", "member", "photo=Anna", "export"])
        .with(1)
        .mentions("hexadecimal digits, and `Anna` is none");
    project.run(&["subject", "member", key, "delete", "--apply"]).with(0).mentions("2 rows");
    assert_eq!(project.database.query("SELECT nick FROM member").len(), 1);
}

fn one_person_is_meant(product: Product) {
    let project = project(
        product,
        "CREATE TABLE member (id int NOT NULL PRIMARY KEY, email varchar(5) NOT NULL, team int);
CREATE TABLE seat (hall int NOT NULL, number int NOT NULL, email varchar(20), PRIMARY KEY (hall, number));",
        &[
            "INSERT INTO member VALUES (0, 'anna', 1), (12, 'bert', 2), (13, 'carla', 2)",
            "INSERT INTO seat VALUES (1, 1, 'a=b'), (1, 2, 'c')",
        ],
    );
    let run = |table: &str, key: &str| project.run(&["subject", table, key, "export"]);
    // On MySQL 'abc' is 0 as a number, and '12abc' is 12.
    for key in ["abc", "12abc", "", "1e1"] {
        run("member", key).with(1).mentions(&format!("`member.id` has whole numbers, and `{key}` is none"));
    }
    run("member", "team=2").with(1).mentions("`member` has 2 rows with `team=2`").mentions("`gen subject member id=…`");
    run("member", "team=1").with(0).mentions("anna");
    // Neither a part of a text, nor what a collation takes for the same, is the text.
    for key in ["email=carlal", "email=ANNA"] {
        run("member", key).with(1).mentions(&format!("`member` has no row {key}"));
    }
    run("seat", "1").with(1).mentions("`gen subject seat hall=…,number=… export`");
    run("seat", "hall=1").with(1).mentions("2 rows");
    run("seat", "hall=1,number=2").with(0).mentions("\"c\"").keeps_silent_on("a=b");
    run("seat", "email=a=b").with(0).mentions("a=b");
}

fn rows_stay_only_where_others_need_them(product: Product) {
    let project = project(
        product,
        "CREATE TABLE member (id int NOT NULL PRIMARY KEY, email varchar(40) NOT NULL);
CREATE TABLE purchase (id int NOT NULL PRIMARY KEY, member_id int NOT NULL, sent_to varchar(40) NOT NULL);
CREATE TABLE invoice (id int NOT NULL PRIMARY KEY, purchase_id int NOT NULL, approver int, billed_to varchar(40));
ALTER TABLE purchase ADD CONSTRAINT purchase_member FOREIGN KEY (member_id) REFERENCES member (id);
ALTER TABLE invoice ADD CONSTRAINT invoice_purchase FOREIGN KEY (purchase_id) REFERENCES purchase (id);
ALTER TABLE invoice ADD CONSTRAINT invoice_approver FOREIGN KEY (approver) REFERENCES member (id);
-- personal: member.email email
-- personal: purchase.sent_to address
-- personal: invoice.billed_to name
",
        &[
            "INSERT INTO member VALUES (1, 'a'), (2, 'b'), (3, 'c')",
            "INSERT INTO purchase VALUES (10, 1, 'x'), (11, 1, 'y'), (20, 2, 'z'), (30, 3, 'w')",
            // The first member has approved an invoice of the third, and the other way round.
            "INSERT INTO invoice VALUES (100, 11, 3, 'A'), (300, 30, 1, 'C')",
        ],
    );
    configure(&project, "[personal]\nkeep = [\"invoice\"]\n");
    let rows = |sql: &str| -> Vec<String> {
        let found = project.database.query(sql);
        found
            .iter()
            .map(|row| (0..3).map(|at| row.text(at)).collect::<Vec<_>>().join(" ").trim_end().to_owned())
            .collect()
    };
    let text = if product == Product::Postgres { "::text" } else { "" };
    let members = format!("SELECT id{text}, email FROM member ORDER BY member.id");
    let purchases = format!("SELECT id{text}, sent_to FROM purchase ORDER BY purchase.id");
    let invoices = format!("SELECT id{text}, approver{text}, billed_to FROM invoice ORDER BY invoice.id");
    // Nobody needs the second member.
    project.run(&["subject", "member", "2", "delete", "--apply"]).with(0);
    assert_eq!(rows(&members), ["1 a", "3 c"]);
    project.run(&["subject", "member", "1", "delete", "--apply"]).with(0);
    assert_eq!(rows(&members), ["1 removed", "3 c"]);
    assert_eq!(rows(&purchases), ["11 removed", "30 w"]);
    // The row that they approved says nothing of them, and refers to a row that stays.
    assert_eq!(rows(&invoices), ["100 3", "300 1"]);
}

fn keys_of_several_columns_become_null_where_they_may(product: Product) {
    let project = project(
        product,
        "CREATE TABLE shop (id int NOT NULL PRIMARY KEY);
CREATE TABLE member (shop_id int NOT NULL, id int NOT NULL, boss int, PRIMARY KEY (shop_id, id));
CREATE TABLE visit (id int NOT NULL PRIMARY KEY, shop_id int NOT NULL, guest int, host int NOT NULL);
ALTER TABLE member ADD CONSTRAINT member_shop FOREIGN KEY (shop_id) REFERENCES shop (id);
ALTER TABLE member ADD CONSTRAINT member_boss FOREIGN KEY (shop_id, boss) REFERENCES member (shop_id, id);
ALTER TABLE visit ADD CONSTRAINT visit_guest FOREIGN KEY (shop_id, guest) REFERENCES member (shop_id, id);
ALTER TABLE visit ADD CONSTRAINT visit_host FOREIGN KEY (shop_id, host) REFERENCES member (shop_id, id);",
        &[
            "INSERT INTO shop VALUES (1)",
            "INSERT INTO member VALUES (1, 1, NULL), (1, 2, 1), (1, 3, 2)",
            "INSERT INTO visit VALUES (10, 1, 1, 2), (20, 1, 3, 3)",
        ],
    );
    configure(&project, "[personal]\nkeep = [\"visit\"]\n");
    project.run(&["subject", "member", "shop_id=1,id=1", "delete", "--apply"]).with(0);
    assert_eq!(project.database.query("SELECT id FROM member WHERE shop_id = 1").len(), 2);
    assert_eq!(project.database.query("SELECT id FROM member WHERE boss IS NULL AND id = 2").len(), 1);
    assert_eq!(
        project.database.query("SELECT id FROM visit WHERE shop_id = 1 AND guest IS NULL AND host = 2").len(),
        1
    );
    // The database's reason is shown, and nothing is changed.
    if product == Product::Sqlite {
        project.database.execute(
            "DELETE FROM visit; \
             CREATE TRIGGER never BEFORE DELETE ON member BEGIN SELECT raise(ABORT, 'members are for life'); END",
        );
        let said = project.run(&["subject", "member", "shop_id=1,id=3", "delete", "--apply"]).with(1);
        said.mentions("members are for life").mentions("nothing was changed: `DELETE FROM ");
        assert_eq!(project.database.query("SELECT id FROM member WHERE id = 3 AND boss = 2").len(), 1);
    }
}
