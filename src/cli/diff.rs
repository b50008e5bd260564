//! `gen diff`: shows the difference between any two states, in any of five forms.
//!
//! Must not know how two states are compared.

use std::path::PathBuf;

use sea_gen_runner::migration;
use serde_json::json;

use crate::dialect::{self, Dialect, Forms};
use crate::plan::Plan;
use crate::project::Snapshot;
use crate::schema::{Normalized, Origins, Schema};
use crate::workflow::Failure;
use crate::workflow::compare::{Compared, Difference, Request, compare};

use super::arguments::{Common, Diff, DiffFormat};
use super::{Ending, paint, show};

pub(super) async fn run(common: &Common, command: &Diff) -> Result<Ending, Failure> {
    let Diff { from, to, scope, .. } = command;
    let (include, exclude) = (scope.include.clone(), scope.exclude.clone());
    let request = Request { from: from.parse()?, to: to.parse()?, include, exclude };
    let Compared { workspace, product, difference } = compare(common, &request).await?;
    let Difference { from, to, model, plan: there, comparison, unmanaged, .. } = difference;
    let (plan, start) = if command.down { (there.inverse(from.schema()), to.schema()) } else { (there, from.schema()) };
    let root = workspace.as_ref().map(|workspace| workspace.root().to_path_buf()).unwrap_or_default();
    let model = model.as_deref();
    let forms = workspace.map(|workspace| workspace.project.config.forms).unwrap_or_default();
    let dialect = dialect::of(product);
    let forms = if command.offline_forms { Forms::Offline } else { forms };
    let format = if command.json { DiffFormat::Json } else { command.format };
    let text = match format {
        DiffFormat::Text => show::plan(&plan, model, &root),
        DiffFormat::Sql => sql(dialect, forms, &plan, start)?,
        DiffFormat::Json => {
            let report = json!({
                "dialect": product.key(),
                "plan": show::plan_json(&plan, model, &root),
                "statements": dialect::statements(dialect, forms, &plan, start)?,
                "compared": comparison,
                "unmanaged": unmanaged,
            });
            format!("{report:#}\n")
        }
        DiffFormat::Markdown => markdown(dialect, forms, &plan, start)?,
        DiffFormat::Patch => {
            let (old, new) = if command.down { (&to, &from) } else { (&from, &to) };
            patch(old, new)?
        }
    };
    match format {
        DiffFormat::Text => paint::result(&text),
        DiffFormat::Sql | DiffFormat::Json | DiffFormat::Markdown | DiffFormat::Patch => paint::exact(&text),
    }
    if plan.is_empty() && format == DiffFormat::Text {
        paint::talk("no difference");
    }
    Ok(if command.exit_code && !plan.is_empty() { Ending::Findings } else { Ending::Done })
}

/// Executable statements.
fn sql(dialect: &dyn Dialect, forms: Forms, plan: &Plan, start: &Schema) -> Result<String, Failure> {
    let statements = dialect::statements(dialect, forms, plan, start)?;
    Ok(migration::script(dialect.product(), &statements))
}

fn markdown(dialect: &dyn Dialect, forms: Forms, plan: &Plan, start: &Schema) -> Result<String, Failure> {
    if plan.is_empty() {
        return Ok("No schema changes.\n".to_owned());
    }
    let lines: String = plan.ops().iter().map(|op| format!("- `{op}`\n")).collect();
    let sql = sql(dialect, forms, plan, start)?;
    Ok(format!(
        "**{}** ({})\n\n{lines}\n<details><summary>SQL</summary>\n\n```sql\n{sql}```\n\n</details>\n",
        show::plural(plan.ops().len(), "schema change"),
        dialect.product(),
    ))
}

/// A unified diff of the two snapshots, object by object.
fn patch(from: &Normalized, to: &Normalized) -> Result<String, Failure> {
    let files = |schema: &Normalized| Snapshot { schema: schema.schema().clone(), origins: Origins::default() }.texts();
    let (old, new) = (files(from)?, files(to)?);
    let mut names: Vec<&PathBuf> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let mut text = String::new();
    for name in names {
        let none = String::new();
        let (before, after) = (old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none));
        if before != after {
            let header = |present: bool, side: &str| -> String {
                if present { format!("{side}/{}", name.display()) } else { "/dev/null".into() }
            };
            let diff = similar::TextDiff::from_lines(before, after);
            let (a, b) = (header(old.contains_key(name), "a"), header(new.contains_key(name), "b"));
            text.push_str(&diff.unified_diff().header(&a, &b).to_string());
        }
    }
    Ok(text)
}
