//! The review of a pull request: the change, its renames and losses between two revisions, the forms, and the page in a browser.

use crate::browser::{draw, look};
use crate::cli::project::Project;

const COUPON: &str = r#"//! Coupons.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coupon")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub code: String,
    pub customer_id: i32,
    #[sea_orm(belongs_to, from = "customer_id", to = "id", on_delete = "Cascade")]
    pub customer: BelongsTo<super::customer::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

fn commit(project: &Project, message: &str) {
    project.git(&["add", "."]);
    let who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"];
    project.git(&[&who[..], &["commit", "--quiet", "-m", message]].concat());
}

/// A branch of the bookshop with a new table, a renamed column, a new index and a dropped column.
fn branch(configuration: &str) -> Project {
    let project = Project::bookshop();
    project.write("gen.toml", configuration);
    project.git(&["init", "--quiet", "--initial-branch", "main", "."]);
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial", "--no-verify"]);
    commit(&project, "Begin");
    project.git(&["checkout", "--quiet", "-b", "coupons"]);
    project.write("entities/coupon.rs", COUPON);
    project.edit("entities/lib.rs", "pub mod customer;", "pub mod coupon;\npub mod customer;");
    project.edit("entities/customer.rs", "pub note:", "pub remark:");
    project.edit("entities/book.rs", "    pub cover: Option<Vec<u8>>,\n", "");
    project.edit("entities/book.rs", "    pub published_on:", "    #[sea_orm(indexed)]\n    pub published_on:");
    let rename = ["migration", "AddCoupons", "--rename", "customer.note:remark", "--allow", "drop-column"];
    project.succeeds(&rename);
    project
}

const POSTGRES: &str = "dialects = [\"postgres\"]\n";
const ALL: &str = "dialects = [\"sqlite\", \"postgres\", \"mysql\", \"mariadb\"]\n";

