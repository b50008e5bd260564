//! SQL files beside the entities: the statements of definitions and of views.
//!
//! Must not know files, or how a statement is read.

use crate::plan::Object;
use crate::schema::{Definition, DefinitionId, DefinitionKind, DependencyLayer, Place, Schema, View};

use super::sidecar::{Declaration, Writer};

impl Writer<'_> {
    /// The definitions that tables may need, or those that need tables, in the database's own words.
    pub(super) fn definitions(&self, schema: &Schema, before_tables: bool, written: &mut Vec<Declaration>) {
        for definition in schema.definitions.values() {
            let (id, place) = (&definition.id, Place::Definition(definition.id.clone()));
            // What a sequence belongs to must be declared before it.
            let is_before = id.kind.layer() == DependencyLayer::BeforeTables && id.kind != DefinitionKind::Sequence;
            if is_before != before_tables || !self.is_adopted(&place) {
                continue;
            }
            let mut sql = self.with_mode_back(&definition.create);
            let mut places = vec![place.clone()];
            if let Some((setting, column)) = owner_of(schema, id) {
                sql.push_str(&format!(" OWNED BY {column}"));
                places.push(Place::Definition(setting.id.clone()));
            }
            written.push(Declaration { places, table: id.on.clone(), sql });
            if definition.comment.is_some() {
                let object = Object::Definition(definition.clone());
                self.comments(object, &place, id.on.as_ref(), written);
            }
        }
    }

    pub(super) fn view(&self, view: &View, written: &mut Vec<Declaration>) {
        let place = Place::View(view.name.clone());
        if !self.is_adopted(&place) {
            return;
        }
        let mut head = String::from("CREATE ");
        if view.materialized {
            head.push_str("MATERIALIZED ");
        }
        if let Some(algorithm) = view.options.get("algorithm") {
            head.push_str(&format!("ALGORITHM = {} ", algorithm.to_uppercase()));
        }
        if let Some(security) = view.options.get("security") {
            head.push_str(&format!("SQL SECURITY {} ", security.to_uppercase()));
        }
        let name = self.object(&view.name);
        let with = view.options.get("with").map(|with| format!(" WITH ({with})")).unwrap_or_default();
        let check = view.options.get("check_option");
        let check = check.map(|check| format!("\nWITH {} CHECK OPTION", check.to_uppercase())).unwrap_or_default();
        let query = view.query.text().trim_end().trim_end_matches(';');
        let sql = format!("{head}VIEW {name}{with} AS\n{query}{check}");
        written.push(Declaration { places: vec![place.clone()], table: None, sql });
        self.comments(Object::View(view.clone()), &place, None, written);
        // SQLite's views have their triggers among their options.
        let triggers = view.options.iter().filter(|(key, _)| key.starts_with("trigger "));
        let trigger = |sql: &String| Declaration { places: vec![place.clone()], table: None, sql: sql.clone() };
        written.extend(triggers.map(|(_, sql)| trigger(sql)));
    }
}

/// The setting that gives a sequence to a column, and the column as it is written there.
fn owner_of<'a>(schema: &'a Schema, sequence: &DefinitionId) -> Option<(&'a Definition, &'a str)> {
    let place = Place::Definition(sequence.clone());
    let settings = schema.definitions.values().filter(|it| it.id.kind == DefinitionKind::Setting);
    let mut owners = settings.filter(|it| sequence.kind == DefinitionKind::Sequence && it.needs.contains(&place));
    owners.find_map(|it| Some((it, it.create.text().split_once(" OWNED BY ")?.1)))
}
