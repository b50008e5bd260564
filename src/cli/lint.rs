//! `gen lint`: hazards of migration files, whoever wrote them.
//!
//! Must not know what a hazard is; it chooses files, has them read and judged, and prints what is said.

mod formats;

use std::path::PathBuf;

use crate::dialect::session::Missing;
use crate::dialect::{self, Product, Statement, reading};
use crate::lint::Level;
use crate::lint::script::{self, Line, Remark, Way};
use crate::project::{MigrationId, read_text};
use crate::run;
use crate::write::Migration;

use super::Ending;
use super::arguments::{Common, Lint, LintFormat};
use super::paint;
use super::report::Failure;
use super::states::Workspace;

/// A file and what is said of it.
struct Judged {
    path: PathBuf,
    product: Product,
    /// The remarks, each with its line in the file, from 1.
    remarks: Vec<(usize, Remark)>,
}

pub(super) async fn run(common: &Common, command: &Lint) -> Result<Ending, Failure> {
    let format = if command.json { LintFormat::Json } else { command.format };
    if command.rules {
        paint::exact(&formats::rules(format == LintFormat::Json));
        return Ok(Ending::Done);
    }
    let workspace = Workspace::open(common)?;
    let mut judged = Vec::new();
    let mut known: Vec<MigrationId> = Vec::new();
    let mut all = Vec::new();
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        known.extend(migrations.iter().map(|migration| migration.id.clone()));
        all.push((*product, migrations));
    }
    let wanted = command.targets.iter().map(|text| Ok(MigrationId::find(text, &known)?.clone()));
    let wanted: Vec<MigrationId> = wanted.collect::<Result<_, Failure>>()?;
    let applied = if wanted.is_empty() && !command.all { applied(&workspace).await } else { None };
    for (product, migrations) in all {
        let is_chosen = |migration: &&Migration| match (wanted.is_empty(), &applied) {
            (false, _) => wanted.contains(&migration.id),
            (true, Some((on, ids))) if *on == product => !ids.contains(&migration.id.to_string()),
            (true, _) => true,
        };
        for migration in migrations.iter().filter(is_chosen) {
            judged.push(judge(&workspace, product, migration)?);
        }
    }
    match format {
        LintFormat::Text => paint::result(&formats::text(&judged)),
        LintFormat::Json => paint::exact(&formats::json(&judged)),
        LintFormat::Github => paint::exact(&formats::github(&judged)),
        LintFormat::Sarif => paint::exact(&formats::sarif(&judged)),
    }
    if judged.is_empty() && format == LintFormat::Text {
        paint::talk("nothing to look at: no migration is pending");
    }
    let stops = |(_, remark): &(usize, Remark)| remark.silenced.is_none() && remark.level >= Level::Warning;
    let found = judged.iter().any(|file| file.remarks.iter().any(stops));
    Ok(if found { Ending::Findings } else { Ending::Done })
}

/// What the database at hand has applied. Without one, every migration may be pending somewhere.
async fn applied(workspace: &Workspace) -> Option<(Product, Vec<String>)> {
    let connection = workspace.connection.as_ref().filter(|_| !workspace.database_is_absent())?;
    let told = match run::connect(connection, Missing::Refuse).await {
        Ok(mut session) => {
            let history = run::history(&mut session).await;
            let product = session.product();
            session.close().await;
            history.map(|records| (product, records.into_iter().map(|record| record.id).collect()))
        }
        Err(error) => Err(error),
    };
    match told {
        Ok(told) => Some(told),
        Err(error) => {
            paint::talk(format!("note: {error}; looking at every migration"));
            None
        }
    }
}

fn judge(workspace: &Workspace, product: Product, migration: &Migration) -> Result<Judged, Failure> {
    let path = workspace.project.migration_path(product, &migration.id);
    let text = read_text(&path)?.replace("\r\n", "\n");
    let lines = |statements: &[Statement]| -> Vec<Line> {
        let line = |it: &Statement| {
            Line::new(reading::read(product, &it.sql), it.transactional, it.step.is_some(), it.note.as_deref())
        };
        statements.iter().map(line).collect()
    };
    let (up, down) = (lines(&migration.up), lines(&migration.down));
    let remarks = script::lint(product, dialect::of(product).costs(), &up, &down);
    let places = [positions(&text, &migration.up), positions(&text, &migration.down)];
    let placed = remarks.into_iter().map(|remark| {
        let [up, down] = &places;
        let of_way = if remark.way == Way::Up { up } else { down };
        (remark.statement.and_then(|at| of_way.get(at)).copied().unwrap_or(1), remark)
    });
    let mut remarks: Vec<(usize, Remark)> = placed.collect();
    remarks.sort_by_key(|(line, remark)| (remark.way, *line, std::cmp::Reverse(remark.level)));
    Ok(Judged { path: workspace.project.shown(&path).to_owned(), product, remarks })
}

/// The lines statements begin at, from 1: they stand in the file as they are, one after the other.
fn positions(text: &str, statements: &[Statement]) -> Vec<usize> {
    // What both ways have in common stands in the first one first, so the search begins where all of them follow.
    let from = |start: usize| -> Option<Vec<usize>> {
        let mut position = start;
        let mut found = Vec::new();
        for statement in statements {
            let at = position + text.get(position..)?.find(statement.sql.as_str())?;
            found.push(text.get(..at)?.matches('\n').count() + 1);
            position = at + statement.sql.len();
        }
        Some(found)
    };
    let marks = text.match_indices("\n--").map(|(at, _)| at + 1);
    let is_mark = |at: &usize| {
        let line = text.get(*at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let word = line.trim_matches(|letter: char| !letter.is_alphabetic());
        word.eq_ignore_ascii_case("up") || word.eq_ignore_ascii_case("down")
    };
    let starts: Vec<usize> = [0].into_iter().chain(marks.filter(is_mark)).collect();
    starts.iter().rev().find_map(|start| from(*start)).unwrap_or_default()
}
