//! Answers without a matching change: a misspelt one would otherwise be ignored silently.
//!
//! Must not know the effect of a matching answer.

use std::collections::BTreeMap;
use std::path::Path;

use sea_gen_runner::Error;

use crate::entity::Model;
use crate::lint::Finding;
use crate::lint::allow::{self, Allow};
use crate::plan::Rename;
use crate::schema::{Name, ObjectName, Product};
use crate::state::{self, Fitting, Misfit, Question};

use super::super::text;
use super::{Answered, Answers};

/// The options without a match in the migration of a dialect, each with the reason.
#[derive(Debug, Default)]
pub(super) struct Unfit(BTreeMap<Product, BTreeMap<String, Misfit<String>>>);

impl Unfit {
    fn set(&mut self, product: Product, option: String, why: Result<(), Misfit<String>>) {
        let of_product = self.0.entry(product).or_default();
        if let Err(misfit) = why {
            of_product.insert(option, misfit);
        }
    }
}

impl Answers {
    /// Compares the given names with the old and the new objects of one dialect.
    pub fn weigh_names(&mut self, product: Product, fitting: &Fitting<'_>, open: &[Question]) {
        self.unfit.0.insert(product, BTreeMap::new());
        // An open question lists its possible answers itself.
        let is_open = |it: &&Answered| open.iter().any(|question| question.subject == it.subject);
        let answered = self.answered.iter().filter(|it| !is_open(it)).filter_map(Answered::rename);
        let renames: Vec<Rename> = self.given.iter().cloned().chain(answered).collect();
        for rename in renames {
            let option = |rename: &Rename| format!("`--rename {}`", state::spelled(rename));
            let why = fitting.rename(&rename).map_err(|it| it.map(|near| option(&near)));
            self.unfit.set(product, option(&rename), why);
        }
        for name in &self.news {
            let why = fitting.new_name(name).map_err(|it| it.map(|near| format!("`--new {near}`")));
            self.unfit.set(product, format!("`--new {name}`"), why);
        }
        let columns = |option: &'static str| move |(table, column)| (option, table, column);
        let of = |(table, column): (&ObjectName, &Name)| (table.clone(), column.clone());
        let values = &self.values;
        let backfills = values.backfills.iter().map(|it| of((&it.table, &it.column))).map(columns("--backfill"));
        let conversions = values.conversions.iter().map(|it| of((&it.table, &it.column))).map(columns("--using"));
        let replacements = values.replacements.iter().map(|it| of((&it.table, &it.column))).map(columns("--replace"));
        for (option, table, column) in backfills.chain(conversions).chain(replacements).collect::<Vec<_>>() {
            let why = fitting.column(&table, &column).map_err(|it| it.map(|near| format!("`{option} {near}`")));
            self.unfit.set(product, format!("`{option} {table}.{column}`"), why);
        }
    }

    /// Compares `renamed_from` in the code with the old and the new objects of one dialect.
    pub fn weigh_declared(&mut self, product: Product, fitting: &Fitting<'_>, model: &Model, root: &Path) {
        for (place, rename) in state::declared_renames(model) {
            let said = |rename: &Rename| format!("`renamed_from = \"{}\"`", former(rename));
            let at = model.sources.get(&place).map(|source| format!("{}: ", text::location(&source, root)));
            let option = format!("{}{} of {place}", at.unwrap_or_default(), said(&rename));
            let why = fitting.declared(&rename).map_err(|it| it.map(|near| said(&near)));
            self.unfit.set(product, option, why);
        }
    }

    /// Compares the allowed findings with the refused ones of one dialect. A rule that is allowed everywhere is a
    /// policy and needs no match.
    pub fn weigh_allowed(&mut self, product: Product, findings: &[Finding], allowed: &[Allow]) {
        for (allow, near) in allow::unfit(findings, allowed) {
            let reason = "it has no finding to allow".to_owned();
            let near = near.map(|near| format!("`{near}`"));
            self.unfit.set(product, format!("`--allow {allow}`"), Err(Misfit { reason, near }));
        }
    }

    /// Records values that one of several dialects does not need.
    pub fn weigh_values(&mut self, product: Product, unfit: Vec<(String, String)>) {
        for (option, reason) in unfit {
            self.unfit.set(product, format!("`{option}`"), Err(Misfit { reason, near: None }));
        }
    }

    /// Records whether `--keep` parks anything in one dialect.
    pub fn weigh_keep(&mut self, product: Product, parks: bool) {
        let reason = "it drops no table and no column".to_owned();
        let why = if parks { Ok(()) } else { Err(Misfit { reason, near: None }) };
        self.unfit.set(product, "`--keep`".to_owned(), why);
    }

    /// The first answer without a match in any dialect.
    ///
    /// # Errors
    /// That answer, with suggestions.
    pub fn refuse_unfit(&self, products: &[Product]) -> Result<(), Error> {
        let all: Vec<_> = products.iter().filter_map(|product| self.unfit.0.get(product)).collect();
        let Some(first) = all.first().filter(|_| all.len() == products.len()) else { return Ok(()) };
        let in_all = |option: &String| all.iter().all(|of| of.contains_key(option));
        let Some(option) = first.keys().find(|option| in_all(option)) else { return Ok(()) };
        let mut said = all.iter().filter_map(|of| of.get(option));
        let best = said.clone().find(|misfit| misfit.near.is_some()).or_else(|| said.next());
        let Some(Misfit { reason, near }) = best else { return Ok(()) };
        Err(Error::new(format!("{option} matches nothing in this migration: {reason}")).hint(match near {
            Some(near) => format!("did you mean {near}?"),
            None => "correct it, or leave it out".to_owned(),
        }))
    }
}

/// The name of an object before it was renamed.
fn former(rename: &Rename) -> String {
    match rename {
        Rename::Table(change) | Rename::Enum(change) => change.from.name.to_string(),
        Rename::Column(_, change)
        | Rename::Index(_, change)
        | Rename::Unique(_, change)
        | Rename::ForeignKey(_, change)
        | Rename::Check(_, change) => change.from.to_string(),
        Rename::EnumValue(_, change) => change.from.clone(),
    }
}
