//! Names by patterns: what they are made of, how long they are, which names follow them.

use super::*;

fn naming(kind: NameKind, pattern: &str) -> Naming {
    let mut naming = Naming::default();
    naming.set(kind, pattern.parse().unwrap());
    naming
}

#[test]
fn a_pattern_says_what_is_wrong_with_it() {
    assert!("idx_{tabel}".parse::<NamePattern>().unwrap_err().contains("{table}"));
    assert!("idx_{table".parse::<NamePattern>().unwrap_err().contains("unknown placeholder"));
    assert!("idx_{columns}".parse::<NamePattern>().unwrap_err().contains("no {table}"));
    assert!("fk_{target}_{table}".parse::<NamePattern>().unwrap().needs_target());
}

#[test]
fn a_name_is_made_of_what_the_placeholders_stand_for() {
    let of = NameParts { table: "book", columns: vec!["a", "b"], target: "author", target_columns: vec!["id", "no"] };
    let made = |pattern| naming(NameKind::ForeignKey, pattern).name(NameKind::ForeignKey, &of).unwrap().to_string();
    assert_eq!(made("fk_{table}_{columns}_{target}"), "fk_book_a_b_author");
    assert_eq!(made("{target}.{target_columns}<-{table}"), "author.id_no<-book");
    assert_eq!(naming(NameKind::Index, "x_{table}").name(NameKind::Unique, &of), None);
}

#[test]
fn a_long_name_keeps_its_start_and_follows_the_pattern() {
    let (one, other) = (format!("{}1", "é".repeat(40)), format!("{}2", "é".repeat(40)));
    let of = |column| NameParts { table: "book", columns: vec![column], ..NameParts::default() };
    let naming = naming(NameKind::Index, "idx_{table}_{columns}");
    let names = [&one, &other].map(|column| naming.name(NameKind::Index, &of(column)).unwrap().to_string());
    assert_ne!(names[0], names[1]);
    for (name, column) in names.iter().zip([&one, &other]) {
        assert!(name.len() <= LONGEST && name.starts_with("idx_book_éé"), "{name}");
        assert!(naming.follows(NameKind::Index, &of(column), name));
    }
}

#[test]
fn only_names_by_the_pattern_follow_it() {
    let of = NameParts { table: "book", columns: vec!["title"], ..NameParts::default() };
    let index = naming(NameKind::Index, "idx_{table}_{columns}");
    let distinct = index.distinct_name(NameKind::Index, &of, "book.title").unwrap();
    for (name, follows) in [
        ("idx_book_title", true),
        (distinct.as_str(), true),
        ("idx-book-title", false),
        ("idx_book_title_2", false),
        ("idx_book", false),
        ("", false),
    ] {
        assert_eq!(index.follows(NameKind::Index, &of, name), follows, "{name}");
    }
    let check = naming(NameKind::Check, "ck_{table}_{columns}");
    assert!(check.follows(NameKind::Check, &of, "ck_book_price_is_positive"));
    assert!(!check.follows(NameKind::Check, &of, "book_price_check"));
    assert!(check.follows(NameKind::Index, &of, "whatever"));
}
