//! Deletes the files of squashed migrations that no database needs any more.
//!
//! Must not change a database.

use std::path::PathBuf;

use sea_gen_runner::files::read_text;
use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::run::{self, Record};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;
use crate::project::{Batch, NamedDatabase};

use super::super::tenants::Tenants;
use super::super::text::plural;
use super::super::{Failure, Open, Workspace};

/// How many databases that need files are named.
const SHOWN: usize = 20;

/// What was deleted, or would be.
#[derive(Debug, Default)]
pub struct Pruned {
    /// The migrations whose files are deleted, oldest first.
    pub ids: Vec<MigrationId>,
    /// The databases that were asked: their environments, and what they have.
    pub asked: Vec<(String, String)>,
    /// The deleted files.
    pub written: Vec<PathBuf>,
}

/// A database that still needs files, or that does not answer.
struct Obstacle {
    /// What follows `gen up` for it.
    options: String,
    why: String,
    is_silent: bool,
}

/// Deletes the files of squashed migrations, if neither the database at hand nor one of the environments needs them, nor a tenant of one.
/// `force` does not ask.
///
/// # Errors
/// A database has some of the migrations, or has not recorded the squashed one yet; one does not answer.
pub async fn prune(
    workspace: &Workspace,
    open: impl Into<Open>,
    force: bool,
    is_rehearsal: bool,
) -> Result<Pruned, Failure> {
    let lock = workspace.sealed_lock()?;
    let mut batch = Batch::new(workspace.root());
    let mut pruned = Pruned::default();
    for product in lock.dialects.keys() {
        name_squashed(workspace, *product, &mut batch)?;
        for id in workspace.project.replaced_ids(*product)? {
            batch.remove(workspace.project.replaced_path(*product, &id));
            pruned.ids.push(id);
        }
    }
    pruned.ids.sort();
    pruned.ids.dedup();
    if pruned.ids.is_empty() {
        return Ok(pruned);
    }
    if !force {
        let obstacles = ask(workspace, open.into(), &mut pruned.asked).await;
        refuse(&obstacles)?;
        if pruned.asked.is_empty() {
            return Err(Error::new(
                "no database with a history was asked whether it needs these files; nothing was deleted",
            )
            .of(ErrorKind::Refused)
            .hint("name the database: `gen squash --prune --database-url …`, or the environments in the configuration")
            .hint("or delete them without asking: `gen squash --prune --force`")
            .into());
        }
    }
    if !is_rehearsal {
        workspace.refuse_without_writer()?;
        workspace.project.write_lock(lock, &mut batch)?;
        pruned.written = batch.commit()?.into_iter().map(|(path, _)| path).collect();
    }
    Ok(pruned)
}

/// Lets the migrations that remove the old shape of a change name the one into which the first half was squashed, whose own file goes.
fn name_squashed(workspace: &Workspace, product: Product, batch: &mut Batch) -> Result<(), Failure> {
    let all = workspace.all_migrations(product)?;
    let all: Vec<&Migration> = all.iter().collect();
    for migration in workspace.migrations(product)? {
        let squashed = migration.contracts.as_ref().and_then(|expand| run::having(&all, expand).pop());
        let Some(squashed) = squashed.filter(|it| it.is_squashed()) else { continue };
        let path = workspace.project.migration_path(product, &migration.id);
        let named = Migration { contracts: Some(squashed.id.clone()), ..migration };
        batch.write(&path, named.restated(&read_text(&path)?));
    }
    Ok(())
}

/// Asks the database at hand and every environment.
async fn ask(workspace: &Workspace, open: Open, asked: &mut Vec<(String, String)>) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    let at_hand = workspace.environment.as_ref().and_then(|it| it.name.clone());
    if let Some(environment) = &workspace.environment {
        let shown = at_hand.clone().unwrap_or_else(|| environment.to_string());
        obstacles.extend(one(workspace, &shown, asked).await);
    }
    for name in workspace.project.config.environments.keys().filter(|name| Some(*name) != at_hand.as_ref()) {
        let database = NamedDatabase { environment: Some(name.clone()), url: None };
        match Workspace::open(Open { database, ..open.clone() }) {
            Ok(other) => obstacles.extend(one(&other, name, asked).await),
            Err(failure) => {
                let why = format!("`{name}` cannot be asked: {failure}");
                obstacles.push(Obstacle { options: format!(" --env {name}"), why, is_silent: true });
            }
        }
    }
    obstacles
}

