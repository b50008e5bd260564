//! The tenants that are being migrated, on a terminal: one line for each, and how many are done.
//!
//! Must not know how a tenant is migrated.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::workflow::tenants::up::Event;

use super::super::{log_format, paint};

/// The lines; none where stderr is no terminal, and objects where it is a stream of JSON.
pub(super) struct Table {
    live: Option<Live>,
    says_notes: bool,
}

struct Live {
    all: MultiProgress,
    total: ProgressBar,
    failed: usize,
    lines: BTreeMap<String, ProgressBar>,
}

impl Table {
    pub(super) fn begin(tenants: usize, as_json: bool) -> Self {
        let live = (paint::stderr_is_terminal() && tenants > 0).then(|| {
            let all = MultiProgress::new();
            let total = all.add(ProgressBar::new(tenants as u64));
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} tenants {msg} {elapsed}") {
                total.set_style(style);
            }
            total.enable_steady_tick(Duration::from_millis(250));
            Live { all, total, failed: 0, lines: BTreeMap::new() }
        });
        Self { live, says_notes: !as_json }
    }

    pub(super) fn show(&mut self, event: &Event) {
        if log_format::is_json() {
            return log_format::tenant(event);
        }
        let Some(live) = &mut self.live else {
            if let (Event::Note { tenant, text }, true) = (event, self.says_notes) {
                paint::talk(format!("{}: {text}", tenant.name));
            }
            return;
        };
        match event {
            Event::Begun { tenant, is_canary } => {
                let line = live.all.insert_before(&live.total, ProgressBar::new_spinner());
                if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix}  {msg} {elapsed}") {
                    line.set_style(style);
                }
                let canary = if *is_canary { " (canary)" } else { "" };
                line.set_prefix(paint::line(&format!("{}{canary}", tenant.name)));
                line.enable_steady_tick(Duration::from_millis(120));
                live.lines.insert(tenant.name.clone(), line);
            }
            Event::At { tenant, statement: (id, number, of) } => {
                if let Some(line) = live.lines.get(&tenant.name) {
                    line.set_message(paint::line(&format!("{id}  {number}/{of}")));
                }
            }
            Event::Note { tenant, text } => {
                if let Some(line) = live.lines.get(&tenant.name) {
                    line.set_message(paint::line(text));
                }
            }
            Event::Ended(ended) => {
                if let Some(line) = live.lines.remove(&ended.tenant.name) {
                    line.finish_and_clear();
                    live.all.remove(&line);
                }
                live.total.inc(1);
                live.failed += usize::from(ended.failure.is_some());
                if live.failed > 0 {
                    live.total.set_message(format!("({} failed)", live.failed));
                }
            }
        }
    }

    /// Writes to a stream, without the lines in between.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &self.live {
            Some(live) => live.all.suspend(write),
            None => write(),
        }
    }

    pub(super) fn done(&mut self) {
        if let Some(live) = self.live.take() {
            live.lines.values().for_each(ProgressBar::finish_and_clear);
            live.total.finish_and_clear();
        }
    }
}
