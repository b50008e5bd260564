//! Places in a source text: lines, the comments above them, and edits.
//!
//! Must not know what is edited.

use std::ops::Range;

/// The comment before which loco inserts migrations.
pub(super) const LOCO_MARK: &str = "inject-above";

/// A text, by its lines.
#[derive(Clone, Copy)]
pub(super) struct Lines<'t>(pub(super) &'t str);

impl<'t> Lines<'t> {
    fn slice(self, range: Range<usize>) -> &'t str {
        self.0.get(range).unwrap_or_default()
    }

    /// The beginning of the line.
    pub(super) fn start(self, at: usize) -> usize {
        self.slice(0..at).rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The beginning of the next line.
    pub(super) fn end(self, at: usize) -> usize {
        self.slice(at..self.0.len()).find('\n').map_or(self.0.len(), |newline| at + newline + 1)
    }

    /// Whether only white space is before this place in its line.
    pub(super) fn begins(self, at: usize) -> bool {
        self.slice(self.start(at)..at).trim().is_empty()
    }

    /// Whether only white space and a line comment are behind this place in its line, and a line end.
    pub(super) fn ends_with_comment(self, at: usize) -> bool {
        let rest = self.slice(at..self.end(at));
        let text = rest.trim();
        rest.ends_with('\n') && (text.is_empty() || text.starts_with("//"))
    }

    /// The white space at the beginning of the line.
    pub(super) fn indent(self, at: usize) -> &'t str {
        let line = self.slice(self.start(at)..at);
        self.slice(self.start(at)..self.start(at) + line.len() - line.trim_start_matches([' ', '\t']).len())
    }

    /// The beginning of the line, or of the comment lines above it, which belong to it. What does not begin its line stays where it
    /// is.
    pub(super) fn above_comments(self, at: usize) -> usize {
        if !self.begins(at) {
            return at;
        }
        let mut line = self.start(at);
        while line > 0 {
            let before = self.start(line - 1);
            let text = self.slice(before..line).trim();
            let is_comment = text.starts_with("//") && !text.starts_with("//!");
            if !is_comment || text.contains(LOCO_MARK) || text.contains("*/") {
                break;
            }
            line = before;
        }
        line
    }

    /// The bytes with their line where the line has nothing else, otherwise with the spaces behind them.
    pub(super) fn whole(self, at: &Range<usize>) -> Range<usize> {
        let is_alone = self.begins(at.start) && self.slice(at.end..self.end(at.end)).trim().is_empty();
        if is_alone {
            return self.start(at.start)..self.end(at.end);
        }
        let rest = self.slice(at.end..self.0.len());
        at.start..at.end + rest.len() - rest.trim_start_matches(' ').len()
    }
}

/// The text with the edits, of which none reaches into another. Those at one place are made in their order.
pub(super) fn applied(text: &str, mut edits: Vec<(Range<usize>, String)>, newline: &str) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(&new.replace('\n', newline));
        at = at.max(range.end);
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}
