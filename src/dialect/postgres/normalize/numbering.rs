//! Sequence settings: parsed from clauses, and written without defaults.
//!
//! Must not know the owner of the sequence.

use super::super::{types, words};

const KEYWORDS: [&str; 10] =
    ["AS", "INCREMENT", "MINVALUE", "MAXVALUE", "NO", "START", "CACHE", "CYCLE", "OWNED", "RESTART"];

/// The settings of a sequence.
pub(super) struct Numbering {
    data_type: String,
    increment: i128,
    least: Option<i128>,
    most: Option<i128>,
    start: Option<i128>,
    cache: i128,
    cycles: bool,
    /// The range of the type.
    range: (i128, i128),
}

impl Numbering {
    /// Parses the clauses at the end of a text, and returns the text before them; `None` if a clause is not understood.
    pub(super) fn read<'t>(text: &'t str, data_type: &str) -> Option<(&'t str, Self)> {
        let mut clauses = words::clauses(text, &KEYWORDS).into_iter();
        let (_, head) = clauses.next()?;
        let mut read = Self {
            data_type: data_type.to_owned(),
            increment: 1,
            least: None,
            most: None,
            start: None,
            cache: 1,
            cycles: false,
            range: (0, 0),
        };
        let number = |body: &str| -> Option<i128> { body.replace(' ', "").parse().ok() };
        let behind = |body: &str, word: &str| -> Option<i128> { number(words::after_word(body, word).unwrap_or(body)) };
        while let Some((keyword, body)) = clauses.next() {
            match keyword.as_str() {
                "AS" => read.data_type = types::catalog_spelling(body),
                "INCREMENT" => read.increment = behind(body, "BY")?,
                "MINVALUE" => read.least = Some(number(body)?),
                "MAXVALUE" => read.most = Some(number(body)?),
                "START" => read.start = Some(behind(body, "WITH")?),
                "CACHE" => read.cache = number(body)?,
                "CYCLE" if body.is_empty() => read.cycles = true,
                "NO" if body.is_empty() => match clauses.next()?.0.as_str() {
                    "MINVALUE" => read.least = None,
                    "MAXVALUE" => read.most = None,
                    "CYCLE" => read.cycles = false,
                    _ => return None,
                },
                _ => return None,
            }
        }
        read.range = match read.data_type.as_str() {
            "smallint" => (i128::from(i16::MIN), i128::from(i16::MAX)),
            "integer" => (i128::from(i32::MIN), i128::from(i32::MAX)),
            "bigint" => (i128::from(i64::MIN), i128::from(i64::MAX)),
            _ => return None,
        };
        Some((head, read))
    }

    /// The default bounds.
    fn usual_bounds(&self) -> (i128, i128) {
        if self.increment > 0 { (1, self.range.1) } else { (self.range.0, -1) }
    }

    /// The bounds and the start value.
    fn facts(&self) -> (i128, i128, i128) {
        let usual = self.usual_bounds();
        let (least, most) = (self.least.unwrap_or(usual.0), self.most.unwrap_or(usual.1));
        (least, most, self.start.unwrap_or(if self.increment > 0 { least } else { most }))
    }

    /// The clauses of a standalone sequence.
    pub(super) fn of_a_sequence(&self) -> String {
        let (usual, (least, most, start)) = (self.usual_bounds(), self.facts());
        let usual_start = if self.increment > 0 { least } else { most };
        joined(&[
            (self.data_type != "bigint", format!(" AS {}", self.data_type)),
            (self.increment != 1, format!(" INCREMENT BY {}", self.increment)),
            (least != usual.0, format!(" MINVALUE {least}")),
            (most != usual.1, format!(" MAXVALUE {most}")),
            (start != usual_start, format!(" START WITH {start}")),
            (self.cache != 1, format!(" CACHE {}", self.cache)),
            (self.cycles, " CYCLE".to_owned()),
        ])
    }

    /// The clauses of a numbered column's sequence, in the form of the catalog's facts; empty if all are defaults.
    pub(super) fn of_a_column(&self, data_type: &str) -> String {
        let (least, most, start) = self.facts();
        let clauses = joined(&[
            (self.data_type != data_type, format!(" AS {}", self.data_type)),
            (start != 1, format!(" START WITH {start}")),
            (self.increment != 1, format!(" INCREMENT BY {}", self.increment)),
            (least != 1, format!(" MINVALUE {least}")),
            (most != self.range.1, format!(" MAXVALUE {most}")),
            (self.cache != 1, format!(" CACHE {}", self.cache)),
            (self.cycles, " CYCLE".to_owned()),
        ]);
        clauses.trim_start().to_owned()
    }
}

fn joined(clauses: &[(bool, String)]) -> String {
    clauses.iter().filter(|(is_said, _)| *is_said).map(|(_, clause)| clause.as_str()).collect()
}
