//! The rules of a project about its own schema: names, comments, types, steps. Each is off until the configuration has it.
//!
//! Must not know where the configuration is, SQL, or how findings are reported.

mod names;
mod objects;
mod personal;
mod reserved;
mod script;
mod steps;

use crate::plan::Naming;
use crate::plan::cast::Stake;
use crate::schema::Place;

use super::allow::Allow;
use super::{Finding, Level};

pub use names::NameStyle;
pub use objects::objects;
pub use personal::{PersonalDemand, looks_personal, unanswered, unanswered_since};
pub use reserved::RESERVED_WORDS;
pub use script::script;
pub use steps::{Action, Noun, StepKind, StepRule, plan};

/// The rules as configured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseRules {
    /// The patterns of the names of indexes, constraints and keys.
    pub naming: Naming,
    /// The styles of the names of tables; a name has all of them.
    pub table_styles: Vec<NameStyle>,
    /// The styles of the names of columns.
    pub column_styles: Vec<NameStyle>,
    /// Words that no table or column is called, in lower case.
    pub reserved: Vec<String>,
    /// What every table has.
    pub required: Vec<Required>,
    /// Patterns of types that no column has, in lower case.
    pub forbidden_types: Vec<String>,
    /// Rules on steps of migrations.
    pub steps: Vec<StepRule>,
    /// Whether new columns that look personal have to be answered.
    pub personal: PersonalDemand,
    /// Findings that are allowed.
    pub allow: Vec<Allow>,
}

/// What a table can be required to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// A comment on the table.
    TableComment,
    /// A comment on each of its columns.
    ColumnComment,
    /// A primary key.
    PrimaryKey,
}

impl Required {
    /// All of them, by their names in a configuration.
    pub const ALL: [(&'static str, Self); 3] = [
        ("table-comment", Self::TableComment),
        ("column-comment", Self::ColumnComment),
        ("primary-key", Self::PrimaryKey),
    ];
}

impl HouseRules {
    /// Whether there is a rule on what tables are like.
    pub fn judges_objects(&self) -> bool {
        let Self { naming, table_styles, column_styles, reserved, required, forbidden_types, .. } = self;
        !(naming.is_empty()
            && table_styles.is_empty()
            && column_styles.is_empty()
            && reserved.is_empty()
            && required.is_empty()
            && forbidden_types.is_empty())
    }

