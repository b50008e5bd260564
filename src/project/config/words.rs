//! The settings that are one of several words.
//!
//! Must not know what a setting does.

use sea_gen_runner::Result;
use toml::Spanned;

use crate::plan::Forms;
use crate::schema::Undeclared;

use super::{Demand, Description, EntityReader, File, Partitions, Setting};

impl File<'_> {
    pub(super) fn demand(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Demand> {
        match self.text(key, value)?.as_str() {
            "off" => Ok(Demand::Off),
            "wanted" => Ok(Demand::Wanted),
            "required" => Ok(Demand::Required),
            other => Err(self.error(value.span(), &format!("`proof` cannot be `{other}`: off, wanted or required"))),
        }
    }

    pub(super) fn description(&self, value: &Setting<'_>) -> Result<Description> {
        match value.get_ref().as_str() {
            Some("optional") => Ok(Description::Optional),
            Some("required") => Ok(Description::Required),
            _ => Err(self.error(value.span(), "`description` must be \"optional\" or \"required\"")),
        }
    }

    pub(super) fn undeclared(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Undeclared> {
        match self.text(key, value)?.as_str() {
            "keep" => Ok(Undeclared::Keep),
            "drop" => Ok(Undeclared::Drop),
            "error" => Ok(Undeclared::Error),
            other => Err(self.error(value.span(), &format!("`undeclared` cannot be `{other}`: keep, drop or error"))),
        }
    }

    pub(super) fn privileges(&self, value: &Setting<'_>) -> Result<bool> {
        match value.get_ref().as_str() {
            Some("declared") => Ok(true),
            Some("keep") => Ok(false),
            _ => Err(self.error(value.span(), "`privileges` must be \"keep\" or \"declared\"")),
        }
    }

    pub(super) fn partitions(&self, value: &Setting<'_>) -> Result<Partitions> {
        match value.get_ref().as_str() {
            Some("keep") => Ok(Partitions::Keep),
            Some("report") => Ok(Partitions::Report),
            _ => Err(self.error(value.span(), "`partitions` must be \"keep\" or \"report\"")),
        }
    }

    pub(super) fn forms(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Forms> {
        Ok(if self.truth(key, value)? { Forms::Offline } else { Forms::Safe })
    }

    pub(super) fn reader(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<EntityReader> {
        match self.text(key, value)?.as_str() {
            "source" => Ok(EntityReader::Source),
            "compiled" => Ok(EntityReader::Compiled),
            other => Err(self.error(value.span(), &format!("`reader` cannot be `{other}`: source or compiled"))),
        }
    }
}
