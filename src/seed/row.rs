//! Generates the rows of one table, given the tables filled before it.
//!
//! Must not know SQL text beyond the rules parsed from it.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::Product;
use crate::schema::{Action, Column, ForeignKey, Identity, Name, ObjectName, ReferenceRow, RowValue, Schema, Table};

use super::chance::Chance;
use super::draw::{Draw, End};
use super::key::Key;
use super::like::Likeness;
use super::limits::Limits;
use super::order::{FillStep, is_optional};
use super::rule::{CheckRule, Scalar};
use super::{Filled, SeedRequest, Seeds, Value};
use crate::dialect::domain::{Domain, domain};

/// How often a row is drawn again before it is left out.
const ATTEMPTS: usize = 40;

/// Letters for the longest texts: quotes and characters that need escaping in SQL.
const STRANGE: &str = "it's \"quoted\" 100% C:\\x; -- ä é ß 東京";
const STRANGE_WESTERN: &str = "it's \"quoted\" 100% C:\\x; -- ae ss";

type Values = BTreeMap<Name, Value>;

/// The rows generated so far.
pub(super) struct RowGenerator<'a> {
    schema: &'a Schema,
    request: &'a SeedRequest,
    rows: BTreeMap<ObjectName, Vec<Values>>,
}

/// The table that is filled, with its columns, rules and keys.
struct Plan<'a> {
    table: &'a Table,
    step: &'a FillStep,
    columns: Vec<(&'a Column, Domain)>,
    numbered: BTreeSet<&'a Name>,
    rules: Vec<CheckRule>,
    ordered: Vec<(Name, Name)>,
    keys: Vec<Key>,
    crowded: BTreeSet<Name>,
}

impl<'a> RowGenerator<'a> {
    pub(super) fn new(schema: &'a Schema, request: &'a SeedRequest) -> Self {
        let mut rows = request.present.clone();
        for table in schema.tables.values().filter(|table| !request.present.contains_key(&table.name)) {
            let Some(reference) = &table.rows else { continue };
            let of_row = |row: &ReferenceRow| row.iter().map(|(name, value)| (name.clone(), value.into())).collect();
            rows.insert(table.name.clone(), reference.rows.iter().map(of_row).collect());
        }
        Self { schema, request, rows }
    }

    fn plan<'t>(&self, table: &'t Table, step: &'t FillStep, notes: &mut Vec<String>) -> Plan<'t> {
        let product = self.request.product;
        let primary: &[Name] = table.primary_key.as_ref().map_or(&[], |primary| &primary.columns);
        let refers = |name: &Name| table.foreign_keys.values().any(|key| key.columns.contains(name));
        let mut columns = Vec::new();
        let mut numbered = BTreeSet::new();
        for column in table.columns.values().filter(|column| column.generated.is_none()) {
            let place = (table.name.clone(), column.name.clone());
            let own = domain(product, self.schema, column);
            let domain = match self.request.narrower.get(&place) {
                None => own,
                Some(narrower) => own.shared(narrower).unwrap_or_else(|| {
                    notes.push(format!(
                        "no values of `{}.{}` are known to fit both of its types",
                        table.name, column.name
                    ));
                    own
                }),
            };
            let is_integer = matches!(domain, Domain::Integer { .. });
            let alone = primary == [column.name.clone()] && is_integer && !refers(&column.name);
            if (column.identity.is_some() && is_integer && !refers(&column.name)) || alone {
                numbered.insert(&column.name);
            }
            columns.push((column, domain));
        }
        let mut rules = Vec::new();
        for check in table.checks.values().filter(|check| !check.options.contains_key("not_enforced")) {
            match CheckRule::read(product, check.expression.text()) {
                Some(rule) => rules.push(rule),
                None => notes.push(format!("the check `{}` of `{}` is left to the database", check.name, table.name)),
            }
        }
        let ordered = rules.iter().flat_map(CheckRule::ordered).collect();
        let keys = Key::of(product, table);
        let crowded = keys.iter().filter(|key| key.is_single()).flat_map(Key::members).cloned();
        let crowded = crowded.filter(|name| !refers(name)).collect();
        Plan { table, step, columns, numbered, rules, ordered, keys, crowded }
    }

