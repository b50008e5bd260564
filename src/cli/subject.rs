//! `gen subject`: exports or deletes the rows of one person.
//!
//! Must not know how the rows are found.

use sea_gen_runner::Error;
use serde_json::{Map, Value, json};

use crate::workflow::personal::subject::{self, Exported, ExportedValue};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, Subject, SubjectWork};
use super::paint::{self, Ink, ink};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Subject) -> Result<Ending, Failure> {
    if command.work == SubjectWork::Export && command.apply {
        return Err(Error::new("`--apply` is for `delete`: an export changes nothing").into());
    }
    let workspace = Workspace::open(common)?;
    if command.apply {
        workspace.refuse_protected()?;
    }
    let mut subject = subject::Subject::find(&workspace, &command.table, &command.key).await?;
    match command.work {
        SubjectWork::Export if command.sql => print(&subject.queries(), command.json),
        SubjectWork::Export => {
            let tables: Vec<Value> = subject.export().await?.iter().map(rows).collect();
            paint::exact(&format!("{:#}\n", json!({ "tables": tables })));
        }
        SubjectWork::Delete if command.apply => {
            let count = subject.delete().await?;
            match command.json {
                true => paint::exact(&format!("{:#}\n", json!({ "rows": count }))),
                false => {
                    let rows = show::plural(usize::try_from(count).unwrap_or(usize::MAX), "row");
                    paint::result(&format!("{} {rows} deleted or changed\n", ink(Ink::Green, "done:")));
                }
            }
        }
        SubjectWork::Delete => {
            print(&subject.deletion().await?, command.json);
            paint::talk("nothing was changed; next: read it, then add `--apply`");
        }
    }
    subject.live.session.close().await;
    Ok(Ending::Done)
}

fn print(statements: &[String], as_json: bool) {
    match as_json {
        true => paint::exact(&format!("{:#}\n", json!({ "statements": statements }))),
        false => paint::exact(&statements.iter().map(|it| format!("{it};\n")).collect::<String>()),
    }
}

fn rows(exported: &Exported) -> Value {
    let value = |value: &ExportedValue| match value {
        ExportedValue::Null => Value::Null,
        ExportedValue::Text(text) => json!(text),
        ExportedValue::Hex(digits) => json!({ "hex": digits }),
    };
    let row = |values: &Vec<ExportedValue>| {
        let pairs = exported.columns.iter().cloned().zip(values.iter().map(value));
        Value::Object(pairs.collect::<Map<_, _>>())
    };
    json!({ "table": exported.table, "rows": exported.rows.iter().map(row).collect::<Vec<_>>() })
}
