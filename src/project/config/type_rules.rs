//! `type-rules`: changes of the rules by which types count as equal.
//!
//! Must not know the rules.

use std::collections::BTreeMap;

use sea_gen_runner::Result;

use crate::schema::Strictness;

use super::{File, Setting};

impl File<'_> {
    /// `type-rules = { json = "exact" }`.
    pub(super) fn strictness(&self, value: &Setting<'_>) -> Result<BTreeMap<String, Strictness>> {
        let Some(table) = value.get_ref().as_table() else {
            let error = self.error(value.span(), "`type-rules` must be a table of rules");
            return Err(error.hint("`type-rules = { zone = \"loose\" }`"));
        };
        let mut rules = BTreeMap::new();
        for (key, value) in table {
            let strictness = match self.text(key, value)?.as_str() {
                "loose" => Strictness::Loose,
                "exact" => Strictness::Exact,
                other => {
                    let message = format!("`{}` cannot be `{other}`: loose or exact", key.get_ref());
                    return Err(self.error(value.span(), &message));
                }
            };
            rules.insert(key.get_ref().as_ref().to_owned(), strictness);
        }
        Ok(rules)
    }
}
