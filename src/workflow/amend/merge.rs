//! Carries the edits of a migration file over to the file that is generated now, where it is certain where they belong.
//!
//! Must not know what a statement does.

use std::ops::Range;

use sea_gen_runner::migration::{Migration, Statement};
use sea_gen_runner::run::Direction;
use serde_json::json;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// One change of a list of statements: those in the range are replaced.
struct Edit<'a> {
    range: Range<usize>,
    by: &'a [Statement],
}

/// The up and down statements of `now` with the edits that lead from `generated` to `file`; `None` where it is not certain what they
/// belong to.
pub(super) fn merged(
    generated: &Migration,
    file: &Migration,
    now: &Migration,
) -> Option<(Vec<Statement>, Vec<Statement>)> {
    Some((
        merge(&generated.up, &file.up, &now.up, Direction::Up)?,
        merge(&generated.down, &file.down, &now.down, Direction::Down)?,
    ))
}

/// A statement that is added by hand stays where the rows are as they were when it was written: going up, behind the statement that it
/// stands behind, and before what is new; going down, before the statement that it stands before, and behind what is new.
fn merge(base: &[Statement], by_hand: &[Statement], now: &[Statement], direction: Direction) -> Option<Vec<Statement>> {
    // The notes of the tool may count other columns now.
    let (mut by_hand, ops) = (edits(base, by_hand), changes(&keys(base, silent), &keys(now, silent)));
    let base = reworded(base, now, &ops);
    let now: Vec<Edit<'_>> = ops.into_iter().filter_map(|op| Edit::of(&op, now)).collect();
    by_hand.retain(|edit| !now.iter().any(|other| other.range == edit.range && other.by == edit.by));
    if by_hand.iter().any(|edit| now.iter().any(|other| contradict(edit, other, direction))) {
        return None;
    }
    let mut all: Vec<(usize, u8, Edit<'_>)> = Vec::new();
    let (first, second) = match direction {
        Direction::Up => (by_hand, now),
        Direction::Down => (now, by_hand),
    };
    for (rank, edits) in [(0, first), (1, second)] {
        all.extend(edits.into_iter().map(|edit| (edit.range.start, rank, edit)));
    }
    // What is added at a place comes before what replaces the statement there.
    all.sort_by_key(|(start, rank, edit)| (*start, !edit.range.is_empty(), *rank));
    let (mut merged, mut at) = (Vec::new(), 0);
    for (start, _, edit) in all {
        merged.extend_from_slice(base.get(at..start).unwrap_or_default());
        merged.extend_from_slice(edit.by);
        at = at.max(edit.range.end);
    }
    merged.extend_from_slice(base.get(at..).unwrap_or_default());
    Some(merged)
}

/// Whether it is not certain how two edits of one list go together.
fn contradict(by_hand: &Edit<'_>, now: &Edit<'_>, direction: Direction) -> bool {
    let (hand, new) = (&by_hand.range, &now.range);
    // What is added by hand needs the statement before it, going down the one behind it.
    let needed = match (hand.is_empty(), direction) {
        (true, Direction::Up) => hand.start.saturating_sub(1)..hand.start,
        (true, Direction::Down) => hand.start..hand.start + 1,
        (false, _) => hand.clone(),
    };
    let overlaps = needed.start < new.end && new.start < needed.end;
    let is_within = new.is_empty() && hand.start < new.start && new.start < hand.end;
    !new.is_empty() && overlaps || is_within
}

impl<'a> Edit<'a> {
    fn of(op: &DiffOp, other: &'a [Statement]) -> Option<Self> {
        match op {
            DiffOp::Equal { .. } => None,
            _ => Some(Self { range: op.old_range(), by: other.get(op.new_range()).unwrap_or_default() }),
        }
    }
}

fn edits<'a>(base: &[Statement], other: &'a [Statement]) -> Vec<Edit<'a>> {
    let ops = changes(&keys(base, Clone::clone), &keys(other, Clone::clone));
    ops.iter().filter_map(|op| Edit::of(op, other)).collect()
}

fn changes(old: &[String], new: &[String]) -> Vec<DiffOp> {
    capture_diff_slices(Algorithm::Myers, old, new)
}

/// The statements as values that can be compared and hashed. Their lines are not part of them.
fn keys(statements: &[Statement], counted: fn(&Statement) -> Statement) -> Vec<String> {
    statements.iter().map(|statement| json!(counted(statement)).to_string()).collect()
}

fn silent(statement: &Statement) -> Statement {
    Statement { note: None, ..statement.clone() }
}

/// The statements with the notes that they have now.
fn reworded(base: &[Statement], now: &[Statement], ops: &[DiffOp]) -> Vec<Statement> {
    let mut base = base.to_vec();
    for op in ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. })) {
        for (old, new) in op.old_range().zip(op.new_range()) {
            if let (Some(old), Some(new)) = (base.get_mut(old), now.get(new)) {
                old.clone_from(new);
            }
        }
    }
    base
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(text: &str) -> Vec<Statement> {
        text.split_whitespace().map(Statement::new).collect()
    }

    fn words(base: &str, by_hand: &str, now: &str, direction: Direction) -> Option<String> {
        let merged = merge(&statements(base), &statements(by_hand), &statements(now), direction)?;
        Some(merged.iter().map(|it| it.sql.as_str()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn edits_are_carried_over_where_it_is_certain_where_they_belong() {
        for (base, by_hand, now, up, down) in [
            ("a", "a", "a b", Some("a b"), Some("a b")),
            ("a", "a X", "a", Some("a X"), Some("a X")),
            // What is new comes behind what was there.
            ("a", "a X", "a b", Some("a X b"), Some("a b X")),
            ("a", "X a", "b a", Some("X b a"), Some("b X a")),
            ("a b", "a X b", "a b c", Some("a X b c"), Some("a X b c")),
            // The tool writes now what somebody has written.
            ("a", "a b", "a b", Some("a b"), Some("a b")),
            // The neighbour that it needs is another one.
            ("a b", "a X b", "a2 b", None, Some("a2 X b")),
            ("a b", "a X b", "a b2", Some("a X b2"), None),
            ("a b", "a B", "a b2", None, None),
            ("a b", "a", "a b c", Some("a c"), Some("a c")),
            ("a b c", "a X c", "a b d c", Some("a X d c"), Some("a X d c")),
        ] {
            let of = |direction| words(base, by_hand, now, direction);
            let expected = (up.map(str::to_owned), down.map(str::to_owned));
            assert_eq!((of(Direction::Up), of(Direction::Down)), expected, "{base} / {by_hand} / {now}");
        }
    }
}
