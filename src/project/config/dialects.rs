//! Adds a dialect to the list in a configuration file, and leaves the rest of its text as it is.
//!
//! Must not know why it joins.

use std::path::{Path, PathBuf};

use sea_gen_runner::Result;
use sea_gen_runner::files::read_text_if_there;
use toml::de::DeTable;

use crate::schema::Product;

use super::super::CONFIG_FILE;
use super::Config;

/// The files that may hold the configuration, and the table in each.
const PLACES: [(&str, &[&str]); 3] = [
    (CONFIG_FILE, &[]),
    ("Cargo.toml", &["package", "metadata", "gen"]),
    ("Cargo.toml", &["workspace", "metadata", "gen"]),
];

impl Config {
    /// The configuration file of a folder with a further dialect, and its path. `None`: no file lists dialects.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn with_dialect(folder: &Path, product: Product) -> Result<Option<(PathBuf, String)>> {
        for (name, table) in PLACES {
            let path = folder.join(name);
            let Some(text) = read_text_if_there(&path)? else { continue };
            if let Some(text) = with_dialect(&text, table, product) {
                return Ok(Some((path, text)));
            }
        }
        Ok(None)
    }
}

fn with_dialect(text: &str, table: &[&str], product: Product) -> Option<String> {
    let parsed = DeTable::parse(text).ok()?;
    let table = table.iter().try_fold(parsed.get_ref(), |table, key| table.get(*key)?.get_ref().as_table())?;
    let last = table.get("dialects")?.get_ref().as_array()?.last()?.span().end;
    let (before, behind) = text.split_at_checked(last)?;
    Some(format!("{before}, \"{}\"{behind}", product.key()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_is_added_behind_the_others() {
        let added = |text, table: &[&str]| with_dialect(text, table, Product::Sqlite);
        let text = "# ours\ndialects = [\"postgres\"] # for now\nproof = \"off\"\n";
        let with = "# ours\ndialects = [\"postgres\", \"sqlite\"] # for now\nproof = \"off\"\n";
        assert_eq!(added(text, &[]).as_deref(), Some(with));
        let text = "[package.metadata.gen]\ndialects = [\n  'mysql',\n  'postgres',\n]\n";
        let with = "[package.metadata.gen]\ndialects = [\n  'mysql',\n  'postgres', \"sqlite\",\n]\n";
        assert_eq!(added(text, PLACES[1].1).as_deref(), Some(with));
        assert_eq!(added("proof = \"off\"\n", &[]), None);
        assert_eq!(added("dialects = []\n", &[]), None);
    }
}
