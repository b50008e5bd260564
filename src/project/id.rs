//! Migration ids from user input: a new one from a name and the time, and the existing one that an argument selects.
//!
//! Must not read the clock; the caller passes the time.

use heck::{ToSnakeCase as _, ToUpperCamelCase as _};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use sea_gen_runner::migration::MigrationId;
use sea_gen_runner::{Error, Result};

const STAMP: &str = "%Y%m%d_%H%M%S";
const LONGEST_NAME: usize = 80;

/// An id for a new migration. The name may be in any case; the time is increased if necessary, so that the id comes
/// after every existing one.
///
/// # Errors
/// A name that cannot be used, or that another migration has already.
pub fn new_id(name: &str, now: Timestamp, existing: &[MigrationId]) -> Result<MigrationId> {
    let slug = free_slug(name, existing)?;
    let mut stamp = now.to_zoned(TimeZone::UTC).datetime();
    if let Some(newest) = existing.iter().max()
        && stamp.strftime(STAMP).to_string().as_str() <= newest.stamp()
    {
        stamp = later(newest)?;
    }
    format!("{}_{slug}", stamp.strftime(STAMP)).parse()
}

/// The id of a migration that is put behind another one: its name, one second later.
///
/// # Errors
/// There is no later time.
pub fn id_behind(last: &MigrationId, name: &str) -> Result<MigrationId> {
    format!("{}_{name}", later(last)?.strftime(STAMP)).parse()
}

fn later(id: &MigrationId) -> Result<DateTime> {
    time(id)?
        .checked_add(1.second())
        .map_err(|error| Error::new("there is no time after that of the newest migration").because(error))
}

/// The id of a migration that stands for several: after the last of them, and before the next one. Without a name it is named after the
/// last.
///
/// # Errors
/// A name that cannot be used, or that another migration has already; no id is left between the two.
pub fn squashed_id(
    name: Option<&str>,
    last: &MigrationId,
    next: Option<&MigrationId>,
    existing: &[MigrationId],
) -> Result<MigrationId> {
    const PREFIX: &str = "squashed_";
    let own = last.name().strip_prefix(PREFIX).unwrap_or(last.name());
    let usual = format!("{PREFIX}{own}");
    let slug = match name {
        Some(name) => free_slug(name, existing)?,
        None if usual.len() > LONGEST_NAME => "squashed".to_owned(),
        None => usual,
    };
    for id in [format!("{}_{slug}", last.stamp()), format!("{}_{slug}", later(last)?.strftime(STAMP))] {
        let id: MigrationId = id.parse()?;
        if id > *last && next.is_none_or(|next| id < *next) {
            return Ok(id);
        }
    }
    Err(Error::new(format!("no id named `{slug}` is left after `{last}` and before the next migration"))
        .hint("choose a name that sorts between the two: `gen squash <NAME>`, or another end: `--to`"))
}

/// The id of a migration with another name, and the same time.
///
/// # Errors
/// A name that cannot be used, or that another migration has already.
pub fn renamed_id(id: &MigrationId, name: &str, existing: &[MigrationId]) -> Result<MigrationId> {
    format!("{}_{}", id.stamp(), free_slug(name, existing)?).parse()
}

/// The number of migrations that an argument says, if it is no id: one begins with eight digits, so a shorter number is a count.
pub fn count(text: &str) -> Option<usize> {
    text.parse().ok().filter(|_| text.len() < 8)
}

/// The id that an argument selects: the id, its file, its name in any case, or its beginning.
///
/// # Errors
/// It selects none or several.
pub fn find_id<'a>(meant: &str, ids: impl IntoIterator<Item = &'a MigrationId>) -> Result<&'a MigrationId> {
    let ids: Vec<&MigrationId> = ids.into_iter().collect();
    let file = meant.rsplit(['/', '\\']).next().unwrap_or(meant);
    let stem = file.strip_suffix(".sql").unwrap_or(file);
    let slug = stem.to_snake_case();
    if let Some(id) = ids.iter().find(|id| id.as_str() == stem) {
        return Ok(id);
    }
    let that =
        |is_meant: &dyn Fn(&MigrationId) -> bool| ids.iter().copied().filter(|id| is_meant(id)).collect::<Vec<_>>();
    let named = that(&|id| id.name() == slug);
    let begun = that(&|id| !stem.is_empty() && id.as_str().starts_with(stem));
    match if named.is_empty() { begun } else { named }.as_slice() {
        [id] => Ok(id),
        [] => {
            let error = Error::new(format!("there is no migration `{meant}`"));
            let names: Vec<&str> = ids.iter().map(|id| id.name()).collect();
            Err(match similar::get_close_matches(slug.as_str(), &names, 1, 0.6).first() {
                Some(name) => error.hint(format!("did you mean `{name}`?")),
                None => error.hint("`gen status` lists them"),
            })
        }
        several => {
            let listed: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            Err(Error::new(format!("`{meant}` may be any of {}", listed.join(", ")))
                .hint("give more of the id, or the migration's name"))
        }
    }
}

