//! `history`: the name of a project's own history.
//!
//! Must not know where the history is.

use sea_gen_runner::Result;
use toml::Spanned;

use super::{File, Setting};

impl File<'_> {
    /// A part of a table's name.
    pub(super) fn history(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<String> {
        let name = self.text(key, value)?;
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if name.is_empty() || name.len() > 32 || !name.chars().all(fits) {
            let error =
                self.error(value.span(), "`history` must be at most 32 lower-case letters, digits and underscores");
            return Err(error.hint("`history = \"billing\"`"));
        }
        if name == "log" || name.ends_with("_log") {
            let error = self.error(value.span(), "`history` ends with `log`, as the log of another history does");
            return Err(error.hint("`history = \"billing\"`"));
        }
        Ok(name)
    }
}
