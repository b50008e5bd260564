//! A lock with the migrations of two branches, which is not finished: the schema that they lead to together is not known here.
//!
//! Must not know git.

use crate::migration::MigrationId;

use super::{Lock, LockedMigration};

/// What stands in the place of the seal.
const UNFINISHED: &str = "unfinished: two branches are merged, `gen merge` completes it";

/// Whether a text is that of such a lock, or of one to which git has added every line of another (`merge=union`).
pub(super) fn is_unfinished(text: &str) -> bool {
    text.contains(&format!("\"seal\": \"{UNFINISHED}\"")) || text.matches("\n  \"seal\": ").count() > 1
}

impl Lock {
    /// The text of a lock with the migrations of this one and of another, in the order of their ids. It is no lock before
    /// `gen merge` has completed it.
    pub fn union(&self, other: &Self) -> String {
        let mut union = self.clone();
        for (product, locked) in &other.dialects {
            let own = union.dialects.entry(*product).or_insert_with(|| locked.clone());
            let is_new = |line: &&LockedMigration| {
                let has = |id: &MigrationId| self.migrations(*product).iter().any(|line| line.id == *id);
                self.dialects.contains_key(product) && !has(&line.id)
            };
            own.migrations.extend(locked.migrations.iter().filter(is_new).cloned());
            own.migrations.sort_by(|one, other| one.id.cmp(&other.id));
            own.take_in(&locked.files);
        }
        union.text().replace(&format!("\"seal\": \"{}\"", union.seal()), &format!("\"seal\": \"{UNFINISHED}\""))
    }
}
