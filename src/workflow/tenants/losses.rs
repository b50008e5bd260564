//! What reverting would delete, counted for every tenant before anything runs.
//!
//! Must not know how it is reported.

use std::sync::Arc;

use sea_gen_runner::run::Target;

use super::super::apply::{self, Bench};
use super::super::{Failure, Workspace, stakes};
use super::Tenants;
use super::up::{Course, Plan};

impl Plan {
    /// Refuses to revert migrations where that deletes existing rows or values that nobody allowed to be deleted, in any tenant.
    pub(super) async fn refuse_losses(&self) -> Result<(), Failure> {
        let Course::Down { allow, target } = &self.course else { return Ok(()) };
        if self.work.is_empty() || self.tenants.workspace.is_development() {
            return Ok(());
        }
        let to_revert = self.work.iter().map(|work| Arc::clone(&work.tenant)).collect();
        let chosen = Tenants { tenants: to_revert, ..self.tenants.clone() };
        let counts: Vec<usize> = self.work.iter().map(|work| work.ids.len()).collect();
        let names: Vec<String> = chosen.tenants.iter().map(|tenant| tenant.name.clone()).collect();
        let allowed = allow.clone();
        let count_of = move |name: &str| names.iter().position(|it| it == name).and_then(|at| counts.get(at).copied());
        let losses = chosen
            .each(
                move |tenant, workspace: Workspace| {
                    let (allow, count) = (allowed.clone(), count_of(&tenant.name).unwrap_or_default());
                    async move {
                        let mut bench = Bench::of(workspace, false, true).await?;
                        let course = apply::Course::Down(Target::Count(count));
                        let chosen = bench.chosen(&course, &[])?;
                        let losses = bench.losses(&chosen, &allow).await?;
                        bench.live.session.close().await;
                        Ok(losses.refused)
                    }
                },
                &mut |_| (),
            )
            .await;
        let (mut lines, mut findings) = (Vec::new(), Vec::new());
        for (tenant, refused) in losses {
            for loss in refused? {
                lines.push(format!("{}: {}", tenant.name, loss.line));
                if !findings.contains(&loss.finding) {
                    findings.push(loss.finding);
                }
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        let what = "reverting would lose data; nothing was run";
        let target = target.as_ref().map(|target| format!(" {target}")).unwrap_or_default();
        let command = format!("gen down{target}{}{}", stakes::allowing(allow), self.tenants.option());
        Err(stakes::refusal(what, &command, &lines, &findings.iter().collect::<Vec<_>>()).into())
    }
}
