//! Snapshots on disk: what is written is what is read, and nothing is written twice.

use super::*;

fn table(name: &str, check: Expression) -> Table {
    let mut table = Table::new(ObjectName::local(name));
    for name in ["id", "email"] {
        let column = Column::new(name, Type::Native("text".to_owned()));
        table.columns.insert(column);
    }
    let name = Name::new("positive");
    table.checks.insert(name.clone(), Check { name, expression: check, options: Options::new() });
    table
}

fn snapshot(check: Expression) -> Snapshot {
    let mut schema = Schema::default();
    for name in ["order", "user"] {
        schema.tables.insert(ObjectName::local(name), table(name, check.clone()));
    }
    let user = ObjectName::local("user");
    let origins = [
        (Place::Table(user.clone(), Part::Column(Name::new("email"), Facet::Default)), Origin::Adopted),
        (Place::Table(user, Part::Check(Name::new("positive"))), Origin::Sidecar),
    ];
    Snapshot { schema, origins: origins.into_iter().collect() }
}

fn save(root: &Path, snapshot: &Snapshot, before: Option<&Snapshot>) -> Vec<(String, FileChange)> {
    let mut batch = Batch::new(root);
    let folder = root.join("snapshots");
    snapshot.write(&folder, before, &mut batch).unwrap();
    let done = batch.commit().unwrap();
    done.into_iter().map(|(path, change)| (path.strip_prefix(&folder).unwrap().display().to_string(), change)).collect()
}

#[apply(test)]
fn one_file_an_object_that_reads_well() {
    let root = folder();
    let saved = save(root.path(), &snapshot(Expression::new("id > 0")), None);
    assert_eq!(
        saved,
        [("tables/order.json".to_owned(), FileChange::Created), ("tables/user.json".to_owned(), FileChange::Created)]
    );
    let expected = r#"{
  "checks": [
    {
      "expression": "id > 0",
      "name": "positive"
    }
  ],
  "columns": [
    {
      "name": "id",
      "nullable": false,
      "type": "text"
    },
    {
      "name": "email",
      "nullable": false,
      "type": "text"
    }
  ],
  "name": "user",
  "origins": {
    "adopted": [
      {"column": ["email", "default"]}
    ],
    "sidecar": [
      {"check": "positive"}
    ]
  }
}
"#;
    assert_eq!(fs::read_to_string(root.path().join("snapshots/tables/user.json")).unwrap(), expected);
    let read = Snapshot::read(&root.path().join("snapshots")).unwrap().unwrap();
    assert_eq!(read, snapshot(Expression::new("id > 0")));
    assert_eq!(Snapshot::read(&root.path().join("elsewhere")).unwrap(), None);
    fs::create_dir_all(root.path().join("empty/tables")).unwrap();
    assert_eq!(Snapshot::read(&root.path().join("empty")).unwrap(), None);
}

#[apply(test)]
#[cfg(unix)]
fn what_means_the_same_is_not_touched() {
    use std::os::unix::fs::MetadataExt as _;
    let root = folder();
    let normal = |text: &str| snapshot(Expression::new(text).with_canonical("id>0"));
    let first = normal("id > 0");
    save(root.path(), &first, None);
    let path = root.path().join("snapshots/tables/user.json");
    let touched = || {
        let metadata = fs::metadata(&path).unwrap();
        (metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
    };
    let was = touched();

    assert_eq!(save(root.path(), &first, Some(&first)), []);
    assert_eq!(save(root.path(), &first, None), []);
    let mut other = normal("(id > (0)::integer)");
    for table in other.schema.tables.values_mut() {
        table.columns = std::mem::take(&mut table.columns).into_iter().rev().collect();
    }
    assert_eq!(save(root.path(), &other, Some(&first)), []);
    assert_eq!(touched(), was);

    let user = ObjectName::local("user");
    let mut changed = other.clone();
    changed.schema.tables.get_mut(&user).unwrap().comment = Some("x".to_owned());
    assert_eq!(save(root.path(), &changed, Some(&first)), [("tables/user.json".to_owned(), FileChange::Changed)]);
    assert_ne!(touched(), was);
    let mut declared = changed.clone();
    declared.origins.set(Place::table(&ObjectName::local("order")), Origin::Adopted);
    assert_eq!(save(root.path(), &declared, Some(&changed)), [("tables/order.json".to_owned(), FileChange::Changed)]);
    let mut gone = declared.clone();
    gone.schema.tables.remove(&user);
    assert_eq!(save(root.path(), &gone, Some(&declared)), [("tables/user.json".to_owned(), FileChange::Deleted)]);
    assert_eq!(save(root.path(), &declared, Some(&declared)), [("tables/user.json".to_owned(), FileChange::Created)]);
}

#[apply(test)]
fn a_changed_file_is_refused() {
    let root = folder();
    save(root.path(), &snapshot(Expression::new("id > 0")), None);
    let path = root.path().join("snapshots/tables/user.json");
    let good = fs::read_to_string(&path).unwrap();
    let restore = "take it from the last commit: `git checkout -- ROOT/snapshots/tables/user.json`";
    for (text, message) in [
        (String::new(), "line 1: EOF while parsing a value"),
        (good.replace("\"email\",\n", "\"email\"\n"), "line 16: expected `,` or `}`"),
        (good.replacen("nullable", "nulable", 1), "line 13: missing field `nullable`"),
        (
            good.replace("\"name\": \"user\"", "\"comments\": \"x\",\n  \"name\": \"user\""),
            "line 20: `comments` does not belong there",
        ),
        (good.replace("sidecar", "sidecars"), "line 25: unknown field `sidecars`, expected `adopted` or `sidecar`"),
        (
            good.replace("\"default\"", "\"defualt\""),
            "line 23: unknown variant `defualt`, expected one of `whole`, `type`, `default`, `identity`, `generated`, `collation`, `on_update`, `on_delete`, `comment`, `options`",
        ),
        (good.replacen("\"id\"", "\"email\"", 1), "line 19: `email` is listed twice"),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(
            refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
            format!("`ROOT/snapshots/tables/user.json`, {message}\n{restore}")
        );
    }
    fs::write(&path, good.replace("  \"name\": \"user\"", "<<<<<<< HEAD\n  \"name\": \"user\"")).unwrap();
    let error = refusal(root.path(), Snapshot::read(&root.path().join("snapshots")));
    assert!(
        error.starts_with("`ROOT/snapshots/tables/user.json`, line 20: two branches have changed the same object\n"),
        "{error}"
    );
    fs::write(&path, good.replace("\"name\": \"user\"", "\"name\": \"users\"")).unwrap();
    assert_eq!(
        refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
        format!("`ROOT/snapshots/tables/user.json` holds `users`, whose file is `users.json`\n{restore}")
    );
    fs::write(&path, good.replace("\"name\": \"user\"", "\"name\": \"order\"")).unwrap();
    assert_eq!(
        refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
        "`ROOT/snapshots/tables/user.json` holds `order`, and so does `ROOT/snapshots/tables/order.json`\nremove the \
         copy: `git clean -n ROOT/snapshots/tables/user.json`"
    );
    fs::write(&path, b"{\n\"\xff\"}").unwrap();
    assert_eq!(
        refusal(root.path(), Snapshot::read(&root.path().join("snapshots"))),
        "`ROOT/snapshots/tables/user.json` is not UTF-8 text, at line 2\nsave it as UTF-8"
    );
}
