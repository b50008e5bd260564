//! `gen lint`: hazards of migration files, generated or not.
//!
//! Must not know the hazards; it selects files and prints the findings.

mod formats;

use sea_gen_runner::Direction;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sea_gen_runner::files::read_text;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::run;
use sea_gen_runner::session::{Missing, connect};

use crate::dialect::{self, Product};
use crate::introspect::SEAORM_HISTORY;
use crate::lint::code::CodePlace;
use crate::lint::house::{HOUSE_RULES, HouseRule};
use crate::lint::script::{self, MISSING_DOWN, StatementPlace};
use crate::lint::{Finding, Level, RULES, Rule};
use crate::project::find_id;
use crate::workflow::lint_code::{self, JudgedCode};
use crate::workflow::lint_house::{self, JudgedObject};
use crate::workflow::read_statements::lines;
use crate::workflow::{Workspace, applicables};

use super::arguments::{Common, Lint, LintFormat};
use super::report::Failure;
use super::{Ending, paint, show};

/// A file and its findings.
struct Judged {
    path: PathBuf,
    /// The dialect of an SQL file; none of one in Rust.
    product: Option<Product>,
    remarks: Vec<Remark>,
}

/// A finding as it is shown.
struct Remark {
    rule: &'static str,
    level: Level,
    /// The line in the file, from 1.
    line: usize,
    /// The direction, in an SQL file.
    direction: Option<Direction>,
    /// The index of the statement in its direction; none for a whole section.
    statement: Option<usize>,
    message: String,
    /// Why it is a hazard, and what to do instead.
    why: &'static str,
    suggestion: &'static str,
    silenced: Option<String>,
}

impl Remark {
    fn of_script(line: usize, finding: Finding<StatementPlace>) -> Self {
        let (rule, house) = (rule(finding.rule), house_rule(finding.rule));
        let StatementPlace { direction, statement, silenced } = finding.place;
        Self {
            rule: finding.rule,
            level: finding.level,
            line,
            direction: Some(direction),
            statement,
            message: finding.message,
            why: rule.map(|rule| rule.why).or(house.map(|rule| rule.why)).unwrap_or_default(),
            suggestion: rule
                .and_then(|rule| rule.script.as_ref())
                .map(|it| it.suggestion)
                .or(house.map(|rule| rule.suggestion))
                .unwrap_or_default(),
            silenced,
        }
    }

    fn of_object(object: JudgedObject) -> Self {
        let JudgedObject { line, finding, silenced, .. } = object;
        let rule = house_rule(finding.rule);
        Self {
            rule: finding.rule,
            level: finding.level,
            line,
            direction: None,
            statement: None,
            message: finding.message,
            why: rule.map(|rule| rule.why).unwrap_or_default(),
            suggestion: rule.map(|rule| rule.suggestion).unwrap_or_default(),
            silenced,
        }
    }

    fn of_code(finding: Finding<CodePlace>) -> Self {
        let rule = rule(finding.rule);
        let CodePlace { line, silenced } = finding.place;
        Self {
            rule: finding.rule,
            level: finding.level,
            line,
            direction: None,
            statement: None,
            message: finding.message,
            why: rule.map(|rule| rule.why).unwrap_or_default(),
            suggestion: rule.and_then(|rule| rule.code.as_ref()).map(|it| it.suggestion).unwrap_or_default(),
            silenced,
        }
    }
}

fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

fn house_rule(id: &str) -> Option<&'static HouseRule> {
    HOUSE_RULES.into_iter().find(|rule| rule.id == id)
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
    let code = lint_code::judge(&workspace)?;
    let (in_rust, in_sql): (Vec<&String>, Vec<&String>) =
        command.targets.iter().partition(|meant| code.iter().any(|file| is_meant(file, meant)));
    let wanted = in_sql.iter().map(|text| Ok(find_id(text, &known)?.clone()));
    let wanted: Vec<MigrationId> = wanted.collect::<Result<_, Failure>>()?;
    let chooses = command.targets.is_empty();
    let before = command.base.as_ref().map(|base| workspace.project.files_at(base)).transpose()?;
    let applied = if chooses && !command.all && before.is_none() { applied(&workspace).await } else { None };
    for (product, migrations) in all {
        let is_chosen = |migration: &&Migration| match (chooses, &applied) {
            (false, _) => wanted.contains(&migration.id),
            (true, _) if before.as_ref().is_some_and(|files| has_migration(files, &migration.id)) => false,
            (true, Some(applied)) if applied.product == product => !applied.ids.contains(&migration.id.to_string()),
            (true, _) => true,
        };
        for migration in migrations.iter().filter(is_chosen) {
            judged.push(judge(&workspace, product, migration)?);
        }
    }
    for file in code {
        let is_applied = applied.as_ref().is_some_and(|applied| applied.seaorm.contains(&file.name));
        let is_chosen = match chooses {
            true if before.as_ref().is_some_and(|files| files.contains(workspace.project.shown(&file.path))) => false,
            true => !is_applied || file.is_migrator,
            false => in_rust.iter().any(|meant| is_meant(&file, meant)),
        };
        if is_chosen {
            let path = workspace.project.shown(&file.path).to_owned();
            let remarks = file.findings.into_iter().map(Remark::of_code).collect();
            judged.push(Judged { path, product: None, remarks });
        }
    }
    if chooses {
        judged.extend(objects(&workspace, command.all).await?);
    }
    match format {
        LintFormat::Text => paint::result(&formats::text(&judged)),
        LintFormat::Json => paint::exact(&formats::json(&judged)),
        LintFormat::Github => paint::exact(&formats::github(&judged)),
        LintFormat::Gitlab => paint::exact(&formats::gitlab(&judged)),
        LintFormat::Sarif => paint::exact(&formats::sarif(&judged)),
    }
    if judged.is_empty() && format == LintFormat::Text {
        paint::talk("nothing to look at: no migration is pending");
    }
    // What is said of the file as a whole belongs to neither way.
    let decides =
        |remark: &Remark| remark.direction != Some(Direction::Down) || command.down || remark.statement.is_none();
    let stops = |remark: &Remark| remark.silenced.is_none() && remark.level >= Level::Warning && decides(remark);
    let found = judged.iter().any(|file| file.remarks.iter().any(stops));
    Ok(if found { Ending::Findings } else { Ending::Done })
}

