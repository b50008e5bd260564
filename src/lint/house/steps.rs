//! Rules on steps: what a migration does to which table.
//!
//! Must not know SQL.

use std::str::FromStr;

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature};

use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{Part, Place, matches};

use super::{Finding, HouseRules, Level, STEP_RULE};

/// A rule on steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRule {
    /// What is done.
    pub action: Action,
    /// To what kind of object.
    pub noun: Noun,
    /// The pattern of its name; of its table's name, if it belongs to one.
    pub table: String,
    /// The pattern of the name of a part of a table.
    pub name: String,
    /// The level of its findings.
    pub level: Level,
    /// What is said of the step.
    pub message: String,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It creates.
    Create,
    /// It drops.
    Drop,
    /// It alters in place.
    Alter,
    /// It renames.
    Rename,
}

impl Action {
    /// All of them, by their words.
    pub const ALL: [(&'static str, Self); 4] =
        [("create", Self::Create), ("drop", Self::Drop), ("alter", Self::Alter), ("rename", Self::Rename)];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, it)| *it == self).map_or("", |(word, _)| word)
    }
}

/// The kind of object that a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// A table.
    Table,
    /// A column.
    Column,
    /// An index.
    Index,
    /// A unique constraint.
    Unique,
    /// A foreign key.
    ForeignKey,
    /// A check.
    Check,
    /// A primary key.
    PrimaryKey,
    /// A trigger.
    Trigger,
    /// An enum type.
    Enum,
    /// A view.
    View,
    /// A function or a procedure.
    Routine,
    /// A constraint of whichever kind.
    Constraint,
}

impl Noun {
    /// All of them, by their words.
    pub const ALL: [(&'static str, Self); 12] = [
        ("table", Self::Table),
        ("column", Self::Column),
        ("index", Self::Index),
        ("unique", Self::Unique),
        ("foreign key", Self::ForeignKey),
        ("check", Self::Check),
        ("primary key", Self::PrimaryKey),
        ("trigger", Self::Trigger),
        ("enum", Self::Enum),
        ("view", Self::View),
        ("routine", Self::Routine),
        ("constraint", Self::Constraint),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, it)| *it == self).map_or("", |(word, _)| word)
    }

    fn is_constraint(self) -> bool {
        matches!(self, Self::Unique | Self::ForeignKey | Self::Check | Self::PrimaryKey | Self::Constraint)
    }

    /// Whether an object of another kind is meant too. A statement often says no more than `CONSTRAINT`.
    fn covers(self, other: Self) -> bool {
        self == other
            || self == Self::Constraint && other.is_constraint()
            || other == Self::Constraint && self.is_constraint()
    }
}

/// `drop column`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepKind(pub Action, pub Noun);

impl FromStr for StepKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (action, noun) = text.split_once(' ').unwrap_or((text, ""));
        let action = Action::ALL.iter().find(|(word, _)| *word == action);
        let noun = Noun::ALL.iter().find(|(word, _)| *word == noun);
        let words = |all: Vec<&str>| all.join(", ");
        action.zip(noun).map(|((_, action), (_, noun))| Self(*action, *noun)).ok_or_else(|| {
            format!(
                "`{text}` is no step: one of {}, and one of {}",
                words(Action::ALL.iter().map(|it| it.0).collect()),
                words(Noun::ALL.iter().map(|it| it.0).collect())
            )
        })
    }
}

/// A step of a migration.
pub(super) struct Step<'a> {
    action: Action,
    noun: Noun,
    /// The table; empty where a statement does not name it.
    pub(super) table: &'a str,
    /// A part of it.
    pub(super) part: &'a str,
}

impl Step<'_> {
    pub(super) fn is_of(&self, rule: &StepRule) -> bool {
        let fits = |pattern: &str, name: &str| {
            let bare = name.rsplit_once('.').map_or(name, |(_, bare)| bare);
            matches(pattern, if pattern.contains('.') { name } else { bare })
        };
        self.action == rule.action
            && rule.noun.covers(self.noun)
            && fits(&rule.table, self.table)
            && fits(&rule.name, self.part)
    }

    /// What is done, and what the rule says of it.
    pub(super) fn message(&self, rule: &StepRule) -> String {
        let dot = if self.table.is_empty() || self.part.is_empty() { "" } else { "." };
        let place = format!("{}{dot}{}", self.table, self.part);
        format!("{} {} `{place}`: {}", self.action.word(), self.noun.word(), rule.message)
    }
}

/// The findings about the steps of a plan.
pub fn plan(rules: &HouseRules, plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    for op in plan.ops() {
        let place = op.place();
        let Some((action, noun)) = of_op(op) else { continue };
        let table = place.object().to_string();
        let part = match &place {
            Place::Table(_, part) => match part {
                Part::Column(name, _)
                | Part::Unique(name)
                | Part::ForeignKey(name, _)
                | Part::Check(name)
                | Part::Index(name)
                | Part::Trigger(name) => name.as_str(),
                Part::Whole | Part::Comment | Part::Option(_) | Part::PrimaryKey | Part::Rows => "",
            },
            Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => "",
        };
        let step = Step { action, noun, table: &table, part };
        let found = rules.steps.iter().filter(|rule| step.is_of(rule));
        findings.extend(
            found.map(|rule| Finding { level: rule.level, ..STEP_RULE.finding(place.clone(), step.message(rule)) }),
        );
    }
    findings
}

