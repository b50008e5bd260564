//! Scripts on servers that do not know all of their clauses.

/// Clauses, and the version that each came with.
const CLAUSES: &[(u32, &str)] = &[
    (14, "SET COMPRESSION"),
    (14, "BEGIN ATOMIC"),
    (14, "multirange"),
    (14, "CREATE STATISTICS e ON lower"),
    (15, "NULLS NOT DISTINCT"),
    (15, "security_invoker"),
];

/// Clauses, and the version from which they do not end as they are planned: 18 tells the NOT NULL of a column that a table
/// declares itself from the one that it inherits as well, and a column only says whether it takes NULL.
const OTHERWISE: &[(u32, &str)] = &[(18, "create table grand(e int) inherits (child)")];

/// Whether a server of this version knows every clause of two scripts, and means by it what older ones do. What is left out is said.
pub fn knows(version: u32, (name, old, new): &(&str, &str, &str)) -> bool {
    let has = |clause: &str| old.contains(clause) || new.contains(clause);
    let newer = CLAUSES.iter().find(|(first, clause)| version < *first && has(clause));
    let otherwise = OTHERWISE.iter().find(|(first, clause)| version >= *first && has(clause));
    if let Some((first, clause)) = newer.or(otherwise) {
        skipped(version, name, &format!("`{clause}` is another thing from PostgreSQL {first} on"));
        return false;
    }
    true
}

/// Says that something is not tested on this server.
pub fn skipped(version: u32, what: &str, why: &str) {
    eprintln!("not tested on PostgreSQL {version}: {what}: {why}");
}

/// The script without a clause that is newer than the server and stands alone.
pub fn without_newer(version: u32, script: &str) -> String {
    if version >= 15 {
        return script.to_owned();
    }
    script.replace(" NULLS NOT DISTINCT", "").replace("SET NULL (y)", "SET NULL")
}
