//! `gen lint`: hazards of migration files, generated or not.
//!
//! Must not know the hazards; it selects files and prints the findings.

mod formats;

use sea_gen_runner::Direction;
use std::path::PathBuf;

use sea_gen_runner::files::read_text;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::run;
use sea_gen_runner::session::{Missing, connect};

use crate::dialect::{self, Product};
use crate::lint::script::{self, MISSING_DOWN, StatementPlace};
use crate::lint::{Finding, Level};
use crate::project::find_id;
use crate::workflow::Workspace;
use crate::workflow::read_statements::lines;

use super::arguments::{Common, Lint, LintFormat};
use super::report::Failure;
use super::{Ending, paint};

/// A file and its findings.
struct Judged {
    path: PathBuf,
    product: Product,
    /// The remarks, each with its line in the file, from 1.
    remarks: Vec<(usize, Finding<StatementPlace>)>,
}

pub(super) async fn run(common: &Common, command: &Lint) -> Result<Ending, Failure> {
    let format = if command.json { LintFormat::Json } else { command.format };
    if command.rules {
        paint::exact(&formats::rules(format == LintFormat::Json));
        return Ok(Ending::Done);
    }
    if let Some(id) = &command.explain {
        paint::result(&formats::explained(id, format == LintFormat::Json)?);
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
    let wanted = command.targets.iter().map(|text| Ok(find_id(text, &known)?.clone()));
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
    // What is said of the file as a whole belongs to neither way.
    let decides = |remark: &Finding<StatementPlace>| {
        remark.place.direction == Direction::Up || command.down || remark.place.statement.is_none()
    };
    let stops = |(_, remark): &(usize, Finding<StatementPlace>)| {
        remark.place.silenced.is_none() && remark.level >= Level::Warning && decides(remark)
    };
    let found = judged.iter().any(|file| file.remarks.iter().any(stops));
    Ok(if found { Ending::Findings } else { Ending::Done })
}

/// The migrations applied in the connected database. Without one, every migration may be pending somewhere.
async fn applied(workspace: &Workspace) -> Option<(Product, Vec<String>)> {
    let connection = workspace.connection().filter(|_| !workspace.database_is_absent())?;
    let told = match connect(connection, Missing::Refuse).await {
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
    let text = read_text(&path)?;
    let places = migration::lines(product, &text)?;
    let (up, down) = lines(migration);
    let mut remarks = script::lint(product, dialect::of(product).costs(), &up, &down);
    remarks.retain(|remark| remark.rule != MISSING_DOWN.id || !migration::explains_missing_down(product, &text));
    let placed = remarks.into_iter().map(|remark| {
        let [up, down] = &places;
        let of_way = if remark.place.direction == Direction::Up { up } else { down };
        (remark.place.statement.and_then(|at| of_way.get(at)).copied().unwrap_or(1), remark)
    });
    let mut remarks: Vec<(usize, Finding<StatementPlace>)> = placed.collect();
    remarks.sort_by_key(|(line, remark)| (remark.place.direction, *line, std::cmp::Reverse(remark.level)));
    Ok(Judged { path: workspace.project.shown(&path).to_owned(), product, remarks })
}
