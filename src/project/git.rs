//! Runs git, for what a repository knows of a project's files.
//!
//! Must not know what the files contain.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use sea_gen_runner::{Error, Result};

/// What git prints. Paths in the arguments start at `root`.
///
/// # Errors
/// No git, no repository, or git's refusal.
pub(super) fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    run(root, arguments, None).and_then(text)
}

/// What git prints if it succeeds.
pub(super) fn asked(root: &Path, arguments: &[&str]) -> Option<String> {
    let text = git(root, arguments).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The texts of the files below a folder in a commit, by their paths from `root`.
///
/// # Errors
/// Git's refusal; a file that is not UTF-8.
pub(super) fn files(root: &Path, commit: &str, folder: &Path, extension: &str) -> Result<Vec<(String, String)>> {
    let folder = format!("{}/", folder.display());
    let listing = git(root, &["ls-tree", "-r", "-z", commit, "--", &folder])?;
    let ending = format!(".{extension}");
    let entries: Vec<(&str, &str)> = listing
        .split('\0')
        .filter_map(|entry| entry.split_once('\t'))
        .filter(|(head, path)| head.contains(" blob ") && path.ends_with(&ending))
        .filter_map(|(head, path)| Some((head.split_whitespace().nth(2)?, path)))
        .collect();
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let ids: String = entries.iter().map(|(id, _)| format!("{id}\n")).collect();
    let printed = run(root, &["cat-file", "--batch"], Some(&ids))?;
    let (mut rest, mut files) = (printed.as_slice(), Vec::new());
    for (_, path) in entries {
        // Each is preceded by a line with its size, and followed by a line break.
        let broken = || Error::new(format!("git did not print `{path}` of {commit} as expected"));
        let head = rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
        let line = String::from_utf8_lossy(rest.get(..head).unwrap_or_default()).into_owned();
        let size: usize = line.split_whitespace().nth(2).and_then(|size| size.parse().ok()).ok_or_else(broken)?;
        let content = rest.get(head + 1..head + 1 + size).ok_or_else(broken)?;
        files.push((path.to_owned(), text(content.to_vec())?));
        rest = rest.get(head + 2 + size..).unwrap_or_default();
    }
    Ok(files)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| Error::new("git printed something that is not UTF-8").because(error))
}

fn run(root: &Path, arguments: &[&str], input: Option<&str>) -> Result<Vec<u8>> {
    let missing = |error: std::io::Error| {
        Error::new("git cannot be run").hint("install git; without it, other revisions cannot be read").because(error)
    };
    let mut command = Command::new("git");
    command.env("LC_ALL", "C").arg("-C").arg(root).args(arguments);
    let output = match input {
        None => command.output().map_err(missing)?,
        Some(input) => {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().map_err(missing)?;
            let mut stdin = child.stdin.take();
            let input = input.to_owned();
            // Git prints while it reads.
            let writing = std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input.as_bytes())));
            let output = child.wait_with_output().map_err(missing)?;
            let _ = writing.join();
            output
        }
    };
    if output.status.success() {
        return Ok(output.stdout);
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(match reason.contains("not a git repository") {
        true => Error::new(format!("`{}` is in no git repository", root.display())).hint("begin one: `git init`"),
        false => Error::new(format!("`git {}` failed", arguments.join(" ")))
            .hint(format!("see for yourself: `git -C {} status`", root.display()))
            .because(reason),
    })
}
