//! The first of two migrations: what it is called, and for which dialects there is one.
//!
//! Must not know how a change is done in two migrations.

use sea_gen_runner::lock_file::Proof;
use sea_gen_runner::migration::{Merged, Migration, MigrationId};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::{self, Dialect, Product};
use crate::plan::Plan;
use crate::project::{Format, id_behind};
use crate::schema::Normalized;
use crate::state::{ExpandContract, HalfMigration, MigrationSteps};

use super::super::{Failure, Workspace};
use super::{Content, Request, next_id};

/// The first of two migrations, which puts the new shape beside the old one.
pub struct Expansion {
    /// The migration.
    pub migration: Migration,
    /// What it leads to.
    pub intermediate: Normalized,
    /// What it changes.
    pub plan: Plan,
    /// What the second migration changes.
    pub contract_plan: Plan,
    /// Where it was proven, if it was.
    pub proof: Option<Proof>,
}

/// The ids of two migrations.
pub(super) struct Halves {
    pub(super) expand: MigrationId,
    pub(super) contract: MigrationId,
}

impl Halves {
    /// The ids, if two migrations are asked for.
    ///
    /// # Errors
    /// No database of the project is shared by two versions of a program; SeaORM applies the migrations.
    pub(super) fn of(workspace: &Workspace, request: &Request) -> Result<Option<Self>, Failure> {
        if !request.expand_contract || request.content != Content::Declared {
            return Ok(None);
        }
        if workspace.products().iter().all(|product| *product == Product::Sqlite) {
            return Err(Error::new("SQLite has one writer at a time, and a migration is one transaction there: a plain one is what it needs")
                .of(ErrorKind::Refused)
                .hint(format!("`gen migration {}`", request.name))
                .into());
        }
        if workspace.project.config.format == Format::SeaOrm {
            return Err(Error::new(
                "SeaORM's Migrator applies every migration at once, so none can wait for the former version to go",
            )
            .of(ErrorKind::Refused)
            .hint("apply the migrations by `gen up` or by the runner, with `format = \"sql\"`")
            .into());
        }
        let expand = next_id(workspace, &format!("{} expand", request.name))?;
        let free = next_id(workspace, &format!("{} contract", request.name))?;
        let contract = id_behind(&expand, free.name())?;
        Ok(Some(Self { expand, contract }))
    }
}

/// Whether two versions of a program share a database of this product. If not, everything is done by the second migration.
pub(super) fn serves(workspace: &Workspace, product: Product) -> bool {
    let serves = product != Product::Sqlite;
    if !serves {
        workspace.note("note: SQLite has one writer at a time, so its migration is a plain one");
    }
    serves
}

/// The first migration, and the steps of the second.
pub(super) fn split(
    dialect: &dyn Dialect,
    id: &MigrationId,
    planned: ExpandContract,
) -> Result<(MigrationSteps, Option<Box<Expansion>>), Failure> {
    let ExpandContract { intermediate, expand, contract, filled } = planned;
    let HalfMigration { plan, up, down } = expand;
    let migration = Migration {
        id: id.clone(),
        product: dialect.product(),
        from: None,
        to: None,
        merged: Merged::default(),
        contracts: None,
        up: dialect::text(dialect, &up)?,
        down: dialect::text(dialect, &down)?,
    };
    let HalfMigration { plan: contract_plan, up, down } = contract;
    let expansion = Expansion { migration, intermediate, plan, contract_plan, proof: None };
    Ok((MigrationSteps { up, down, filled, unfit: Vec::new() }, Some(Box::new(expansion))))
}
