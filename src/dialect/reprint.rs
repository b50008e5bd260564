//! Asks the connected database whether two expressions are equivalent, by letting it print both.
//!
//! Queries are sent only for differing expressions and have no lasting effect. Must not know where the schemas came from.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::session::Session;

use crate::dialect::expression::canonical_expression;
use crate::dialect::wording::{self, ExpressionLocation, Prints, Question};
use crate::dialect::{Product, mysql, postgres, sqlite};
use crate::schema::{Expression, Schema};

/// Which texts of an expression are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComparedForms {
    /// The printed text and its canonical form, and the canonical form of what was written.
    Canonical,
    /// The printed text alone: it keeps what a canonical form leaves out.
    Printed,
}

/// How the expressions of two schemas were compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Comparison {
    /// The number of pairs of expressions whose canonical forms differ.
    pub asked: usize,
    /// The number of pairs that the database prints alike.
    pub same: usize,
    /// Why the database did not print some of them; those are compared by parsing only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_parsing: Option<String>,
}

impl Comparison {
    /// Merges another comparison.
    pub fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.same += other.same;
        self.by_parsing = self.by_parsing.take().or(other.by_parsing);
    }
}

/// Copies the expression texts of `theirs` into `ours` wherever the database prints both alike. `ours` must be normalised
/// again.
///
/// An expression that the database refuses to print, for lack of a privilege or of an object it needs, stays unchanged.
pub async fn agree(session: &mut Session, ours: &mut Schema, theirs: &Schema) -> Comparison {
    agree_by(session, ours, theirs, ComparedForms::Canonical).await
}

/// The same, by the texts that the caller names.
pub async fn agree_by(
    session: &mut Session,
    ours: &mut Schema,
    theirs: &Schema,
    compared: ComparedForms,
) -> Comparison {
    let pairs = match session.product() {
        // SQLite stores every text verbatim, so printing tells nothing.
        Product::Sqlite => Vec::new(),
        Product::Postgres | Product::MySql | Product::MariaDb => wording::pairs(ours, theirs),
    };
    if session.product() == Product::Sqlite {
        let same = sqlite::reprint::agree(ours, theirs);
        return Comparison { asked: same, same, by_parsing: None };
    }
    let mut comparison = Comparison { asked: pairs.len(), ..Comparison::default() };
    if pairs.is_empty() {
        return comparison;
    }
    let agreed = {
        let (mine, others) = (wording::expressions(ours), wording::expressions(theirs));
        let question = |location: &ExpressionLocation,
                        at: &ExpressionLocation,
                        from: &BTreeMap<ExpressionLocation, &Expression>| {
            from.get(at).map(|it| Question { location: location.clone(), text: it.text().to_owned() })
        };
        let asked: Vec<_> = pairs
            .iter()
            .filter_map(|pair| {
                // Both are printed at the same location, so that only the expression can make a difference.
                Some((pair, question(&pair.ours, &pair.ours, &mine)?, question(&pair.ours, &pair.theirs, &others)?))
            })
            .collect();
        let seats: BTreeSet<ExpressionLocation> = pairs.iter().map(|pair| pair.ours.clone()).collect();
        let context = wording::context(&seats, ours, theirs);
        let questions: BTreeSet<Question> =
            asked.iter().flat_map(|(_, one, other)| [one.clone(), other.clone()]).collect();
        let answer = match session.product() {
            Product::Postgres => postgres::reprint::prints(session, &context, &questions).await,
            Product::MySql | Product::MariaDb => mysql::reprint::prints(session, &context, &questions).await,
            Product::Sqlite => Ok(Prints::new()),
        };
        let prints = answer.unwrap_or_else(|error| {
            comparison.by_parsing = Some(error.message);
            Prints::new()
        });
        if let (None, Some(unknown)) = (&comparison.by_parsing, questions.iter().find(|it| !prints.contains_key(it))) {
            comparison.by_parsing = Some(format!("the database could not print `{}`", unknown.text));
        }
        let product = session.product();
        let mut taken: BTreeSet<&ExpressionLocation> = BTreeSet::new();
        let mut agreed: Vec<(ExpressionLocation, Expression)> = Vec::new();
        for (pair, one, other) in &asked {
            let of = |question: &Question| match compared {
                ComparedForms::Canonical => forms(product, question, &prints),
                ComparedForms::Printed => prints.get(question).cloned().into_iter().collect(),
            };
            let (forms, others_forms) = (of(one), of(other));
            if !taken.contains(&pair.theirs)
                && !agreed.iter().any(|(location, _)| *location == pair.ours)
                && !forms.is_disjoint(&others_forms)
                && let Some(words) = others.get(&pair.theirs)
            {
                taken.insert(&pair.theirs);
                agreed.push((pair.ours.clone(), (*words).clone()));
            }
        }
        agreed
    };
    comparison.same = agreed.len();
    for (location, words) in agreed {
        wording::put(ours, &location, words);
    }
    comparison
}

/// All texts known for an expression. A printed text is not always printed unchanged again, so its parsed form counts too.
fn forms(product: Product, question: &Question, prints: &Prints) -> BTreeSet<String> {
    let printed = prints.get(question);
    let mut forms: BTreeSet<String> = printed.into_iter().cloned().collect();
    match &question.location {
        ExpressionLocation::Table(_, wording::TableExpressionLocation::Trigger(_))
        | ExpressionLocation::View(_)
        | ExpressionLocation::Routine(_)
        | ExpressionLocation::Definition(_) => {}
        ExpressionLocation::Table(..) => {
            forms.insert(canonical_expression(product, &question.text));
            forms.extend(printed.map(|printed| canonical_expression(product, printed)));
        }
    }
    forms
}
