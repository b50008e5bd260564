//! Who still uses what a migration is to remove from a tenant.
//!
//! Must not know how that is found out.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::dialect::Product;

use super::super::contract::{OldShape, Seen, old_shapes, readers, refusal};
use super::super::{Failure, Workspace};
use super::histories::connected;
use super::up::{Plan, Work};
use super::{Tenant, Tenants};

impl Plan {
    /// Refuses to remove the old shape of a change while the server of a tenant sees statements that name it. Where it does not know,
    /// that is noted.
    pub(super) async fn refuse_readers(&self) -> Result<(), Failure> {
        let is_run = |id: &str| self.works().any(|work| work.ids.iter().any(|own| own == id));
        let removed: Vec<(String, Vec<OldShape>)> = self
            .migrations
            .iter()
            .filter_map(|contract| {
                let expand = contract.contracts.as_ref().filter(|_| is_run(contract.id.as_str()))?;
                let expand = self.migrations.iter().find(|it| it.id == *expand);
                Some((contract.id.to_string(), old_shapes(expand, contract)))
            })
            .collect();
        if removed.is_empty() {
            return Ok(());
        }
        let is_wanted = |work: &&Work| removed.iter().any(|(id, _)| work.ids.contains(id));
        let mut asked: Vec<Arc<Tenant>> = self.works().filter(is_wanted).map(|work| Arc::clone(&work.tenant)).collect();
        // PostgreSQL lists the statements of a whole database.
        if self.tenants.product == Product::Postgres && self.tenants.are_on_one_session() {
            asked.truncate(1);
        }
        let asked = Tenants { tenants: asked, ..self.tenants.clone() };
        let found = asked
            .each(
                move |_, workspace: Workspace| {
                    let removed = removed.clone();
                    async move {
                        let mut session = connected(&workspace).await?;
                        let mut seen = Vec::new();
                        for (id, shapes) in removed {
                            seen.push((id, readers(&mut session, &shapes).await));
                        }
                        session.close().await;
                        Ok(seen)
                    }
                },
                &mut |_| (),
            )
            .await;
        let mut unknown: BTreeSet<String> = BTreeSet::new();
        for (tenant, seen) in found {
            for (id, seen) in seen? {
                match seen {
                    Seen::Readers(lines) => {
                        let again = format!("gen up{} --contract --ignore-readers", self.tenants.option());
                        return Err(refusal((&id, &again), &of_tenant(&tenant, lines)).into());
                    }
                    Seen::Nobody => {}
                    Seen::Unknown(why) => {
                        unknown
                            .insert(format!("note: it is not known whether anybody uses what `{id}` removes: {why}"));
                    }
                }
            }
        }
        unknown.iter().for_each(|note| self.tenants.workspace.note(note));
        Ok(())
    }

    /// The work of those that have a former version of a program.
    fn works(&self) -> impl Iterator<Item = &Work> {
        self.work.iter().filter(|work| !work.is_new)
    }
}

fn of_tenant(tenant: &Tenant, lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| format!("{}: {line}", tenant.name)).collect()
}
