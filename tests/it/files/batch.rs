//! Many files are written, or none.

use super::*;

fn before(root: &Path) -> Batch {
    put(root, "kept.txt", "kept");
    put(root, "old.txt", "old");
    put(root, "changed.txt", "before");
    let mut batch = Batch::new(root);
    batch.write("changed.txt", "after");
    batch.write("kept.txt", "kept");
    batch.write("new/deep/er.txt", "new");
    batch.delete("old.txt");
    batch.delete("never.txt");
    batch
}

#[apply(test)]
fn everything_is_written() {
    let root = folder();
    let done = before(root.path()).commit().unwrap();
    let at = |path: &str| root.path().join(path);
    assert_eq!(
        done,
        [
            (at("changed.txt"), FileChange::Changed),
            (at("new/deep/er.txt"), FileChange::Created),
            (at("old.txt"), FileChange::Deleted)
        ]
    );
    let tree = tree(root.path());
    let content = |path: &str| tree.get(&at(path)).cloned().flatten();
    assert_eq!(content("changed.txt").unwrap(), "after");
    assert_eq!(content("new/deep/er.txt").unwrap(), "new");
    assert_eq!(content("old.txt"), None);
    assert_eq!(tree.len(), 6, "nothing temporary is left: {tree:?}");
}

#[apply(test)]
fn what_is_only_staged_changes_nothing() {
    let root = folder();
    let batch = before(root.path());
    let was = tree(root.path());
    let staged = batch.stage().unwrap();
    assert_ne!(tree(root.path()), was);
    drop(staged);
    assert_eq!(tree(root.path()), was);
}

#[apply(test)]
fn a_folder_in_the_way_changes_nothing() {
    let root = folder();
    let mut batch = before(root.path());
    fs::create_dir(root.path().join("there")).unwrap();
    batch.write("there", "x");
    let was = tree(root.path());
    assert_eq!(
        refusal(root.path(), batch.commit()),
        "cannot write `ROOT/there`\na folder has that name: rename or remove it"
    );
    assert_eq!(tree(root.path()), was);
}

#[apply(test)]
fn a_file_in_place_of_a_folder_changes_nothing() {
    let root = folder();
    let mut batch = before(root.path());
    batch.write("kept.txt/x.txt", "x");
    let was = tree(root.path());
    assert_eq!(
        refusal(root.path(), batch.commit()),
        "cannot write `ROOT/kept.txt/x.txt`\npart of `ROOT/kept.txt` is a file: rename or remove it"
    );
    assert_eq!(tree(root.path()), was);
}

#[apply(test)]
fn what_gets_in_the_way_later_is_undone() {
    for blocked in ["z.txt", "old.txt"] {
        let root = folder();
        let mut batch = before(root.path());
        batch.write("z.txt", "z");
        let staged = batch.stage().unwrap();
        let path = root.path().join(blocked);
        let _ = fs::remove_file(&path);
        fs::create_dir(&path).unwrap();
        let error = refusal(root.path(), staged.commit());
        assert!(error.starts_with(&format!("cannot write `ROOT/{blocked}`\n")), "{error}");
        assert!(error.ends_with("\nevery file is as it was"), "{error}");
        fs::remove_dir(&path).unwrap();
        let tree = tree(root.path());
        assert_eq!(tree.get(&root.path().join("changed.txt")).cloned().flatten().unwrap(), "before");
        assert!(tree.keys().all(|path| !path.ends_with("new") && !path.ends_with("er.txt")), "{tree:?}");
    }
}

