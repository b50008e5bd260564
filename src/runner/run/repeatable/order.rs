//! The order of repeatable files: one that names what another makes runs after it.
//!
//! Must not know a connection.

use std::collections::{BTreeMap, BTreeSet};

use crate::Product;
use crate::reading::{Word, words};
use crate::sql::TokenKind;
use crate::sql_file::SqlFile;

use super::objects::made;

/// The places of the files in the order in which they run: what a file needs is before it; files that need each other, or of which
/// nothing is known, go by their names.
pub(super) fn order(files: &[SqlFile]) -> Vec<usize> {
    let needs: Vec<BTreeSet<usize>> = (0..files.len()).map(|at| needed(files, at)).collect();
    let mut left: Vec<usize> = (0..files.len()).collect();
    left.sort_by(|one, other| name(files, *one).cmp(name(files, *other)));
    let mut ordered: Vec<usize> = Vec::new();
    while !left.is_empty() {
        // Where files need each other, the first of them by name begins.
        let is_next = |at: &usize| {
            let before = reached(&needs, &left, *at);
            before.iter().all(|need| reached(&needs, &left, *need).contains(at))
        };
        let next = left.iter().position(is_next).unwrap_or_default();
        ordered.push(left.remove(next));
    }
    ordered
}

/// The files that are left and that one needs, those included that they need.
fn reached(needs: &[BTreeSet<usize>], left: &[usize], from: usize) -> BTreeSet<usize> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(at) = open.pop() {
        let next = needs.get(at).into_iter().flatten().filter(|need| left.contains(need));
        open.extend(next.filter(|need| found.insert(**need)));
    }
    found
}

fn name(files: &[SqlFile], at: usize) -> &str {
    files.get(at).map(SqlFile::name).unwrap_or_default()
}

/// The files that must run before one.
fn needed(files: &[SqlFile], at: usize) -> BTreeSet<usize> {
    let Some(file) = files.get(at) else { return BTreeSet::new() };
    let makers = makers(files);
    let mentioned = mentions(file);
    let named = mentioned.iter().filter_map(|name| makers.get(name)).flatten().copied();
    let said = file.needs.iter().filter_map(|path| files.iter().position(|other| other.path == *path));
    named.chain(said).filter(|other| *other != at).collect()
}

/// The files that name what a file makes, or say that they need it.
pub(super) fn followers<'f>(files: &'f [SqlFile], file: &SqlFile) -> Vec<&'f SqlFile> {
    let Some(own) = files.iter().position(|it| it.path == file.path) else { return Vec::new() };
    let follows = |at: &usize| needed(files, *at).contains(&own);
    (0..files.len()).filter(follows).filter_map(|at| files.get(at)).collect()
}

/// For each name the files that make something of that name. Upper and lower case are not told apart: one file too many before another
/// does no harm.
fn makers(files: &[SqlFile]) -> BTreeMap<String, Vec<usize>> {
    let mut makers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        for made in made(file) {
            makers.entry(made.bare().to_lowercase()).or_default().push(at);
        }
    }
    makers
}

/// The names in a file, those in the bodies of functions included.
pub(super) fn mentions(file: &SqlFile) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in &file.statements {
        collect(file.product, &statement.sql, &mut found);
    }
    found
}

/// The names in a text, those in the bodies of functions included.
pub(super) fn collect(product: Product, text: &str, found: &mut BTreeSet<String>) {
    for Word { kind, text, name } in words(product, text).unwrap_or_default() {
        match kind {
            TokenKind::Word | TokenKind::Name => {
                found.insert(name.to_lowercase());
            }
            TokenKind::String if product == Product::Postgres && text.starts_with('$') => {
                collect(product, body(&text), found);
            }
            _ => {}
        }
    }
}

/// The text between the dollars of a string.
fn body(text: &str) -> &str {
    let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
    text.get(tag..text.len().saturating_sub(tag)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(files: &[(&str, &str)]) -> Vec<String> {
        let parse = |(name, text): &(&str, &str)| {
            SqlFile::parse(&format!("repeatable/{name}"), Product::Postgres, text).unwrap()
        };
        let files: Vec<SqlFile> = files.iter().map(parse).collect();
        order(&files).into_iter().map(|at| name(&files, at).to_owned()).collect()
    }

    #[test]
    fn needs_come_first_and_names_decide_the_rest() {
        let view = |name: &str, from: &str| format!("CREATE OR REPLACE VIEW {name} AS SELECT * FROM {from};");
        let function =
            "CREATE OR REPLACE FUNCTION f() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM \"Deep\" $$;";
        let (a, b, z) = (view("a", "b"), view("b", "book"), view("\"Deep\"", "a"));
        let files = [("a.sql", a.as_str()), ("b.sql", &b), ("f.sql", function), ("z.sql", &z)];
        assert_eq!(ordered(&files), ["b.sql", "a.sql", "z.sql", "f.sql"]);
        let said = [("a.sql", "-- needs: b.sql\nGRANT SELECT ON ALL TABLES IN SCHEMA public TO x;"), ("b.sql", &*b)];
        assert_eq!(ordered(&said), ["b.sql", "a.sql"]);
        let circle = [("c.sql", view("c", "d")), ("d.sql", view("d", "c")), ("a.sql", view("a", "c"))];
        let circle: Vec<(&str, &str)> = circle.iter().map(|(name, text)| (*name, text.as_str())).collect();
        assert_eq!(ordered(&circle), ["c.sql", "a.sql", "d.sql"]);
    }
}