fn time(id: &MigrationId) -> Result<DateTime> {
    DateTime::strptime(STAMP, id.stamp())
        .map_err(|error| Error::new(format!("`{id}` does not begin with a time")).because(error))
}

/// The snake-case form of a name, if it is valid and no other migration has it.
fn free_slug(name: &str, existing: &[MigrationId]) -> Result<String> {
    let slug = slug(name)?;
    match existing.iter().find(|id| id.name() == slug) {
        Some(taken) => Err(Error::new(format!("there is a migration named `{slug}` already: `{taken}`"))
            .hint(format!("choose another name, as in `gen migration {}2`", slug.to_upper_camel_case()))),
        None => Ok(slug),
    }
}

/// The snake-case form of a name, if it is valid.
fn slug(name: &str) -> Result<String> {
    let shown = name.escape_debug();
    let stray = name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, ' ' | '_' | '-'));
    if let Some(stray) = stray {
        return Err(Error::new(format!("a migration cannot be named `{shown}`: `{}` is in it", stray.escape_debug()))
            .hint("use letters from a to z, digits, spaces, `_` and `-`, as in `gen migration AddEmailIndex`"));
    }
    let slug = name.to_snake_case();
    if slug.is_empty() {
        return Err(Error::new("a migration needs a name").hint("say what it does: `gen migration AddEmailIndex`"));
    }
    if slug.len() > LONGEST_NAME {
        return Err(Error::new(format!(
            "the migration's name has {} characters, {LONGEST_NAME} are the most",
            slug.len()
        ))
        .hint("say it shorter; the statements speak for themselves"));
    }
    Ok(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ids(texts: &[&str]) -> Vec<MigrationId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_name_in_any_case_is_one_name() {
        for name in ["AddEmailIndex", "add email index", "add-email-index", "add_email_index", " Add  email_Index "] {
            let id = new_id(name, at("2026-11-20T20:13:00.9Z"), &[]).unwrap();
            assert_eq!(id.as_str(), "20261120_201300_add_email_index");
            assert_eq!((id.stamp(), id.name()), ("20261120_201300", "add_email_index"));
            assert_eq!(id.title(), "AddEmailIndex");
        }
    }

    #[test]
    fn a_bad_name_is_refused() {
        for (name, message) in [
            ("", "a migration needs a name"),
            (" _-", "a migration needs a name"),
            ("../evil", "a migration cannot be named `../evil`: `.` is in it"),
            ("a/b", "a migration cannot be named `a/b`: `/` is in it"),
            ("a\nb", "a migration cannot be named `a\\nb`: `\\n` is in it"),
            ("größe", "a migration cannot be named `größe`: `ö` is in it"),
            (&"x".repeat(81), "the migration's name has 81 characters, 80 are the most"),
        ] {
            let error = new_id(name, at("2026-11-20T20:13:00Z"), &[]).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(!error.hints().is_empty());
        }
        assert!(new_id(&"x".repeat(80), at("2026-11-20T20:13:00Z"), &[]).is_ok());
    }

    #[test]
    fn a_taken_name_is_refused() {
        let existing = ids(&["20200101_000000_add_email_index"]);
        let error = new_id("AddEmailIndex", at("2026-11-20T20:13:00Z"), &existing).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is a migration named `add_email_index` already: `20200101_000000_add_email_index`"
        );
    }

    #[test]
    fn a_new_id_comes_after_every_other() {
        let existing = ids(&["20261231_235959_zebra", "20200101_000000_ant"]);
        for now in ["2026-11-20T20:13:00Z", "2026-12-31T23:59:59.5Z"] {
            let id = new_id("a", at(now), &existing).unwrap();
            assert_eq!(id.as_str(), "20270101_000000_a");
        }
    }

    #[test]
    fn an_id_is_found_by_what_people_type() {
        let ids = ids(&["20260101_000000_create_user", "20260102_000000_add_email", "20270101_000000_drop_user"]);
        for (meant, found) in [
            ("20260102_000000_add_email", 1),
            ("migrations/20260102_000000_add_email.sql", 1),
            ("AddEmail", 1),
            ("add-email", 1),
            ("20260102", 1),
            ("2027", 2),
        ] {
            assert_eq!(find_id(meant, &ids).unwrap(), &ids[found]);
        }
        for (meant, message, hint) in [
            (
                "2026",
                "`2026` may be any of `20260101_000000_create_user`, `20260102_000000_add_email`",
                "give more of the id, or the migration's name",
            ),
            ("AddEmial", "there is no migration `AddEmial`", "did you mean `add_email`?"),
            ("", "there is no migration ``", "`gen status` lists them"),
        ] {
            let error = find_id(meant, &ids).unwrap_err();
            assert_eq!((error.to_string().as_str(), error.hints()), (message, &[hint.to_owned()][..]));
        }
    }
}
