//! Whether the migrations of the branch that is checked out are still on top of those of another one.
//!
//! Must not know arguments, or change anything.

use sea_gen_runner::lock_file::LockedMigration;

use crate::project::{Branches, Side};

use super::super::check::{Line, Verdict};
use super::super::text::plural;
use super::{Failure, Open, Pair, dependences, lines, pairs};

/// Compares the last commit with a revision, for each dialect: one sentence a finding. Nothing is run on a database.
///
/// # Errors
/// No git, no such revision; a branch is not as it was sealed.
pub fn against(open: impl Into<Open>, revision: &str) -> Result<Vec<Line>, Failure> {
    let (workspace, branches) = super::open(open, Some(("HEAD", revision)))?;
    let pairs = pairs(&workspace, &branches, Side::Theirs)?;
    let standing = |pair: &Pair| {
        let verdict = match findings(pair, &branches, revision)? {
            found if found.is_empty() => Verdict::Holds,
            found => Verdict::Fails(found),
        };
        Ok(Line { check: "base", product: pair.product, verdict, tenant: None })
    };
    pairs.iter().map(standing).collect()
}

fn findings(pair: &Pair, branches: &Branches, revision: &str) -> Result<Vec<String>, Failure> {
    let lines = &pair.lines;
    let rewritten = lines.rewritten.iter().map(|id| {
        format!("this branch has edited or removed `{id}`, which {revision} has: databases that have it do not follow")
    });
    let rewritten: Vec<String> = rewritten.collect();
    // A branch without migrations of its own needs nothing: git puts the two together.
    if lines.added.is_empty() {
        return Ok(rewritten);
    }
    let own: Vec<String> = lines.added.iter().map(|line: &LockedMigration| format!("`{}`", line.id)).collect();
    let own = own.join(", ");
    if lines.earlier.is_empty() {
        let moved = lines::new_ids([lines].into_iter())?;
        let older = moved.keys().next().map(|id| {
            format!("`{id}` is older than migrations of {revision}: `gen merge {revision} HEAD` puts it behind them")
        });
        return Ok(rewritten.into_iter().chain(older).collect());
    }
    let count = plural(lines.earlier.len(), "migration");
    let mut found = rewritten;
    found.push(format!(
        "{revision} has {count} that this branch does not have: merge it (`git merge {revision}`) or rebase onto it (`git rebase {revision}`), then `gen merge`"
    ));
    if let Some(release) = branches.theirs.lock.as_ref().and_then(|lock| lock.release()) {
        found.push(format!("the schema is frozen there for release {release}: {own} must wait until it is thawed"));
    }
    let [plan, other] = pair.plans();
    let (earlier, added) = (pair.earlier(), pair.added());
    let (first, later) = (pair.first.schema.schema(), pair.later.schema.schema());
    let rows = dependences(
        super::Work { migrations: &earlier, plan: &plan, schema: first },
        super::Work { migrations: &added, plan: &other, schema: later },
    );
    let together = pair.together()?;
    let is_settled = together.is_ok() && rows.is_empty();
    let disagreements = together.err().unwrap_or_default();
    if is_settled {
        found.push(format!("either order leads to the same schema: `gen merge` will put {own} behind them"));
    }
    found.extend(
        disagreements.iter().map(|it| {
            format!("the branches disagree about {}: {}; that must be settled by hand", it.subject, it.because)
        }),
    );
    found.extend(rows.iter().map(|it| {
        let statement = it.other.as_ref().or(it.one.as_ref()).map(String::as_str).unwrap_or_default();
        format!("the order may matter for `{statement}`: {}", it.because)
    }));
    Ok(found)
}
