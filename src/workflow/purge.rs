//! Which of the objects that `gen migration --keep` has parked are dropped, and by which migration.
//!
//! Must not know how a migration is written, or who is asked.

use heck::ToSnakeCase;
use jiff::civil::Date;
use sea_gen_runner::Error;
use sea_gen_runner::session::Missing;

use crate::plan::cast::Stake;
use crate::schema::{Part, Place, matches};
use crate::state::{Parked, parked_in};

use super::answers::AnswerOptions;
use super::generate::{Content, Request};
use super::{Failure, Workspace, stakes};

/// The name of the migration where nobody gives one.
pub const USUAL_NAME: &str = "PurgeParked";

/// The parked objects to drop.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Patterns of names, the former ones or those under which objects are parked; none for all.
    pub only: Vec<String>,
    /// The least number of days since an object was parked.
    pub older_than: Option<i64>,
    /// Today.
    pub today: Date,
}

/// A parked object to drop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The object.
    pub parked: Parked,
    /// The number of days since it was parked; `None` if its name does not hold a date.
    pub age: Option<i64>,
    /// The number of its rows or values, where a database is at hand.
    pub count: Option<usize>,
}

impl Chosen {
    /// What `count` counts.
    pub fn stake(&self) -> Stake {
        if matches!(self.parked.place, Place::Table(_, Part::Whole)) { Stake::Rows } else { Stake::Values }
    }
}

/// The parked objects that are selected; none if nothing is parked.
///
/// # Errors
/// A pattern fits nothing that is parked; something is parked, but nothing is selected.
pub async fn choose(workspace: &Workspace, selection: &Selection) -> Result<Vec<Chosen>, Failure> {
    let mut all: Vec<Parked> = Vec::new();
    for product in workspace.products() {
        let sealed = workspace.sealed(*product)?;
        let parked = sealed.iter().flat_map(|sealed| parked_in(sealed.schema.schema()));
        for it in parked {
            if !all.contains(&it) {
                all.push(it);
            }
        }
    }
    for pattern in &selection.only {
        if !all.iter().any(|it| is_named(it, pattern)) {
            let known: Vec<&str> = all.iter().map(|it| it.former.as_str()).collect();
            let error = Error::new(format!("no parked object matches `{pattern}`"));
            return Err(match known.is_empty() {
                true => error.hint("nothing is parked: `gen migration --keep` parks what would be dropped"),
                false => error.hint(format!("parked are {}", known.join(", "))),
            }
            .into());
        }
    }
    let is_parked = !all.is_empty();
    let with_age = all.into_iter().map(|parked| {
        let age = age(&parked, selection.today);
        Chosen { parked, age, count: None }
    });
    let is_wanted =
        |parked: &Parked| selection.only.is_empty() || selection.only.iter().any(|pattern| is_named(parked, pattern));
    let is_old = |age: Option<i64>| selection.older_than.is_none_or(|days| age.is_none_or(|age| age >= days));
    let mut chosen: Vec<Chosen> = with_age.filter(|it| is_wanted(&it.parked) && is_old(it.age)).collect();
    if chosen.is_empty() && is_parked {
        return Err(Error::new("no parked object is that old").hint("`gen purge --dry-run` shows all of it").into());
    }
    count(workspace, &mut chosen).await;
    Ok(chosen)
}

/// Counts rows and values if the database can be reached.
async fn count(workspace: &Workspace, chosen: &mut [Chosen]) {
    if chosen.is_empty() || workspace.database_is_absent() {
        return;
    }
    let Ok(Some(mut live)) = workspace.live(Missing::Refuse).await else { return };
    for it in chosen {
        it.count = stakes::count_whole(&mut live.session, &it.parked.place).await;
    }
    live.session.close().await;
}

/// The migration that drops the chosen objects.
///
/// # Errors
/// The existing migrations cannot be listed.
pub fn request(workspace: &Workspace, name: &str, chosen: &[Chosen], is_rehearsal: bool) -> Result<Request, Failure> {
    let places = chosen.iter().map(|it| it.parked.place.clone()).collect();
    Ok(Request {
        content: Content::Purged(places),
        // Whoever purges has looked.
        allow: ["drop-table", "drop-column"].iter().filter_map(|rule| rule.parse().ok()).collect(),
        answers: AnswerOptions::default(),
        is_rehearsal,
        ..Request::new(free_name(workspace, name)?)
    })
}

/// The name, numbered if it is the usual one and another migration has it.
fn free_name(workspace: &Workspace, name: &str) -> Result<String, Failure> {
    if name != USUAL_NAME {
        return Ok(name.to_owned());
    }
    let mut taken = Vec::new();
    for product in workspace.products() {
        taken.extend(workspace.project.migration_ids(*product)?);
    }
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let is_free = |name: &String| !taken.iter().any(|id| id.name() == name.to_snake_case());
    Ok(std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default())
}

/// Whether a pattern fits the former name, or the name under which it is parked.
fn is_named(parked: &Parked, pattern: &str) -> bool {
    let now = match &parked.place {
        Place::Table(table, Part::Column(column, _)) => format!("{table}.{column}"),
        place => place.object().to_string(),
    };
    matches(pattern, &parked.former) || matches(pattern, &now)
}

/// The number of days since it was parked.
fn age(parked: &Parked, today: Date) -> Option<i64> {
    let part = |range: std::ops::Range<usize>| parked.day.get(range)?.parse::<i8>().ok();
    let day = Date::new(parked.day.get(..4)?.parse().ok()?, part(4..6)?, part(6..8)?).ok()?;
    Some(i64::from(day.until(today).ok()?.get_days()))
}
