//! The marks of personal data as security labels, by which the extension PostgreSQL Anonymizer masks columns.
//!
//! Must not know the marks' origin, or replace anything itself.

use sea_gen_runner::{Error, sql};

use crate::dialect::{self, Product};
use crate::project::AnonymizeRule;
use crate::schema::PersonalKind;

use super::super::{Failure, Workspace};
use super::anonymize::{ValueClass, rules};

/// The statements, one a column.
///
/// # Errors
/// PostgreSQL is not a dialect of the project; no column is marked; a rule does not fit a column.
pub async fn labels(workspace: &Workspace) -> Result<String, Failure> {
    let product = Product::Postgres;
    if !workspace.products().contains(&product) {
        return Err(
            Error::new("PostgreSQL Anonymizer is for PostgreSQL, which is not a dialect of this project").into()
        );
    }
    let (schema, said) = workspace.said_of_columns(product).await?;
    workspace.refuse_unknown_columns(&[&schema])?;
    let rules = rules(product, &schema, &said, &workspace.project.config.personal)?;
    if rules.is_empty() {
        return Err(Error::new("no column is marked as personal")
            .hint("`gen personal` lists the columns that look so; mark them: [personal] \"user.email\" = \"email\"")
            .into());
    }
    let dialect = dialect::of(product);
    let mut text = String::new();
    for it in rules {
        let mask = mask((it.kind, it.class, it.rule), &dialect.quote(&it.column));
        let column = format!("{}.{}", dialect.quote_object(&it.table), dialect.quote(&it.column));
        text.push_str(&format!("SECURITY LABEL FOR anon ON COLUMN {column} IS {};\n", sql::literal(product, &mask)));
    }
    Ok(text)
}

fn mask((kind, class, rule): (PersonalKind, ValueClass, AnonymizeRule), column: &str) -> String {
    let function = |call: String| format!("MASKED WITH FUNCTION {call}");
    match (rule, class, kind) {
        (AnonymizeRule::Null, ..) | (_, ValueClass::Other, _) => "MASKED WITH VALUE NULL".to_owned(),
        (AnonymizeRule::Generalise, ValueClass::Date, _) => {
            function(format!("pg_catalog.date_trunc($$year$$, {column})"))
        }
        (AnonymizeRule::Generalise, ValueClass::Decimal, _) => function(format!("pg_catalog.trunc({column}, 1)")),
        (_, ValueClass::Integer, _) => function("anon.random_int_between(1, 32767)".to_owned()),
        (_, ValueClass::Uuid, _) => function("pg_catalog.gen_random_uuid()".to_owned()),
        (_, ValueClass::Inet, _) => "MASKED WITH VALUE $$10.0.0.1$$".to_owned(),
        (AnonymizeRule::Generalise, ..) => function(format!("anon.partial({column}, 1, $$***$$, 0)")),
        (AnonymizeRule::Hash, ..) => function(format!("anon.hash({column})")),
        (AnonymizeRule::Fake, _, PersonalKind::Email) => function(format!("anon.pseudo_email({column})")),
        (AnonymizeRule::Fake, _, PersonalKind::Name) => function(format!("anon.pseudo_last_name({column})")),
        (AnonymizeRule::Fake, _, PersonalKind::Username) => function(format!("anon.pseudo_first_name({column})")),
        (AnonymizeRule::Fake, _, PersonalKind::Address) => function(format!("anon.pseudo_city({column})")),
        (AnonymizeRule::Fake, _, PersonalKind::Iban) => function(format!("anon.pseudo_iban({column})")),
        (AnonymizeRule::Fake, _, PersonalKind::Phone) => function(format!("anon.partial({column}, 2, $$******$$, 2)")),
        (AnonymizeRule::Fake, ..) => function(format!("anon.hash({column})")),
    }
}
