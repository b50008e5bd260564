//! `gen lock`: seals the current migration files, after they were edited or written by hand. Their results are added to
//! the snapshot, and those that change the schema are proven, if there is a server for scratch databases.
//!
//! Must not know how a file is sealed.

use crate::dialect::Product;
use crate::project::Demand;
use crate::workflow::handwritten::{News, Silence};
use crate::workflow::seal::{self, Resealed, seal};
use crate::workflow::{Failure, Workspace};

use super::arguments::Common;
use super::paint::{self, Ink, ink, ink_talk};
use super::{Ending, show, verify};

pub(super) async fn run(common: &Common, no_verify: bool) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen lock")?;
    let Some(resealed) = seal(&workspace, !no_verify).await? else {
        paint::talk("nothing to do: the lock matches the files");
        if workspace.sealed_lock()?.dialects.values().flat_map(|locked| &locked.migrations).any(|line| line.refuted) {
            paint::talk(
                "note: a migration failed its proof, and its comments are not sealed: after `-- changes data` was written, `gen verify`",
            );
        }
        return Ok(Ending::Done);
    };
    paint::result(&text(&workspace, &resealed));
    resealed.followed.iter().filter_map(|it| it.silence()).for_each(complain);
    let demand = workspace.project.config.proof;
    // The proof writes to the lock file too, so the project's lock is released first.
    drop(workspace);
    if !no_verify && demand != Demand::Off {
        verify::sealed(&Workspace::open(common)?, &resealed.provable()).await?;
    }
    Ok(Ending::Done)
}

/// Makes a lock that is lost anew.
pub(super) fn rebuild(common: &Common) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen lock --rebuild")?;
    let sealed = seal::rebuild(&workspace)?;
    let path = workspace.project.lock_path();
    let shown = workspace.project.shown(&path).display();
    let count = show::plural(sealed.len(), "migration");
    paint::result(&format!("{} {shown} with {count}\n", ink(Ink::Green, "wrote")));
    paint::result(
        "\nnext: compare it with what you remember (`gen check`), and prove the migrations again: `gen verify --all`\n",
    );
    Ok(Ending::Done)
}

/// The sealed files, and the changes added to the snapshot.
fn text(workspace: &Workspace, resealed: &Resealed) -> String {
    let Resealed { sealed, gone, renamed, followed, files, gone_files, written } = resealed;
    let mut text: String = sealed.iter().map(|id| format!("{} {id}\n", ink(Ink::Green, "sealed"))).collect();
    let renamed = renamed.iter().map(|(former, id)| format!("{} {former}, now {id}\n", ink(Ink::Yellow, "renamed")));
    text.extend(renamed);
    text.extend(gone.iter().map(|id| format!("{} {id}: its file is gone\n", ink(Ink::Red, "forgot"))));
    text.extend(files.iter().map(|path| format!("{} {path}\n", ink(Ink::Green, "sealed"))));
    text.extend(gone_files.iter().map(|path| format!("{} {path}: its file is gone\n", ink(Ink::Red, "forgot"))));
    text.extend(followed.iter().filter_map(|it| it.news()).map(|it| news(workspace, &it)));
    let snapshots = workspace.root().join(&workspace.project.config.snapshots);
    let count = written.iter().filter(|path| path.starts_with(&snapshots)).count();
    if count > 0 {
        let folder = workspace.project.shown(&snapshots).display();
        text.push_str(&format!("{} {folder}/ ({})\n", ink(Ink::Green, "wrote"), show::plural(count, "file")));
    }
    text
}

/// The changes added to a snapshot.
pub(super) fn news(workspace: &Workspace, News { product, plan }: &News) -> String {
    let dialect = if workspace.products().len() > 1 { format!(" of {product}") } else { String::new() };
    let count = show::plural(plan.ops().len(), "change");
    let head = format!("the snapshot{dialect} is updated with the changes of the migrations: {count}");
    format!("{}\n{}", ink(Ink::Green, head), show::plan(plan, None, workspace.root()))
}

/// Reports that the results of migrations are unknown.
fn complain((product, Silence { reason, fails }): (Product, &Silence)) {
    let word = ink_talk(Ink::Yellow, "note:");
    let what = format!("where the migrations for {product} lead is not known, so the snapshot is unchanged");
    paint::talk(format!("{word} {what}: {reason}"));
    paint::talk(match fails {
        true => "      correct the migration, then `gen lock` again",
        false => {
            "      once there is a scratch database: `gen verify`, with `--database-url` for one on another server"
        }
    });
}