    /// Whether the configuration allows a finding.
    pub fn allows(&self, finding: &Finding) -> bool {
        self.allow.iter().any(|allow| allow.covers(finding))
    }
}

/// A rule that a project can have.
pub struct HouseRule {
    /// The name by which its findings are allowed.
    pub id: &'static str,
    /// The level of its findings.
    pub level: Level,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// A setting, and a statement that it reports.
    pub bad: &'static str,
    /// A statement that it does not report.
    pub good: &'static str,
}

impl HouseRule {
    fn finding<P>(&self, place: P, message: String) -> Finding<P> {
        Finding { rule: self.id, level: self.level, place, message, stake: Stake::Nothing }
    }
}

/// A name that does not follow the pattern or the style of the project.
pub const NAME_PATTERN: HouseRule = HouseRule {
    id: "name-pattern",
    level: Level::Warning,
    summary: "a name does not follow the pattern in `[rules.names]`",
    why: "names by one pattern are found without a look into the catalog",
    suggestion: "use the name of the message, or set the pattern to what is meant; names that are there already are kept",
    bad: "-- index = \"idx_{table}_{columns}\"\nCREATE INDEX by_day ON visit (day);",
    good: "CREATE INDEX idx_visit_day ON visit (day);",
};

/// A word of SQL as a name.
pub const RESERVED_WORD: HouseRule = HouseRule {
    id: "reserved-word",
    level: Level::Danger,
    summary: "a table or column is called by a word of SQL that `reserved-words` refuses",
    why: "without quotes, every statement with it is a syntax error on some product",
    suggestion: "choose another name",
    bad: "-- reserved-words = true\nCREATE TABLE \"order\" (id int PRIMARY KEY);",
    good: "CREATE TABLE purchase (id int PRIMARY KEY);",
};

/// A table or column without a comment.
pub const MISSING_COMMENT: HouseRule = HouseRule {
    id: "missing-comment",
    level: Level::Warning,
    summary: "a table or column has no comment, and `require` asks for one",
    why: "whoever reads the database without the code sees what is stored there",
    suggestion: "`#[sea_orm(comment = \"…\")]`, or `COMMENT ON` in an SQL file beside the entity",
    bad: "-- require = [\"table-comment\"]\nCREATE TABLE visit (id int PRIMARY KEY);",
    good: "COMMENT ON TABLE visit IS 'one guest, one day';",
};

/// A table without a primary key.
pub const MISSING_PRIMARY_KEY: HouseRule = HouseRule {
    id: "missing-primary-key",
    level: Level::Warning,
    summary: "a table has no primary key, and `require` asks for one",
    why: "its rows cannot be told apart, nor replicated one by one",
    suggestion: "give it a primary key",
    bad: "-- require = [\"primary-key\"]\nCREATE TABLE visit (day date);",
    good: "CREATE TABLE visit (day date PRIMARY KEY);",
};

/// A column of a type that the project does not use.
pub const FORBIDDEN_TYPE: HouseRule = HouseRule {
    id: "forbidden-type",
    level: Level::Warning,
    summary: "a column has a type that `forbid-types` lists",
    why: "the project has decided against the type",
    suggestion: "use another type",
    bad: "-- forbid-types = [\"double*\"]\nCREATE TABLE visit (paid double precision);",
    good: "CREATE TABLE visit (paid numeric(10, 2));",
};

/// A step that a rule of the project is about.
pub const STEP_RULE: HouseRule = HouseRule {
    id: "step-rule",
    level: Level::Warning,
    summary: "a migration has a step that `[[rules.steps]]` describes",
    why: "the project has a rule about such steps",
    suggestion: "do what the message says, or allow the step with a reason",
    bad: "-- step = \"drop column\", table = \"audit_*\"\nALTER TABLE audit_log DROP COLUMN note;",
    good: "ALTER TABLE visit DROP COLUMN note;",
};

/// A column that looks personal, of which nobody has said anything.
pub const UNANSWERED_PERSONAL_DATA: HouseRule = HouseRule {
    id: "unanswered-personal-data",
    level: Level::Warning,
    summary: "a new column looks as if it had personal data, and nobody has said whether it has",
    why: "what is not marked is in no inventory, is not anonymised in a copy, and may be stored in any region",
    suggestion: "say once what it is, or `none`: under `[personal]` in gen.toml, or `-- personal: user.email email` in an SQL file beside the entity",
    bad: "-- new-columns = \"warn\"\nCREATE TABLE member (id int PRIMARY KEY, email varchar(80));",
    good: "-- \"member.email\" = \"email\"\nCREATE TABLE member (id int PRIMARY KEY, email varchar(80));",
};

/// Every rule that a project can have.
pub const HOUSE_RULES: [&HouseRule; 7] = [
    &NAME_PATTERN,
    &RESERVED_WORD,
    &MISSING_COMMENT,
    &MISSING_PRIMARY_KEY,
    &FORBIDDEN_TYPE,
    &STEP_RULE,
    &UNANSWERED_PERSONAL_DATA,
];

/// Findings about what is in a schema and was not in the one before.
pub fn new_objects(findings: Vec<Finding>, before: &[Finding]) -> Vec<Finding> {
    let was_there = |finding: &Finding| before.iter().any(|old| is_same(old, finding));
    findings.into_iter().filter(|finding| !was_there(finding)).collect()
}

/// Whether two findings are the same rule at the same place.
pub fn is_same(one: &Finding, other: &Finding) -> bool {
    let place: &Place = &one.place;
    one.rule == other.rule && *place == other.place
}
