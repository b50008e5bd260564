//! JSON on one line with sorted keys, serialised without a tree of values in between.
//!
//! Must not know the meaning of the values.

use std::ops::Range;

use serde::Serialize;
use serde::ser::{
    self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};
use serde_json::{Error, Result};

/// A text that values are appended to, with the room it takes to put their properties in order. It is meant to be used for
/// many values, one after the other.
#[derive(Default)]
pub(super) struct CompactJson {
    /// The text so far.
    pub(super) text: String,
    /// The properties of all objects that are open, those of the innermost last.
    properties: Vec<(Key, Range<usize>)>,
    sorted: String,
}

impl CompactJson {
    /// Appends a value, exactly as [`super::json::compact`] prints it.
    ///
    /// # Errors
    /// A value without a JSON form; the text then contains a part of it.
    pub(super) fn write(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        self.properties.clear();
        value.serialize(Writer(self))
    }

    /// Appends a string in quotes.
    fn quoted(&mut self, value: &str) -> Result<()> {
        if is_plain(value) {
            self.text.reserve(value.len() + 2);
            self.text.push('"');
            self.text.push_str(value);
            self.text.push('"');
        } else {
            self.text.push_str(&serde_json::to_string(value)?);
        }
        Ok(())
    }
}

/// Whether nothing in a string has to be escaped. Eight bytes are looked at in one go.
fn is_plain(value: &str) -> bool {
    let (words, rest) = value.as_bytes().as_chunks::<8>();
    words.iter().all(|word| !needs_escaping(*word))
        && rest.iter().all(|byte| *byte >= b' ' && *byte != b'"' && *byte != b'\\')
}

/// Whether one of eight bytes is a control character, a quote or a backslash. Of each byte the highest bit is looked at: a
/// difference sets it where it is below zero, and was not set before.
fn needs_escaping(bytes: [u8; 8]) -> bool {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    let word = u64::from_ne_bytes(bytes);
    let below = |word: u64, least: u8| word.wrapping_sub(each(least)) & !word;
    let found = below(word, b' ') | below(word ^ each(b'"'), 1) | below(word ^ each(b'\\'), 1);
    found & each(0x80) != 0
}

struct Writer<'a>(&'a mut CompactJson);

/// A list being written.
struct List<'a> {
    line: &'a mut CompactJson,
    empty: bool,
    /// The text that closes it and the enum variant around it.
    close: &'static str,
}

impl<'a> List<'a> {
    fn open(line: &'a mut CompactJson, close: &'static str) -> Self {
        line.text.push('[');
        Self { line, empty: true, close }
    }

    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        if !std::mem::take(&mut self.empty) {
            self.line.text.push_str(", ");
        }
        value.serialize(Writer(self.line))
    }

    fn close(self) -> Result<()> {
        self.line.text.push_str(self.close);
        Ok(())
    }
}

/// An object being written: its properties are in the text in the order of the fields, and are sorted at the end if that
/// order differs.
struct Object<'a> {
    line: &'a mut CompactJson,
    /// Where the first property begins, in the text and in the list of properties.
    start: usize,
    first: usize,
    is_sorted: bool,
    /// The text that closes it and the enum variant around it.
    close: &'static str,
}

/// A property's key: most are known to the program.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Static(&'static str),
    Owned(String),
}

impl Key {
    fn as_str(&self) -> &str {
        match self {
            Self::Static(key) => key,
            Self::Owned(key) => key,
        }
    }
}

impl<'a> Object<'a> {
    fn open(line: &'a mut CompactJson, close: &'static str) -> Self {
        line.text.push('{');
        Self { start: line.text.len(), first: line.properties.len(), line, is_sorted: true, close }
    }

    fn property(&mut self, key: Key, value: &(impl Serialize + ?Sized)) -> Result<()> {
        if let Some((last, _)) = self.line.properties.get(self.first..).and_then(<[_]>::last) {
            self.is_sorted &= last.as_str() <= key.as_str();
            self.line.text.push_str(", ");
        }
        let start = self.line.text.len();
        match &key {
            // A field is called by a plain word.
            Key::Static(key) => self.line.text.extend(["\"", key, "\": "]),
            Key::Owned(key) => {
                self.line.quoted(key)?;
                self.line.text.push_str(": ");
            }
        }
        let at = self.line.properties.len();
        self.line.properties.push((key, start..start));
        value.serialize(Writer(self.line))?;
        let end = self.line.text.len();
        if let Some((_, range)) = self.line.properties.get_mut(at) {
            range.end = end;
        }
        Ok(())
    }

