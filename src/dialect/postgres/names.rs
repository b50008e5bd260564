//! Names that PostgreSQL generates, and how it shortens long ones.
//!
//! Must not know the kinds of objects.

use crate::schema::{Name, ObjectName};

/// The maximum length of a name in bytes: `NAMEDATALEN - 1`.
pub(super) const LONGEST: usize = 63;

/// A name as PostgreSQL stores it: truncated to 63 bytes, never inside a character.
pub(super) fn clip(name: &str) -> &str {
    clip_to(name, LONGEST)
}

fn clip_to(name: &str, bytes: usize) -> &str {
    let mut end = bytes.min(name.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default()
}

/// `<first>_<second>_<label>`, the longer part shortened until it fits: PostgreSQL's `makeObjectName`.
pub(super) fn generated(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + second.map_or(0, |_| 1);
    let available = LONGEST.saturating_sub(overhead);
    let mut first_length = first.len();
    let mut second_length = second.map_or(0, str::len);
    while first_length + second_length > available {
        if first_length > second_length {
            first_length -= 1;
        } else {
            second_length -= 1;
        }
    }
    let mut name = clip_to(first, first_length).to_owned();
    if let Some(second) = second {
        name.push('_');
        name.push_str(clip_to(second, second_length));
    }
    name.push('_');
    name.push_str(label);
    name
}

/// The generated name of a numbered column's sequence.
pub fn sequence_of(table: &ObjectName, column: &Name) -> Name {
    Name::new(generated(table.name.as_str(), Some(column.as_str()), "seq"))
}

/// The columns' part of a generated name: PostgreSQL's `ChooseIndexNameAddition`.
pub(super) fn of_columns<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column);
        if joined.len() > LONGEST {
            break;
        }
    }
    clip(&joined).to_owned()
}

/// PostgreSQL's name for an expression in an index: the name of the function, else `expr` (`FigureIndexColname`, as far
/// as indexes have such expressions).
pub(super) fn index_column(expression: &str) -> &str {
    let text = expression.trim().trim_start_matches('(');
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    match text.split_at(end) {
        (function, rest) if !function.is_empty() && rest.starts_with('(') && is_one_call(rest) => function,
        _ => "expr",
    }
}

/// Whether one pair of parentheses encloses the text.
fn is_one_call(text: &str) -> bool {
    let mut depth = 0_i32;
    let closed = text.char_indices().find(|(_, letter)| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    closed.is_some_and(|(at, _)| text.get(at + 1..).is_some_and(|rest| rest.trim_end_matches([')', ' ']).is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay() {
        assert_eq!(generated("user", Some("email"), "key"), "user_email_key");
        assert_eq!(generated("user", None, "pkey"), "user_pkey");
    }

    #[test]
    fn the_longer_part_is_shortened() {
        let name = generated(&"t".repeat(60), Some("email"), "key");
        assert_eq!(name, format!("{}_email_key", "t".repeat(53)));
        assert_eq!(name.len(), LONGEST);
    }

    #[test]
    fn characters_stay_whole() {
        assert_eq!(clip(&"é".repeat(40)), "é".repeat(31));
    }
}
