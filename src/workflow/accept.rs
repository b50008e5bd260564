//! Accepts differences between the entities and the snapshot for now, and takes that back.
//!
//! Must not know how a difference is shown, or what the next migration makes of the others.

use sea_gen_runner::Error;

use crate::dialect::Product;
use crate::diff::diff;
use crate::entity::Model;
use crate::plan::{Op, Plan};
use crate::project::{Batch, Snapshot};
use crate::schema::{Acceptance, Origins, Place};
use crate::state::{self, Contradiction};

use super::{Failure, Sealed, Workspace};

/// The differences of one dialect.
pub struct Differences {
    /// The dialect.
    pub product: Product,
    /// What the next migration would change.
    pub open: Vec<Contradiction>,
    /// How many differences are accepted, without those that have lapsed.
    pub accepted: usize,
    plan: Plan,
    model: Model,
    sealed: Sealed,
}

/// The differences of every dialect.
///
/// # Errors
/// The entities or the snapshot cannot be read.
pub async fn differences(workspace: &Workspace) -> Result<Vec<Differences>, Failure> {
    workspace.sealed_lock()?;
    let (_, models) = workspace.models().await?;
    let mut all = Vec::new();
    for (product, model, _) in models {
        let sealed = workspace.sealed(product)?.unwrap_or_else(Sealed::nothing);
        let target = workspace.target(product, &model, &sealed.schema, &sealed.origins)?;
        let plan = diff(&sealed.schema, &target.schema, &target.renames);
        let open = state::contradictions(product, &plan, &model);
        let accepted = target.origins.accepted().len();
        all.push(Differences { product, open, accepted, plan, model, sealed });
    }
    Ok(all)
}

/// Accepts differences, each named by its place (`bill.status type`) or by the table or other object it is in (`bill`).
/// Returns the places, sorted. Nothing is written unless every name fits.
///
/// # Errors
/// A name that fits no difference; a difference that cannot be left as it is; the project was opened for reading.
pub async fn accept(workspace: &Workspace, names: &[String], because: &str) -> Result<Vec<Place>, Failure> {
    let all = differences(workspace).await?;
    let open = || all.iter().flat_map(|it| &it.open).map(|it| &it.place);
    refuse_unknown(names, &open().collect::<Vec<_>>(), "`gen accept` lists what there is to accept")?;
    let since = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let mut places = Vec::new();
    write(workspace, &all, |it| {
        let mut origins = it.sealed.origins.clone();
        let mut accepted = Vec::new();
        for difference in it.open.iter().filter(|it| names.iter().any(|name| is_named(name, &it.place))) {
            let (says, because) = (difference.says.clone(), because.to_owned());
            let text = state::declared_text(&it.plan, &difference.place);
            let since = since.clone();
            origins.accept(difference.place.clone(), Acceptance { says, text, since, because, rule: None });
            accepted.push(difference.place.clone());
        }
        refuse_without_effect(workspace, it, &origins, &accepted)?;
        places.extend(accepted);
        Ok(origins)
    })?;
    places.sort();
    places.dedup();
    Ok(places)
}

/// Refuses what the next migration would contain nevertheless.
fn refuse_without_effect(
    workspace: &Workspace,
    it: &Differences,
    origins: &Origins,
    accepted: &[Place],
) -> Result<(), Failure> {
    let renamed: Vec<Place> = it.plan.ops().iter().filter(|op| matches!(op, Op::Rename(_))).map(Op::place).collect();
    if let Some(place) = accepted.iter().find(|place| renamed.contains(place)) {
        return Err(Error::new(format!("{place} is renamed, which cannot be left for later"))
            .hint("keep the name that the database has, or accept the other differences one by one")
            .into());
    }
    if accepted.is_empty() {
        return Ok(());
    }
    let target = workspace.target(it.product, &it.model, &it.sealed.schema, origins)?;
    match accepted.iter().find(|place| !target.origins.accepted().contains_key(place)) {
        Some(place) => Err(Error::new(format!("{place} cannot be left as it is: other changes need it"))
            .hint("accept those too: `gen accept` lists them")
            .into()),
        None => Ok(()),
    }
}

/// Takes acceptances back, each named like in [`accept`]. Returns the places, sorted.
///
/// # Errors
/// A name that fits none; the project was opened for reading.
pub async fn withdraw(workspace: &Workspace, names: &[String]) -> Result<Vec<Place>, Failure> {
    let all = differences(workspace).await?;
    let accepted: Vec<&Place> = all.iter().flat_map(|it| it.sealed.origins.accepted().keys()).collect();
    refuse_unknown(names, &accepted, "`gen status --all` lists what is accepted")?;
    let mut places: Vec<Place> =
        accepted.iter().filter(|it| names.iter().any(|name| is_named(name, it))).copied().cloned().collect();
    write(workspace, &all, |it| {
        let mut left = it.sealed.origins.accepted().clone();
        left.retain(|place, _| !places.contains(place));
        Ok(it.sealed.origins.clone().with_accepted(left))
    })?;
    places.sort();
    places.dedup();
    Ok(places)
}

fn is_named(name: &str, place: &Place) -> bool {
    place.to_string() == name || place.object().to_string() == name
}

fn refuse_unknown(names: &[String], places: &[&Place], hint: &str) -> Result<(), Failure> {
    let Some(unknown) = names.iter().find(|name| !places.iter().any(|place| is_named(name, place))) else {
        return Ok(());
    };
    let known: Vec<String> = places.iter().flat_map(|it| [it.to_string(), it.object().to_string()]).collect();
    let error = Error::new(format!("there is no difference at `{unknown}`"));
    Err(match state::nearest(unknown, &known) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint(hint),
    }
    .into())
}

fn write(
    workspace: &Workspace,
    all: &[Differences],
    mut changed: impl FnMut(&Differences) -> Result<Origins, Failure>,
) -> Result<(), Failure> {
    workspace.refuse_without_writer()?;
    let project = &workspace.project;
    let mut batch = Batch::new(&project.root);
    for it in all {
        let snapshot = |origins: Origins| Snapshot { schema: it.sealed.on_disk().schema().clone(), origins };
        let (before, after) = (snapshot(it.sealed.origins.clone()), snapshot(changed(it)?));
        after.write(&project.snapshot_folder(it.product), Some(&before), &mut batch)?;
    }
    project.keep_former(workspace.sealed_lock()?, None, &mut batch)?;
    batch.commit()?;
    Ok(())
}
