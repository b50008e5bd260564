//! Generates a migration: reads the three states, plans, and writes migration, snapshot and lock, all or none.
//!
//! Must not know how a plan is found or a file is written; it puts the rooms to work in turn.

mod about;
mod expansion;
mod id;
mod request;
mod write;

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::Proof;
use sea_gen_runner::migration::{About, Merged, Migration, MigrationId};
use sea_gen_runner::session::{Missing, Session};

use crate::dialect::{self, Forms, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::lint::allow::{flag, refused};
use crate::lint::house::HOUSE_RULES;
use crate::lint::{self, Finding, Level};
use crate::plan::Plan;
use crate::schema::{Normalized, Undeclared};
use crate::state::{self, Fitting, MigrationSteps, Situation, Stakes, TargetSchema, Values};

use super::answers::Answers;
use super::baseline::Original;
use super::seaorm::SeaOrm;
use super::{Failure, Live, Sealed, Workspace, adopt, hints, impossible_keys, join, lint_house, stakes, text};

use about::about;
pub use expansion::Expansion;
use expansion::Halves;
pub use id::next_id;
pub use request::{Content, Request, Start};
pub use write::write;

/// What was planned for every dialect.
pub struct Planned {
    /// The id of the migration.
    pub id: MigrationId,
    /// Why it is written, by whom and when.
    pub about: About,
    /// The dialects that something is to be migrated for.
    pub drafts: Vec<MigrationDraft>,
    /// The others. Who declares what may have changed there all the same.
    silent: Vec<MigrationDraft>,
    /// Nothing was refused.
    is_rehearsal: bool,
}

/// One dialect's part of the migration.
pub struct MigrationDraft {
    /// The dialect.
    pub product: Product,
    /// What the entities declare.
    pub model: Model,
    /// S in the words of the code.
    pub sealed: Sealed,
    /// Where the plan starts.
    pub base: Normalized,
    /// The operations.
    pub plan: Plan,
    /// What the rules say of the plan.
    pub findings: Vec<Finding>,
    /// How to count what is at stake.
    pub stakes: Stakes,
    /// What the plan leads to.
    pub target: TargetSchema,
    /// The migration that comes before it and prepares it, if there are two.
    pub expansion: Option<Box<Expansion>>,
    /// The migration: its statements, up and down.
    pub migration: Migration,
    /// The same without the edits that were carried over from its file, if there are any.
    pub generated: Option<Migration>,
    /// Where it was proven, if it was.
    pub proof: Option<Proof>,
}

impl MigrationDraft {
    /// Says in the migration which states it leads from and to.
    pub(super) fn name_states(&mut self) {
        self.migration.from = Some(self.sealed.fingerprint_of(&self.base));
        if let Some(expansion) = &mut self.expansion {
            let between = Some(self.sealed.fingerprint_of(&expansion.intermediate));
            expansion.migration.from = std::mem::replace(&mut self.migration.from, between.clone());
            expansion.migration.to = between;
        }
        self.migration.to = Some(self.sealed.fingerprint_of(&self.target.schema));
    }
}

/// Plans the migration for every dialect of the project. A project that is not set up yet is set up first.
///
/// # Errors
/// The entities cannot be read; the schema is frozen; the database has drifted, or was demanded and does not answer; something
/// would be lost that nobody allowed; questions are left open.
pub async fn plan(workspace: &mut Workspace, request: &Request) -> Result<Planned, Failure> {
    // On the heap: a program of somebody else may run on a small stack.
    Box::pin(planned(workspace, request)).await
}

async fn planned(workspace: &mut Workspace, request: &Request) -> Result<Planned, Failure> {
    if request.strict {
        workspace.project.config.undeclared = Undeclared::Error;
    }
    request.format.map_or(Ok(()), |format| workspace.project.write_as(format))?;
    workspace.refuse_frozen()?;
    about::refuse_missing(workspace, request)?;
    workspace.refuse_unadopted(workspace.products())?;
    let halves = Halves::of(workspace, request)?;
    let id = match &halves {
        Some(halves) => halves.contract.clone(),
        None => next_id(workspace, &request.name)?,
    };
    // Entities and snapshots are read while the database is. What is wrong in the entities ends it all, so that a mistake in
    // them is all a person hears about; the others' turn to be heard comes later.
    let in_files = async {
        // The snapshots first: most of what is read after them is the same, and is not held a second time.
        let sealed = workspace.aside(sealed).await?;
        Ok::<_, Failure>((sealed, workspace.models().await?))
    };
    let ((sealed, (files, models)), live) = tokio::try_join!(in_files, async { Ok(reach(workspace, request).await) })?;
    if let Some((_, _, warnings)) = models.first() {
        workspace.listener.diagnostics(warnings, &files);
    }
    let models: Vec<_> = models.into_iter().map(|(product, model, _)| (product, model)).collect();
    let in_batches = workspace.project.config.forms == Forms::Safe && !request.offline;
    let mut answers = Answers::read(&request.answers, &request.allow, in_batches)?;
    let (mut live, note) = live?;
    if let Some(note) = note {
        workspace.note(&note);
    }
    if workspace.lock.is_none()
        && workspace.products().iter().any(|it| workspace.project.migration_ids(*it).is_ok_and(|ids| !ids.is_empty()))
    {
        workspace.sealed_lock()?;
    }
    if workspace.lock.is_none() {
        if request.is_rehearsal {
            return Err(Error::new("the project is not set up yet, and a dry run writes nothing")
                .hint("run `gen init` first")
                .into());
        }
        if let Some(live) = live.as_ref().filter(|live| !live.schema.schema().is_empty())
            && let Some(other) = workspace.products().iter().find(|product| **product != live.product())
        {
            return Err(join::unadopted(*other).hint("set the project up first: `gen init`").into());
        }
        let mut original = None;
        if let Some(live) = &mut live {
            adopt::speak_like(live, &models).await?;
            let seaorm = SeaOrm::of(&mut live.session, workspace, None).await?;
            original = Some(Original::of(live, workspace, seaorm.as_ref()).await?);
        }
        adopt::set_up(workspace, &models, live.as_ref().zip(original.as_ref()), Vec::new())?;
    }
    let mut all = Vec::new();
    for ((product, model), sealed) in models.into_iter().zip(sealed) {
        let live = live.as_mut().filter(|live| live.product() == product);
        all.push(
            draft(workspace, request, (&id, halves.as_ref()), (product, model), sealed?, live, &mut answers).await?,
        );
    }
    answers.refuse_unfit(workspace.products())?;
    workspace.note_unknown_columns(&all.iter().map(|draft| draft.target.schema.schema()).collect::<Vec<_>>());
    let refusal = refuse(workspace, request, &all, live.as_mut()).await;
    let close = async {
        if let Some(live) = live {
            live.session.close().await;
        }
    };
    // Closing is the database's work, and the rest goes on meanwhile.
    let ((), ()) = tokio::join!(close, async { all.iter_mut().for_each(MigrationDraft::name_states) });
    let violations: Vec<String> =
        all.iter().flat_map(|draft| &draft.target.violations).map(ToString::to_string).collect();
    if !violations.is_empty() {
        return Err(Error::new(format!(
            "{} declared by no entity and no SQL file",
            text::plural(violations.len(), "object")
        ))
        .because(violations.join("\n"))
        .hint("declare them, or set `undeclared = \"keep\"` in the configuration")
        .into());
    }
    refusal?;
    let (mut drafts, silent): (Vec<MigrationDraft>, Vec<MigrationDraft>) =
        all.into_iter().partition(|draft| request.content == Content::Empty || !draft.plan.is_empty());
    if let Some(amended) = workspace.amended.clone() {
        amended.carry_over(workspace, &mut drafts).await?;
    }
    let about = about(workspace, request, &id)?;
    Ok(Planned { id, about, drafts, silent, is_rehearsal: request.is_rehearsal })
}

/// Refuses what loses something, or fails on rows that are there, and that nobody allowed. A dry run only says so.
async fn refuse(
    workspace: &Workspace,
    request: &Request,
    drafts: &[MigrationDraft],
    mut live: Option<&mut Live>,
) -> Result<(), Failure> {
    // The same is refused once, though every dialect finds it.
    let mut found: Vec<&Finding> = Vec::new();
    let mut lines = Vec::new();
    for draft in drafts {
        let mut refused = refused(&draft.findings, &request.allow);
        refused.retain(|finding| !found.contains(finding));
        let _phase = workspace.phase("counting rows that are at stake");
        let session = live.as_deref_mut().filter(|live| live.product() == draft.product).map(|live| &mut live.session);
        lines.extend(stakes::lines(&refused, &draft.stakes, session).await);
        found.extend(refused);
    }
    if found.is_empty() || request.is_rehearsal {
        for finding in &found {
            workspace.note(&format!("note: {} needs `{}`", finding.rule, flag(finding)));
        }
        return Ok(());
    }
    let is_of_house = |finding: &&Finding| HOUSE_RULES.iter().any(|rule| rule.id == finding.rule);
    let what = match found.iter().all(is_of_house) {
        true => "this migration does not follow the rules of the project",
        false => "this migration would lose what is there, or fail on it",
    };
    let again = format!("gen migration {}", request.name);
    let mut error = stakes::refusal(what, &again, &lines, &found);
    error = hints::answers(drafts, &found).into_iter().fold(error, Error::hint);
    let stays = [lint::DROP_VALUE, lint::DROP_PARTITION];
    if found.iter().any(|finding| finding.rule.starts_with("drop-") && !stays.contains(&finding.rule)) {
        error = error.hint("or park it, with what is in it, until `gen purge`: `--keep`");
    }
    Err(error.into())
}

/// S of each dialect, or why it cannot be told. A project without a lock has none yet: what is about to be adopted is read
/// when it has been.
fn sealed(workspace: &Workspace) -> Result<Vec<Result<Option<Sealed>, Failure>>, Failure> {
    Ok(workspace.products().iter().map(|product| workspace.sealed(*product)).collect())
}

/// The database, if it answers. One that was named on the command line or asked for must; one that is merely configured
/// may be away, which is to be said and changes only what the plan can be checked against.
async fn reach(workspace: &Workspace, request: &Request) -> Result<(Option<Live>, Option<String>), Failure> {
    let demanded = workspace.is_database_named() || request.start == Some(Start::Database);
    if request.start == Some(Start::Snapshot) && workspace.lock.is_some() {
        return Ok((None, None));
    }
    if !demanded && workspace.database_is_absent() {
        return Ok((None, None));
    }
    match workspace.live(Missing::Refuse).await {
        Ok(live) => {
            if live.is_none() && demanded {
                workspace.required(Missing::Refuse).await?;
            }
            Ok((live, None))
        }
        Err(error) if demanded => Err(error.into()),
        Err(error) => Ok((None, Some(format!("note: {error}; planning from the snapshot")))),
    }
}

async fn draft(
    workspace: &Workspace,
    request: &Request,
    (id, halves): (&MigrationId, Option<&Halves>),
    (product, mut model): (Product, Model),
    sealed: Option<Sealed>,
    mut live: Option<&mut Live>,
    answers: &mut Answers,
) -> Result<MigrationDraft, Failure> {
    let dialect = dialect::of(product);
    let mut sealed = match sealed {
        Some(sealed) => sealed,
        // A dialect that the lock does not list yet starts from nothing.
        None => workspace.sealed(product)?.unwrap_or_else(Sealed::nothing),
    };
    if let Some(live) = live.as_deref() {
        // What the database has beside the schema is to be kept, whatever is planned.
        sealed.schema = sealed.schema.with_kept(&live.schema.schema().kept);
    }
    if let Some(live) = live.as_deref_mut()
        && request.start != Some(Start::Database)
        && live.schema == sealed.schema
    {
        // One of the two is enough, and comparing them again costs nothing.
        live.schema = sealed.schema.clone();
    }
    let (base, target) = if request.content != Content::Declared {
        let (schema, origins) = match &request.content {
            Content::Purged(places) => state::purged(dialect, &sealed.schema, &sealed.origins, places)?,
            Content::Declared | Content::Empty => (sealed.schema.clone(), sealed.origins.clone()),
        };
        let (violations, loosely_matched, renames, questions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let target = TargetSchema { schema, origins, violations, loosely_matched, renames, questions };
        (sealed.schema.clone(), target)
    } else {
        let mut asked = false;
        loop {
            model.answers = answers.renames();
            let mut found = sides(workspace, request, product, &model, &sealed, live.as_deref());
            if let Some(live) = live.as_deref_mut().filter(|_| !asked)
                && !matches!(&found, Ok((base, target)) if *base == target.schema)
                && unified(workspace, live, &mut sealed, &model).await?
            {
                // What differed may only have been said in other words.
                found = sides(workspace, request, product, &model, &sealed, Some(live));
            }
            asked = true;
            let (base, target) = found?;
            let fitting = Fitting::new(base.schema(), &target);
            answers.weigh_names(product, &fitting, &target.questions);
            answers.weigh_declared(product, &fitting, &model, &workspace.project.root);
            // A question stays open while its answer is misspelt.
            answers.refuse_unfit(workspace.products())?;
            if !answers.ask(&target.questions, workspace.listener.as_ref())? {
                break (base, target);
            }
        }
    };
    let mut plan = diff(&base, &target.schema, &target.renames);
    let mut target = target;
    if !matches!(request.content, Content::Purged(_)) {
        answers.weigh_allowed(
            product,
            &lint_house::judged(workspace, (dialect, &model), (&base, &target), &plan),
            &request.allow,
        );
    }
    if request.keep {
        let parked = state::park(dialect, &base, target.clone(), id.stamp().get(..8).unwrap_or_default())?;
        answers.weigh_keep(product, parked.schema != target.schema);
        plan = diff(&base, &parked.schema, &parked.renames);
        target = parked;
    }
    impossible_keys::refuse(workspace, product, (&plan, target.schema.schema()), &model)?;
    let stakes = state::stakes(dialect, &base, &target.schema, &plan);
    let mut findings = lint_house::judged(workspace, (dialect, &model), (&base, &target), &plan);
    let mut values = Values { for_several: workspace.products().len() > 1, ..answers.values().clone() };
    let is_cast = |finding: &Finding| matches!(finding.rule, lint::LOSSY_CAST | lint::IMPOSSIBLE_CAST);
    findings.retain(|finding| !is_cast(finding) || !values.converts(&finding.place));
    let may_lose = findings.iter().filter(|it| is_cast(it) && request.allow.iter().any(|allow| allow.covers(it)));
    values.lossy = may_lose.map(|finding| finding.place.clone()).collect();
    if let Some(live) = live {
        let _phase = workspace.phase("counting rows that are at stake");
        findings = weighed(&mut live.session, &stakes, findings).await;
    }
    let _phase = workspace.phase(format!("planning for {product}"));
    let forms = workspace.forms(request.offline);
    let halves = halves.filter(|_| !plan.is_empty() && expansion::serves(workspace, product));
    let (MigrationSteps { up, down, filled, unfit }, expansion) = match halves {
        None => (state::migration_steps(dialect, forms, &base, &target, &plan, &values)?, None),
        Some(halves) => {
            let planned = state::expand_contract(dialect, forms, &base, &target, &plan, &values)?;
            expansion::split(dialect, &halves.expand, planned)?
        }
    };
    let (up, down) = (dialect::text(dialect, &up)?, dialect::text(dialect, &down)?);
    answers.weigh_values(product, unfit);
    findings.retain(|finding| finding.rule != lint::NOT_NULL || !filled.contains(&finding.place));
    findings.retain(|finding| finding.rule != lint::DROP_VALUE || !answers.values().replace_all(&plan, &finding.place));
    let contracts = expansion.as_ref().map(|it| it.migration.id.clone());
    let id = id.clone();
    let migration = Migration { id, product, from: None, to: None, merged: Merged::default(), contracts, up, down };
    Ok(MigrationDraft {
        product,
        model,
        sealed,
        plan,
        findings,
        stakes,
        base,
        target,
        expansion,
        migration,
        generated: None,
        proof: None,
    })
}

/// Unifies the expression texts of the three states in the database; whether that changed any.
async fn unified(workspace: &Workspace, live: &mut Live, sealed: &mut Sealed, model: &Model) -> Result<bool, Failure> {
    let _phase = workspace.phase("comparing expressions in the database");
    live.unify_expressions(Some(sealed), Some(model)).await
}

/// Casts that lose are a danger where there are rows that lose, and nothing to speak of where there are none.
async fn weighed(session: &mut Session, stakes: &Stakes, findings: Vec<Finding>) -> Vec<Finding> {
    let mut left = Vec::new();
    for mut finding in findings {
        if finding.rule == lint::LOSSY_CAST {
            match stakes::count(session, stakes, &finding).await {
                Some(0) => continue,
                Some(_) => finding.level = Level::Danger,
                None => {}
            }
        }
        left.push(finding);
    }
    left
}

/// What the plan leads from and to.
fn sides(
    workspace: &Workspace,
    request: &Request,
    product: Product,
    model: &Model,
    sealed: &Sealed,
    live: Option<&Live>,
) -> Result<(Normalized, TargetSchema), Failure> {
    let from_snapshot = || workspace.target(product, model, &sealed.schema, &sealed.origins);
    let Some(live) = live else { return Ok((sealed.schema.clone(), from_snapshot()?)) };
    if request.start == Some(Start::Database) {
        // What was made by hand is in no snapshot, and nobody has asked for it to go.
        let origins = state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins);
        let target = workspace.target(product, model, &live.schema, &origins)?;
        return Ok((live.schema.clone(), target));
    }
    let migrations = workspace.standing(product, &live.history)?;
    let headings: Vec<_> = migrations.iter().map(Migration::heading).collect();
    if let Some(id) =
        live.history.iter().map(|record| &record.id).find(|id| headings.iter().all(|it| it.id.as_str() != **id))
    {
        return Err(Error::new(format!(
            "the database is ahead of this checkout: migration `{id}` is applied, and its file is not here"
        ))
        .hint("take the file from the branch that has it: merge that branch, then try again")
        .hint("`gen migration … --from snapshot` plans without this database")
        .into());
    }
    match workspace.situation(Some(sealed), Some(live), Some(model), &headings)? {
        Situation::Drifted => Err(drifted(workspace, sealed, live, model)?),
        Situation::Synchronised => {
            // The database is what the code declares already: the migration leads exactly there, names and all, so that
            // it is recognised as applied on this database.
            let TargetSchema { renames, questions, .. } = from_snapshot()?;
            let there = workspace.target(product, model, &live.schema, &sealed.origins)?;
            let target = TargetSchema { renames, questions, ..there };
            workspace.note("note: this database was synchronised; the migration leads to what it already has");
            Ok((sealed.schema.clone(), target))
        }
        Situation::Behind => {
            workspace.note("note: migrations are pending on this database; planning from the snapshot");
            Ok((sealed.schema.clone(), from_snapshot()?))
        }
        _ => Ok((sealed.schema.clone(), from_snapshot()?)),
    }
}

/// The stop on drift, with what drifted and the ways out.
fn drifted(workspace: &Workspace, sealed: &Sealed, live: &Live, model: &Model) -> Result<Failure, Failure> {
    let drift = diff(&sealed.schema, &live.schema, &[]);
    let lines: Vec<String> = drift.ops().iter().map(ToString::to_string).collect();
    let database = workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut error = Error::new(format!("{database} has drifted from the snapshot")).because(lines.join("\n"));
    if workspace.can_be_synchronised(sealed, live, model)? {
        error = error.hint("`gen sync` brings it to what the entities declare; then it counts as synchronised");
    }
    Ok(error
        .hint("`gen drift` shows it, `gen drift adopt` writes it as a migration, `gen drift revert` undoes it")
        .hint("`gen migration … --from snapshot` plans without this database")
        .hint("`gen migration … --from database` plans from what it has, and keeps what was made by hand")
        .into())
}
