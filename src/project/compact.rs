//! JSON on one line with sorted keys, written straight from what is to be written, without a tree of values in between.
//!
//! Must not know what is written.

use std::ops::Range;

use serde::Serialize;
use serde::ser::{self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant};
use serde::ser::{SerializeTuple, SerializeTupleStruct, SerializeTupleVariant};
use serde_json::{Error, Result};

/// Appends a value, exactly as [`super::json::compact`] prints it.
///
/// # Errors
/// What has no JSON form.
pub(super) fn write(value: &impl Serialize, text: &mut String) -> Result<()> {
    value.serialize(Writer(text))
}

/// Appends a string in quotes.
pub(super) fn quoted(value: &str, text: &mut String) -> Result<()> {
    let plain = value.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain {
        text.extend(["\"", value, "\""]);
    } else {
        text.push_str(&serde_json::to_string(value)?);
    }
    Ok(())
}

/// The one line that a text printed by [`super::json::pretty`] stands for.
pub(super) fn joined(pretty: &str) -> String {
    let mut line = String::with_capacity(pretty.len());
    for part in pretty.lines() {
        line.push_str(part.trim_start_matches(' '));
        if line.ends_with(',') {
            line.push(' ');
        }
    }
    line
}

struct Writer<'a>(&'a mut String);

/// A list being written.
struct List<'a> {
    text: &'a mut String,
    empty: bool,
    /// What closes it, and whatever it is the value of.
    close: &'static str,
}

impl<'a> List<'a> {
    fn open(text: &'a mut String, close: &'static str) -> Self {
        text.push('[');
        Self { text, empty: true, close }
    }

    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        if !std::mem::take(&mut self.empty) {
            self.text.push_str(", ");
        }
        value.serialize(Writer(self.text))
    }

    fn close(self) -> Result<()> {
        self.text.push_str(self.close);
        Ok(())
    }
}

/// An object being written: its properties stand in the text in the order in which they came, and are put in order last.
struct Object<'a> {
    text: &'a mut String,
    start: usize,
    properties: Vec<(Key, Range<usize>)>,
    /// What closes it, and whatever it is the value of.
    close: &'static str,
}

/// A property's key: most are known to the program.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Known(&'static str),
    Given(String),
}

impl Key {
    fn as_str(&self) -> &str {
        match self {
            Self::Known(key) => key,
            Self::Given(key) => key,
        }
    }
}

impl<'a> Object<'a> {
    fn open(text: &'a mut String, close: &'static str) -> Self {
        text.push('{');
        Self { start: text.len(), text, properties: Vec::with_capacity(8), close }
    }

    fn property(&mut self, key: Key, value: &(impl Serialize + ?Sized)) -> Result<()> {
        let start = self.text.len();
        quoted(key.as_str(), self.text)?;
        self.text.push_str(": ");
        value.serialize(Writer(self.text))?;
        self.properties.push((key, start..self.text.len()));
        Ok(())
    }

    fn close(mut self) -> Result<()> {
        self.properties.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
        let mut sorted = String::with_capacity(self.text.len() - self.start + 2 * self.properties.len());
        for (index, (_, range)) in self.properties.into_iter().enumerate() {
            sorted.push_str(if index > 0 { ", " } else { "" });
            sorted.push_str(self.text.get(range).unwrap_or_default());
        }
        self.text.truncate(self.start);
        self.text.push_str(&sorted);
        self.text.push_str(self.close);
        Ok(())
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, value: $type) -> Result<()> {
            self.0.push_str(&serde_json::to_string(&value)?);
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
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<()> {
        quoted(value, self.0)
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<()> {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<()> {
        quoted(variant, self.0)
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
        object.property(Key::Known(variant), value)?;
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
        self.0.push('{');
        quoted(variant, self.0)?;
        self.0.push_str(": ");
        Ok(List::open(self.0, "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Map<'a>> {
        Ok(Map { object: Object::open(self.0, "}"), key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>> {
        Ok(Object::open(self.0, "}"))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Object<'a>> {
        self.0.push('{');
        quoted(variant, self.0)?;
        self.0.push_str(": ");
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
                self.property(Key::Known(key), value)
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
        // What is not text is no key, and reading it back says so.
        let mut quoted = String::new();
        key.serialize(Writer(&mut quoted))?;
        self.key = serde_json::from_str(&quoted)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.object.property(Key::Given(std::mem::take(&mut self.key)), value)
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

    use super::super::json;
    use super::*;

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
        let mut text = String::new();
        write(value, &mut text).unwrap();
        assert_eq!(text, json::compact(&serde_json::to_value(value).unwrap()));
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