fn of_op(op: &Op) -> Option<(Action, Noun)> {
    let of_object = |object: &Object| {
        Some(match object {
            Object::Table(_) => Noun::Table,
            Object::Column(..) => Noun::Column,
            Object::PrimaryKey(..) => Noun::PrimaryKey,
            Object::Unique(..) => Noun::Unique,
            Object::ForeignKey(..) => Noun::ForeignKey,
            Object::Check(..) => Noun::Check,
            Object::Index(..) => Noun::Index,
            Object::Trigger(..) => Noun::Trigger,
            Object::Enum(_) => Noun::Enum,
            Object::View(_) => Noun::View,
            Object::Routine(_) => Noun::Routine,
            Object::Definition(_) => return None,
        })
    };
    match op {
        Op::Create(object) => of_object(object).map(|noun| (Action::Create, noun)),
        Op::Drop(object) => of_object(object).map(|noun| (Action::Drop, noun)),
        Op::Alter(alter) => {
            let noun = match alter {
                Alter::Column(..) => Noun::Column,
                Alter::PrimaryKey(..) => Noun::PrimaryKey,
                Alter::Comment(..) | Alter::Options(..) => Noun::Table,
                Alter::Enum(_) => Noun::Enum,
                Alter::Routine(_) => Noun::Routine,
                Alter::Definition(_) | Alter::Rows(_) => return None,
            };
            Some((Action::Alter, noun))
        }
        Op::Rename(rename) => {
            let noun = match rename {
                Rename::Table(_) => Noun::Table,
                Rename::Column(..) => Noun::Column,
                Rename::Index(..) => Noun::Index,
                Rename::Unique(..) => Noun::Unique,
                Rename::ForeignKey(..) => Noun::ForeignKey,
                Rename::Check(..) => Noun::Check,
                Rename::Enum(_) | Rename::EnumValue(..) => Noun::Enum,
            };
            Some((Action::Rename, noun))
        }
    }
}

/// The step of a clause.
pub(super) fn of_clause(clause: &Clause) -> Option<Step<'_>> {
    let (action, noun) = match clause.kind {
        ClauseKind::CreateTable => (Action::Create, Noun::Table),
        ClauseKind::DropTable => (Action::Drop, Noun::Table),
        ClauseKind::RenameTable => return Some(Step { part: "", ..step(Action::Rename, Noun::Table, clause) }),
        ClauseKind::AddColumn
        | ClauseKind::AddColumnFilled
        | ClauseKind::AddColumnStored
        | ClauseKind::AddColumnVirtual
        | ClauseKind::AddColumnNumbered => (Action::Create, Noun::Column),
        ClauseKind::DropColumn => (Action::Drop, Noun::Column),
        ClauseKind::RenameColumn => (Action::Rename, Noun::Column),
        ClauseKind::SetNotNull
        | ClauseKind::SetNotNullProven
        | ClauseKind::DropNotNull
        | ClauseKind::SetDefault
        | ClauseKind::Widen
        | ClauseKind::Retype
        | ClauseKind::RetypeFromUnknown
        | ClauseKind::AppendValue
        | ClauseKind::Reorder => (Action::Alter, Noun::Column),
        ClauseKind::AddForeignKey | ClauseKind::AddForeignKeyUnchecked => (Action::Create, Noun::ForeignKey),
        ClauseKind::AddCheck | ClauseKind::AddCheckUnchecked => (Action::Create, Noun::Check),
        ClauseKind::AddUnique | ClauseKind::AddUniqueReady => (Action::Create, Noun::Unique),
        ClauseKind::AddPrimaryKey | ClauseKind::AddPrimaryKeyReady => (Action::Create, Noun::PrimaryKey),
        ClauseKind::ReplacePrimaryKey => (Action::Alter, Noun::PrimaryKey),
        ClauseKind::DropPrimaryKey => (Action::Drop, Noun::PrimaryKey),
        ClauseKind::DropForeignKey => (Action::Drop, Noun::ForeignKey),
        ClauseKind::AddExclusion => (Action::Create, Noun::Constraint),
        ClauseKind::DropConstraint => (Action::Drop, Noun::Constraint),
        ClauseKind::RenameConstraint => (Action::Rename, Noun::Constraint),
        ClauseKind::CreateIndex | ClauseKind::CreateIndexConcurrently | ClauseKind::CreateSpecialIndex => {
            (Action::Create, Noun::Index)
        }
        ClauseKind::DropIndex | ClauseKind::DropIndexConcurrently => (Action::Drop, Noun::Index),
        ClauseKind::RenameIndex => (Action::Rename, Noun::Index),
        ClauseKind::CreateTrigger => (Action::Create, Noun::Trigger),
        ClauseKind::DropTrigger => (Action::Drop, Noun::Trigger),
        ClauseKind::Truncate
        | ClauseKind::AddsUniqueness
        | ClauseKind::Validate
        | ClauseKind::Reindex
        | ClauseKind::ReindexConcurrently
        | ClauseKind::Repack
        | ClauseKind::ConvertCharacters
        | ClauseKind::Comment
        | ClauseKind::Setting
        | ClauseKind::RowSecurity
        | ClauseKind::Insert
        | ClauseKind::Update
        | ClauseKind::Delete
        | ClauseKind::Other => return None,
    };
    Some(step(action, noun, clause))
}

fn step(action: Action, noun: Noun, clause: &Clause) -> Step<'_> {
    Step { action, noun, table: &clause.table, part: &clause.part }
}

/// The step of an object that is no table.
pub(super) fn of_feature(feature: &Feature) -> Option<Step<'_>> {
    let (action, kind, name) = match feature {
        Feature::Creates(kind, name) => (Action::Create, kind, name),
        Feature::Drops(kind, name) => (Action::Drop, kind, name),
        _ => return None,
    };
    let noun = match kind.as_str() {
        "VIEW" => Noun::View,
        "TYPE" => Noun::Enum,
        "FUNCTION" | "PROCEDURE" | "ROUTINE" => Noun::Routine,
        _ => return None,
    };
    Some(Step { action, noun, table: name, part: "" })
}
