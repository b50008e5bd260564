//! Query results: all values in one text, one after the other.
//!
//! A catalog has thousands of rows of short values, so a row is a view and owns nothing. Must not know who asked for what.

use std::fmt;
use std::iter::FusedIterator;

use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

/// The rows of a result: one text or NULL a column.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Rows {
    text: String,
    /// Where each value ends, which is where the next one begins; doubled, and one more for NULL.
    ends: Vec<usize>,
    /// How many values there are up to the end of each row.
    rows: Vec<usize>,
}

/// A row of a result.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    all: &'r Rows,
    /// The number of its first value, and of the first that is not its own any more.
    values: (usize, usize),
}

impl Rows {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at a place (from 0).
    pub fn get(&self, at: usize) -> Option<Row<'_>> {
        let end = *self.rows.get(at)?;
        Some(Row { all: self, values: (before(&self.rows, at), end) })
    }

    /// The first row.
    pub fn first(&self) -> Option<Row<'_>> {
        self.get(0)
    }

    /// All rows in their order.
    pub fn iter(&self) -> Iter<'_> {
        Iter { all: self, at: 0, first: 0 }
    }

    /// Adds a value to the row that is being added.
    pub(super) fn push(&mut self, value: Option<&str>) {
        self.text.push_str(value.unwrap_or_default());
        self.ends.push(self.text.len() << 1 | usize::from(value.is_none()));
    }

    /// Ends the row that is being added.
    pub(super) fn end_row(&mut self) {
        self.rows.push(self.ends.len());
    }

    /// Reads a JSON array of rows. A row is an array of texts, numbers, booleans and NULLs; arrays at its end are rows too, or
    /// rows of rows, and follow it.
    ///
    /// # Errors
    /// It is not that.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        let mut rows = Self::default();
        let mut reader = serde_json::Deserializer::from_str(json);
        reader.deserialize_seq(Array(&mut rows))?;
        reader.end()?;
        Ok(rows)
    }
}

/// The end of the previous entry in a list of ends.
fn before(ends: &[usize], at: usize) -> usize {
    at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default()
}

impl<'r> Row<'r> {
    /// The value of column `index` (from 0); NULL and a missing column are both `None`.
    pub fn get(self, index: usize) -> Option<&'r str> {
        let at = self.values.0.checked_add(index).filter(|at| *at < self.values.1)?;
        let end = self.all.ends.get(at).filter(|end| *end & 1 == 0)? >> 1;
        self.all.text.get(before(&self.all.ends, at) >> 1..end)
    }

    /// The value of column `index`, empty for NULL.
    pub fn text(self, index: usize) -> &'r str {
        self.get(index).unwrap_or_default()
    }

    /// Whether column `index` is true in any of the databases' spellings (`t`, `true`, `1`, `YES`).
    pub fn is_true(self, index: usize) -> bool {
        matches!(self.text(index), "t" | "true" | "1" | "YES")
    }

    /// The number of values.
    pub fn width(self) -> usize {
        self.values.1 - self.values.0
    }
}

impl PartialEq for Row<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.width() == other.width() && (0..self.width()).all(|index| self.get(index) == other.get(index))
    }
}

impl Eq for Row<'_> {}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries((0..self.width()).map(|index| self.get(index))).finish()
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self).finish()
    }
}

impl<'r> IntoIterator for &'r Rows {
    type Item = Row<'r>;
    type IntoIter = Iter<'r>;

    fn into_iter(self) -> Iter<'r> {
        self.iter()
    }
}

/// The iterator of [`Rows::iter`].
#[derive(Clone)]
pub struct Iter<'r> {
    all: &'r Rows,
    at: usize,
    first: usize,
}

impl<'r> Iterator for Iter<'r> {
    type Item = Row<'r>;

    fn next(&mut self) -> Option<Row<'r>> {
        let end = *self.all.rows.get(self.at)?;
        self.at += 1;
        Some(Row { all: self.all, values: (std::mem::replace(&mut self.first, end), end) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.all.rows.len().saturating_sub(self.at);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

/// How far an array of values is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ArrayProgress {
    /// Nothing of it yet.
    Nothing,
    /// Values of a row.
    Row,
    /// Arrays: rows of their own.
    Rows,
}

/// Takes an array as it is read: a row, then rows.
struct Array<'r>(&'r mut Rows);

impl<'de> Visitor<'de> for Array<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let mut reading = ArrayProgress::Nothing;
        while array.next_element_seed(Element { rows: self.0, reading: &mut reading })?.is_some() {}
        if reading == ArrayProgress::Row {
            self.0.end_row();
        }
        Ok(())
    }
}

