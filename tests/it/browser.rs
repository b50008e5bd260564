//! Chromium without a window: opens a page, does what a test says, and tells what is on it then.
//!
//! The page is a copy with one more script at its end, which belongs to the test; time passes as fast as the page allows. Must not
//! know what is tested.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What every script of a test can use. `say` adds to what the test is told; `key` presses a key where the focus is.
const TOOLS: &str = r#"
const told = {};
const say = (name, value) => { told[name] = value; };
const rest = (time = 150) => new Promise((done) => setTimeout(done, time));
const one = (selector) => document.querySelector(selector);
const many = (selector) => [...document.querySelectorAll(selector)];
const words = (selector) => many(selector).map((it) => it.textContent);
const key = async (name) => {
  document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  await rest();
};
const type = async (field, value) => {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await rest(300);
};
const go = async (hash) => { location.hash = hash; await rest(); };
"#;

fn program() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join("chromium")).find(|path| path.is_file())
}

/// Whether there is a browser.
pub fn is_at_hand() -> bool {
    program().is_some()
}

/// What a page and the script of a test have told.
pub struct Seen {
    /// What the script said, by name.
    pub told: serde_json::Value,
    /// What the page wrote to the console: errors, warnings, violations of its policy.
    pub console: Vec<String>,
}

fn command(profile: &Path) -> Command {
    let mut command = Command::new(program().unwrap());
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .stdin(Stdio::null());
    command
}

fn address(file: &Path, hash: &str) -> String {
    format!("file://{}{hash}", file.display())
}

/// Opens a page at an address in it, and runs a script there.
pub fn look(page: &str, hash: &str, script: &str) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let own = format!(
        "<script>(async () => {{ {TOOLS} try {{ await rest(); {script} }} catch (error) {{ say('failed', String(error)); }}\
         const place = document.createElement('pre'); place.id = 'told'; place.textContent = JSON.stringify(told);\
         document.body.append(place); }})();</script></body>"
    );
    assert_eq!(page.matches("</body>").count(), 1, "a page ends once");
    std::fs::write(&file, page.replace("</body>", &own)).unwrap();
    let output = command(&folder.path().join("profile"))
        .args(["--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom"])
        .arg(address(&file, hash))
        .output()
        .unwrap();
    let (dom, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let told = dom.split("<pre id=\"told\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let told = told.unwrap_or_else(|| panic!("the script did not end: {log}"));
    let told = told.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    let console = log.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told.get("failed"), None, "the script failed: {log}");
    Seen { told, console }
}

/// Draws a page into a picture among the artifacts of the suite, for people. Returns the number of bytes.
pub fn draw(page: &str, hash: &str, name: &str, size: (u32, u32), dark: bool) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    std::fs::write(&file, page).unwrap();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&pictures).unwrap();
    let picture = pictures.join(format!("{name}.png"));
    let mut command = command(&folder.path().join("profile"));
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    let output = command
        .arg(format!("--screenshot={}", picture.display()))
        .arg(format!("--window-size={},{}", size.0, size.1))
        .arg("--virtual-time-budget=3000")
        .arg(address(&file, hash))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::metadata(picture).unwrap().len()
}
