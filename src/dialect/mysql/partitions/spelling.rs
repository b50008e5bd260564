//! The canonical text of a PARTITION BY clause: clauses in the servers' order and spelling, expressions in canonical
//! form.
//!
//! Must not know how partitioning is altered.

use sea_gen_runner::sql::{Token, TokenKind};

use crate::dialect::expression::canonical_expression;
use crate::schema::{Columns, Name, Product};

use super::super::quote::{quote, text_literal};
use super::super::words::{string, words};
use super::bounds::values;
use super::is;

/// The clause as the servers would print it, with column names as the table spells them.
pub(super) fn spelled(product: Product, clause: &str, columns: &Columns) -> String {
    let found = words(clause);
    let inherited = Vec::new();
    let mut writer = Writer { product, columns, clause, found: &found, inherited, text: String::new() };
    let mut at = 0;
    while at < found.len() {
        at = writer.word(at);
    }
    writer.text
}

/// The settings of one partition, in the order the servers print them.
const SETTINGS: [&str; 8] =
    ["TABLESPACE", "NODEGROUP", "MAX_ROWS", "MIN_ROWS", "COMMENT", "DATA DIRECTORY", "INDEX DIRECTORY", "ENGINE"];

struct Writer<'a> {
    product: Product,
    columns: &'a Columns,
    clause: &'a str,
    found: &'a [Token<'a>],
    /// The settings of the partition whose subpartitions are listed here. A subpartition inherits those it does not set
    /// itself.
    inherited: Vec<(usize, String)>,
    text: String,
}

