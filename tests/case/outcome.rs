//! The result of a case on each product: plan, findings, up and down statements; and these as blessed blocks.
//!
//! Must not know any database at hand: everything here is computed.

use std::fmt::Write as _;

use sea_gen::dialect::casts::Casts;
use sea_gen::dialect::{self, Forms, Statement, Unsupported};
use sea_gen::diff::diff;
use sea_gen::entity::{self, Model, Severity, SourceFile};
use sea_gen::lint::{Context, lint};
use sea_gen::plan::{Plan, apply};
use sea_gen::schema::{Normalized, Origins, Product, Schema};
use sea_gen::state::{Policy, reconcile};

use super::Case;

/// A case worked out for one product.
pub struct Outcome {
    /// The schema before, as the database will hold it.
    pub from: Normalized,
    /// The schema after.
    pub to: Normalized,
    /// The plan from one to the other.
    pub plan: Plan,
    /// The plan from an empty schema to the schema before.
    pub start: Vec<Statement>,
    /// The up statements.
    pub up: Vec<Statement>,
    /// The down statements.
    pub down: Vec<Statement>,
}

/// Works a case out for a product.
pub fn of(case: &Case, product: Product) -> Result<Outcome, String> {
    let dialect = dialect::of(product);
    let declared = |files: &[SourceFile]| -> Result<Model, String> {
        let (model, diagnostics) = entity::read(files, product);
        let errors: Vec<String> = diagnostics
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .map(|it| format!("{}: {} ({})", it.file.display(), it.message, it.label))
            .collect();
        if errors.is_empty() { Ok(model) } else { Err(errors.join("\n")) }
    };
    let unsupported = |error: Unsupported| format!("{error}; {}", error.hint);
    let from = dialect.normalize(declared(&case.before)?.schema().clone()).map_err(unsupported)?;
    let mut model = declared(&case.after)?;
    model.answers.clone_from(&case.renames);
    let target = reconcile(dialect, &model, &from, &Origins::default(), &Policy::default()).map_err(unsupported)?;
    let to = target.schema;
    let statements =
        |plan: &Plan, schema: &Schema| dialect::statements(dialect, Forms::Safe, plan, schema).map_err(unsupported);
    let nothing = dialect.normalize(Schema::default()).map_err(|error| error.to_string())?;
    let plan = diff(&from, &to, &target.renames);
    if plan.is_empty() != case.unchanged.contains(&product) {
        let ops: String = plan
            .ops()
            .iter()
            .map(|op| {
                format!(
                    "
{op}"
                )
            })
            .collect();
        return Err(format!("`unchanged` does not say what happens: {} operations{ops}", plan.ops().len()));
    }
    Ok(Outcome {
        start: statements(&diff(&nothing, &from, &[]), nothing.schema())?,
        up: statements(&plan, from.schema())?,
        down: statements(&plan.inverse(from.schema()), to.schema())?,
        from,
        to,
        plan,
    })
}

/// Up and down in memory.
pub fn there_and_back(case: &Case) -> Result<(), String> {
    for product in &case.products {
        let outcome = of(case, *product)?;
        let mut schema = outcome.from.schema().clone();
        let told = |error: sea_gen::plan::Refusal| format!("{product}: {error}");
        apply(&outcome.plan, &mut schema).map_err(told)?;
        same(&schema, outcome.to.schema()).map_err(|diff| format!("{product}, there:\n{diff}"))?;
        apply(&outcome.plan.inverse(outcome.from.schema()), &mut schema).map_err(told)?;
        same(&schema, outcome.from.schema()).map_err(|diff| format!("{product}, back:\n{diff}"))?;
    }
    Ok(())
}

/// Whether a schema is what it should be; if not, the difference.
pub fn same(found: &Schema, expected: &Schema) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(lines(&format!("{expected:#?}"), &format!("{found:#?}"))) }
}

/// The difference between two texts, line by line.
pub fn lines(expected: &str, found: &str) -> String {
    let difference = similar::TextDiff::from_lines(expected, found);
    difference.unified_diff().context_radius(4).header("expected", "found").to_string()
}

/// The blessed part of a case's file.
pub fn blessed(case: &Case) -> Result<String, String> {
    let (mut plans, mut findings, mut sql) = (Blocks::default(), Blocks::default(), Blocks::default());
    let mut refusals = Vec::new();
    for product in &case.products {
        let outcome = match of(case, *product) {
            Ok(outcome) => outcome,
            Err(refusal) => {
                refusals.push(format!("{product}: {refusal}"));
                continue;
            }
        };
        plans.add(*product, "plan", outcome.plan.ops().iter().map(|op| format!("{op}\n")).collect());
        let (from, to) = (outcome.from.schema(), outcome.to.schema());
        let types = Casts { dialect: sea_gen::dialect::of(*product), from, to };
        let found = lint(&Context { plan: &outcome.plan, from, to, types: &types });
        findings.add(*product, "findings", found.iter().map(|it| format!("{}: {}\n", it.rule, it.message)).collect());
        sql.add(*product, "up", outcome.up.iter().map(written).collect());
        sql.add(*product, "down", outcome.down.iter().map(written).collect());
    }
    if !refusals.is_empty() {
        return Err(refusals.join("\n"));
    }
    let mut text = plans.written("text", case);
    text.push_str(&findings.written("text", case));
    text.push_str(&sql.written("sql", case));
    Ok(text)
}

fn written(statement: &Statement) -> String {
    let mut text = String::new();
    if let Some(note) = &statement.note {
        let _ = writeln!(text, "-- {note}");
    }
    if !statement.transactional {
        text.push_str("-- outside a transaction\n");
    }
    let _ = writeln!(text, "{};", statement.sql);
    text
}

/// Blocks of text, each for the products that share it word for word.
#[derive(Default)]
struct Blocks(Vec<(Vec<Product>, &'static str, String)>);

impl Blocks {
    fn add(&mut self, product: Product, kind: &'static str, text: String) {
        let shared = self.0.iter_mut().find(|(_, other, found)| *other == kind && *found == text);
        match shared {
            Some((products, _, _)) => products.push(product),
            None => self.0.push((vec![product], kind, text)),
        }
    }

    /// Every block with its fence, product by product; nothing for empty text.
    fn written(mut self, language: &str, case: &Case) -> String {
        self.0.sort_by_key(|(products, _, _)| case.products.iter().position(|product| products.contains(product)));
        let mut written = String::new();
        for (products, kind, text) in self.0.iter().filter(|(_, _, text)| !text.is_empty()) {
            let keys: Vec<&str> = products.iter().map(|product| product.key()).collect();
            let of = if *products == case.products && language == "text" { String::new() } else { keys.join("+") };
            let info: Vec<&str> = match language {
                "sql" => vec![language, &of, kind],
                _ => vec![language, kind, &of],
            };
            let _ = write!(written, "\n```{}\n{text}```\n", info.join(" ").trim_end());
        }
        written
    }
}
