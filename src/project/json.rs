//! JSON that reads well in a pull request: sorted keys, one property a line.
//!
//! Must not know the meaning of the values.

use sea_gen_runner::json::{compact, quoted, sorted};
use serde_json::Value;

const WIDTH: usize = 100;

/// Prints a value: keys sorted, lists in their order, one property a line. Lists of plain values and objects of one
/// property are on one line if they are short. Ends with a line break.
pub(super) fn pretty(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text.push('\n');
    text
}

/// The total number of properties of the objects in a JSON text; any number for a text that is not JSON.
pub(super) fn properties(text: &str) -> usize {
    let (mut count, mut inside) = (0, false);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => inside = !inside,
            // A backslash occurs inside a string only, and an escaped quote does not end it.
            b'\\' => drop(bytes.next()),
            b':' if !inside => count += 1,
            _ => {}
        }
    }
    count
}

/// The path of the first property in `found` that `known` does not have, and its key.
pub(super) fn stray(found: &Value, known: &Value) -> Option<String> {
    match (found, known) {
        (Value::Object(found), Value::Object(known)) => found.iter().find_map(|(key, value)| match known.get(key) {
            Some(known) => stray(value, known),
            None => Some(key.clone()),
        }),
        (Value::Array(found), Value::Array(known)) => {
            found.iter().zip(known).find_map(|(found, known)| stray(found, known))
        }
        _ => None,
    }
}

fn write(value: &Value, indent: usize, text: &mut String) {
    if let Some(line) = short(value).filter(|line| indent + line.chars().count() <= WIDTH) {
        text.push_str(&line);
        return;
    }
    let inner = indent + 2;
    match value {
        Value::Object(object) => {
            text.push('{');
            for (index, (key, value)) in sorted(object).enumerate() {
                new_line(index, inner, text);
                text.push_str(&quoted(key));
                text.push_str(": ");
                write(value, inner, text);
            }
            close('}', indent, text);
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                new_line(index, inner, text);
                write(item, inner, text);
            }
            close(']', indent, text);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&compact(value)),
    }
}

fn new_line(index: usize, indent: usize, text: &mut String) {
    text.push_str(if index == 0 { "\n" } else { ",\n" });
    text.extend(std::iter::repeat_n(' ', indent));
}

fn close(bracket: char, indent: usize, text: &mut String) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
    text.push(bracket);
}

/// The one-line form of a value that may be on one line.
fn short(value: &Value) -> Option<String> {
    let fits = match value {
        Value::Object(object) => object.is_empty() || (object.len() == 1 && object.values().all(is_short)),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    };
    fits.then(|| compact(value))
}

fn is_short(value: &Value) -> bool {
    short(value).is_some()
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// The same by walking through the value.
    fn counted(value: &Value) -> usize {
        match value {
            Value::Object(object) => object.len() + object.values().map(counted).sum::<usize>(),
            Value::Array(items) => items.iter().map(counted).sum(),
            _ => 0,
        }
    }

    #[test]
    fn what_looks_like_a_property_is_none() {
        let text = "{\"a\\\\\":\"b\\\":\", \"c\\\":\": [\"\\\\\", \"{\\\"d\\\": 1}\"] , \"e\" :{\"f\"\n: null}}";
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!((properties(text), counted(&value)), (4, 4));
    }

    #[test]
    fn one_property_a_line_but_short_things() {
        let value = json!({
            "name": "user", "columns": [{"name": "id", "type": "bigint"}], "key": {"columns": ["id", "tenant"]},
            "none": [], "nothing": {}, "parts": [{"column": "a"}, {"column": ["b", "c"]}],
        });
        let expected = r#"{
  "columns": [
    {
      "name": "id",
      "type": "bigint"
    }
  ],
  "key": {"columns": ["id", "tenant"]},
  "name": "user",
  "none": [],
  "nothing": {},
  "parts": [
    {"column": "a"},
    {"column": ["b", "c"]}
  ]
}
"#;
        assert_eq!(pretty(&value), expected);
    }

    #[test]
    fn a_long_list_is_broken() {
        let value = json!({"values": ["x".repeat(60), "y".repeat(60)]});
        assert_eq!(pretty(&value).lines().count(), 6);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Nothing is written beside the code: a failure that was found becomes a test of its own.
    fn config() -> ProptestConfig {
        ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn what_is_printed_is_what_is_read(value in value()) {
            prop_assert_eq!(&serde_json::from_str::<Value>(&pretty(&value)).unwrap(), &value);
            prop_assert_eq!(&serde_json::from_str::<Value>(&compact(&value)).unwrap(), &value);
            prop_assert_eq!((properties(&pretty(&value)), properties(&compact(&value))), (counted(&value), counted(&value)));
        }
    }
}
