//! Options of one product, by name.
//!
//! Must not know any of them.

use std::collections::{BTreeMap, btree_map};
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

/// Options of one product (`engine`, `strict`, `without_rowid`, `unlogged`, `invisible` …), by name.
///
/// A map that is small while it is empty: nearly every column, index and constraint has an empty one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
#[allow(clippy::box_collection, reason = "the map alone takes three times the room, and most are empty")]
pub struct Options(Option<Box<BTreeMap<String, String>>>);

static NONE: BTreeMap<String, String> = BTreeMap::new();

impl Options {
    /// No options.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Whether there are no options.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|settings| settings.is_empty())
    }

    /// Removes an option.
    pub fn remove(&mut self, name: &str) -> Option<String> {
        self.0.as_mut()?.remove(name)
    }

    /// Retains the options that satisfy a predicate.
    pub fn retain(&mut self, keep: impl FnMut(&String, &mut String) -> bool) {
        if let Some(settings) = &mut self.0 {
            settings.retain(keep);
        }
    }
}

impl Deref for Options {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Options {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Options {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Options {}

impl Serialize for Options {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl From<BTreeMap<String, String>> for Options {
    fn from(settings: BTreeMap<String, String>) -> Self {
        Self((!settings.is_empty()).then(|| Box::new(settings)))
    }
}

impl From<Options> for BTreeMap<String, String> {
    fn from(options: Options) -> Self {
        options.0.map(|settings| *settings).unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for Options {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(settings: I) -> Self {
        settings.into_iter().collect::<BTreeMap<_, _>>().into()
    }
}

impl<const N: usize> From<[(String, String); N]> for Options {
    fn from(settings: [(String, String); N]) -> Self {
        settings.into_iter().collect()
    }
}

impl Extend<(String, String)> for Options {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, settings: I) {
        settings.into_iter().for_each(|(name, value)| drop(self.insert(name, value)));
    }
}

impl IntoIterator for Options {
    type Item = (String, String);
    type IntoIter = btree_map::IntoIter<String, String>;

    fn into_iter(self) -> Self::IntoIter {
        BTreeMap::from(self).into_iter()
    }
}

impl<'o> IntoIterator for &'o Options {
    type Item = (&'o String, &'o String);
    type IntoIter = btree_map::Iter<'o, String, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_nothing_however_it_came_about() {
        let mut options = Options::new();
        assert!(options.remove("a").is_none() && options.0.is_none());
        options.insert("a".to_owned(), "b".to_owned());
        assert_ne!(options, Options::new());
        options.retain(|_, value| value != "b");
        assert_eq!(options, Options::new());
        assert_eq!(serde_json::to_string(&options).unwrap(), "{}");
        assert!(serde_json::from_str::<Options>("{}").unwrap().0.is_none());
    }
}
