//! Answers: facts that only the developer knows, from options, from a file, or from a terminal. Unanswered questions
//! are printed in the format of the file.
//!
//! Must not know how questions arise.

mod unfit;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sea_gen_runner::Error;
use sea_gen_runner::files::read_text;
use serde::{Deserialize, Serialize};

use crate::lint::allow::Allow;
use crate::plan::Rename;
use crate::schema::{Change, Name, ObjectName};
use crate::state::{self, Backfill, Candidate, Question, Replacement, Subject, Values};

use super::{Choice, Failure, Listener, text};

use unfit::Unfit;

/// The answers given by options, each in the form of the option of the same name.
#[derive(Clone, Debug, Default)]
pub struct AnswerOptions {
    /// `old:new`, `table.old:new`, `kind:…`.
    pub renames: Vec<String>,
    /// `table.column=expression`.
    pub backfills: Vec<String>,
    /// `table.column=expression`.
    pub conversions: Vec<String>,
    /// `table.column=expression`.
    pub backs: Vec<String>,
    /// `table.column:old=new`.
    pub replacements: Vec<String>,
    /// Names of new objects.
    pub news: Vec<String>,
    /// A file with more answers.
    pub file: Option<PathBuf>,
    /// Whether open questions are asked interactively.
    pub asks: bool,
}

/// The answers of one run.
#[derive(Debug, Default)]
pub struct Answers {
    /// Renames by option.
    given: Vec<Rename>,
    /// Answers by file or terminal.
    answered: Vec<Answered>,
    /// Values for existing rows.
    values: Values,
    /// New objects, by option.
    news: Vec<String>,
    /// Exact names of objects that may be dropped, and so were not renamed.
    gone: Vec<String>,
    /// Whether open questions are asked interactively.
    asks: bool,
    /// Answers without a match.
    unfit: Unfit,
}

/// The file that `--answers` reads, and the format in which open questions are printed.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    renames: Vec<Answered>,
    /// In the form of `--backfill`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    backfills: Vec<String>,
    /// In the form of `--using`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    conversions: Vec<String>,
    /// In the form of `--back`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    backs: Vec<String>,
    /// In the form of `--replace`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replacements: Vec<String>,
}

/// A question with its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Answered {
    #[serde(flatten)]
    subject: Subject,
    #[serde(default)]
    candidates: Vec<Candidate>,
    /// The old name, `false` if it is new, absent while it is open.
    renamed_from: Option<Former>,
}