    /// Generates a table's rows and keeps them for tables that reference it.
    pub(super) fn fill(&mut self, table: &Table, step: &FillStep, notes: &mut Vec<String>) -> Filled {
        let mut plan = self.plan(table, step, notes);
        let usual = if table.rows.is_some() { 0 } else { self.request.rows };
        let wanted = self.request.rows_of.get(&table.name).copied().unwrap_or(usual);
        for values in table.rows.iter().flat_map(|_| self.rows.get(&table.name)).flatten() {
            plan.keys.iter_mut().for_each(|key| key.remember(&|name: &str| seen(values, name)));
        }
        let mut chance = Chance::new(self.request.seed, &table.name.to_string());
        let mut own: Vec<Values> = Vec::new();
        let mut refused = None;
        for index in 0..wanted {
            match (0..ATTEMPTS).find_map(|attempt| self.row(&plan, &own, (index, attempt), &mut chance, &mut refused)) {
                Some(values) => {
                    let seen = |name: &str| seen(&values, name);
                    plan.keys.iter_mut().for_each(|key| key.remember(&seen));
                    own.push(values);
                }
                // The rows with values at the ends may be impossible where ordinary ones are not.
                None if index > 5 && own.is_empty() => break,
                None => {}
            }
        }
        if own.len() < wanted {
            let why = refused.map(|why| format!(": {why}")).unwrap_or_default();
            notes.push(format!("`{}` gets {} of {wanted} rows{why}", table.name, own.len()));
        }
        let columns: Vec<Name> = plan
            .columns
            .iter()
            .map(|(column, _)| &column.name)
            .filter(|name| own.iter().any(|row| row.contains_key(*name)))
            .cloned()
            .collect();
        let rows = own
            .iter()
            .map(|row| columns.iter().map(|name| row.get(name).cloned().unwrap_or(Value::Null)).collect())
            .collect();
        let by_database = |name: &&Name| table.columns.get(*name).is_some_and(|column| column.identity.is_some());
        let numbered: Vec<Name> = columns.iter().filter(by_database).cloned().collect();
        let overriding = numbered
            .iter()
            .any(|name| table.columns.get(name).is_some_and(|column| column.identity == Some(Identity::Always)));
        self.rows.entry(table.name.clone()).or_default().extend(own);
        let key = table.primary_key.as_ref().map_or_else(Vec::new, |primary| primary.columns.clone());
        {
            let mut keys = self.schema.tables.values().flat_map(|table| table.foreign_keys.values());
            let referred = keys.any(|key| key.references == table.name);
            Filled { table: table.name.clone(), columns, rows, later: Vec::new(), key, numbered, referred, overriding }
        }
    }