#[apply(test)]
#[cfg(target_os = "linux")]
fn a_full_disk_changes_nothing() {
    // A limit on the size of files is what a full disk is to a program, and needs no disk. The limit is for a whole
    // process, so this test runs once more in one of its own.
    const INSIDE: &str = "SEA_GEN_TEST_FULL_DISK";
    if let Ok(root) = std::env::var(INSIDE) {
        let root = Path::new(&root);
        let mut batch = before(root);
        batch.write("large.txt", vec![b'x'; 10_000]);
        let was = tree(root);
        let error = refusal(root, batch.commit());
        assert_eq!(error, "cannot write `ROOT/large.txt`\nmake room on the disk: `df -h ROOT`");
        assert_eq!(tree(root), was);
        return;
    }
    let root = folder();
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["files::batch::a_full_disk_changes_nothing", "--exact", "--test-threads=1"])
        .env(INSIDE, root.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[apply(test)]
#[cfg(unix)]
fn a_folder_that_cannot_be_written_to_changes_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = folder();
    let mut batch = before(root.path());
    let locked = root.path().join("locked");
    fs::create_dir(&locked).unwrap();
    batch.write("locked/x.txt", "x");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let was = tree(root.path());
    if fs::write(locked.join("probe"), "").is_ok() {
        // Nothing is closed to root, except what the kernel itself keeps.
        let mut batch = Batch::new("/proc");
        batch.write("sea_gen/x.txt", "x");
        let error = batch.commit().unwrap_err();
        assert_eq!(error.to_string(), "cannot write `/proc/sea_gen/x.txt`");
        return;
    }
    assert_eq!(refusal(root.path(), batch.commit()), "cannot write `ROOT/locked/x.txt`\n`chmod u+w ROOT/locked`");
    assert_eq!(tree(root.path()), was);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
}

#[apply(test)]
fn nothing_is_written_outside() {
    let (root, other) = (folder(), folder());
    put(other.path(), "victim.txt", "x");
    let mut paths = vec!["../x.txt".to_owned(), other.path().join("x.txt").display().to_string(), String::new()];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(other.path(), root.path().join("link")).unwrap();
        std::os::unix::fs::symlink(other.path().join("victim.txt"), root.path().join("file")).unwrap();
        paths.extend(["link/x.txt".to_owned(), "link/new/x.txt".to_owned(), "file".to_owned()]);
    }
    let was = (tree(root.path()), tree(other.path()));
    for path in paths {
        let mut batch = Batch::new(root.path());
        batch.write("fine.txt", "fine");
        batch.write(&path, "x");
        let error = batch.commit().unwrap_err().to_string();
        assert!(error.contains("is outside of the project"), "{path}: {error}");
        assert_eq!((tree(root.path()), tree(other.path())), was);
    }
}

#[apply(test)]
#[cfg(unix)]
fn links_that_stay_inside_are_followed() {
    let root = folder();
    put(root.path(), "real/a.txt", "a");
    std::os::unix::fs::symlink("real", root.path().join("link")).unwrap();
    std::os::unix::fs::symlink("real/a.txt", root.path().join("b.txt")).unwrap();
    std::os::unix::fs::symlink("nowhere", root.path().join("dangling")).unwrap();
    let mut batch = Batch::new(root.path());
    batch.write("link/c.txt", "c");
    batch.write("b.txt", "b");
    batch.commit().unwrap();
    assert_eq!(fs::read_to_string(root.path().join("real/a.txt")).unwrap(), "b");
    assert_eq!(fs::read_to_string(root.path().join("real/c.txt")).unwrap(), "c");
    assert!(root.path().join("b.txt").is_symlink());

    let mut batch = Batch::new(root.path());
    batch.write("dangling", "x");
    assert_eq!(
        batch.commit().unwrap_err().to_string(),
        format!("cannot follow the link `{}`", root.path().join("dangling").display())
    );
    let mut batch = Batch::new(root.path());
    batch.delete("b.txt");
    batch.commit().unwrap();
    assert!(!root.path().join("b.txt").exists() && root.path().join("real/a.txt").exists());
}

#[apply(test)]
#[cfg(unix)]
fn permissions_are_those_of_any_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let root = folder();
    put(root.path(), "script", "x");
    put(root.path(), "plain", "x");
    let mode = |path: &str| fs::metadata(root.path().join(path)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(root.path().join("script"), fs::Permissions::from_mode(0o750)).unwrap();
    let mut batch = Batch::new(root.path());
    batch.write("script", "y");
    batch.write("new", "y");
    batch.commit().unwrap();
    assert_eq!((mode("script"), mode("new")), (0o750, mode("plain")));
}

#[apply(test)]
fn a_name_that_only_changes_case_survives() {
    let root = folder();
    put(root.path(), "User.json", "old");
    let mut batch = Batch::new(root.path());
    batch.write("user.json", "new");
    batch.delete("User.json");
    let changes: Vec<FileChange> = batch.commit().unwrap().into_iter().map(|(_, change)| change).collect();
    assert_eq!(changes, [FileChange::Deleted, FileChange::Created], "deleted first, in case both are one file");
    assert_eq!(fs::read_to_string(root.path().join("user.json")).unwrap(), "new");
}