impl Answered {
    /// The resulting rename.
    fn rename(&self) -> Option<Rename> {
        match &self.renamed_from {
            Some(Former::Name(old)) => Some(self.subject.renamed_from(old)),
            Some(Former::Is(_)) | None => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Former {
    Name(String),
    /// `true` is not an answer.
    Is(bool),
}

impl Answers {
    /// The answers of the options and of the file. Objects that `allow` names may be dropped, and so were not renamed.
    /// `in_batches` says whether rows are backfilled in batches.
    ///
    /// # Errors
    /// An invalid answer; a missing or invalid file.
    pub fn read(given: &AnswerOptions, allow: &[Allow], in_batches: bool) -> Result<Self, Failure> {
        let renames: Result<Vec<Rename>, Failure> = given.renames.iter().map(|text| parse(text)).collect();
        let Document { renames: answered, backfills, conversions, backs, replacements } =
            given.file.as_deref().map(read).transpose()?.unwrap_or_default();
        let all = |given: &[String], answered: Vec<String>| given.iter().cloned().chain(answered).collect::<Vec<_>>();
        let values = Values {
            lossy: Vec::new(),
            backfills: parsed(&all(&given.backfills, backfills), |text| value(text, "--backfill"))?,
            conversions: parsed(&all(&given.conversions, conversions), |text| value(text, "--using"))?,
            backs: parsed(&all(&given.backs, backs), |text| value(text, "--back"))?,
            replacements: parsed(&all(&given.replacements, replacements), replacement)?,
            for_several: false,
            in_batches,
        };
        let gone = allow.iter().filter_map(Allow::dropped).collect();
        let (news, asks, unfit) = (given.news.clone(), given.asks, Unfit::default());
        Ok(Self { given: follow_tables(renames?), answered, values, news, gone, asks, unfit })
    }

    /// The values for existing rows.
    pub fn values(&self) -> &Values {
        &self.values
    }

    /// Every rename answered so far.
    pub fn renames(&self) -> Vec<Rename> {
        self.given.iter().cloned().chain(self.answered.iter().filter_map(Answered::rename)).collect()
    }

    /// Asks the open questions. Returns whether there are new answers, so that the plan must be made again.
    ///
    /// # Errors
    /// Unanswered questions without a terminal, which are printed to be filled in; an answer that names a missing
    /// object.
    pub fn ask(&mut self, questions: &[Question], listener: &dyn Listener) -> Result<bool, Failure> {
        let mut open: Vec<&Question> = Vec::new();
        for question in questions {
            match self.answered.iter().find(|it| it.subject == question.subject).and_then(|it| it.renamed_from.clone())
            {
                Some(Former::Is(false)) => {}
                Some(Former::Name(old)) => {
                    return Err(Error::new(format!(
                        "{} cannot have been `{old}`: nothing of that name goes",
                        question.subject
                    ))
                    .hint(format!("answer with one of: {}", names(question)))
                    .into());
                }
                Some(Former::Is(true)) | None if self.is_new(question) => {}
                Some(Former::Is(true)) | None => open.push(question),
            }
        }
        let Some(first) = open.first() else { return Ok(false) };
        // One at a time: an answer may resolve others, as that of a table resolves those of its columns.
        let choice = if self.asks { listener.choose(first)? } else { Choice::Unanswered };
        let renamed_from = match choice {
            Choice::Unanswered => return Err(unanswered(&open)),
            Choice::New => Former::Is(false),
            Choice::Was(index) => match first.candidates.get(index) {
                Some(candidate) => Former::Name(candidate.from.clone()),
                None => return Err(unanswered(&open)),
            },
        };
        let (subject, candidates) = (first.subject.clone(), first.candidates.clone());
        self.answered.push(Answered { subject, candidates, renamed_from: Some(renamed_from) });
        Ok(true)
    }
}

impl Answers {
    /// Whether it is new according to the options: by its name, or because all candidates may be dropped.
    fn is_new(&self, question: &Question) -> bool {
        let name = question.subject.name();
        let goes = |old: &str| self.gone.contains(&question.subject.former(old));
        self.news.contains(&name) || question.candidates.iter().all(|candidate| goes(&candidate.from))
    }
}

fn names(question: &Question) -> String {
    let names: Vec<String> = question.candidates.iter().map(|candidate| format!("\"{}\"", candidate.from)).collect();
    format!("{}, false", names.join(", "))
}

fn read(path: &Path) -> Result<Document, Failure> {
    let text = read_text(path)?;
    Ok(serde_json::from_str(&text).map_err(|error| {
        Error::new(format!("{} does not hold answers", path.display())).because(error).hint(
            "`gen migration … --no-interactive > answers.json` prints the open questions in the form it should have",
        )
    })?)
}

/// The failure on unanswered questions.
fn unanswered(open: &[&Question]) -> Failure {
    let renames: Vec<Answered> = open
        .iter()
        .map(|question| Answered {
            subject: question.subject.clone(),
            candidates: question.candidates.clone(),
            renamed_from: None,
        })
        .collect();
    let document = serde_json::to_string_pretty(&Document { renames, ..Document::default() }).unwrap_or_default();
    let lines: Vec<String> = open
        .iter()
        .map(|question| {
            let former: Vec<&str> = question.candidates.iter().map(|candidate| candidate.from.as_str()).collect();
            format!("{} is new: was it renamed from {}?", question.subject, former.join(" or "))
        })
        .collect();
    let mut error =
        Error::new(format!("{} to answer before the migration can be planned", text::plural(open.len(), "question")))
            .because(lines.join("\n"));
    if let Some((question, candidate)) = open.first().and_then(|it| Some((it, it.candidates.first()?))) {
        error = error
            .hint(format!("renamed: `--rename {}`", state::spelled(&question.subject.renamed_from(&candidate.from))));
    }
    if let Some(question) = open.first() {
        error = error.hint(format!("new: `--new {}`", question.subject.name()));
    }
    let error = error
        .hint("or fill in `renamed_from` in the JSON above (the old name, or false for what is new) and pass it by `--answers`");
    Failure::Unanswered(document, error)
}

/// `old:new` for a table, `table.old:new` for a column, `kind:…` for anything else.
fn parse(text: &str) -> Result<Rename, Failure> {
    let unreadable = || {
        Failure::from(
            Error::new(format!("`--rename {text}` cannot be read"))
                .hint("a table: `--rename user:account`; a column: `--rename user.mail:email`")
                .hint("anything else by its kind: `index:user.old:new`, `unique:…`, `foreign-key:…`, `check:…`, `enum:old:new`, `value:mood.old:new`"),
        )
    };
    let parts: Vec<&str> = text.split(':').collect();
    let (kind, old, new) = match parts[..] {
        [old, new] if old.contains('.') => ("column", old, new),
        [old, new] => ("table", old, new),
        [kind, old, new] => (kind, old, new),
        _ => return Err(unreadable()),
    };
    if old.is_empty() || new.is_empty() {
        return Err(unreadable());
    }
    let objects = || Change::new(object(old), object(new));
    let within = || -> Result<(ObjectName, Change<Name>), Failure> {
        let (table, old) = old.rsplit_once('.').ok_or_else(unreadable)?;
        let (later, new) = match new.rsplit_once('.') {
            Some((later, new)) => (later, new),
            None => (table, new),
        };
        Ok((object(later), Change::new(Name::from(old), Name::from(new))))
    };
    Ok(match kind {
        "table" => Rename::Table(objects()),
        "enum" => Rename::Enum(objects()),
        "column" => within().map(|(table, change)| Rename::Column(table, change))?,
        "index" => within().map(|(table, change)| Rename::Index(table, change))?,
        "unique" => within().map(|(table, change)| Rename::Unique(table, change))?,
        "foreign-key" => within().map(|(table, change)| Rename::ForeignKey(table, change))?,
        "check" => within().map(|(table, change)| Rename::Check(table, change))?,
        "value" => {
            let (of, change) = within()?;
            Rename::EnumValue(of, Change::new(change.from.to_string(), change.to.to_string()))
        }
        _ => return Err(unreadable()),
    })
}

fn parsed<T>(texts: &[String], parse: impl Fn(&str) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    texts.iter().map(|text| parse(text)).collect()
}

/// `table.column:old=new`.
fn replacement(text: &str) -> Result<Replacement, Failure> {
    let parts =
        text.split_once(':').and_then(|(column, values)| Some((column.rsplit_once('.')?, values.split_once('=')?)));
    match parts {
        Some(((table, column), (from, to))) if ![table, column, from, to].contains(&"") => Ok(Replacement {
            table: object(table),
            column: Name::from(column),
            from: from.to_owned(),
            to: to.to_owned(),
        }),
        _ => Err(Error::new(format!("`--replace {text}` cannot be read"))
            .hint("a column, the value that goes and the one that stays: `--replace book.mood:dull=calm`")
            .into()),
    }
}

/// `table.column=expression`.
fn value(text: &str, option: &str) -> Result<Backfill, Failure> {
    let parts = text.split_once('=').and_then(|(column, value)| Some((column.rsplit_once('.')?, value.trim())));
    match parts {
        Some(((table, column), value)) if !table.is_empty() && !column.is_empty() && !value.is_empty() => {
            Ok(Backfill { table: object(table), column: Name::from(column), value: value.to_owned() })
        }
        _ => Err(Error::new(format!("`{option} {text}` cannot be read"))
            .hint(format!("a column and an SQL expression: `{option} user.years=0`, `{option} \"user.name=email\"`"))
            .into()),
    }
}

fn object(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(text),
    }
}

/// An object in a renamed table is renamed under the new table name, regardless of which name was given.
fn follow_tables(renames: Vec<Rename>) -> Vec<Rename> {
    let tables: Vec<Change<ObjectName>> = renames
        .iter()
        .filter_map(|rename| match rename {
            Rename::Table(change) => Some(change.clone()),
            _ => None,
        })
        .collect();
    let later: BTreeSet<&ObjectName> = tables.iter().map(|change| &change.to).collect();
    let follow = |table: ObjectName| {
        let change = tables.iter().find(|change| change.from == table && !later.contains(&table));
        change.map_or(table, |change| change.to.clone())
    };
    let followed = renames.into_iter().map(|rename| match rename {
        Rename::Column(table, change) => Rename::Column(follow(table), change),
        Rename::Index(table, change) => Rename::Index(follow(table), change),
        Rename::Unique(table, change) => Rename::Unique(follow(table), change),
        Rename::ForeignKey(table, change) => Rename::ForeignKey(follow(table), change),
        Rename::Check(table, change) => Rename::Check(follow(table), change),
        Rename::Table(_) | Rename::Enum(_) | Rename::EnumValue(..) => rename,
    });
    followed.collect()
}