/// Takes one element of an array.
struct Element<'r> {
    rows: &'r mut Rows,
    reading: &'r mut ArrayProgress,
}

impl Element<'_> {
    fn value<E: Error>(self, value: Option<&str>) -> Result<(), E> {
        if *self.reading == ArrayProgress::Rows {
            return Err(E::custom("a value of a row stands behind rows"));
        }
        *self.reading = ArrayProgress::Row;
        self.rows.push(value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, a number, a boolean, NULL or an array")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.value(Some(text))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.value(None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.value(Some(if value { "true" } else { "false" }))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        match number {
            0 => self.value(Some("0")),
            1 => self.value(Some("1")),
            _ => self.value(Some(&number.to_string())),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.value(Some(&number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.value(Some(&number.to_string()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<(), A::Error> {
        if *self.reading == ArrayProgress::Row {
            self.rows.end_row();
        }
        *self.reading = ArrayProgress::Rows;
        Array(self.rows).visit_seq(array)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rows as they are written without any thrift.
    type Plain = Vec<Vec<Option<String>>>;

    fn plain(rows: &Rows) -> Plain {
        rows.iter().map(|row| (0..row.width()).map(|index| row.get(index).map(str::to_owned)).collect()).collect()
    }

    fn rows(plain: &[Vec<Option<String>>]) -> Rows {
        let mut rows = Rows::default();
        for row in plain {
            row.iter().for_each(|value| rows.push(value.as_deref()));
            rows.end_row();
        }
        rows
    }

    /// Rows of any width, the same one or not; any characters.
    fn anything(least: usize) -> impl Strategy<Value = Plain> {
        let value = prop::option::of(prop_oneof![any::<String>(), "[\\x00-\\x1f\"\\\\é]{0,4}"]);
        prop::collection::vec(prop::collection::vec(value, least..5), 0..6)
    }

    proptest! {
        #[test]
        fn rows_are_what_was_put_in(expected in anything(0)) {
            let rows = rows(&expected);
            prop_assert_eq!(plain(&rows), expected.clone());
            prop_assert_eq!((rows.len(), rows.is_empty()), (expected.len(), expected.is_empty()));
            for (at, row) in rows.iter().enumerate() {
                prop_assert_eq!(rows.get(at), Some(row));
                prop_assert_eq!(row.get(expected[at].len()), None);
            }
            prop_assert_eq!(rows.get(expected.len()), None);
        }

        #[test]
        fn an_array_of_arrays_is_read_as_it_was(expected in anything(1)) {
            let json = serde_json::to_string(&expected).unwrap();
            prop_assert_eq!(plain(&Rows::from_json(&json).unwrap()), expected);
        }
    }

    #[test]
    fn null_is_not_the_empty_text() {
        let rows = rows(&[vec![None, Some(String::new()), Some("1".to_owned())]]);
        let row = rows.first().unwrap();
        assert_eq!((row.get(0), row.get(1), row.get(2), row.get(3)), (None, Some(""), Some("1"), None));
        assert_eq!((row.text(0), row.is_true(2), row.is_true(1)), ("", true, false));
        assert_ne!(rows, self::rows(&[vec![Some(String::new()), None, Some("1".to_owned())]]));
    }

    #[test]
    fn what_stands_in_a_row_follows_it() {
        let text = |value: &str| Some(value.to_owned());
        let json = r#"[["a",1,-2,true,null,[["b","\u0000\n"],["c"]],[[["d"]]],[]],["e"]]"#;
        let expected = [
            vec![text("a"), text("1"), text("-2"), text("true"), None],
            vec![text("b"), text("\0\n")],
            vec![text("c")],
            vec![text("d")],
            vec![text("e")],
        ];
        assert_eq!(plain(&Rows::from_json(json).unwrap()), expected);
        assert_eq!(Rows::from_json("[]").unwrap(), Rows::default());
    }

    #[test]
    fn what_is_no_array_of_rows_is_refused() {
        for json in ["", "1", "null", "{}", r#"[["a",["b"],"c"]]"#, r#"[["a"]"#, r#"[["a"]] []"#, r#"[[{}]]"#] {
            assert!(Rows::from_json(json).is_err(), "{json}");
        }
    }
}
