//! The project's own rules, judged on what the code declares and on what is kept.
//!
//! Must not know the rules, or how findings are shown.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sea_gen_runner::migration::Migration;

use crate::dialect::Dialect;
use crate::dialect::casts::Casts;
use crate::entity::{Model, Source, SourceFile};
use crate::lint::house::{self, HouseRules, PersonalDemand};
use crate::lint::script::{StatementPlace, silenced_above};
use crate::lint::{self, Finding, Level, lint};
use crate::plan::Plan;
use crate::schema::{IndexTarget, Name, Normalized, Origin, Origins, Part, Place, Schema, Table};
use crate::state::TargetSchema;

use super::read_statements::lines;
use super::{Failure, Sealed, Workspace};

/// A finding about a declared or kept object.
pub struct JudgedObject {
    /// The file that declares it; of a kept object without a declaration, the snapshots.
    pub path: PathBuf,
    /// The line in the file, from 1.
    pub line: usize,
    /// Whether it only says that something is as it was before the rule: nobody declares it, or its name is kept.
    pub is_kept: bool,
    /// The finding.
    pub finding: Finding,
    /// Why it is allowed, if it is.
    pub silenced: Option<String>,
}

/// Judges everything that the migrations are to lead to, of every dialect, by file and line. Nothing without rules about it.
///
/// # Errors
/// The entities or the snapshot cannot be read.
pub async fn judge(workspace: &Workspace) -> Result<Vec<JudgedObject>, Failure> {
    let rules = &workspace.project.config.rules;
    let mut judged: Vec<JudgedObject> = Vec::new();
    let denies = rules.personal == PersonalDemand::Deny;
    if !(rules.judges_objects() || denies) || workspace.project.is_without_sources() {
        return Ok(judged);
    }
    let files = workspace.files()?;
    for product in workspace.products() {
        let (model, _) = workspace.model(&files, *product).await?;
        let sealed = workspace.sealed(*product)?.unwrap_or_else(Sealed::nothing);
        let target = workspace.target(*product, &model, &sealed.schema, &sealed.origins)?;
        let mut before = house::objects(rules, sealed.schema.schema(), model.schema());
        let mut found = house::objects(rules, target.schema.schema(), model.schema());
        if denies {
            before.extend(house::unanswered(rules.personal, sealed.schema.schema(), &BTreeMap::new()));
            found.extend(house::unanswered(rules.personal, target.schema.schema(), target.origins.personal()));
        }
        for mut finding in found {
            let was_there = before.iter().any(|old| house::is_same(old, &finding));
            let asks_new = [house::NAME_PATTERN, house::RESERVED_WORD, house::UNANSWERED_PERSONAL_DATA];
            let is_of_new = asks_new.iter().any(|rule| rule.id == finding.rule);
            let is_kept = was_there && is_of_new || is_adopted(&target.origins, &finding.place);
            if is_kept {
                finding.level = Level::Info;
            }
            let source = source(&model, target.schema.schema(), &finding.place);
            let by_comment = source.as_ref().and_then(|source| silenced(&files, source, finding.rule));
            let allowed = rules.allows(&finding).then(|| "`allow` in the configuration".to_owned());
            let silenced = by_comment.or(allowed);
            let (path, line) = match source {
                Some(source) => (source.file.to_path_buf(), source.line),
                None => (workspace.project.snapshot_folder(*product), 1),
            };
            // What one dialect has as a constraint is an index in another.
            let said = |finding: &Finding| (finding.rule, finding.message.clone());
            let is_known = |it: &JudgedObject| (&it.path, it.line, said(&it.finding)) == (&path, line, said(&finding));
            if !judged.iter().any(is_known) {
                judged.push(JudgedObject { path, line, is_kept, finding, silenced });
            }
        }
    }
    judged.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok(judged)
}

/// Judges the statements of a migration file, without what the configuration allows.
pub fn judge_script(workspace: &Workspace, migration: &Migration) -> Vec<Finding<StatementPlace>> {
    house::script(&workspace.project.config.rules, &lines(migration).0)
}

/// The hazards of a plan, and what the project's own rules say of it.
pub(super) fn judged(
    workspace: &Workspace,
    (dialect, model): (&dyn Dialect, &Model),
    (base, target): (&Normalized, &TargetSchema),
    plan: &Plan,
) -> Vec<Finding> {
    let (from, to) = (base.schema(), target.schema.schema());
    let mut findings = lint(&lint::Context { plan, from, to, types: &Casts { dialect, from, to } });
    let rules = &workspace.project.config.rules;
    findings.extend(of_plan(rules, model.schema(), (from, to), plan));
    // What was there before was not asked about when it was made.
    let mut unanswered = house::unanswered_since(rules.personal, Some(from), to, target.origins.personal());
    if !unanswered.is_empty() {
        unanswered = house::new_objects(unanswered, &house::unanswered(rules.personal, from, &BTreeMap::new()));
    }
    unanswered.retain(|finding| !rules.allows(finding));
    findings.extend(unanswered);
    findings
}

/// The findings about what a plan changes, without what the configuration allows.
fn of_plan(rules: &HouseRules, declared: &Schema, (from, to): (&Schema, &Schema), plan: &Plan) -> Vec<Finding> {
    let mut found = house::plan(rules, plan);
    if rules.judges_objects() {
        let before = house::objects(rules, from, declared);
        found.extend(house::new_objects(house::objects(rules, to, declared), &before));
    }
    found.retain(|finding| !rules.allows(finding));
    found
}

fn is_adopted(origins: &Origins, place: &Place) -> bool {
    origins.of(place) == Origin::Adopted
}

/// Where a place is declared: itself, the first column that a part of a table is made of, or its table.
fn source(model: &Model, schema: &Schema, place: &Place) -> Option<Source> {
    let own = || model.sources.get(place);
    let Place::Table(name, part) = place else { return own() };
    let of_column = || {
        let column = first_column(schema.tables.get(name)?, part)?;
        model.sources.get(&Place::column(name, column))
    };
    own().or_else(of_column).or_else(|| model.sources.get(&Place::table(name)))
}

fn first_column<'t>(table: &'t Table, part: &Part) -> Option<&'t Name> {
    match part {
        Part::Index(name) => match &table.indexes.get(name)?.parts.first()?.target {
            IndexTarget::Column(column) => Some(column),
            IndexTarget::Expression(_) => None,
        },
        Part::Unique(name) => table.uniques.get(name)?.columns.first(),
        Part::ForeignKey(name, _) => table.foreign_keys.get(name)?.columns.first(),
        Part::PrimaryKey => table.primary_key.as_ref()?.columns.first(),
        Part::Whole
        | Part::Comment
        | Part::Option(_)
        | Part::Column(..)
        | Part::Check(_)
        | Part::Trigger(_)
        | Part::Rows => None,
    }
}

fn silenced(files: &[SourceFile], source: &Source, rule: &str) -> Option<String> {
    let file = files.iter().find(|file| *file.path == *source.file)?;
    let mark = if file.path.extension().is_some_and(|it| it == "sql") { "--" } else { "//" };
    silenced_above(&file.text, source.line, mark, rule)
}
