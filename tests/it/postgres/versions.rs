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

/// Whether a server of this version knows every clause of the script, and means by it what older ones do.
pub fn knows(version: u32, script: &str) -> bool {
    CLAUSES.iter().all(|(first, clause)| version >= *first || !script.contains(clause))
        && OTHERWISE.iter().all(|(first, clause)| version < *first || !script.contains(clause))
}

/// The script without a clause that is newer than the server and stands alone.
pub fn without_newer(version: u32, script: &str) -> String {
    if version >= 15 {
        return script.to_owned();
    }
    script.replace(" NULLS NOT DISTINCT", "").replace("SET NULL (y)", "SET NULL")
}
