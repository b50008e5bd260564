//! The inventory of personal data: each column, its kind, the migration that created it, and where it may be stored.
//!
//! Must not know how it is shown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::lint::house::{PersonalDemand, unanswered};
use crate::schema::{PersonalKind, Place};

use super::super::change_log::change_log;
use super::super::object_history::History;
use super::{Failure, Workspace, column_of};

/// A column with personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The kind; `None` if it only looks personal and nobody has said anything of it.
    pub kind: Option<PersonalKind>,
    /// The migration that created it, if one did.
    pub since: Option<String>,
    /// The only region in which it may be stored, if there is one.
    pub region: Option<String>,
}

/// The columns with personal data, by table and name; those of which somebody said that they have none are left out.
///
/// # Errors
/// The entities, the snapshot or the migrations cannot be read; the configuration names a column that does not exist.
pub async fn inventory(workspace: &Workspace) -> Result<Vec<Entry>, Failure> {
    workspace.sealed_lock()?;
    let (mut entries, mut schemas) = (BTreeMap::new(), Vec::new());
    for product in workspace.products() {
        let (schema, said) = workspace.said_of_columns(*product).await?;
        let log = change_log(&History::of(&workspace.original_migrations(*product)?));
        let entry = |place: &Place, kind: Option<PersonalKind>, region: Option<String>| {
            let (table, column) = column_of(place)?;
            let (table, column) = (table.to_string(), column.to_string());
            let since = log.of_column(&table, &column).map(str::to_owned);
            Some(((table.clone(), column.clone()), Entry { table, column, kind, since, region }))
        };
        let personal = said.iter().filter(|(_, data)| data.is_personal());
        entries.extend(personal.filter_map(|(place, data)| entry(place, Some(data.kind), data.region.clone())));
        let open = unanswered(PersonalDemand::Warn, &schema, &said);
        let open: Vec<_> = open.iter().filter_map(|finding| entry(&finding.place, None, None)).collect();
        for (key, it) in open {
            entries.entry(key).or_insert(it);
        }
        schemas.push(schema);
    }
    workspace.refuse_unknown_columns(&schemas.iter().collect::<Vec<_>>())?;
    Ok(entries.into_values().collect())
}
