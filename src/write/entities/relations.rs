//! Relations between entities: a foreign key and its other end, and two keys of a table between, named as `sea-orm-cli` names them.
//!
//! Must not know a format.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{ForeignKey, Name, ObjectName};

use super::model::{Entity, Relation, RelationKind};
use super::names::{plural, unique};

/// A foreign key between two entities.
struct Link {
    from: usize,
    to: usize,
    key: ForeignKey,
    /// Among several of one entity to another, the number from 1; otherwise 0.
    number: usize,
}

/// Finds the relations of entities, and names them.
pub(super) fn connect(entities: &mut [Entity<'_>]) {
    let links = links(entities);
    let junctions = junctions(entities, &links);
    let mut relations: Vec<Vec<Relation>> = entities.iter().map(|_| Vec::new()).collect();
    for link in &links {
        let names = Ends::of(entities, link);
        if let Some(of) = relations.get_mut(link.from) {
            of.push(belongs_to(link, &names));
        }
    }
    for link in links.iter().filter(|link| link.number == 0 && link.from != link.to) {
        let is_taken = |of: &Vec<Relation>| of.iter().any(|relation| relation.target == link.from);
        let names = Ends::of(entities, link);
        let is_one = entities.get(link.from).is_some_and(|from| is_unique(from, &link.key.columns));
        let Some(of) = relations.get_mut(link.to).filter(|of| !is_taken(of)) else { continue };
        let (kind, field) = match is_one {
            true => (RelationKind::HasOne, names.from_module.clone()),
            false => (RelationKind::HasMany, plural(&names.from_module)),
        };
        of.push(Relation {
            kind,
            target: link.from,
            name: names.from_name,
            field,
            is_to_itself: false,
            is_related: true,
        });
    }
    for (here, junction, there, own, other) in junctions {
        let field = entities.get(there).map(|entity| plural(plain(&entity.module))).unwrap_or_default();
        let name = entities.get(there).map(|entity| entity.name.clone()).unwrap_or_default();
        let Some(of) = relations.get_mut(here) else { continue };
        // `Related` leads along one relation only, and a key says more than the table between.
        if of.iter().all(|relation| relation.target != there) {
            let kind = RelationKind::Via { junction, own, other };
            of.push(Relation { kind, target: there, name, field, is_to_itself: false, is_related: true });
        }
    }
    for (entity, mut of) in entities.iter_mut().zip(relations) {
        let mut fields: BTreeSet<String> = entity.fields.iter().map(|field| plain(&field.ident).to_owned()).collect();
        let mut names = BTreeSet::new();
        for relation in &mut of {
            if fields.contains(&relation.field) {
                relation.field = format!("related_{}", relation.field);
            }
            relation.field = unique(std::mem::take(&mut relation.field), &mut fields);
            relation.name = unique(std::mem::take(&mut relation.name), &mut names);
        }
        entity.relations = of;
    }
}

/// A module or a field without `r#`.
pub(super) fn plain(ident: &str) -> &str {
    ident.trim_start_matches("r#")
}

/// The names of the entities at both ends.
struct Ends {
    from_module: String,
    from_name: String,
    to_module: String,
    to_name: String,
}

impl Ends {
    fn of(entities: &[Entity<'_>], link: &Link) -> Self {
        let module = |at: usize| entities.get(at).map(|it| plain(&it.module).to_owned()).unwrap_or_default();
        let name = |at: usize| entities.get(at).map(|it| it.name.clone()).unwrap_or_default();
        Self {
            from_module: module(link.from),
            from_name: name(link.from),
            to_module: module(link.to),
            to_name: name(link.to),
        }
    }
}

fn belongs_to(link: &Link, names: &Ends) -> Relation {
    let is_to_itself = link.from == link.to;
    let number = if link.number > 0 { link.number.to_string() } else { String::new() };
    let name = if is_to_itself { format!("SelfRef{number}") } else { format!("{}{number}", names.to_name) };
    let field = if link.number > 0 { format!("{}_{number}", names.to_module) } else { names.to_module.clone() };
    Relation {
        kind: RelationKind::BelongsTo {
            from: link.key.columns.clone(),
            to: link.key.referenced_columns.clone(),
            on_update: link.key.on_update,
            on_delete: link.key.on_delete,
        },
        target: link.to,
        name,
        field,
        is_to_itself,
        is_related: link.number == 0 && !is_to_itself,
    }
}

/// The foreign keys between entities, those of equal columns once.
fn links(entities: &[Entity<'_>]) -> Vec<Link> {
    let at: BTreeMap<&ObjectName, usize> =
        entities.iter().enumerate().map(|(at, entity)| (&entity.table.name, at)).collect();
    let mut links: Vec<Link> = Vec::new();
    for (from, entity) in entities.iter().enumerate() {
        let first = links.len();
        let mut seen: BTreeSet<&[Name]> = BTreeSet::new();
        // SeaORM names a key by its columns, so two on the same ones cannot be relations.
        for key in entity.table.foreign_keys.values().filter(|key| seen.insert(&key.columns)) {
            let Some(to) = at.get(&key.references) else { continue };
            let is_known = entities
                .get(*to)
                .is_some_and(|other| key.referenced_columns.iter().all(|column| other.field(column).is_some()));
            if is_known {
                links.push(Link { from, to: *to, key: key.clone(), number: 0 });
            }
        }
        let own = links.get_mut(first..).unwrap_or_default();
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        own.iter().for_each(|link| *counts.entry(link.to).or_default() += 1);
        let mut numbers: BTreeMap<usize, usize> = BTreeMap::new();
        for link in own.iter_mut().filter(|link| counts.get(&link.to).is_some_and(|count| *count > 1)) {
            let number = numbers.entry(link.to).or_default();
            *number += 1;
            link.number = *number;
        }
    }
    links
}

/// Tables between two others: here, the table, there, and the names of its relations to here and to there.
fn junctions(entities: &[Entity<'_>], links: &[Link]) -> Vec<(usize, usize, usize, String, String)> {
    let mut found = Vec::new();
    for (at, entity) in entities.iter().enumerate() {
        let keys: Vec<&Link> = links.iter().filter(|link| link.from == at).collect();
        let [one, other] = keys.as_slice() else { continue };
        let is_referred_to = links.iter().any(|link| link.to == at);
        if entity.key().len() != 2 || is_referred_to || one.to == other.to {
            continue;
        }
        for (here, there) in [(one, other), (other, one)] {
            let name = |link: &Link| belongs_to(link, &Ends::of(entities, link)).name;
            found.push((here.to, at, there.to, name(here), name(there)));
        }
    }
    // Where several tables lead from here to there, none of them is the one.
    let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    found.iter().for_each(|(here, _, there, _, _)| *counts.entry((*here, *there)).or_default() += 1);
    found.retain(|(here, _, there, _, _)| counts.get(&(*here, *there)) == Some(&1));
    found
}

/// Whether at most one row has the same values in these columns.
fn is_unique(entity: &Entity<'_>, columns: &[Name]) -> bool {
    let same = |others: &[Name]| others.len() == columns.len() && others.iter().all(|column| columns.contains(column));
    let key = entity.table.primary_key.as_ref().is_some_and(|key| same(&key.columns));
    let is_unique_field = |column: &Name| {
        entity.field(column).is_some_and(|field| field.settings.iter().any(|setting| setting == "unique"))
    };
    key || entity.table.uniques.values().any(|unique| same(&unique.columns)) || columns.iter().all(is_unique_field)
}
