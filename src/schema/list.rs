//! Maps by name that are serialised as lists: the name is stored once, inside the object.
//!
//! Must not know the kinds of objects.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::Name;

/// A named part of a table.
pub trait Named {
    /// Its name.
    fn name(&self) -> &Name;
}

/// Writes the values of a map, in the map's order.
pub(super) fn serialize<'a, M, T, S>(map: &'a M, serializer: S) -> Result<S::Ok, S::Error>
where
    &'a M: IntoIterator<Item = (&'a Name, &'a T)>,
    T: Serialize + 'a,
    S: Serializer,
{
    serializer.collect_seq(map.into_iter().map(|(_, value)| value))
}

/// Reads a list into a map. A duplicate name is an error, because the second entry would silently replace the first.
pub(super) fn deserialize<'de, M, T, D>(deserializer: D) -> Result<M, D::Error>
where
    M: FromIterator<(Name, T)>,
    T: Named + Deserialize<'de>,
    D: Deserializer<'de>,
{
    let values = distinct::<T, D>(deserializer)?;
    Ok(values.into_iter().map(|value| (value.name().clone(), value)).collect())
}

/// Reads a list without duplicate names.
pub(super) fn distinct<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Named + Deserialize<'de>,
    D: Deserializer<'de>,
{
    let values = Vec::<T>::deserialize(deserializer)?;
    for (index, value) in values.iter().enumerate() {
        if values.iter().take(index).any(|earlier| earlier.name() == value.name()) {
            return Err(serde::de::Error::custom(format!("`{}` is listed twice", value.name())));
        }
    }
    Ok(values)
}
