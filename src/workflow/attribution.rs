//! What the log says of a run beside what was done: who runs it, where, from which commit, and what was allowed for it.
//!
//! Must not know what is run.

use sea_gen_runner::Attribution;
use sea_gen_runner::session::Session;

use sea_gen_runner::run::Order;

use crate::lint::allow::Allow;

use super::Workspace;
use super::apply::Course;
use super::backup::Backup;
use super::tenants::up;

/// What was done or allowed before a run, beyond what its course says.
#[derive(Clone, Debug, Default)]
pub(super) struct Circumstances {
    /// The backup that was made before.
    pub(super) backup: Option<String>,
    /// The losses that were allowed.
    pub(super) allowed: Vec<Allow>,
    /// Whether what removes the old shape of a change runs although the server sees statements that name it.
    pub(super) ignores_readers: bool,
}

impl Circumstances {
    pub(super) fn backed_up(&mut self, workspace: &Workspace, backup: &Backup) {
        self.backup = Some(workspace.project.shown(&backup.path).display().to_string());
    }
}

impl Workspace {
    /// Lets a session write down who works on the database, and from which commit.
    pub(super) fn attribute(&self, session: &mut Session) {
        session.attribute(self.attribution());
    }

    /// The same for a run.
    pub(super) fn attribute_run(&self, session: &mut Session, course: &Course, circumstances: &Circumstances) {
        let Circumstances { backup, allowed, ignores_readers } = circumstances;
        let options = match course {
            Course::Up { recognises_rows, unproven, order, .. } => vec![
                (*order == Order::Any, "--out-of-order"),
                (*unproven, "--unproven"),
                (*recognises_rows, "--recognise"),
                (*ignores_readers, "--ignore-readers"),
            ],
            Course::Down(_) | Course::Redo | Course::Goto(_) => Vec::new(),
        };
        let mut attribution = self.attribution();
        attribution.backup.clone_from(backup);
        attribution.exceptions = exceptions(&options, allowed);
        session.attribute(attribution);
    }

    /// What the log of each tenant says of a run.
    pub(super) fn attribution_of_tenants(&self, course: &up::Course) -> Attribution {
        let mut attribution = self.attribution();
        attribution.exceptions = match course {
            up::Course::Up { unproven, order, ignores_readers, .. } => exceptions(
                &[
                    (*order == Order::Any, "--out-of-order"),
                    (*unproven, "--unproven"),
                    (*ignores_readers, "--ignore-readers"),
                ],
                &[],
            ),
            up::Course::Down { allow, .. } => exceptions(&[], allow),
        };
        attribution
    }

    pub(super) fn attribution(&self) -> Attribution {
        let mut attribution = Attribution::of_process();
        // A checkout knows better than a variable of its host, which does not see what differs from it.
        attribution.commit = self.project.checked_out().or(attribution.commit);
        attribution.environment = self.environment.as_ref().and_then(|environment| environment.name.clone());
        attribution
    }
}

/// What is refused otherwise and was allowed, in the words of the command line.
fn exceptions(options: &[(bool, &str)], allowed: &[Allow]) -> Vec<String> {
    let options = options.iter().filter(|(is_given, _)| *is_given).map(|(_, option)| (*option).to_owned());
    options.chain(allowed.iter().map(|allow| format!("--allow {allow}"))).collect()
}
