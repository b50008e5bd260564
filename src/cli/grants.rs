//! `gen grants`: prints the privileges that a role needs.
//!
//! Must not know which those are.

use crate::workflow::grants::{Work, beside, grants};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, GrantedWork, Grants};
use super::{Ending, paint};

pub(super) async fn run(common: &Common, command: &Grants) -> Result<Ending, Failure> {
    let work = match command.work {
        GrantedWork::Migrate => Work::Migrate,
        GrantedWork::Run => Work::Run,
        GrantedWork::Status => Work::Status,
    };
    let (product, statements) = grants(&Workspace::open(common)?, work, &command.to).await?;
    paint::result(&statements.iter().map(|statement| format!("{statement};\n")).collect::<String>());
    if let Some(more) = beside(product, work) {
        paint::talk(format!("note: {more}"));
    }
    Ok(Ending::Done)
}
