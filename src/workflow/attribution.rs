//! What the log says of a run beside what was done: who runs it, where, from which commit, and what was allowed for it.
//!
//! Must not know what is run.

use sea_gen_runner::Attribution;
use sea_gen_runner::session::Session;

use super::Workspace;
use super::apply::Course;
use super::backup::Backup;
use crate::lint::allow::Allow;
use sea_gen_runner::run::Order;

/// What was done or allowed before a run, beyond what its course says.
#[derive(Clone, Debug, Default)]
pub(super) struct Circumstances {
    /// The backup that was made before.
    pub(super) backup: Option<String>,
    /// The losses that were allowed.
    pub(super) allowed: Vec<Allow>,
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
        let mut attribution = self.attribution();
        attribution.backup.clone_from(&circumstances.backup);
        attribution.exceptions = exceptions(course);
        attribution.exceptions.extend(circumstances.allowed.iter().map(|allow| format!("--allow {allow}")));
        session.attribute(attribution);
    }

    pub(super) fn attribution(&self) -> Attribution {
        let mut attribution = Attribution::of_process();
        // A checkout knows better than a variable of its host, which does not see what differs from it.
        attribution.commit = self.project.checked_out().or(attribution.commit);
        attribution.environment = self.environment.as_ref().and_then(|environment| environment.name.clone());
        attribution
    }
}

/// What a course allows that is refused otherwise, in the words of the command line.
fn exceptions(course: &Course) -> Vec<String> {
    let Course::Up { recognises_rows, unproven, order, .. } = course else { return Vec::new() };
    let options =
        [(*order == Order::Any, "--out-of-order"), (*unproven, "--unproven"), (*recognises_rows, "--recognise")];
    options.into_iter().filter(|(is_given, _)| *is_given).map(|(_, option)| option.to_owned()).collect()
}