    /// One try at a row.
    fn row(
        &self,
        plan: &Plan<'_>,
        own: &[Values],
        (index, attempt): (usize, usize),
        chance: &mut Chance,
        refused: &mut Option<String>,
    ) -> Option<Values> {
        let table = plan.table;
        let ends = self.request.ends && attempt < ATTEMPTS / 4;
        let end = match index {
            0 if ends => End::Low,
            1 if ends => End::High,
            _ => End::Middle,
        };
        let all_null = ends && index == 2;
        let mut limits: BTreeMap<Name, Limits> =
            table.columns.keys().map(|name| (name.clone(), Limits::default())).collect();
        for rule in &plan.rules {
            rule.limit(&mut limits, &mut |count| usize::try_from(chance.below(count as u64)).unwrap_or_default());
        }
        for (less, more) in &plan.ordered {
            // A column that must not exceed a bounded one is bounded itself.
            let high = limits.get(more).and_then(|limits| limits.high.clone());
            let low = limits.get(less).and_then(|limits| limits.low.clone());
            if let Some(limits) = limits.get_mut(less) {
                limits.high = limits.high.take().or(high);
            }
            if let Some(limits) = limits.get_mut(more) {
                limits.low = limits.low.take().or(low);
            }
        }
        let mut values = Values::new();
        for name in &plan.numbered {
            let place = (table.name.clone(), (*name).clone());
            let declared = table.rows.iter().flat_map(|rows| &rows.rows).filter_map(|row| match row.get(*name) {
                Some(RowValue::Number(number)) => number.parse::<i128>().ok(),
                _ => None,
            });
            let taken = declared.chain(self.request.taken.get(&place).copied()).max().unwrap_or_default();
            let number = taken + index as i128 + 1;
            values.insert((*name).clone(), Value::number(number));
        }
        // Keys of more columns first: they leave the least choice.
        let mut keys: Vec<&ForeignKey> = table.foreign_keys.values().collect();
        keys.sort_by_key(|key| std::cmp::Reverse(key.columns.len()));
        for key in keys {
            let likeness = key.columns.first().and_then(|column| self.likeness(table, column));
            let want_null = all_null || (index > 2 && Likeness::is_null(likeness, chance));
            if let Err(why) = self.refer(plan, key, own, (index, attempt), want_null, &mut values, chance) {
                *refused = Some(why);
                return None;
            }
        }
        for (column, domain) in &plan.columns {
            if values.contains_key(&column.name) {
                continue;
            }
            let nothing = Limits::default();
            let limits = limits.get(&column.name).unwrap_or(&nothing);
            let may_be_null = column.nullable
                && !limits.present
                && !table.primary_key.as_ref().is_some_and(|primary| primary.columns.contains(&column.name));
            let likeness = self.likeness(table, &column.name);
            if may_be_null && (all_null || (index > 2 && Likeness::is_null(likeness, chance))) {
                values.insert(column.name.clone(), Value::Null);
                continue;
            }
            // The first rows have the different values, and the others one of these.
            let known = likeness.and_then(|it| it.distinct).filter(|distinct| own.len() >= *distinct);
            if let Some(distinct) = known.filter(|_| attempt == 0 && !plan.crowded.contains(&column.name)) {
                let at = usize::try_from(chance.below(distinct as u64)).unwrap_or_default();
                let value = own.get(at).and_then(|row| row.get(&column.name)).filter(|value| !value.is_null());
                if let Some(value) = value {
                    values.insert(column.name.clone(), value.clone());
                    continue;
                }
            }
            let strange = match self.request.product {
                Product::Postgres | Product::Sqlite => STRANGE,
                Product::MySql | Product::MariaDb => STRANGE_WESTERN,
            };
            let (images, table, column_name) =
                (self.request.images.as_deref(), table.name.name.as_str(), column.name.as_str());
            let draw = Draw { table, column: column_name, domain, limits, end, strange, images };
            match draw.value(chance) {
                Some(value) => {
                    let value = if attempt > 1 && plan.crowded.contains(&column.name) {
                        apart(value, domain, limits, index)
                    } else {
                        value
                    };
                    values.insert(column.name.clone(), value);
                }
                None if may_be_null => {
                    values.insert(column.name.clone(), Value::Null);
                }
                None if column.default.is_some() => {}
                None => {
                    *refused = Some(format!("no value is known for `{}`", column.name));
                    return None;
                }
            }
        }
        self.put_in_order(plan, &mut values);
        self.judge(plan, &values, refused).then_some(values)
    }

    fn likeness(&self, table: &Table, column: &Name) -> Option<&Likeness> {
        self.request.like.get(&(table.name.clone(), column.clone()))
    }

    /// Swaps two values that a check requires in the other order.
    fn put_in_order(&self, plan: &Plan<'_>, values: &mut Values) {
        for (less, more) in &plan.ordered {
            let known =
                |name: &Name| values.keys().find(|known| known.as_str().eq_ignore_ascii_case(name.as_str())).cloned();
            let (Some(less), Some(more)) = (known(less), known(more)) else { continue };
            let is_bound = |name: &Name| plan.table.foreign_keys.values().any(|key| key.columns.contains(name));
            let scalar = |name: &Name| values.get(name).and_then(Scalar::of);
            let (Some(one), Some(two)) = (scalar(&less), scalar(&more)) else { continue };
            let wrong = super::rule::compare(&one, &two) == Some(std::cmp::Ordering::Greater);
            if wrong
                && !is_bound(&less)
                && !is_bound(&more)
                && let (Some(one), Some(two)) = (values.remove(&less), values.remove(&more))
            {
                values.insert(less, two);
                values.insert(more, one);
            }
        }
    }

