//! Scripts on servers that do not know all of their clauses.

/// Clauses, and the version that each came with.
const CLAUSES: &[(u32, &str)] = &[
    (14, "SET COMPRESSION"),
    (14, "BEGIN ATOMIC"),
    (14, "CREATE STATISTICS e ON lower"),
    (15, "NULLS NOT DISTINCT"),
    (15, "security_invoker"),
];

/// Whether a server of this version knows every clause of the script.
pub fn knows(version: u32, script: &str) -> bool {
    CLAUSES.iter().all(|(first, clause)| version >= *first || !script.contains(clause))
}

/// The script without a clause that is newer than the server and stands alone.
pub fn without_newer(version: u32, script: &str) -> String {
    if version >= 15 { script.to_owned() } else { script.replace(" NULLS NOT DISTINCT", "") }
}
