//! The HTML page of a schema in a browser: what is on it, search, addresses, keys, and names that look like markup.

use std::time::{Duration, Instant};

use sea_gen::page::{ChangeLog, Documented, schema_html};
use sea_gen::schema::{
    Action, Column, ForeignKey, Index, Name, ObjectName, Origins, PrimaryKey, Product, Schema, Table, Type,
};

use crate::browser::{draw, look};
use crate::cli::project::Project;

/// The page of the bookshop.
fn bookshop() -> String {
    let project = Project::bookshop();
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial", "--no-verify"]);
    project.succeeds(&["docs"])
}

#[apply(test_in_browser)]
fn every_object_has_a_page_that_links_lead_to() {
    let page = bookshop();
    let seen = look(
        &page,
        "",
        r##"
        say("title", document.title);
        say("listed", words("#list section[aria-label=Tables] a"));
        say("boxes", many(".diagram [data-table]").length);
        const empty = [], gone = [];
        for (const link of many("#list a").map((it) => it.getAttribute("href"))) {
          await go(link);
          if (content.textContent.length < 20 || !one("h1")) empty.push(link);
          if (/There is no/.test(one("h1").textContent)) gone.push(link);
        }
        say("empty", empty);
        say("gone", gone);
        await go("#book");
        say("columns", words(".columns th[scope=row]"));
        say("line", one("[data-column=isbn] td:last-child code").title);
        say("references", words("[aria-labelledby=referred] a"));
        say("made", one(".meta").textContent);
        one(".columns a").click();
        await rest();
        say("followed", one("h1").textContent);
        history.back();
        await rest();
        say("back", one("h1").textContent + " " + document.title);
        history.forward();
        await rest();
        say("forward", one("h1").textContent);
        say("current", words("#list [aria-current]"));
        say("focused", document.activeElement.tagName);
        await go("#nothing");
        say("missing", one("h1").textContent);
        "##,
    );
    assert_eq!(seen.console, [] as [String; 0]);
    let told = &seen.told;
    assert_eq!(told["listed"].as_array().unwrap().len(), 10);
    assert_eq!(told["boxes"], 10);
    assert_eq!((&told["empty"], &told["gone"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert_eq!(told["columns"].as_array().unwrap().len(), 13);
    assert_eq!(told["line"], "entities/book.rs:13");
    assert_eq!(told["references"], serde_json::json!(["book_author", "order_line", "review"]));
    let made = told["made"].as_str().unwrap();
    assert!(made.contains("entities/book.rs:8") && made.contains("_initial"), "{made}");
    assert_eq!(told["followed"], "category");
    assert!(told["back"].as_str().unwrap().starts_with("book book – "), "{}", told["back"]);
    assert_eq!(told["forward"], "category");
    assert_eq!(told["current"], serde_json::json!(["category"]));
    assert_eq!(told["focused"], "H1");
    assert_eq!(told["missing"], "There is no table nothing in SQLite.");
}

#[apply(test_in_browser)]
fn search_and_list_are_used_with_the_keyboard_alone() {
    let seen = look(
        &bookshop(),
        "",
        r##"
        await key("/");
        say("slash", document.activeElement.id);
        await type(search, "isbn");
        say("found", words("#list a"));
        say("status", one("#found").textContent);
        await key("Enter");
        say("heading", one("h1").textContent);
        say("marked", words("tr.marked th"));
        say("hash", location.hash);
        await key("/");
        await type(search, "order");
        await key("ArrowDown");
        say("first", document.activeElement.textContent);
        await key("ArrowDown");
        say("second", document.activeElement.textContent);
        await key("ArrowUp");
        await key("ArrowUp");
        say("up", document.activeElement.id);
        await type(search, "no such thing");
        say("nothing", one("#found").textContent);
        await key("Escape");
        say("cleared", [search.value, many("#list section").length > 1, document.activeElement.id]);
        const unnamed = many("a, button, input, select").filter((it) => !it.textContent.trim() && !it.getAttribute("aria-label"));
        say("unnamed", unnamed.length);
        "##,
    );
    assert_eq!(seen.console, [] as [String; 0]);
    let told = &seen.told;
    assert_eq!(told["slash"], "search");
    assert_eq!(told["found"], serde_json::json!(["book.isbnchar(13)"]));
    assert_eq!(told["status"], "1 result");
    assert_eq!(told["heading"], "book");
    assert_eq!(told["marked"], serde_json::json!(["isbn"]));
    assert_eq!(told["hash"], "#book/isbn");
    assert_eq!((&told["first"], &told["second"]), (&"order".into(), &"order_line".into()));
    assert_eq!(told["up"], "search");
    assert_eq!(told["nothing"], "Nothing found");
    assert_eq!(told["cleared"], serde_json::json!(["", true, "content"]));
    assert_eq!(told["unnamed"], 0);
}

#[apply(test_in_browser)]
fn a_diagram_is_zoomed_moved_and_filtered_to_neighbours() {
    let seen = look(
        &bookshop(),
        "#/diagram",
        r##"
        const view = () => one(".diagram svg").getAttribute("viewBox").split(" ").map(Number);
        const before = view();
        many(".tools button")[1].click();
        say("nearer", view()[2] < before[2]);
        one(".diagram svg").focus();
        await key("ArrowRight");
        say("moved", view()[0] > before[0]);
        await key("0");
        say("fits", view().join() === before.join());
        const boxes = many(".diagram [data-table] .box").map((it) => it.getBBox());
        const overlap = boxes.some((a, i) => boxes.some((b, j) => i < j &&
          a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height));
        say("overlap", overlap);
        say("links", many(".diagram [data-from]").length);
        await go("#/diagram/payment");
        say("near", many(".diagram [data-table]").map((it) => it.dataset.table));
        const far = one("#distance");
        far.value = "2";
        far.dispatchEvent(new Event("change"));
        await rest();
        say("further", many(".diagram [data-table]").length);
        one(".diagram [data-table=order]").dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
        await rest();
        say("opened", one("h1").textContent);
        "##,
    );
    assert_eq!(seen.console, [] as [String; 0]);
    let told = &seen.told;
    for name in ["nearer", "moved", "fits"] {
        assert_eq!(told[name], true, "{name}");
    }
    assert_eq!(told["overlap"], false);
    assert_eq!(told["links"], 13);
    assert_eq!(told["near"], serde_json::json!(["payment", "order"]));
    assert_eq!(told["further"], 5);
    assert_eq!(told["opened"], "order");
}

/// A script for SQLite whose names, defaults and comments look like markup, code and the ends of strings.
pub(super) const HOSTILE: &str = r#"
CREATE TABLE "<script>alert(1)</script>" (id integer PRIMARY KEY, "it's ""quoted"" \ %x `tick`" text DEFAULT 'a''b"c',
  "a|b" text, "2fa" text NOT NULL DEFAULT '</script><img src=x onerror=alert(1)>');
CREATE TABLE "order / line" ("<b>" integer REFERENCES "<script>alert(1)</script>"(id), n text CHECK (n <> '`'), PRIMARY KEY ("<b>", n));
CREATE INDEX "i""x'`" ON "order / line" (lower(n) desc) WHERE n IS NOT NULL;
CREATE VIEW "v<i>" AS SELECT '</script><!--' AS a FROM "order / line";
CREATE TABLE "{{data}}" (id integer PRIMARY KEY);
CREATE TABLE "🦀.tab;le{}[]" (id integer PRIMARY KEY);
"#;

#[apply(test_in_browser)]
fn names_that_look_like_markup_stay_text() {
    let project = Project::empty("dialects = [\"sqlite\"]\n");
    project.write("hostile.sql", HOSTILE);
    let page = project.succeeds(&["docs", "--of", "file:hostile.sql"]);
    let seen = look(
        &page,
        "",
        r##"
        let alerts = 0;
        window.alert = () => { alerts++; };
        say("names", words("#list section a"));
        const headings = [];
        for (const link of many("#list section a").map((it) => it.getAttribute("href"))) {
          await go(link);
          headings.push(one("h1").textContent);
        }
        say("headings", headings);
        await go("#/diagram");
        await key("/");
        await type(search, "<script>");
        say("found", words("#list a"));
        say("alerts", alerts);
        say("elements", many("#content script, #content img, #side script, #side img, #content b, #content i").length);
        "##,
    );
    assert_eq!(seen.console, [] as [String; 0]);
    let told = &seen.told;
    let names = ["<script>alert(1)</script>", "order / line", "{{data}}", "🦀.tab;le{}[]", "v<i>"];
    assert_eq!(told["names"], serde_json::json!(names));
    assert_eq!(told["headings"], serde_json::json!(names));
    assert_eq!(told["found"], serde_json::json!(["<script>alert(1)</script>"]));
    assert_eq!((&told["alerts"], &told["elements"]), (&0.into(), &0.into()));
}

fn many_tables(count: usize) -> Schema {
    let mut schema = Schema::default();
    let name = |number: usize| ObjectName::local(Name::new(format!("table_{number:04}")));
    for number in 0..count {
        let mut table = Table::new(name(number));
        table.columns.insert(Column::new("id", Type::Native("bigint".to_owned())));
        table.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
        for column in ["name", "status", "created_at", "updated_at", "amount", "note", "position", "parent_id"] {
            table.columns.insert(Column::new(column, Type::Native("character varying(255)".to_owned())));
        }
        table.indexes.insert("by_status".into(), Index::on("by_status", ["status".into()]));
        if number > 0 {
            let key = ForeignKey {
                name: "parent".into(),
                columns: vec!["parent_id".into()],
                references: name(number / 3),
                referenced_columns: vec!["id".into()],
                on_update: None,
                on_delete: Some(Action::Cascade),
                options: Default::default(),
            };
            table.foreign_keys.insert("parent".into(), key);
        }
        schema.tables.insert(table.name.clone(), table);
    }
    schema
}

#[apply(test_in_browser)]
fn five_thousand_tables_open_at_once() {
    let page = |schema: &Schema| {
        let origins = Origins::default();
        let one = Documented {
            product: Product::Postgres,
            schema,
            origins: Some(&origins),
            sources: Default::default(),
            log: ChangeLog::default(),
        };
        schema_html("large", &[one])
    };
    let (small, large) = (page(&many_tables(1)), page(&many_tables(5000)));
    assert!(large.len() < 1_600_000, "{} bytes", large.len());
    let time = |page: &str, script: &str| {
        let began = Instant::now();
        let seen = look(page, "", script);
        (began.elapsed(), seen)
    };
    let (base, _) = time(&small, "");
    let (opened, seen) = time(&large, r##"say("listed", many("#list section[aria-label=Tables] a").length);"##);
    assert_eq!(seen.told["listed"], 5000);
    // Most of it is the start of the browser; the machine may be busy.
    assert!(opened < base * 3 + Duration::from_secs(3), "{opened:?}, and {base:?} for one table");
    let (_, seen) = time(
        &large,
        r##"await go("#/diagram"); say("boxes", many(".diagram [data-table]").length);
            await go("#table_0001"); say("near", many(".diagram [data-table]").length);"##,
    );
    assert_eq!((&seen.told["boxes"], &seen.told["near"]), (&5000.into(), &5.into()));
}

/// For people: nothing is compared, because fonts differ between machines. A page that is not drawn has one colour.
#[apply(test_in_browser)]
fn pictures_of_it_are_among_the_artifacts() {
    let page = bookshop();
    for (name, hash, size, dark) in [
        ("schema-overview-light", "", (1280, 900), false),
        ("schema-table-dark", "#book", (1280, 1400), true),
        ("schema-table-narrow", "#order", (480, 900), false),
        ("schema-diagram-dark", "#/diagram", (1280, 900), true),
    ] {
        let bytes = draw(&page, hash, name, size, dark);
        assert!(bytes > 15_000, "{name}: {bytes} bytes");
    }
}