    /// Whether the row satisfies checks and keys, as far as they could be parsed.
    fn judge(&self, plan: &Plan<'_>, values: &Values, refused: &mut Option<String>) -> bool {
        let scalars = |name: &str| seen(values, name).and_then(|value| Scalar::of(&value));
        if plan.rules.iter().any(|rule| rule.holds(&scalars) == Some(false)) {
            *refused = Some("its checks leave no more".to_owned());
            return false;
        }
        if !plan.keys.iter().all(|key| key.admits(&|name| seen(values, name))) {
            *refused = Some("its keys leave no more".to_owned());
            return false;
        }
        true
    }

    /// Gives a foreign key's columns the values of a row it refers to.
    #[allow(clippy::too_many_arguments, reason = "a row in the making is all of these")]
    fn refer(
        &self,
        plan: &Plan<'_>,
        key: &ForeignKey,
        own: &[Values],
        (index, attempt): (usize, usize),
        want_null: bool,
        values: &mut Values,
        chance: &mut Chance,
    ) -> Result<(), String> {
        let optional = is_optional(plan.table, key);
        let is_later = plan.step.later.contains(&key.name);
        let nobody: &[Values] = &[];
        let known = self.rows.get(&key.references).map_or(nobody, Vec::as_slice);
        if is_later || (optional && want_null) {
            self.leave_empty(plan, key, values);
            return Ok(());
        }
        if plan.step.deferred.contains(&key.name) {
            return Ok(());
        }
        let parents = if key.references == plan.table.name && known.is_empty() { own } else { known };
        let pairs: Vec<(&Name, &Name)> = key.columns.iter().zip(&key.referenced_columns).collect();
        let fits = |parent: &Values| {
            pairs.iter().all(|(column, referenced)| match (values.get(*column), parent.get(*referenced)) {
                (_, None | Some(Value::Null)) => false,
                (Some(set), Some(there)) => set.key() == there.key(),
                (None, Some(_)) => true,
            })
        };
        let count = parents.len();
        // At first at random, then one after the other, so that a key with few values left finds them.
        let alone = plan.keys.iter().any(|unique| unique.members().all(|member| key.columns.contains(member)));
        let start = match attempt {
            0..=4 if !alone => usize::try_from(chance.below(count as u64)).unwrap_or_default(),
            _ => index + attempt,
        };
        let found =
            (0..count).filter_map(|step| parents.get((start + step) % count)).find(|parent| fits(parent)).cloned();
        if let Some(parent) = found {
            for (column, referenced) in pairs {
                if let Some(value) = parent.get(referenced) {
                    values.insert(column.clone(), value.clone());
                }
            }
            return Ok(());
        }
        if optional {
            self.leave_empty(plan, key, values);
            return Ok(());
        }
        if key.references == plan.table.name {
            // The first of all refers to itself.
            let own: Option<Vec<Value>> =
                pairs.iter().map(|(_, referenced)| values.get(*referenced).cloned()).collect();
            if let Some(own) = own {
                let columns = key.columns.iter().cloned();
                values.extend(columns.zip(own));
                return Ok(());
            }
        }
        Err(format!("`{}` has no row that `{}` can refer to", key.references, key.name))
    }

    /// Sets a foreign key to NULL: every nullable column, unless another key has set it.
    fn leave_empty(&self, plan: &Plan<'_>, key: &ForeignKey, values: &mut Values) {
        for name in &key.columns {
            let in_primary = plan.table.primary_key.as_ref().is_some_and(|primary| primary.columns.contains(name));
            let nullable = plan.table.columns.get(name).is_some_and(|column| column.nullable) && !in_primary;
            let shared = plan.table.foreign_keys.values().filter(|other| other.columns.contains(name)).count() > 1;
            if nullable && !(shared && values.contains_key(name)) {
                values.insert(name.clone(), Value::Null);
            }
        }
    }