    fn close(self) -> Result<()> {
        let CompactJson { text, properties, sorted } = self.line;
        if !self.is_sorted {
            let own = properties.get_mut(self.first..).unwrap_or_default();
            own.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
            sorted.clear();
            for (_, range) in own {
                sorted.push_str(if sorted.is_empty() { "" } else { ", " });
                sorted.push_str(text.get(range.clone()).unwrap_or_default());
            }
            text.truncate(self.start);
            text.push_str(sorted);
        }
        properties.truncate(self.first);
        text.push_str(self.close);
        Ok(())
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, value: $type) -> Result<()> {
            self.0.text.push_str(&serde_json::to_string(&value)?);
            Ok(())
        })+
    };
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Map<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    plain!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_char: char,
        serialize_bytes: &[u8]
    );

    fn serialize_bool(self, value: bool) -> Result<()> {
        self.0.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        self.0.quoted(value)
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.0.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        self.0.quoted(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        let mut object = Object::open(self.0, "}");
        object.property(Key::Static(variant), value)?;
        object.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>> {
        Ok(List::open(self.0, "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>> {
        Ok(List::open(self.0, "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>> {
        Ok(List::open(self.0, "]"))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<List<'a>> {
        self.0.text.push('{');
        self.0.quoted(variant)?;
        self.0.text.push_str(": ");
        Ok(List::open(self.0, "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<'a>> {
        Ok(Map { object: Object::open(self.0, "}"), key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>> {
        Ok(Object::open(self.0, "}"))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Object<'a>> {
        self.0.text.push('{');
        self.0.quoted(variant)?;
        self.0.text.push_str(": ");
        Ok(Object::open(self.0, "}}"))
    }
}

macro_rules! list {
    ($($of:ident :: $method:ident),+) => {
        $(impl $of for List<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        })+
    };
}

list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! object {
    ($($of:ident),+) => {
        $(impl $of for Object<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<()> {
                self.property(Key::Static(key), value)
            }

            fn end(self) -> Result<()> {
                self.close()
            }
        })+
    };
}

object!(SerializeStruct, SerializeStructVariant);

/// An object whose keys are values too.
struct Map<'a> {
    object: Object<'a>,
    key: String,
}

impl SerializeMap for Map<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        // A key that is not a text is an error when the JSON is read.
        let mut quoted = CompactJson::default();
        quoted.write(key)?;
        self.key = serde_json::from_str(&quoted.text)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.object.property(Key::Owned(std::mem::take(&mut self.key)), value)
    }

    fn end(self) -> Result<()> {
        self.object.close()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use sea_gen_runner::json;

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Unit,
        New(&'static str),
        Two(u8, i64),
        Fields { zoo: bool, ant: Option<u8> },
    }

    #[derive(Serialize)]
    struct Everything {
        zebra: Vec<Kind>,
        nothing: Option<u8>,
        map: BTreeMap<String, (u8, char)>,
        #[serde(flatten)]
        kind: Kind,
    }

    fn same(value: &impl Serialize) {
        let mut line = CompactJson::default();
        line.write(value).unwrap();
        assert_eq!(line.text, json::compact(&serde_json::to_value(value).unwrap()));
    }

    #[test]
    fn it_is_what_a_tree_of_values_would_print() {
        let keys = ["b", "a", "a b", "a\"", "a\\", "ä", ""];
        same(&Everything {
            zebra: vec![Kind::Unit, Kind::New("\n"), Kind::Two(1, -2), Kind::Fields { zoo: true, ant: Some(3) }],
            nothing: None,
            map: keys.iter().map(|key| ((*key).to_owned(), (1, 'é'))).collect(),
            kind: Kind::Fields { zoo: false, ant: None },
        });
    }

    #[test]
    fn whatever_has_to_be_escaped_is_found_anywhere() {
        for byte in 0..=0x10ff_u32 {
            let Some(letter) = char::from_u32(byte) else { continue };
            for before in 0..18 {
                let text = format!("{}{letter}{}", "a".repeat(before), "é~".repeat(3));
                let escaped = letter < ' ' || letter == '"' || letter == '\\';
                assert_eq!(is_plain(&text), !escaped, "{text:?}");
            }
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from)
        ];
        plain.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_value_is_printed_the_same(value in value()) {
            same(&value);
        }
    }
}
