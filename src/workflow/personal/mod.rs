//! Personal data: which columns have it, where it may be stored, and what becomes of it in a copy.
//!
//! | file | holds |
//! |---|---|
//! | `inventory` | the columns with personal data, and those of which nobody has said anything |
//! | `residency` | what may not be created in a region |
//! | `anonymize/` | replacing the values in a copy |
//! | `labels` | the same as labels of PostgreSQL Anonymizer |
//! | `subject/` | the rows of one person, exported or deleted |
//!
//! Must not know arguments, terminals or what is printed.

pub mod anonymize;
pub mod inventory;
pub mod labels;
mod residency;
pub mod subject;

use std::collections::BTreeMap;

use sea_gen_runner::Error;

use crate::dialect::Product;
use crate::project::CONFIG_FILE;
use crate::schema::{Facet, Name, ObjectName, Part, PersonalData, Place, Schema};

use super::{Failure, Sealed, Workspace};

/// The column at a place, if it is one.
pub(super) fn column_of(place: &Place) -> Option<(&ObjectName, &Name)> {
    match place {
        Place::Table(table, Part::Column(column, Facet::Whole)) => Some((table, column)),
        Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
    }
}

impl Workspace {
    /// What the migrations lead to, and what is said of its columns: by the code, or by the snapshot where no code is here.
    ///
    /// # Errors
    /// The entities or the snapshot cannot be read.
    pub(super) async fn said_of_columns(
        &self,
        product: Product,
    ) -> Result<(Schema, BTreeMap<Place, PersonalData>), Failure> {
        let sealed = self.sealed(product)?.unwrap_or_else(Sealed::nothing);
        if self.project.is_without_sources() {
            let mut said = sealed.origins.personal().clone();
            said.extend(self.project.config.personal.columns.clone());
            return Ok((sealed.schema.into_schema(), said));
        }
        let (model, _) = self.model(&self.files()?, product).await?;
        let target = self.target(product, &model, &sealed.schema, &sealed.origins)?;
        Ok((target.schema.into_schema(), target.origins.personal().clone()))
    }

    /// Refuses what the configuration says of a column that is in none of the schemas.
    ///
    /// # Errors
    /// The first of them.
    pub(super) fn refuse_unknown_columns(&self, schemas: &[&Schema]) -> Result<(), Failure> {
        self.unknown_column(schemas).map_or(Ok(()), |error| Err(error.into()))
    }

    /// Notes what the configuration says of a column that is in none of the schemas: a database may still have it, and then its
    /// values are still replaced in a copy.
    pub(super) fn note_unknown_columns(&self, schemas: &[&Schema]) {
        if let Some(error) = self.unknown_column(schemas) {
            self.note(&format!("note: {error} of the entities; keep the line until no database has such a column"));
        }
    }

    fn unknown_column(&self, schemas: &[&Schema]) -> Option<Error> {
        let settings = &self.project.config.personal;
        let columns = |schema: &Schema| -> Vec<String> {
            let tables = schema.tables.values();
            tables.flat_map(|table| table.columns.keys().map(|column| format!("{}.{column}", table.name))).collect()
        };
        let has = |place: &Place| {
            let column = column_of(place);
            schemas.iter().any(|schema| {
                let table = column.and_then(|(table, _)| schema.tables.get(table));
                table.zip(column).is_some_and(|(table, (_, column))| table.columns.contains_key(column))
            })
        };
        let places = settings.columns.keys().chain(settings.rules_of_columns.keys());
        let (place, (table, column)) =
            places.filter(|place| !has(place)).find_map(|place| Some((place, column_of(place)?)))?;
        let name = format!("{table}.{column}");
        let at = settings.lines.get(place).map(|line| format!(", line {line}")).unwrap_or_default();
        let error = Error::new(format!("`{CONFIG_FILE}`{at}: `[personal]` names `{name}`, which is no column"));
        let known: Vec<String> = schemas.iter().flat_map(|schema| columns(schema)).collect();
        Some(match crate::state::nearest(&name, &known) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("remove the line, or correct the name"),
        })
    }
}
