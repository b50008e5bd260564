//! `[seed]`, and which rows an environment gets.
//!
//! Must not know how rows are made.

use sea_gen_runner::Result;
use toml::Spanned;

use super::{File, Setting};

/// Which rows an environment gets besides those that the migrations write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedKind {
    /// None: the reference rows are migrated.
    Reference,
    /// Those that somebody has written for demonstrations.
    Demonstration,
    /// Invented ones.
    MadeUp,
}

/// The settings of `gen seed`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedSettings {
    /// Where images are: an address with or without `{number}`, or `cloudinary:CLOUD`.
    pub images: Option<String>,
}

impl File<'_> {
    pub(super) fn seeding(&self, value: &Setting<'_>) -> Result<SeedSettings> {
        let Some(table) = value.get_ref().as_table() else {
            let error = self.error(value.span(), "`seed` must be a table");
            return Err(error.hint("[seed]\nimages = \"https://images.example/\""));
        };
        let mut settings = SeedSettings::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "images" => settings.images = Some(self.text(key, value)?),
                _ => return Err(self.unknown(key, "seed.", &["images"])),
            }
        }
        Ok(settings)
    }

    pub(super) fn seed_kind(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<SeedKind> {
        match self.text(key, value)?.as_str() {
            "reference" => Ok(SeedKind::Reference),
            "demonstration" => Ok(SeedKind::Demonstration),
            "made-up" => Ok(SeedKind::MadeUp),
            other => {
                let message = format!("`seed` cannot be `{other}`: reference, demonstration or made-up");
                Err(self.error(value.span(), &message))
            }
        }
    }
}