/// Asks one database and, where it has tenants, all of them.
async fn one(workspace: &Workspace, shown: &str, asked: &mut Vec<(String, String)>) -> Vec<Obstacle> {
    let options = workspace.environment_option();
    let obstacle = |why, is_silent| Obstacle { options: options.clone(), why, is_silent };
    let mut obstacles = Vec::new();
    match workspace.history().await {
        // One that is not there, or has no history, may be the wrong one.
        Ok(None) => {}
        Ok(Some(history)) => match needed(workspace, &history) {
            Ok(newest) => asked.push((shown.to_owned(), newest)),
            Err(why) => obstacles.push(obstacle(format!("`{shown}` {why}"), false)),
        },
        Err(error) => obstacles.push(obstacle(format!("`{shown}` does not answer: {error}"), true)),
    }
    if !workspace.has_tenants() {
        return obstacles;
    }
    let options = format!("{options} --tenants");
    let obstacle = |why, is_silent| Obstacle { options: options.clone(), why, is_silent };
    let found = async {
        let tenants = Tenants::of(workspace.clone(), &[]).await?;
        let histories = tenants.histories().await?;
        Ok::<_, Failure>((tenants, histories))
    };
    let (tenants, histories) = match found.await {
        Ok(found) => found,
        Err(failure) => {
            obstacles.push(obstacle(format!("the tenants of `{shown}` cannot be asked: {failure}"), true));
            return obstacles;
        }
    };
    let before = obstacles.len();
    for (tenant, history) in tenants.tenants.iter().zip(histories) {
        let name = &tenant.name;
        match history.map(|history| needed(workspace, &history)) {
            Ok(Ok(_)) => {}
            Ok(Err(why)) => obstacles.push(obstacle(format!("the tenant `{name}` of `{shown}` {why}"), false)),
            Err(failure) => {
                obstacles.push(obstacle(format!("the tenant `{name}` of `{shown}` cannot be asked: {failure}"), true));
            }
        }
    }
    if obstacles.len() == before {
        asked.push((format!("{shown} --tenants"), plural(tenants.tenants.len(), "tenant")));
    }
    obstacles
}

/// The newest migration of a database, or why it still needs the files.
fn needed(workspace: &Workspace, history: &[Record]) -> Result<String, String> {
    let newest = history.last().map_or_else(|| "nothing applied".to_owned(), |record| record.id.clone());
    let Some(lock) = &workspace.lock else { return Ok(newest) };
    let product = workspace.connection().map(|it| it.product_hint());
    let products = lock.dialects.keys().filter(|own| product.is_none_or(|it| related(it, **own)));
    for line in products.flat_map(|product| lock.migrations(*product)).filter(|line| !line.replaces.is_empty()) {
        match needs(line, history) {
            0 => {}
            count => {
                let (all, id) = (line.replaces.len(), &line.id);
                return Err(format!("has {count} of the {all} migrations that `{id}` replaces, and not that one"));
            }
        }
    }
    Ok(newest)
}

/// Whether a URL may lead to a database of this dialect: those of MySQL and MariaDB look alike.
fn related(hint: Product, product: Product) -> bool {
    let family = |it: Product| if it == Product::MariaDb { Product::MySql } else { it };
    family(hint) == family(product)
}

/// How many migrations that one replaces a database has, as long as it does not have that one.
fn needs(line: &LockedMigration, history: &[Record]) -> usize {
    let has = |id: &MigrationId| history.iter().any(|record| record.id == id.as_str());
    if has(&line.id) {
        return 0;
    }
    line.replaces.iter().map(|inner| usize::from(has(&inner.id)) + needs(inner, history)).sum()
}

fn refuse(obstacles: &[Obstacle]) -> Result<(), Failure> {
    if obstacles.is_empty() {
        return Ok(());
    }
    let more = obstacles.len().saturating_sub(SHOWN);
    let mut lines: Vec<&str> = obstacles.iter().take(SHOWN).map(|it| it.why.as_str()).collect();
    let rest = format!("and {more} more");
    if more > 0 {
        lines.push(&rest);
    }
    let mut error = Error::new("the files of squashed migrations may still be needed, so none was deleted")
        .of(ErrorKind::Refused)
        .because(lines.join("\n"));
    let mut ways: Vec<&str> = obstacles.iter().filter(|it| !it.is_silent).map(|it| it.options.as_str()).collect();
    ways.dedup();
    for options in ways {
        error = error.hint(format!("let it record the squashed one: `gen up{options}`"));
    }
    if obstacles.iter().any(|it| it.is_silent) {
        error = error.hint("if that database does not need them: `gen squash --prune --force`");
    }
    Err(error.into())
}
