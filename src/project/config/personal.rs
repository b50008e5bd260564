//! `[personal]`: which columns have personal data, where it may be, and what becomes of it in an anonymised copy.
//!
//! Must not know what is done with a column or a rule.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sea_gen_runner::Result;
use toml::Spanned;
use toml::de::DeTable;

use crate::lint::house::PersonalDemand;
use crate::schema::{Name, ObjectName, PersonalData, PersonalKind, Place};

use super::{File, Setting};

const SETTINGS: [&str; 3] = ["new-columns", "rules", "keep"];

/// What is done with the values of a column in an anonymised copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnonymizeRule {
    /// Each value is replaced by an invented one of the same shape.
    Fake,
    /// Each value is replaced by its hash with the salt.
    Hash,
    /// Each value is replaced by a coarser one, such as the first day of the year.
    Generalise,
    /// Each value is replaced by NULL.
    Null,
}

impl AnonymizeRule {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fake, Self::Hash, Self::Generalise, Self::Null];

    /// The word in the configuration.
    pub fn key(self) -> &'static str {
        match self {
            Self::Fake => "fake",
            Self::Hash => "hash",
            Self::Generalise => "generalise",
            Self::Null => "null",
        }
    }
}

impl fmt::Display for AnonymizeRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

impl FromStr for AnonymizeRule {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let rule =
            Self::ALL.into_iter().find(|rule| rule.key() == text || (text, *rule) == ("generalize", Self::Generalise));
        rule.ok_or_else(|| format!("`{text}` is no rule: {}", Self::ALL.map(Self::key).join(", ")))
    }
}

/// The settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonalSettings {
    /// What is said of columns.
    pub columns: BTreeMap<Place, PersonalData>,
    /// The line of the configuration that says it.
    pub lines: BTreeMap<Place, usize>,
    /// Whether new columns that look personal have to be answered.
    pub new_columns: PersonalDemand,
    /// Rules for kinds, where they are not the usual ones.
    pub rules_of_kinds: BTreeMap<PersonalKind, AnonymizeRule>,
    /// Rules for single columns.
    pub rules_of_columns: BTreeMap<Place, AnonymizeRule>,
    /// Tables whose rows stay when a person is deleted; their personal data is removed instead.
    pub keep: Vec<String>,
}

impl File<'_> {
    pub(super) fn personal(&self, value: &Setting<'_>) -> Result<PersonalSettings> {
        let Some(table) = value.get_ref().as_table() else {
            let error = self.error(value.span(), "`personal` must be a table of columns");
            return Err(error.hint("[personal]\n\"user.email\" = \"email\""));
        };
        let mut settings = PersonalSettings::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "new-columns" => settings.new_columns = self.demand_of_columns(key, value)?,
                "rules" => self.rules_of_personal(value, &mut settings)?,
                "keep" => settings.keep = self.texts(key, value)?,
                name if name.contains('.') => self.column(name, value, &mut settings)?,
                // `user.email = "email"` without quotes is a table in a table.
                name => match value.get_ref().as_table() {
                    Some(columns) => self.columns_of(name, columns, &mut settings)?,
                    None => {
                        let error =
                            self.error(key.span(), &format!("`{name}` is neither a setting nor a column of a table"));
                        let known = SETTINGS.join(", ");
                        return Err(
                            error.hint(format!("write the table too: \"user.{name}\" = …; the settings are {known}"))
                        );
                    }
                },
            }
        }
        Ok(settings)
    }

    fn columns_of(&self, table: &str, columns: &DeTable<'_>, settings: &mut PersonalSettings) -> Result<()> {
        columns
            .iter()
            .try_for_each(|(name, value)| self.column(&format!("{table}.{}", name.get_ref()), value, settings))
    }

    /// `"user.email" = "email"`, `"user.email" = { kind = "email", region = "eu" }`.
    fn column(&self, name: &str, value: &Setting<'_>, settings: &mut PersonalSettings) -> Result<()> {
        let place = place(name);
        let data = match value.get_ref().as_table() {
            None => PersonalData { kind: self.kind(name, value)?, region: None },
            Some(table) => {
                let (mut kind, mut region) = (None, None);
                for (key, value) in table {
                    match key.get_ref().as_ref() {
                        "kind" => kind = Some(self.kind(name, value)?),
                        "region" => region = Some(self.text(key, value)?),
                        _ => return Err(self.unknown(key, &format!("personal.{name}."), &["kind", "region"])),
                    }
                }
                let Some(kind) = kind else {
                    let error = self.error(value.span(), &format!("`{name}` needs a kind"));
                    return Err(error.hint(format!("\"{name}\" = {{ kind = \"email\", region = \"eu\" }}")));
                };
                PersonalData { kind, region }
            }
        };
        settings.lines.insert(place.clone(), self.line(value.span().start));
        if settings.columns.insert(place, data).is_some() {
            return Err(self.error(value.span(), &format!("`{name}` is said twice")));
        }
        Ok(())
    }

    fn kind(&self, name: &str, value: &Setting<'_>) -> Result<PersonalKind> {
        let Some(text) = value.get_ref().as_str() else {
            return Err(self
                .error(value.span(), &format!("`{name}` must be a kind of personal data"))
                .hint(format!("\"{name}\" = \"email\"")));
        };
        text.parse().map_err(|error: String| self.error(value.span(), &error))
    }

    fn demand_of_columns(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<PersonalDemand> {
        match self.text(key, value)?.as_str() {
            "off" => Ok(PersonalDemand::Off),
            "warn" => Ok(PersonalDemand::Warn),
            "deny" => Ok(PersonalDemand::Deny),
            other => Err(self.error(value.span(), &format!("`new-columns` cannot be `{other}`: off, warn or deny"))),
        }
    }

    /// `[personal.rules]`: by kinds, and by columns.
    fn rules_of_personal(&self, value: &Setting<'_>, settings: &mut PersonalSettings) -> Result<()> {
        let Some(table) = value.get_ref().as_table() else {
            let error = self.error(value.span(), "`personal.rules` must be a table of rules");
            return Err(error.hint("[personal.rules]\nphone = \"null\"\n\"user.email\" = \"hash\""));
        };
        let rule = |key: &Spanned<_>, value: &Setting<'_>| -> Result<AnonymizeRule> {
            self.text(key, value)?.parse().map_err(|error: String| self.error(value.span(), &error))
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if let Some(columns) = value.get_ref().as_table() {
                for (column, value) in columns {
                    let place = place(&format!("{name}.{}", column.get_ref()));
                    settings.rules_of_columns.insert(place, rule(column, value)?);
                }
            } else if name.contains('.') {
                settings.rules_of_columns.insert(place(name), rule(key, value)?);
            } else {
                let kind = name.parse().map_err(|error: String| self.error(key.span(), &error))?;
                settings.rules_of_kinds.insert(kind, rule(key, value)?);
            }
        }
        Ok(())
    }
}

/// `user.email`, `auth.user.email`.
fn place(name: &str) -> Place {
    let (owner, column) = name.rsplit_once('.').unwrap_or(("", name));
    let table = match owner.split_once('.') {
        Some((schema, table)) if schema != "public" => ObjectName::qualified(schema, table),
        Some((_, table)) => ObjectName::local(table),
        None => ObjectName::local(owner),
    };
    Place::column(&table, &Name::from(column))
}