impl Writer<'_> {
    fn token(&self, at: usize) -> Option<&Token<'_>> {
        self.found.get(at)
    }

    /// Writes the token at this position, or the parenthesised text that starts here. Returns the position after it.
    fn word(&mut self, at: usize) -> usize {
        let Some(token) = self.found.get(at) else { return at + 1 };
        let before = at.checked_sub(1).and_then(|at| self.found.get(at));
        if token.is_symbol('(') {
            return self.parentheses(at);
        }
        if is(Some(token), "ALGORITHM")
            && self.token(at + 1).is_some_and(|next| next.is_symbol('='))
            && is(self.token(at + 2), "2")
        {
            // The default, which MySQL does not print.
            return at + 3;
        }
        if self.setting(at).is_some() {
            return self.settings(at);
        }
        let begins_line = is(Some(token), "PARTITIONS")
            || is(Some(token), "SUBPARTITIONS")
            || is(Some(token), "SUBPARTITION") && is(self.token(at + 1), "BY");
        let is_name = is(before, "PARTITION") || is(before, "SUBPARTITION");
        let word = match (token.kind, token.name()) {
            (_, Some(name)) if is_name && !is(Some(token), "BY") => quote(&Name::from(name)),
            (TokenKind::Word, _) => token.text.to_uppercase(),
            _ => token.text.to_owned(),
        };
        self.push(if begins_line { "\n" } else { " " }, &word);
        if is_name && is(before, "PARTITION") {
            self.inherited.clear();
        }
        if is_name && is(before, "SUBPARTITION") && !is(Some(token), "BY") { self.settings(at + 1) } else { at + 1 }
    }

    /// Parses the setting at this position: its rank in the print order, its text, and the position after it. The name
    /// of a partition may be the same word as a setting.
    fn setting(&self, at: usize) -> Option<(usize, String, usize)> {
        let word = |at: usize| self.token(at).filter(|token| token.kind == TokenKind::Word);
        let before = at.checked_sub(1).and_then(|at| self.token(at));
        if is(before, "PARTITION") || is(before, "SUBPARTITION") {
            return None;
        }
        let (first, second) = (word(at)?.text.to_uppercase(), word(at + 1).map(|token| token.text.to_uppercase()));
        let both = format!("{first} {}", second.unwrap_or_default());
        let place = SETTINGS.iter().position(|key| *key == first || *key == both)?;
        let key = SETTINGS.get(place)?;
        let behind = at + key.split(' ').count();
        let value = behind + usize::from(is(self.token(behind), "="));
        let token = self.token(value)?;
        let text = match (token.kind, token.name()) {
            (TokenKind::String, _) => text_literal(&string(token.text)?),
            (TokenKind::Name, Some(text)) if token.text.starts_with('"') => text_literal(&text),
            (_, Some(name)) if *key == "TABLESPACE" => quote(&Name::from(name)),
            _ => token.text.to_owned(),
        };
        Some((place, format!("{key} = {text}"), value + 1))
    }

    /// Writes the settings that start here, or holds them back for the subpartitions listed after them.
    fn settings(&mut self, at: usize) -> usize {
        let (mut found, mut next) = (Vec::new(), at);
        while let Some((place, text, end)) = self.setting(next) {
            found.push((place, text));
            next = end;
        }
        if is(self.token(next), "(") && is(self.token(next + 1), "SUBPARTITION") {
            self.inherited = found;
            return next;
        }
        let own: Vec<usize> = found.iter().map(|(place, _)| *place).collect();
        found.extend(self.inherited.iter().filter(|(place, _)| !own.contains(place)).cloned());
        found.sort();
        let says_nothing = ["MAX_ROWS = 0", "MIN_ROWS = 0", "COMMENT = ''"];
        for (_, text) in found.iter().filter(|(_, text)| !says_nothing.contains(&text.as_str())) {
            self.push(" ", text);
        }
        next
    }

    /// Appends a word.
    fn push(&mut self, space: &str, word: &str) {
        let is_tight = self.text.is_empty() || self.text.ends_with('(') || matches!(word, ")" | ",");
        self.text.push_str(if is_tight { "" } else { space });
        self.text.push_str(word);
    }

    /// Writes the parenthesised text that starts here, without its content if that is a list of partitions. Returns the
    /// position after it.
    fn parentheses(&mut self, open: usize) -> usize {
        let before = |back: usize| open.checked_sub(back).and_then(|at| self.found.get(at));
        if is(self.token(open + 1), "PARTITION") || is(self.token(open + 1), "SUBPARTITION") {
            self.push(" ", "(");
            return open + 1;
        }
        let close = self.close(open);
        let inside = self.found.get(open + 1..close).unwrap_or_default();
        let text = inside.first().zip(inside.last()).and_then(|(first, last)| self.clause.get(first.start..last.end()));
        let text = text.unwrap_or_default();
        let is_list_of_names = is(before(1), "COLUMNS") || is(before(1), "KEY") || is(before(3), "ALGORITHM");
        let is_expression = ["RANGE", "LIST", "HASH"].iter().any(|method| is(before(1), method));
        let of_columns = self.found.iter().any(|token| is(Some(token), "COLUMNS"));
        let held = if is_list_of_names {
            let names = inside.iter().filter_map(Token::name).map(|name| quote(&self.column(&name)));
            names.collect::<Vec<_>>().join(",")
        } else if is_expression {
            self.expression(text)
        } else {
            values(inside, !of_columns && is(before(1), "IN"))
        };
        if is(before(1), "THAN") && held == "MAXVALUE" && !of_columns {
            self.push(" ", "MAXVALUE");
        } else {
            self.push(" ", &format!("({held})"));
        }
        close + 1
    }

    /// The position of the closing parenthesis for the one that opens here.
    fn close(&self, open: usize) -> usize {
        let mut depth = 0usize;
        let closes = |token: &Token<'_>| {
            depth += usize::from(token.is_symbol('('));
            depth -= usize::from(token.is_symbol(')'));
            depth == 0
        };
        open + self.found.iter().skip(open).position(closes).unwrap_or(self.found.len())
    }

    /// The name of a column as the table spells it.
    fn column(&self, name: &str) -> Name {
        let known = self.columns.keys().find(|known| known.as_str().eq_ignore_ascii_case(name));
        known.cloned().unwrap_or_else(|| Name::from(name))
    }

    /// The canonical form of an expression, with quoted column names.
    fn expression(&self, text: &str) -> String {
        let form = canonical_expression(self.product, text);
        let mut quoted = String::new();
        let mut end = 0;
        let found = words(&form);
        for (at, token) in found.iter().enumerate() {
            quoted.push_str(form.get(end..token.start).unwrap_or_default());
            end = token.end();
            let is_called = found.get(at + 1).is_some_and(|next| next.is_symbol('('));
            // In `extract(year FROM day)`, the unit is not a column.
            let is_unit = is(found.get(at + 1), "FROM");
            match token
                .name()
                .filter(|_| token.kind == TokenKind::Name || !is_called && !is_unit)
                .map(|name| self.column(&name))
            {
                Some(name) if self.columns.get(&name).is_some() => quoted.push_str(&quote(&name)),
                _ if is_unit => quoted.push_str(&token.text.to_lowercase()),
                _ => quoted.push_str(token.text),
            }
        }
        quoted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Type};

    fn form(clause: &str) -> String {
        let mut columns = Columns::default();
        for name in ["id", "data", "d", "year", "order"] {
            columns.insert(Column::new(name, Type::Integer));
        }
        spelled(Product::MySql, clause, &columns)
    }

    #[test]
    fn what_is_written_and_what_is_printed_have_one_form() {
        for (written, printed) in [
            ("range (id div 10)", "RANGE ((`id` DIV 10))"),
            ("hash (id mod 4)\npartitions 2", "HASH ((`id` % 4)) PARTITIONS 2"),
            ("hash(mod(ID, 4))", "HASH (`id` MOD 4)"),
            ("range (extract(YEAR_MONTH from d))", "RANGE (extract(year_month from `d`))"),
            ("hash (data + 1)", "HASH ((`data` + 1))"),
            ("hash (year)", "HASH (`year`)"),
            ("hash (YEAR(d))", "HASH (year(`d`))"),
            ("hash (id * 2 + `order` - 1)", "HASH ((((`id` * 2) + `order`) - 1))"),
            ("range columns (d, id)", "RANGE  COLUMNS(d,id)"),
            ("linear key algorithm=2 (id, Year)", "LINEAR KEY (id,year)"),
            ("list (id) (partition a values in (1, -2, null))", "LIST (`id`)\n(PARTITION a VALUES IN (1,-2,NULL))"),
            (
                "range (id) (partition a values less than (maxvalue))",
                "RANGE (`id`) (PARTITION `a` VALUES LESS THAN MAXVALUE)",
            ),
            (
                "range (to_days(d)) (partition a values less than (TO_DAYS('2020-01-01')))",
                "RANGE (to_days(`d`)) (PARTITION a VALUES LESS THAN (737790))",
            ),
            (
                "range (unix_timestamp(d)) (partition a values less than (UNIX_TIMESTAMP('2020-01-01')))",
                "RANGE (unix_timestamp(`d`)) (PARTITION a VALUES LESS THAN (1577836800))",
            ),
            (
                "range (to_days(d)) (partition a values less than (TO_DAYS('2020-01-01') + 31))",
                "RANGE (to_days(`d`)) (PARTITION a VALUES LESS THAN (737821))",
            ),
            (
                "range (id) (partition a values less than (-(2 - 5) * 7 % 4 + 9 div 2), partition b values less than (10*1000))",
                "RANGE (`id`) (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (10000))",
            ),
            ("list (id) (partition a values in (2, 1+0, null))", "LIST (`id`) (PARTITION a VALUES IN (NULL,2,1))"),
            (
                "list columns (d, id) (partition a values in ((_utf8mb4'b', 2*3), (N'c', NULL), (date '2020-01-02', 1)))",
                "LIST  COLUMNS(d,id) (PARTITION a VALUES IN (('b',6),('c',NULL),('2020-01-02',1)))",
            ),
            (
                "range (id) subpartition by key (d) (partition p values less than (1) max_rows 9 comment 'x' (subpartition s, subpartition t comment '' max_rows 3), partition q values less than (2) (subpartition u, subpartition v))",
                "RANGE (`id`)\nSUBPARTITION BY KEY (d) (PARTITION p VALUES LESS THAN (1)\n (SUBPARTITION s MAX_ROWS = 9 COMMENT = 'x',\n  SUBPARTITION t MAX_ROWS = 3),\n PARTITION q VALUES LESS THAN (2)\n (SUBPARTITION u,\n  SUBPARTITION v))",
            ),
            (
                "range (id) (partition data values less than (1) comment 'it''s' max_rows 3)",
                "RANGE (`id`) (PARTITION `data` VALUES LESS THAN (1) MAX_ROWS = 3 COMMENT = 'it\\'s')",
            ),
            (
                "range columns (d) (partition a values less than (maxvalue))",
                "RANGE COLUMNS(`d`) (PARTITION a VALUES LESS THAN (MAXVALUE))",
            ),
            (
                "list columns (d) (partition a values in (\"q\") comment \"it's\")",
                "LIST COLUMNS(`d`) (PARTITION a VALUES IN ('q') COMMENT = 'it''s')",
            ),
            ("hash (id) subpartition by key (d)", "HASH (`id`)\nSUBPARTITION BY KEY (`d`)"),
            ("system_time interval 1 month", "SYSTEM_TIME INTERVAL 1 MONTH"),
        ] {
            assert_eq!(form(written), form(printed));
            assert_eq!(form(&form(written)), form(written), "it is one form");
        }
    }

    #[test]
    fn what_differs_stays_different() {
        for (one, other) in
            [("hash (id + 1)", "hash (id + 2)"), ("hash (id)", "hash (data)"), ("key (id)", "linear key (id)")]
        {
            assert_ne!(form(one), form(other));
        }
    }
}
