//! Views and triggers that a rename would leave behind: their texts name what is renamed, and nobody changes them.
//!
//! Must not know how a rename is applied.

use crate::dialect::Unsupported;
use crate::dialect::expression::mentions;
use crate::entity::Model;
use crate::plan::Rename;
use crate::schema::{ObjectName, Part, Place, Product, Schema, Trigger, View};

use super::case::differs_in_case;

/// Refuses what would be left behind: a view or a trigger that still names what is renamed, because nobody declares it, or the
/// declaration was not changed. `base` is the schema after the renames.
///
/// # Errors
/// The first of them.
pub(super) fn nothing_left_behind(
    model: &Model,
    product: Product,
    renames: &[Rename],
    base: &Schema,
    target: &Schema,
) -> Result<(), Unsupported> {
    for rename in renames {
        let (table, old, is_column) = match rename {
            Rename::Table(change) => (&change.to, change.from.name.as_str(), false),
            // A column is found under its old name as well.
            Rename::Column(_, change) if differs_in_case(&change.from, &change.to) && product != Product::Postgres => {
                continue;
            }
            Rename::Column(table, change) => (table, change.from.as_str(), true),
            _ => continue,
        };
        let texts = Texts { product, table, old, base, target };
        // A table's new name is written wherever a statement names tables; a column may be another table's of the same name.
        let found = texts.of_the_table().or_else(|| {
            let found = is_column.then(|| texts.elsewhere(|place| model.sources.contains(place)));
            found.flatten()
        });
        if let Some(place) = found {
            let (why, hint) = match model.sources.contains(&place) {
                true => ("its text has the old name still", "write the new name where it is declared"),
                false => (
                    "no entity or SQL file declares it",
                    "declare it in an SQL file beside the entities, with the new name (`gen init --import` writes such files)",
                ),
            };
            let reason = format!("it names `{old}`, which is renamed, and {why}");
            return Err(Unsupported { product, place, reason, hint: hint.to_owned() });
        }
    }
    Ok(())
}

/// The texts that may name a renamed table, or a column of it.
struct Texts<'a> {
    product: Product,
    table: &'a ObjectName,
    old: &'a str,
    base: &'a Schema,
    target: &'a Schema,
}

impl<'a> Texts<'a> {
    /// A view that reads the table or a trigger of it that has the old name.
    fn of_the_table(&self) -> Option<Place> {
        let view = self.kept_views().find(|view| view.reads.contains(self.table) && self.is_stale(view.query.text()));
        let trigger = || self.kept_triggers(self.table).find(|trigger| self.is_stale(trigger.definition.text()));
        let at = |trigger: &Trigger| Place::Table(self.table.clone(), Part::Trigger(trigger.name.clone()));
        view.map(|view| Place::View(view.name.clone())).or_else(|| trigger().map(at))
    }

    /// A trigger of another table or of a view that names the table and has the old name. What is declared may mean another
    /// column of that name.
    fn elsewhere(&self, is_declared: impl Fn(&Place) -> bool) -> Option<Place> {
        let names_both = |text: &str| mentions(self.product, text, self.table.name.as_str()) && self.is_stale(text);
        let others = self.target.tables.keys().filter(|name| *name != self.table);
        let of_tables = others.flat_map(|table| {
            let stale = self.kept_triggers(table).filter(|trigger| names_both(trigger.definition.text()));
            stale.map(|trigger| Place::Table(table.clone(), Part::Trigger(trigger.name.clone())))
        });
        // SQLite's views have their triggers among their options.
        let views = self.kept_views().filter(|view| view.options.values().any(|text| names_both(text)));
        of_tables.chain(views.map(|view| Place::View(view.name.clone()))).find(|place| !is_declared(place))
    }

    fn kept_views(&self) -> impl Iterator<Item = &'a View> {
        let base = self.base;
        self.target.views.values().filter(move |view| base.views.get(&view.name) == Some(view))
    }

    fn kept_triggers(&self, table: &ObjectName) -> impl Iterator<Item = &'a Trigger> {
        let before = self.base.tables.get(table);
        let triggers = self.target.tables.get(table).into_iter().flat_map(|table| table.triggers.values());
        triggers.filter(move |it| before.and_then(|table| table.triggers.get(&it.name)) == Some(it))
    }

    fn is_stale(&self, text: &str) -> bool {
        mentions(self.product, text, self.old)
    }
}
