//! A schema in the formats of other viewers. Their own readers have taken these texts: `@dbml/core`, `mermaid`, and the JSON schema of
//! tbls. They are not at hand here, so a change of a golden text asks for a look by them.

use super::schema::HOSTILE;
use crate::cli::project::Project;

fn hostile(format: &str) -> String {
    let project = Project::empty("dialects = [\"sqlite\"]\n");
    project.write("hostile.sql", HOSTILE);
    project.succeeds(&["docs", "--of", "file:hostile.sql", "--format", format])
}

#[apply(test)]
fn mermaid_takes_any_name() {
    insta::assert_snapshot!(hostile("mermaid"), @r#"
    erDiagram
      t1["‹script›alert(1)‹/script›"] {
        integer id PK
        text it_s__quoted_____x__tick "it's 'quoted' / /x 'tick', null"
        text a_b "a|b, null"
        text x2fa "2fa"
      }
      t2["order / line"] {
        integer x_b PK, FK "‹b›, null"
        text n PK "null"
      }
      t3["((data))"] {
        integer id PK
      }
      t4["🦀.tab,le()()"] {
        integer id PK
      }
      t1 |o--o{ t2 : "‹b›"
    "#);
}

#[apply(test)]
fn dbml_takes_any_name() {
    insta::assert_snapshot!(hostile("dbml"), @r#"
    Table "<script>alert(1)</script>" {
      "id" "integer" [pk, not null]
      "it's \"quoted\" \\ %x `tick`" "text" [null, default: `'a''b"c'`]
      "a|b" "text" [null]
      "2fa" "text" [not null, default: `'</script><img src=x onerror=alert(1)>'`]
    }

    Table "order / line" {
      "<b>" "integer" [null]
      "n" "text" [null]

      indexes {
        ("<b>", "n") [pk]
        (`lower(n)`) [name: 'i"x\'`', note: 'where n IS NOT NULL']
      }

      checks {
        `n <> '"'` [name: 'order / line_n_check']
      }
    }

    Table "{{data}}" {
      "id" "integer" [pk, not null]
    }

    Table "🦀.tab;le{}[]" {
      "id" "integer" [pk, not null]
    }

    Ref "fk-order / line-<b>": "order / line"."<b>" > "<script>alert(1)</script>"."id"
    "#);
}

#[apply(test)]
fn markdown_takes_any_name() {
    let text = hostile("markdown");
    let outside: String = text.split("```").step_by(2).collect();
    insta::assert_snapshot!(outside, @r#"
    # hostile

    SQLite.

    ## Tables

    | table | columns | |
    |---|--:|---|
    | [\<script\>alert(1)\</script\>](#scriptalert1script) | 4 |  |
    | [order / line](#order--line) | 2 |  |
    | [{{data}}](#data) | 1 |  |
    | [🦀.tab;le{}\[\]](#table) | 1 |  |



    ## \<script\>alert(1)\</script\>

    | column | type | null | default | |
    |---|---|---|---|---|
    | `id` 🔑 | `integer` |  |  |  |
    | `` it's "quoted" \ %x `tick` `` | `text` | null | `'a''b"c'` |  |
    | `a\|b` | `text` | null |  |  |
    | `2fa` | `text` |  | `'</script><img src=x onerror=alert(1)>'` |  |

    - primary key (id)

    ## order / line

    | column | type | null | default | |
    |---|---|---|---|---|
    | `<b>` 🔑 | `integer` | null |  | → [\<script\>alert(1)\</script\>](#scriptalert1script) |
    | `n` 🔑 | `text` | null |  |  |

    - primary key (\<b\>, n)
    - foreign key `fk-order / line-<b>` (\<b\>) → [\<script\>alert(1)\</script\>](#scriptalert1script) (id)
    - check `order / line_n_check` `` n <> '`' ``
    - index `` i"x'` `` ((lower(n)) desc) where n IS NOT NULL

    ## {{data}}

    | column | type | null | default | |
    |---|---|---|---|---|
    | `id` 🔑 | `integer` |  |  |  |

    - primary key (id)

    ## 🦀.tab;le{}\[\]

    | column | type | null | default | |
    |---|---|---|---|---|
    | `id` 🔑 | `integer` |  |  |  |

    - primary key (id)

    ## Views

    ### v\<i\>

    Reads [order / line](#order--line).
    "#);
}

/// Every property of the JSON is one that `spec/tbls.schema.json_schema.json` of k1LoW/tbls lists, and the required ones are there.
#[apply(test)]
fn tbls_has_the_properties_of_its_schema() {
    let report: serde_json::Value = serde_json::from_str(&hostile("tbls")).unwrap();
    let known: &[(&str, &[&str], &[&str])] = &[
        ("", &["tables"], &["name", "desc", "relations", "functions", "enums", "driver", "labels", "viewpoints"]),
        (
            "/tables",
            &["name", "type", "columns"],
            &["comment", "indexes", "constraints", "triggers", "def", "labels", "referenced_tables"],
        ),
        ("/tables/columns", &["name", "type", "nullable"], &["default", "extra_def", "labels", "comment"]),
        ("/tables/indexes", &["name", "def", "table", "columns"], &["comment"]),
        (
            "/tables/constraints",
            &["name", "type", "def", "table", "columns"],
            &["referenced_table", "referenced_columns", "comment"],
        ),
        (
            "/relations",
            &["table", "columns", "parent_table", "parent_columns", "def"],
            &["cardinality", "parent_cardinality", "virtual"],
        ),
    ];
    let mut seen = 0;
    for (path, required, optional) in known {
        let mut level = vec![&report];
        for part in path.split('/').skip(1) {
            level = level.iter().flat_map(|it| it[part].as_array().unwrap()).collect();
        }
        for object in level {
            let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
            assert!(required.iter().all(|key| object.get(key).is_some()), "{path}: {keys:?}");
            assert!(keys.iter().all(|key| required.iter().chain(*optional).any(|it| it == key)), "{path}: {keys:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    assert_eq!(report["relations"][0]["cardinality"], "zero_or_more");
}

/// The bookshop in all formats, twice: no clock, no order of a hash table. `--out` writes the same.
#[apply(test)]
fn the_same_state_gives_the_same_text() {
    let project = Project::bookshop();
    project.succeeds(&["init"]);
    for (format, file) in [
        ("html", "schema.html"),
        ("markdown", "schema.md"),
        ("mermaid", "schema.mmd"),
        ("dbml", "schema.dbml"),
        ("tbls", "schema.json"),
    ] {
        let of = ["docs", "--of", "entities", "--format", format];
        let text = project.succeeds(&of);
        assert!(text.contains("book_author") && text.ends_with('\n'), "{format}");
        assert_eq!(text, project.succeeds(&of), "{format}");
        let said = project.succeeds(&["docs", "--of", "entities", "--format", format, "--out", "docs/new/"]);
        assert_eq!(said, format!("wrote docs/new/{file}\n"));
        assert_eq!(project.read(format!("docs/new/{file}")), text);
    }
    let html = project.read("docs/new/schema.html");
    assert!(!html.contains("http://") || html.matches("http://").count() == 1, "only the name of SVG is an address");
    assert!(!html.contains("https://") && !html.contains("src="));
}

#[apply(test)]
fn one_dialect_is_chosen_by_name() {
    let project = Project::bookshop();
    let text = project.succeeds(&["docs", "--of", "entities", "--format", "dbml", "--dialect", "postgres"]);
    assert!(text.contains("Enum \"payment_status\"") && text.contains("timestamp with time zone"), "{text}");
    let project = Project::begun();
    let said = project.refused(&["docs", "--dialect", "mysql"]);
    assert!(said.contains("there is no schema for MySQL") && said.contains("choose one of sqlite"), "{said}");
}

/// Whatever is not a file stays what it is: it is written to, not replaced.
#[cfg(unix)]
#[apply(test)]
fn a_pipe_is_written_to() {
    use std::os::unix::fs::FileTypeExt as _;
    let project = Project::bookshop();
    let pipe = project.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let (send, receive) = std::sync::mpsc::channel();
    let from = pipe.clone();
    std::thread::spawn(move || send.send(std::fs::read_to_string(from).unwrap()));
    let of = ["docs", "--of", "entities", "--format", "dbml"];
    assert_eq!(project.succeeds(&[&of[..], &["--out", "pipe"]].concat()), "wrote pipe\n");
    let text = receive.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(text, project.succeeds(&of));
}

/// A path may lead out of the project, by `..` too.
#[apply(test)]
fn a_file_may_be_outside_of_the_project() {
    let project = Project::bookshop();
    let of = ["--of", "entities", "--format", "dbml", "--out", "../made/x.dbml"];
    project.write("entities/inner/keep", "");
    let mut command = project.command(&[&["docs", "--project", ".."], &of[..]].concat());
    let output = command.current_dir(project.path("entities/inner")).output().unwrap();
    assert!(output.status.success(), "{}", project.shown(&output));
    assert!(project.read("entities/made/x.dbml").contains("Table \"book\""));
}
