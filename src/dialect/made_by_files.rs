//! What repeatable files make. It is in no snapshot: its file is what declares it, and makes it again.
//!
//! Must not know files.

use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Schema, Table};

/// An object that a repeatable file makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MadeByFile {
    /// Its kind, as a keyword: `VIEW`.
    pub kind: String,
    /// Its name, qualified if the file qualifies it.
    pub name: String,
    /// Its table, if it is a trigger.
    pub on: Option<String>,
}

/// What all repeatable files make.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeByFiles(pub Vec<MadeByFile>);

impl MadeByFiles {
    /// Whether there is nothing of that kind.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes what files make from a schema, with what belongs to it. A table becomes unmanaged, because foreign keys may lead to it.
    pub fn leave_out(&self, schema: &mut Schema) {
        if self.is_empty() {
            return;
        }
        schema.views.retain(|name, _| !self.makes(&["VIEW"], name));
        schema.routines.retain(|name, _| !self.makes(&["FUNCTION", "PROCEDURE"], name));
        schema.enums.retain(|name, _| !self.makes(&["TYPE"], name));
        schema.definitions.retain(|id, _| !self.makes_definition(id));
        let tables: Vec<ObjectName> =
            schema.tables.keys().filter(|name| self.makes(&["TABLE"], name)).cloned().collect();
        for name in tables {
            if let Some(table) = schema.tables.remove(&name) {
                schema.kept.objects_mut().tables.insert(name, table);
            }
        }
        let triggers: Vec<&MadeByFile> = self.0.iter().filter(|made| made.kind == "TRIGGER").collect();
        let is_made =
            |table: &ObjectName, name: &Name| triggers.iter().any(|made| made.is_trigger(table, name.as_str()));
        let has_made = |table: &Table| table.triggers.keys().any(|name| is_made(&table.name, name));
        for table in schema.tables.values_mut_where(has_made) {
            let name = table.name.clone();
            table.triggers.retain(|trigger, _| !is_made(&name, trigger));
        }
    }

    fn makes(&self, kinds: &[&str], name: &ObjectName) -> bool {
        self.0.iter().any(|made| kinds.contains(&made.kind.as_str()) && is_named(name, &made.name))
    }

    fn makes_definition(&self, id: &DefinitionId) -> bool {
        if id.on.as_ref().is_some_and(|on| self.makes(&["VIEW", "TABLE"], on)) {
            return true;
        }
        let kind = match id.kind {
            DefinitionKind::Event => "EVENT",
            DefinitionKind::Aggregate => "AGGREGATE",
            DefinitionKind::Domain => "DOMAIN",
            DefinitionKind::CompositeType | DefinitionKind::RangeType => "TYPE",
            DefinitionKind::ViewTrigger | DefinitionKind::EventTrigger | DefinitionKind::PartitionPart => "TRIGGER",
            _ => return false,
        };
        self.makes(&[kind], &id.name)
    }
}

impl MadeByFile {
    fn is_trigger(&self, table: &ObjectName, name: &str) -> bool {
        let own = self.name.rsplit('.').next().unwrap_or_default();
        own.eq_ignore_ascii_case(name) && self.on.as_ref().is_none_or(|on| is_named(table, on))
    }
}

/// Whether a name in a file is that of an object. The catalog leaves the default schema out, and adds the types of arguments.
fn is_named(name: &ObjectName, written: &str) -> bool {
    let bare = name.name.as_str().split('(').next().unwrap_or_default();
    let (schema, own) = written.rsplit_once('.').map_or((None, written), |(schema, own)| (Some(schema), own));
    own.eq_ignore_ascii_case(bare)
        && match (schema, &name.schema) {
            (Some(written), Some(schema)) => written.eq_ignore_ascii_case(schema.as_str()),
            (None, Some(_)) => false,
            (_, None) => true,
        }
}
