//! Whether a text has properties that what was read from it would not be written with, by counting them: a property that is
//! missing is none that would be written, so where one too many was found there are more than would be written.
//!
//! Must not know what was read.

use serde::Serialize;
use serde::ser::{self, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant};
use serde::ser::{SerializeTuple, SerializeTupleStruct, SerializeTupleVariant};
use serde_json::{Error, Result};

/// How many properties the objects in a JSON text have in all. The text must have been read already: what is no JSON is
/// counted somehow.
pub(super) fn found(text: &str) -> usize {
    let (mut count, mut inside) = (0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => inside = !inside,
            // A backslash stands inside a string only, and what it escapes does not end it.
            b'\\' => drop(bytes.next()),
            b':' if !inside => count += 1,
            _ => {}
        }
    }
    count
}

/// How many properties a value would be written with in all.
///
/// # Errors
/// What has no JSON form.
pub(super) fn written(value: &(impl Serialize + ?Sized)) -> Result<usize> {
    let mut count = 0;
    value.serialize(Count(&mut count))?;
    Ok(count)
}

/// Writes nothing, and counts.
struct Count<'a>(&'a mut usize);

impl Count<'_> {
    fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        value.serialize(Count(self.0))
    }

    fn property(&mut self, value: &(impl Serialize + ?Sized)) -> Result<()> {
        *self.0 += 1;
        self.value(value)
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, _: $type) -> Result<()> {
            Ok(())
        })+
    };
}

impl ser::Serializer for Count<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    plain!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str
    );

    fn serialize_none(self) -> Result<()> {
        Ok(())
    }

    fn serialize_unit(self) -> Result<()> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<()> {
        self.value(value)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<()> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(mut self, _: &'static str, value: &T) -> Result<()> {
        self.value(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<()> {
        self.property(value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self> {
        *self.0 += 1;
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self> {
        Ok(self)
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self> {
        *self.0 += 1;
        Ok(self)
    }
}

macro_rules! list {
    ($($of:ident :: $method:ident),+) => {
        $(impl $of for Count<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.value(value)
            }

            fn end(self) -> Result<()> {
                Ok(())
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
        $(impl $of for Count<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<()> {
                self.property(value)
            }

            fn end(self) -> Result<()> {
                Ok(())
            }
        })+
    };
}

object!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Count<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<()> {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.property(value)
    }

    fn end(self) -> Result<()> {
        Ok(())
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
        New(BTreeMap<&'static str, u8>),
        Two(u8, Option<i64>),
        Fields { zoo: bool, ant: Option<u8> },
    }

    #[derive(Serialize)]
    struct Everything {
        kinds: Vec<Kind>,
        nothing: Option<u8>,
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<u8>,
        #[serde(flatten)]
        kind: Kind,
    }

    #[test]
    fn as_many_are_written_as_are_found() {
        let value = Everything {
            kinds: vec![Kind::Unit, Kind::New([("a:", 1), ("\":", 2)].into()), Kind::Two(1, Some(2))],
            nothing: None,
            absent: None,
            kind: Kind::Fields { zoo: true, ant: Some(1) },
        };
        assert_eq!(written(&value).unwrap(), 9);
        assert_eq!(found(&serde_json::to_string_pretty(&value).unwrap()), 9);
    }

    #[test]
    fn what_looks_like_a_property_is_none() {
        assert_eq!(
            found(
                r#"{"a\\":"b\":", "c\":": ["\\", "{\"d\": 1}"] , "e" :{"f"
            : null}}"#
            ),
            4
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = || prop_oneof!["[a:\"\\\\ {}]{0,6}", any::<String>()];
        let plain = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), text().prop_map(Value::from)];
        plain.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(text(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_value_has_as_many(value in value()) {
            let count = written(&value).unwrap();
            prop_assert_eq!(found(&json::pretty(&value)), count);
            prop_assert_eq!(found(&json::compact(&value)), count);
        }
    }
}