    /// Sets the foreign keys of tables that were filled before the tables they reference.
    pub(super) fn close_circles(&self, seeds: &mut Seeds) {
        let turns: BTreeMap<ObjectName, usize> =
            seeds.tables.iter().enumerate().map(|(step, filled)| (filled.table.clone(), step)).collect();
        for (step, filled) in seeds.tables.iter_mut().enumerate() {
            let Some(table) = self.schema.tables.get(&filled.table) else { continue };
            for key in table.foreign_keys.values() {
                let comes_later = turns.get(&key.references).is_some_and(|other| *other > step);
                let Some(parents) = self.rows.get(&key.references).filter(|rows| comes_later && !rows.is_empty())
                else {
                    continue;
                };
                let unique = Key::of(self.request.product, table)
                    .iter()
                    .any(|unique| unique.members().all(|member| key.columns.contains(member)));
                let optional = is_optional(table, key);
                for index in 0..filled.rows.len() {
                    let Some(parent) = parents.get(index % parents.len()) else { continue };
                    if optional && ((unique && index >= parents.len()) || index % 10 == 2) {
                        continue;
                    }
                    let pairs = key.columns.iter().zip(&key.referenced_columns);
                    let values: Vec<(Name, Value)> = pairs
                        .filter_map(|(column, referenced)| Some((column.clone(), parent.get(referenced)?.clone())))
                        .collect();
                    if !optional {
                        for (name, value) in values {
                            set(filled, index, &name, value);
                        }
                    } else if key.on_delete != Some(Action::SetDefault) && consistent(filled, index, &values) {
                        filled.later.push((index, values));
                    }
                }
            }
        }
    }
}

/// Whether a value that is set later contradicts no value set before.
fn consistent(filled: &Filled, index: usize, values: &[(Name, Value)]) -> bool {
    values.iter().all(|(name, value)| {
        let place = filled.columns.iter().position(|column| column == name);
        let now = place.and_then(|place| filled.rows.get(index)?.get(place));
        now.is_none_or(|now| now.is_null() || now == value)
    })
}

fn set(filled: &mut Filled, index: usize, name: &Name, value: Value) {
    let place = match filled.columns.iter().position(|column| column == name) {
        Some(place) => place,
        None => {
            filled.columns.push(name.clone());
            filled.rows.iter_mut().for_each(|row| row.push(Value::Null));
            filled.columns.len() - 1
        }
    };
    if let Some(cell) = filled.rows.get_mut(index).and_then(|row| row.get_mut(place)) {
        *cell = value;
    }
}

/// The value of a column by its name in a rule, whose case does not count. An omitted column is unknown.
fn seen(values: &Values, name: &str) -> Option<Value> {
    values
        .get(name)
        .or_else(|| values.iter().find(|(known, _)| known.as_str().eq_ignore_ascii_case(name)).map(|(_, value)| value))
        .cloned()
}

/// A value of a key made different from those of all other rows by the row's number.
fn apart(value: Value, domain: &Domain, limits: &Limits, index: usize) -> Value {
    if limits.choices.is_some() || limits.pattern.is_some() {
        return value;
    }
    match (value, domain) {
        (Value::Text(text), Domain::Text(most)) => {
            let number = index.to_string();
            let room = most
                .map_or(usize::MAX, |most| most as usize)
                .min(limits.length.1.map_or(usize::MAX, |most| most as usize));
            let kept: String = text.chars().take(room.saturating_sub(number.len())).collect();
            Value::Text((number + &kept).chars().take(room).collect())
        }
        (Value::Number(_), Domain::Integer { min, max }) if limits.low.is_none() && limits.high.is_none() => {
            Value::number((index as i128 + 1).clamp(*min, *max))
        }
        (value, _) => value,
    }
}
