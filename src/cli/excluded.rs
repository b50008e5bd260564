//! What is excluded, of all three states alike: it is neither planned nor forgotten, for it is to be kept.
//!
//! Must not know what is planned.

use crate::dialect::session::Missing;
use crate::dialect::{self, Product};
use crate::entity::Model;
use crate::introspect::Scope;
use crate::schema::{Kept, Normalized};

use super::report::Failure;
use super::states::Workspace;

impl Workspace {
    /// What introspection reads.
    pub(super) fn scope(&self) -> Scope {
        let config = &self.project.config;
        Scope {
            schemas: config.schemas.iter().map(|name| name.as_str().into()).collect(),
            include: config.include.clone(),
            exclude: config.exclude.clone(),
            ..Scope::default()
        }
    }

    /// The model without what is excluded.
    pub(super) fn looked_at(&self, mut model: Model) -> Model {
        let scope = self.scope();
        if !scope.covers_everything() {
            model.change(|schema| scope.restrict(schema));
        }
        model
    }

    /// A snapshot's schema without what is excluded, and the one that lies on disk where that is another one: what was
    /// excluded since is in the snapshot until something else is written there.
    pub(super) fn beside_what_is_excluded(
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
    /// What a database of this product has beside the schema, if it can be reached.
    pub(super) async fn kept(&self, product: Product) -> Option<Kept> {
        if self.database_is_absent() {
            return None;
        }
        let live = self.live(Missing::Refuse).await.ok().flatten()?;
        let kept = (live.product() == product).then(|| live.schema.schema().kept.clone());
        live.session.close().await;
        kept
    }
}