/// The renames are read from the statements, so a renamed column is none that is dropped and added.
#[apply(test)]
fn a_branch_is_compared_with_where_it_began() {
    let project = branch(POSTGRES);
    let report: serde_json::Value = serde_json::from_str(&project.succeeds(&["review", "--json"])).unwrap();
    assert!(report["base"].as_str().unwrap().starts_with("main ("), "{}", report["base"]);
    let of = &report["dialects"][0];
    let lines: Vec<String> = of["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| {
            let lines = table["lines"].as_array().unwrap().iter();
            let lines: Vec<String> = lines
                .map(|line| {
                    format!(
                        "  {} {} {}",
                        line["mark"].as_str().unwrap(),
                        line["text"].as_str().unwrap(),
                        line["source"]
                    )
                })
                .collect();
            format!("{} {}\n{}", table["mark"].as_str().unwrap(), table["name"].as_str().unwrap(), lines.join("\n"))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    altered book
      added index idx-book-published_on (published_on) "entities/book.rs:27"
      removed column cover bytea null
    added coupon
      added table (3 columns, 1 unique constraint) "entities/coupon.rs:7"
      added foreign key fk-coupon-customer_id (customer_id) → customer (id) on delete cascade "entities/coupon.rs:15"
    altered customer
      renamed column note → remark "entities/customer.rs:14"
    "#);
    insta::assert_snapshot!(of["summary"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join("\n"), @"
    Adds table coupon and an index of book; renames column customer.note to remark; drops column book.cover.
    Data is lost in one place.
    Others wait for a moment only; the migration is unproven.
    ");
    assert_eq!(of["at_stake"], serde_json::json!(["drops column book.cover and its values"]));
    let marks: Vec<(&str, &serde_json::Value)> = of["diagram"]["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["id"].as_str().unwrap(), &it["mark"]))
        .collect();
    assert!(
        marks.contains(&("coupon", &"added".into())) && marks.contains(&("order", &serde_json::Value::Null)),
        "{marks:?}"
    );
    let migration = &of["migrations"][0];
    let index = migration["up"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["sql"].as_str().unwrap().contains("CONCURRENTLY"))
        .unwrap();
    assert_eq!(index["runs"], "Runs outside a transaction.");
    // With the revision named, after a commit too.
    commit(&project, "Add coupons");
    let named: serde_json::Value =
        serde_json::from_str(&project.succeeds(&["review", "--json", "--base", "main"])).unwrap();
    assert_eq!(named["dialects"], report["dialects"]);
    assert_eq!(named["base"], "main");
    project.git(&["checkout", "--quiet", "main"]);
    let output = project.run(&["review", "--json"]);
    assert!(output.contains("no migration is new since main") && output.contains("\"Nothing changes.\""), "{output}");
}

#[apply(test)]
fn markdown_is_a_comment_on_a_pull_request() {
    let text = branch(POSTGRES).succeeds(&["review"]);
    insta::with_settings!({filters => [(r"\d{8}_\d{6}", "[time]"), (r"\([0-9a-f]{7,}\)", "([commit])"), (r"[^ \n]+: schema change", "[project]: schema change")]}, {
        insta::assert_snapshot!(text, @r#"
        ## [project]: schema change

        compared with main ([commit])

        Adds table coupon and an index of book; renames column customer.note to remark; drops column book.cover. Data is lost in one place. Others wait for a moment only; the migration is unproven.

        > [!CAUTION]
        > **Data at stake**
        > - drops column book.cover and its values

        ```mermaid
        flowchart LR
          t0["<b>address</b><br/>id <i>integer</i><br/>customer_id <i>integer</i><br/>4 more"]:::same
          t1["<b>~ book</b><br/>id <i>integer</i><br/>category_id <i>integer</i><br/>− cover <i>bytea</i><br/>10 more"]:::altered
          t2["<b>book_author</b><br/>book_id <i>integer</i><br/>author_id <i>integer</i><br/>1 more"]:::same
          t3["<b>category</b><br/>id <i>integer</i><br/>parent_id <i>integer</i><br/>2 more"]:::same
          t4["<b>+ coupon</b><br/>id <i>integer</i><br/>code <i>character varying</i><br/>customer_id <i>integer</i>"]:::added
          t5["<b>~ customer</b><br/>id <i>integer</i><br/>note → remark <i>text</i><br/>default_address_id <i>integer</i><br/>5 more"]:::altered
          t6["<b>order</b><br/>id <i>uuid</i><br/>customer_id <i>integer</i><br/>shipping_address_id <i>integer</i><br/>2 more"]:::same
          t7["<b>order_line</b><br/>order_id <i>uuid</i><br/>line <i>smallint</i><br/>book_id <i>integer</i><br/>2 more"]:::same
          t8["<b>review</b><br/>id <i>integer</i><br/>book_id <i>integer</i><br/>customer_id <i>integer</i><br/>3 more"]:::same
          t0 -->|"customer_id"| t5
          t1 -->|"category_id"| t3
          t2 -->|"book_id"| t1
          t3 -->|"parent_id"| t3
          t4 -->|"+ customer_id"| t5
          t5 -->|"default_address_id"| t0
          t6 -->|"customer_id"| t5
          t6 -->|"shipping_address_id"| t0
          t7 -->|"book_id"| t1
          t7 -->|"order_id"| t6
          t8 -->|"book_id"| t1
          t8 -->|"customer_id"| t5
          classDef added fill:#e8f3ec,stroke:#1b7048,color:#1e2126
          classDef removed fill:#faecea,stroke:#a8322c,color:#1e2126,stroke-dasharray:5 3
          classDef altered fill:#fbf2df,stroke:#8a5a00,color:#1e2126
          classDef renamed fill:#f0ebf8,stroke:#6545a4,color:#1e2126
          classDef same fill:#f5f5f1,stroke:#cfcfc6,color:#5d636d
        ```

        ### By table

        - `~` **book**
          - `+` index idx-book-published\_on (published\_on) · `entities/book.rs:27`
          - `−` column cover bytea
        - `+` **coupon**
          - `+` table (3 columns, 1 unique constraint) · `entities/coupon.rs:7`
          - `+` foreign key fk-coupon-customer\_id (customer\_id) → customer (id) on delete cascade · `entities/coupon.rs:15`
        - `~` **customer**
          - `→` column note → remark · `entities/customer.rs:14`

        ### `migrations/[time]_add_coupons.sql`

        unproven

        | line | who waits | lock |
        |--:|---|---|
        | 10 | reads and writes on customer wait for a moment | `ACCESS EXCLUSIVE` |
        | 20 | writes on customer wait for a moment | `SHARE ROW EXCLUSIVE` |
        | 28 | reads and writes on book wait for a moment | `ACCESS EXCLUSIVE` |

        - up 10: **warning**: column customer.note is renamed. Instead: keep both names in step for one release: `gen migration <Name> --expand-contract`; or stop the old code first (`rename-column`)
        - up 20: **info**: coupon.customer\_id references customer and has no index. Instead: create an index that begins with its columns (`unindexed-reference`)
        - up 28: **danger**: drops column book.cover and its values. Instead: drop it one release after its last use; park it under another name first (`gen migration --keep`) (`drop-column`)
        - down 38: **info**: locks customer while ACCESS EXCLUSIVE is held on coupon. Instead: one step a table (`many-tables`)
        - down 40: **info**: locks book while ACCESS EXCLUSIVE is held on customer. Instead: one step a table (`many-tables`)

        <details><summary>Up, 5 statements</summary>

        ```sql
        ALTER TABLE "customer" RENAME COLUMN "note" TO "remark";

        CREATE TABLE "coupon" (
            "id" integer GENERATED BY DEFAULT AS IDENTITY,
            "code" character varying NOT NULL,
            "customer_id" integer NOT NULL,
            CONSTRAINT "coupon_pkey" PRIMARY KEY ("id"),
            CONSTRAINT "coupon_code_key" UNIQUE ("code")
        );

        ALTER TABLE "coupon"
            ADD CONSTRAINT "fk-coupon-customer_id" FOREIGN KEY ("customer_id")
                REFERENCES "customer" ("id") ON DELETE CASCADE;

        CREATE INDEX CONCURRENTLY "idx-book-published_on" ON "book" ("published_on");

        ALTER TABLE "book" DROP COLUMN "cover";
        ```

        </details>

        <details><summary>Down, 5 statements</summary>

        ```sql
        ALTER TABLE "coupon" DROP CONSTRAINT "fk-coupon-customer_id";

        ALTER TABLE "customer" RENAME COLUMN "remark" TO "note";

        ALTER TABLE "book" ADD COLUMN "cover" bytea;

        DROP INDEX CONCURRENTLY "idx-book-published_on";

        DROP TABLE "coupon";
        ```

        </details>
        "#);
    });
}

#[apply(test)]
fn sarif_has_the_findings_of_the_new_migrations_alone() {
    let project = branch(POSTGRES);
    let report: serde_json::Value = serde_json::from_str(&project.succeeds(&["review", "--format", "sarif"])).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|it| it["ruleId"] == "drop-column"), "{results:?}");
    let of_branch = |it: &serde_json::Value| {
        it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap().contains("add_coupons")
    };
    assert!(results.iter().all(of_branch), "{results:?}");
}

/// Without a repository the newest migration is reviewed: the schema before it is built on a scratch database.
#[apply(test)]
fn without_git_the_newest_migration_is_reviewed() {
    let project = Project::grown();
    let report: serde_json::Value = serde_json::from_str(&project.succeeds(&["review", "--json"])).unwrap();
    let of = &report["dialects"][0];
    assert_eq!(of["migrations"].as_array().unwrap().len(), 1);
    assert_eq!(of["summary"][0], "Adds column user.phone.");
    assert_eq!(of["unknown"], serde_json::Value::Null);
    let said = project.refused(&["review", "--base", "main"]);
    assert!(said.contains("git"), "{said}");
}

/// The rows at stake are counted where the caller names a database.
#[apply(test)]
fn what_is_at_stake_is_counted_in_a_named_database() {
    let project = Project::begun();
    project.declare("email");
    project.succeeds(&["migration", "AddEmail"]);
    project.succeeds(&["up"]);
    project.sql("INSERT INTO user (id, name, email) VALUES (1, 'a', 'b'), (2, 'c', NULL);");
    project.edit("entities/user.rs", "    pub email: Option<String>,\n", "");
    project.succeeds(&["migration", "DropEmail", "--allow", "drop-column"]);
    let of = |arguments: &[&str]| -> serde_json::Value {
        let report: serde_json::Value = serde_json::from_str(&project.succeeds(arguments)).unwrap();
        report["dialects"][0]["at_stake"].clone()
    };
    assert_eq!(of(&["review", "--json"]), serde_json::json!(["drops column user.email and its values"]));
    let counted = of(&["review", "--json", "--database-url", "sqlite://shop.db"]);
    assert_eq!(counted, serde_json::json!(["drops column user.email and its values (1 value)"]));
}

#[apply(test)]
fn a_migration_that_looks_like_markup_stays_text() {
    let project = Project::begun();
    project.write(
        "migrations/20990101_000000_hostile.sql",
        "-- Hostile (sqlite)\n\n-- UP\n\n-- </script><img src=x onerror=alert(1)>\nCREATE TABLE \"<b>x</b>\" (id integer, \"</pre>\" text);\n\n\
         -- DOWN\n\nDROP TABLE \"<b>x</b>\";\n",
    );
    project.succeeds(&["lock"]);
    let page = project.succeeds(&["review", "--format", "html"]);
    assert!(page.contains("&lt;b&gt;x&lt;/b&gt;") && !page.contains("<b>") && !page.contains("<img"), "{page}");
    let text = project.succeeds(&["review"]);
    assert!(!text.split("```").step_by(2).collect::<String>().replace("\\<", "").contains("<b>"), "{text}");
}

#[apply(test_in_browser)]
fn the_page_shows_the_change_and_switches_between_databases() {
    let page = branch(ALL).succeeds(&["review", "--format", "html"]);
    assert!(page.len() < 300_000 && !page.contains("https://") && !page.contains("src="));
    let seen = look(
        &page,
        "",
        r##"
        const shown = () => many("section.dialect").filter((it) => it.offsetHeight > 0).map((it) => it.dataset.dialect);
        say("first", shown());
        say("marks", many("section.dialect:not([hidden]) .diagram [data-table]").map((it) =>
          it.dataset.table + " " + (it.querySelector(".sign")?.textContent ?? "") + " " + it.getAttribute("class")));
        say("words", words("section.dialect:not([hidden]) .change h3"));
        one("#dialects [data-dialect=postgres]").click();
        await rest();
        say("second", shown());
        say("drawn", many("section.dialect:not([hidden]) .diagram").length);
        await go("#mysql/coupon");
        say("third", shown());
        say("target", document.activeElement.textContent);
        say("folded", many("section.dialect:not([hidden]) details").map((it) => it.open));
        dispatchEvent(new Event("beforeprint"));
        say("printed", many("details").every((it) => it.open));
        say("headings", many("section.dialect:not([hidden]) h2").map((it) => it.textContent));
        "##,
    );
    assert_eq!(seen.console, [] as [String; 0]);
    let told = &seen.told;
    assert_eq!(told["first"], serde_json::json!(["sqlite"]));
    assert_eq!(told["second"], serde_json::json!(["postgres"]));
    assert_eq!((&told["third"], &told["drawn"]), (&serde_json::json!(["mysql"]), &1.into()));
    let marks: Vec<&str> = told["marks"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(
        marks.contains(&"coupon + added") && marks.iter().any(|it| it.starts_with("book ") && it.ends_with("altered")),
        "{marks:?}"
    );
    assert_eq!(told["words"], serde_json::json!(["~changed: book", "+added: coupon", "~changed: customer"]));
    assert_eq!(told["target"], "+added: coupon");
    assert_eq!((&told["folded"], &told["printed"]), (&serde_json::json!([false]), &true.into()));
    assert_eq!(told["headings"], serde_json::json!(["Data at stake", "By table", "Migrations"]));
}

#[apply(test_in_browser)]
fn pictures_of_it_are_among_the_artifacts() {
    let page = branch(ALL).succeeds(&["review", "--format", "html"]);
    for (name, hash, size, dark) in [
        ("review-light", "#postgres", (1280, 1700), false),
        ("review-dark", "#postgres", (1280, 1700), true),
        ("review-narrow", "#postgres", (480, 1700), false),
    ] {
        let bytes = draw(&page, hash, name, size, dark);
        assert!(bytes > 15_000, "{name}: {bytes} bytes");
    }
}
