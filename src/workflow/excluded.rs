//! Excluded objects, in all three states: they are neither planned nor dropped.
//!
//! Must not know plans.

use std::collections::BTreeSet;

use sea_gen_runner::Error;
use sea_gen_runner::session::Missing;

use crate::dialect::{self, Product};
use crate::entity::{self, Model, SourceFile};
use crate::introspect::Scope;
use crate::project::Snapshot;
use crate::schema::{DefinitionKind, Kept, Name, Normalized, Place};

use super::{Failure, Workspace, text};

impl Workspace {
    /// The scope of introspection.
    pub fn scope(&self) -> Scope {
        let config = &self.project.config;
        Scope {
            schemas: self.schemas(),
            include: config.include.clone(),
            exclude: config.exclude.clone(),
            by_files: self.made_by_files(),
            privileges: config.privileges,
            ..Scope::default()
        }
    }

    /// The schemas of PostgreSQL besides the default one that are read: those that the configuration lists, and those that
    /// entities, SQL files and the snapshot name.
    pub fn schemas(&self) -> Vec<Name> {
        let listed = self.project.config.schemas.iter().map(|name| Name::from(name.as_str()));
        let named = self.named_schemas.get_or_init(|| self.find_named_schemas());
        listed.chain(named.iter().cloned()).collect::<BTreeSet<Name>>().into_iter().collect()
    }

    /// What cannot be read names no schema here; whoever reads it for its own sake reports it.
    fn find_named_schemas(&self) -> Vec<Name> {
        if !self.products().contains(&Product::Postgres) {
            return Vec::new();
        }
        let mut found = Snapshot::schemas(&self.project.snapshot_folder(Product::Postgres)).unwrap_or_default();
        let files = self.files().unwrap_or_default();
        // Nearly all projects stay in the default schema, and then nothing is parsed.
        let may_name = |file: &SourceFile| {
            let is_sql = file.path.extension().is_some_and(|extension| extension == "sql");
            file.text.contains("schema_name") || is_sql && file.text.to_lowercase().contains("create schema")
        };
        if files.iter().any(may_name) {
            let (model, _) = entity::read_with(&files, Product::Postgres, &self.project.config.context);
            let schemas = model.schema().definitions.keys().filter(|id| id.kind == DefinitionKind::Schema);
            found.extend(schemas.map(|id| id.name.name.clone()));
        }
        found
    }

    /// The model without excluded objects.
    pub fn looked_at(&self, mut model: Model) -> Model {
        let scope = self.scope();
        if !scope.covers_everything() {
            model.change(|schema| scope.restrict(schema));
        }
        model.name_by(&self.project.config.rules.naming);
        model.personal.extend(self.project.config.personal.columns.clone());
        model
    }

    /// Refuses what is declared in a schema that is not read, because no database would be read for it.
    ///
    /// # Errors
    /// The first of them.
    pub fn refuse_unlisted(&self, product: Product, model: &Model) -> Result<(), Failure> {
        if product != Product::Postgres {
            return Ok(());
        }
        let (scope, declared) = (self.scope(), model.schema());
        let places = declared.tables.keys().map(|name| (name, Place::table(name)));
        let places = places.chain(declared.enums.keys().map(|name| (name, Place::Enum(name.clone()))));
        let places = places.chain(declared.views.keys().map(|name| (name, Place::View(name.clone()))));
        let mut places = places.chain(declared.routines.keys().map(|name| (name, Place::Routine(name.clone()))));
        let unlisted = places.find_map(|(name, place)| {
            let schema = name.schema.as_ref().filter(|schema| !scope.reads_schema(schema.as_str()))?;
            Some((schema, place))
        });
        let Some((schema, place)) = unlisted else { return Ok(()) };
        let file = model.sources.get(&place).map(|source| format!("{}: ", text::location(&source, self.root())));
        let file = file.unwrap_or_default();
        let listed = self.project.config.schemas.iter().map(String::as_str).chain([schema.as_str()]);
        let listed: Vec<String> = listed.map(|name| format!("\"{name}\"")).collect();
        Err(Error::new(format!("{file}{place} is in the schema `{schema}`, which the configuration does not list"))
            .hint(format!("list it: `schemas = [{}]`", listed.join(", ")))
            .into())
    }

    /// Refuses privileges in sidecars if the configuration does not manage privileges, because they would have no
    /// effect.
    ///
    /// # Errors
    /// The first of them.
    pub fn refuse_unread_privileges(&self, model: &Model) -> Result<(), Failure> {
        if self.project.config.privileges {
            return Ok(());
        }
        let privilege = model.schema().definitions.keys().find(|id| id.kind == DefinitionKind::Privilege);
        let Some(id) = privilege else { return Ok(()) };
        let file = model.sources.get(&Place::Definition(id.clone()));
        let file = file.map(|source| format!("{}: ", text::location(&source, self.root()))).unwrap_or_default();
        Err(Error::new(format!("{file}`{id}` is declared, and the configuration leaves privileges to each database"))
            .hint("set `privileges = \"declared\"` in gen.toml")
            .into())
    }

    /// A snapshot's schema without excluded objects, and the one on disk if it differs: objects that were excluded
    /// later stay in the snapshot until it is written again.
    pub fn beside_what_is_excluded(
        &self,
        product: Product,
        schema: Normalized,
    ) -> Result<(Normalized, Option<Normalized>), Failure> {
        let scope = self.scope();
        if scope.covers_everything() {
            return Ok((schema, None));
        }
        let mut looked_at = schema.schema().clone();
        scope.restrict(&mut looked_at);
        if looked_at == *schema.schema() {
            return Ok((schema, None));
        }
        Ok((dialect::of(product).normalize(looked_at)?, Some(schema)))
    }
    /// The unmanaged objects of a database of this product, if it can be reached.
    pub async fn kept(&self, product: Product) -> Option<Kept> {
        if self.database_is_absent() {
            return None;
        }
        let live = self.live(Missing::Refuse).await.ok().flatten()?;
        let kept = (live.product() == product).then(|| live.schema.schema().kept.clone());
        live.session.close().await;
        kept
    }
}
