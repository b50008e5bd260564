//! `[rules]`: what a project asks of its own schema and migrations.
//!
//! Must not know how the rules are judged.

use std::str::FromStr;

use sea_gen_runner::Result;
use toml::Spanned;
use toml::de::DeTable;

use crate::lint::Level;
use crate::lint::allow::Allow;
use crate::lint::house::{HOUSE_RULES, HouseRules, RESERVED_WORDS, Required, StepKind, StepRule};
use crate::plan::{NameKind, NamePattern};
use crate::schema::matches;

use super::{File, Setting};

const KEYS: [&str; 6] = ["names", "reserved-words", "require", "forbid-types", "steps", "allow"];
const STEP_KEYS: [&str; 5] = ["step", "table", "name", "level", "message"];
const LEVELS: [(&str, Level); 3] = [("info", Level::Info), ("warning", Level::Warning), ("danger", Level::Danger)];

/// Only findings of the project's own rules are allowed for good: the others are of one migration.
fn allowed(text: String) -> std::result::Result<Allow, String> {
    let rule = text.split(':').next().unwrap_or_default();
    let ids = HOUSE_RULES.map(|rule| rule.id);
    if ids.iter().any(|id| matches(rule, id)) {
        return text.parse();
    }
    let near = similar::get_close_matches(rule, &ids, 1, 0.6).first().map(|near| format!("did you mean `{near}`? "));
    Err(format!("`allow` is not for `{rule}`: {}its rules are {}", near.unwrap_or_default(), ids.join(", ")))
}

impl File<'_> {
    pub(super) fn rules(&self, value: &Setting<'_>) -> Result<HouseRules> {
        let mut rules = HouseRules::default();
        for (key, value) in self.table("rules", value)? {
            match key.get_ref().as_ref() {
                "names" => self.names(value, &mut rules)?,
                "reserved-words" => rules.reserved = self.reserved(key, value)?,
                "require" => {
                    let known = |text: String| Required::ALL.iter().find(|it| it.0 == text).map(|it| it.1).ok_or(text);
                    rules.required = self.each(key, value, |text| {
                        let names = Required::ALL.map(|it| it.0).join(", ");
                        known(text).map_err(|text| format!("`require` cannot have `{text}`: {names}"))
                    })?;
                }
                "forbid-types" => rules.forbidden_types = self.each(key, value, |text| Ok(text.to_lowercase()))?,
                "steps" => {
                    let Some(items) = value.get_ref().as_array() else {
                        return Err(self
                            .error(value.span(), "`steps` must be a list of tables")
                            .hint("[[rules.steps]]\nstep = \"drop column\"\ntable = \"audit_*\"\nmessage = \"…\""));
                    };
                    rules.steps = items.iter().map(|item| self.step(item)).collect::<Result<_>>()?;
                }
                "allow" => rules.allow = self.each(key, value, allowed)?,
                _ => return Err(self.unknown(key, "rules.", &KEYS)),
            }
        }
        Ok(rules)
    }

    fn names(&self, value: &Setting<'_>, rules: &mut HouseRules) -> Result<()> {
        let keys: Vec<&str> = ["table", "column"].into_iter().chain(NameKind::ALL.map(NameKind::key)).collect();
        for (key, value) in self.table("rules.names", value)? {
            let name = key.get_ref().as_ref();
            match name {
                "table" => rules.table_styles = self.one_or_several(key, value)?,
                "column" => rules.column_styles = self.one_or_several(key, value)?,
                _ => {
                    let kind = NameKind::ALL.into_iter().find(|kind| kind.key() == name);
                    let kind = kind.ok_or_else(|| self.unknown(key, "rules.names.", &keys))?;
                    let text = self.text(key, value)?;
                    let pattern: NamePattern =
                        text.parse().map_err(|error: String| self.error(value.span(), &error))?;
                    if pattern.needs_target() && kind != NameKind::ForeignKey {
                        let message = format!("only a foreign key has a target: `{text}`");
                        return Err(self.error(value.span(), &message));
                    }
                    rules.naming.set(kind, pattern);
                }
            }
        }
        Ok(())
    }

    /// Words of the project's own, or all that some product reserves.
    fn reserved(&self, key: &Spanned<impl AsRef<str>>, value: &Setting<'_>) -> Result<Vec<String>> {
        match value.get_ref().as_bool() {
            Some(true) => Ok(RESERVED_WORDS.iter().map(|word| (*word).to_owned()).collect()),
            Some(false) => Ok(Vec::new()),
            None if value.get_ref().as_array().is_some() => self.each(key, value, |text| Ok(text.to_lowercase())),
            None => Err(self.error(value.span(), "`reserved-words` must be true, false or a list of words")),
        }
    }

    fn step(&self, value: &Setting<'_>) -> Result<StepRule> {
        let (mut kind, mut message) = (None, None);
        let (mut table, mut name, mut level) = ("*".to_owned(), "*".to_owned(), Level::Warning);
        for (key, value) in self.table("rules.steps", value)? {
            let text = self.text(key, value)?;
            match key.get_ref().as_ref() {
                "step" => kind = Some(self.parsed::<StepKind>(value, &text)?),
                "table" => table = text,
                "name" => name = text,
                "message" => message = Some(text),
                "level" => {
                    let known = LEVELS.iter().find(|it| it.0 == text);
                    let names = LEVELS.map(|it| it.0).join(", ");
                    let error = || self.error(value.span(), &format!("`level` cannot be `{text}`: {names}"));
                    level = known.map(|it| it.1).ok_or_else(error)?;
                }
                _ => return Err(self.unknown(key, "rules.steps.", &STEP_KEYS)),
            }
        }
        let missing = |what: &str, hint: &str| {
            self.error(value.span(), &format!("a rule on steps needs `{what}`")).hint(hint.to_owned())
        };
        let StepKind(action, noun) = kind.ok_or_else(|| missing("step", "`step = \"drop column\"`"))?;
        let message = message.ok_or_else(|| missing("message", "`message = \"ask the owner first\"`"))?;
        Ok(StepRule { action, noun, table, name, level, message })
    }

    pub(super) fn table<'v>(&self, name: &str, value: &'v Setting<'v>) -> Result<&'v DeTable<'v>> {
        let error = || self.error(value.span(), &format!("`{name}` must be a table")).hint(format!("[{name}]"));
        value.get_ref().as_table().ok_or_else(error)
    }

    fn parsed<T: FromStr<Err = String>>(&self, value: &Setting<'_>, text: &str) -> Result<T> {
        text.parse().map_err(|error: String| self.error(value.span(), &error))
    }

    /// A list of texts, each read with an error at its line.
    fn each<T>(
        &self,
        key: &Spanned<impl AsRef<str>>,
        value: &Setting<'_>,
        read: impl Fn(String) -> std::result::Result<T, String>,
    ) -> Result<Vec<T>> {
        let texts = self.texts(key, value)?;
        let items = value.get_ref().as_array().into_iter().flatten();
        let pairs = texts.into_iter().zip(items);
        pairs.map(|(text, item)| read(text).map_err(|error| self.error(item.span(), &error))).collect()
    }

    fn one_or_several<T: FromStr<Err = String>>(
        &self,
        key: &Spanned<impl AsRef<str>>,
        value: &Setting<'_>,
    ) -> Result<Vec<T>> {
        match value.get_ref().as_str() {
            Some(text) => Ok(vec![self.parsed(value, text)?]),
            None => self.each(key, value, |text| text.parse()),
        }
    }
}
