//! `gen migration <Name>`: shows the plan and the written files.
//!
//! Must not know how a migration is generated.

mod told;

use crate::workflow::answers::AnswerOptions;
use crate::workflow::generate::{self, Content, MigrationDraft, Request, Start};
use crate::workflow::prove::UnwrittenMigration;
use crate::workflow::{Failure, Workspace};

use super::arguments::{self, Common, From};
use super::{Ending, verify};

use told::{print_json, print_text, tell_nothing};

/// The output options.
pub(super) struct Output {
    /// Whether no file is written.
    pub(super) dry_run: bool,
    /// Whether the proof is skipped.
    pub(super) no_verify: bool,
    /// Whether changes lead to exit code 2.
    pub(super) exit_code: bool,
    /// Whether the output is JSON.
    pub(super) json: bool,
}

pub(super) async fn run(common: &Common, command: &arguments::Migration) -> Result<Ending, Failure> {
    let arguments::Migration { dry_run, no_verify, exit_code, json, amend, force, .. } = *command;
    let output = Output { dry_run, no_verify, exit_code, json };
    let mut request = Request::from(command);
    let mut workspace = open(common, &request, &output)?;
    if amend {
        workspace = workspace.amending(force).await?;
        if command.name.is_none() {
            request.name = workspace.amended_name().unwrap_or_default().to_owned();
        }
    }
    generate_in(workspace, &request, &output).await
}

/// Generates a migration and shows it.
pub(super) async fn generate(common: &Common, request: &Request, output: &Output) -> Result<Ending, Failure> {
    generate_in(open(common, request, output)?, request, output).await
}

fn open(common: &Common, request: &Request, output: &Output) -> Result<Workspace, Failure> {
    let by = if matches!(request.content, Content::Purged(_)) { "gen purge" } else { "gen migration" };
    match output.dry_run {
        true => Workspace::open(common),
        false => Workspace::open_to_write(common, by),
    }
}

async fn generate_in(mut workspace: Workspace, request: &Request, output: &Output) -> Result<Ending, Failure> {
    let mut planned = generate::plan(&mut workspace, request).await?;
    if !output.dry_run && !output.no_verify {
        let unwritten: Vec<UnwrittenMigration<'_>> = planned.drafts.iter().flat_map(unwritten).collect();
        let mut proofs = verify::unwritten(&workspace, &unwritten).await?.into_iter();
        for draft in &mut planned.drafts {
            if let Some(expansion) = &mut draft.expansion {
                expansion.proof = proofs.next().flatten();
            }
            draft.proof = proofs.next().flatten();
        }
    }
    let written = if output.dry_run { Vec::new() } else { generate::write(&workspace, &planned)? };
    if planned.drafts.is_empty() {
        tell_nothing(&workspace, request, output, &written);
        return Ok(Ending::Done);
    }
    if output.json {
        print_json(&workspace, &planned, &written);
    } else {
        print_text(&workspace, (request, output), &planned, &written);
    }
    // The process ends here: freeing the memory of every table would only take time.
    std::mem::forget(planned);
    Ok(if output.exit_code { Ending::Findings } else { Ending::Done })
}

/// The migrations of a draft, in their order.
fn unwritten(draft: &MigrationDraft) -> Vec<UnwrittenMigration<'_>> {
    let MigrationDraft { migration, plan, base, target, expansion, .. } = draft;
    match expansion {
        None => vec![UnwrittenMigration { migration, from: base, to: &target.schema, plan }],
        Some(first) => vec![
            UnwrittenMigration { migration: &first.migration, from: base, to: &first.intermediate, plan: &first.plan },
            UnwrittenMigration { migration, from: &first.intermediate, to: &target.schema, plan: &first.contract_plan },
        ],
    }
}

impl std::convert::From<&arguments::Migration> for Request {
    fn from(command: &arguments::Migration) -> Self {
        Self {
            name: command.name.clone().unwrap_or_default(),
            content: if command.empty { Content::Empty } else { Content::Declared },
            start: command.from.map(|from| match from {
                From::Snapshot => Start::Snapshot,
                From::Database => Start::Database,
            }),
            message: command.message.clone(),
            format: command.format,
            strict: command.strict,
            keep: command.keep,
            expand_contract: command.two_steps.expand_contract,
            offline: command.offline_forms,
            allow: command.allow.clone(),
            answers: AnswerOptions {
                renames: command.renames.clone(),
                backfills: command.backfills.clone(),
                conversions: command.conversions.clone(),
                backs: command.two_steps.backs.clone(),
                replacements: command.replacements.clone(),
                news: command.news.clone(),
                file: command.answers.clone(),
                asks: !command.no_interactive,
            },
            is_rehearsal: command.dry_run,
        }
    }
}
