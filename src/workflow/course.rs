//! Where a run goes: which migrations are applied or reverted.
//!
//! Must not know databases.

use sea_gen_runner::run::{self, Contracts, Order, Target};

/// The course of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// Apply pending migrations.
    Up {
        /// The target.
        target: Target,
        /// Whether migrations that change rows are also recognised if the database has their resulting schema.
        recognises_rows: bool,
        /// Whether refuted migrations are applied.
        unproven: bool,
        /// Whether migrations that are older than an applied one run.
        order: Order,
    },
    /// Revert applied migrations.
    Down(Target),
    /// Revert the newest one and apply it again.
    Redo,
    /// Apply or revert until this one is the newest applied.
    Goto(String),
}

impl Course {
    pub(super) fn of_runner(&self, contracts: Contracts) -> run::Course<'_> {
        match self {
            Self::Up { target, order: Order::Strict, .. } => match contracts {
                Contracts::Wait => run::Course::Up(target),
                Contracts::Apply => run::Course::UpContracting(target),
            },
            Self::Up { target, order: Order::Any, .. } => run::Course::OutOfOrder(target),
            Self::Down(target) => run::Course::Down(target),
            Self::Redo => run::Course::Redo(1),
            Self::Goto(id) => run::Course::Goto(id),
        }
    }
}
