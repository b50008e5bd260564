//! What a PostgreSQL server has in its catalog, by its version: the only place of this dialect that knows what came when.
//!
//! Must not know the queries that ask. What is older than the oldest version here is refused when a session begins
//! (`sea_gen_runner::session`).

/// What the catalog of one server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capabilities {
    /// Names of multirange types (14).
    pub multirange_types: bool,
    /// Compression methods of columns (14).
    pub column_compression: bool,
    /// `ON DELETE SET NULL (columns)` (15).
    pub set_columns: bool,
    /// `NULLS NOT DISTINCT` (15).
    pub nulls_not_distinct: bool,
    /// The column of `pg_collation` that holds the locale of an ICU collation, if it has one of its own (15, and 17).
    pub icu_locale: Option<&'static str>,
    /// Rules of ICU collations (16).
    pub icu_rules: bool,
    /// Keys over periods: `WITHOUT OVERLAPS`, `PERIOD` (18).
    pub key_periods: bool,
    /// `NOT ENFORCED` (18).
    pub unenforced: bool,
    /// Constraints for NOT NULL, which have names (18).
    pub named_not_null: bool,
}

impl Capabilities {
    /// Those of a server that says this version (`18.4 (Debian …)`).
    pub(super) fn of(version: &str) -> Self {
        let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
        let major: u32 = digits.parse().unwrap_or_default();
        Self {
            multirange_types: major >= 14,
            column_compression: major >= 14,
            set_columns: major >= 15,
            nulls_not_distinct: major >= 15,
            icu_locale: match major {
                17.. => Some("colllocale"),
                15 | 16 => Some("colliculocale"),
                _ => None,
            },
            icu_rules: major >= 16,
            key_periods: major >= 18,
            unenforced: major >= 18,
            named_not_null: major >= 18,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_adds_to_the_one_before() {
        let all = ["13.4", "14.23", "15.18 (Debian 15.18-1)", "16.14", "17.10", "18.4", "19rc1"].map(Capabilities::of);
        let count = |it: &Capabilities| {
            [
                it.multirange_types,
                it.column_compression,
                it.set_columns,
                it.nulls_not_distinct,
                it.icu_locale.is_some(),
                it.icu_rules,
                it.key_periods,
                it.unenforced,
                it.named_not_null,
            ]
            .into_iter()
            .filter(|has| *has)
            .count()
        };
        assert_eq!(all.map(|it| count(&it)), [0, 2, 5, 6, 6, 9, 9]);
        assert_eq!(Capabilities::of("17.1").icu_locale, Some("colllocale"));
    }
}
