//! Files in folders of their own.

#![allow(clippy::disallowed_methods, reason = "this is the one place that touches files")]

use super::*;

#[test]
fn a_beginning_is_whole_lines_and_all_of_it_where_it_does_not_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let lines = "é\n".repeat(3000);
    for (text, long) in [("", false), ("end\nrest", false), (&format!("end\n{lines}"), true), (&lines, true)] {
        fs::write(&path, text).unwrap();
        let read = read_beginning(&path, |beginning| beginning.contains("end\n")).unwrap();
        match text.starts_with("end") {
            true => assert!(text.starts_with(&read) && read.ends_with('\n') && (read.len() < text.len())),
            false => assert_eq!(read, text),
        }
        assert!(!long || read.len() <= 4096 || !text.starts_with("end"));
    }
    fs::write(&path, b"end\n\xff").unwrap();
    assert_eq!(read_beginning(&path, |_| true).unwrap(), "end\n");
    let error = read_beginning(&path, |_| false).unwrap_err().to_string();
    assert!(error.ends_with("is not UTF-8 text, at line 2"), "{error}");
    let error = read_beginning(&folder.path().join("none"), |_| true).unwrap_err().to_string();
    assert!(error.ends_with("does not exist"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_counts() {
    use std::os::unix::fs::symlink;

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("b")).unwrap();
    fs::write(at("a-"), "").unwrap();
    for (name, to) in [("b-folder", "b"), ("b-file", "a-"), ("a", "nowhere")] {
        symlink(to, at(name)).unwrap();
    }
    let entries = entries(folder.path()).unwrap();
    let found: Vec<_> = entries.iter().map(|it| (it.name(), it.is_link(), it.is_folder(), it.is_file())).collect();
    let expected = [
        ("a", true, false, false),
        ("a-", false, false, true),
        ("b", false, true, false),
        ("b-file", true, false, true),
        ("b-folder", true, true, false),
    ];
    assert_eq!(found, expected.map(|(name, link, folder, file)| (OsStr::new(name), link, folder, file)));
    let mut paths = list(folder.path()).unwrap();
    assert!(paths.is_sorted());
    paths.sort();
    assert!(paths.iter().eq(entries.iter().map(|entry| &entry.path)));
}