/// What the rules of the project find in what is declared. What is only kept is listed if all is asked for.
async fn objects(workspace: &Workspace, all: bool) -> Result<Vec<Judged>, Failure> {
    let (kept, mut listed): (Vec<_>, Vec<_>) =
        lint_house::judge(workspace).await?.into_iter().partition(|object| object.is_kept);
    match (all, kept.len()) {
        (true, _) => listed.extend(kept),
        (false, 0) => {}
        (false, count) => {
            let what = show::plural(count, "finding");
            paint::talk(format!("note: {what} about what is kept as it was; listed by `gen lint --all`"));
        }
    }
    let mut files: BTreeMap<PathBuf, Vec<Remark>> = BTreeMap::new();
    for object in listed {
        let path = workspace.project.shown(&object.path).to_owned();
        files.entry(path).or_default().push(Remark::of_object(object));
    }
    let judged = |(path, mut remarks): (PathBuf, Vec<Remark>)| {
        remarks.sort_by_key(|remark| (remark.line, std::cmp::Reverse(remark.level)));
        Judged { path, product: None, remarks }
    };
    Ok(files.into_iter().map(judged).collect())
}

/// Whether one of the files is that of a migration, in whichever folder.
fn has_migration(files: &BTreeSet<PathBuf>, id: &MigrationId) -> bool {
    let name = format!("{id}.sql");
    files.iter().any(|file| file.file_name().is_some_and(|it| it.to_str() == Some(name.as_str())))
}

/// Whether a migration in Rust is meant: by its name, the beginning of it, or its file.
fn is_meant(file: &JudgedCode, meant: &str) -> bool {
    let stem = meant.rsplit(['/', '\\']).next().unwrap_or(meant);
    let stem = stem.strip_suffix(".rs").unwrap_or(stem);
    !file.is_migrator && stem.starts_with('m') && file.name.starts_with(stem)
}

/// What the connected database has.
struct Applied {
    product: Product,
    ids: Vec<String>,
    /// The application's own migrations.
    seaorm: Vec<String>,
}

/// The migrations applied in the connected database. Without one, every migration may be pending somewhere.
async fn applied(workspace: &Workspace) -> Option<Applied> {
    let connection = workspace.connection().filter(|_| !workspace.database_is_absent())?;
    let told = match connect(connection, Missing::Refuse).await {
        Ok(mut session) => {
            let product = session.product();
            let files = workspace.all_migrations(product).unwrap_or_default();
            let history = run::history(&mut session).await;
            let history = history.map(|history| run::as_filed(&history, &applicables(&files)));
            // Without the table, none of them was applied.
            let rows = session.query(&format!("SELECT version FROM {SEAORM_HISTORY}")).await.unwrap_or_default();
            let seaorm = rows.iter().map(|row| row.text(0).to_owned()).collect();
            session.close().await;
            history.map(|records| Applied {
                product,
                ids: records.into_iter().map(|record| record.id).collect(),
                seaorm,
            })
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

/// The findings of migrations as SARIF.
pub(super) fn sarif<'m>(
    workspace: &Workspace,
    migrations: impl Iterator<Item = (Product, &'m Migration)>,
) -> Result<String, Failure> {
    let judged = migrations.map(|(product, migration)| judge(workspace, product, migration));
    Ok(formats::sarif(&judged.collect::<Result<Vec<_>, _>>()?))
}

fn judge(workspace: &Workspace, product: Product, migration: &Migration) -> Result<Judged, Failure> {
    let path = workspace.path_of(product, &migration.id);
    let text = read_text(&path)?;
    let places = migration::lines(product, &text)?;
    let (up, down) = lines(migration);
    let mut remarks = script::lint(product, dialect::of(product).costs(), &up, &down);
    remarks.retain(|remark| remark.rule != MISSING_DOWN.id || !migration::explains_missing_down(product, &text));
    remarks.extend(lint_house::judge_script(workspace, migration));
    let placed = remarks.into_iter().map(|remark| {
        let [up, down] = &places;
        let of_way = if remark.place.direction == Direction::Up { up } else { down };
        Remark::of_script(remark.place.statement.and_then(|at| of_way.get(at)).copied().unwrap_or(1), remark)
    });
    let mut remarks: Vec<Remark> = placed.collect();
    remarks.sort_by_key(|remark| (remark.direction, remark.line, std::cmp::Reverse(remark.level)));
    Ok(Judged { path: workspace.project.shown(&path).to_owned(), product: Some(product), remarks })
}
