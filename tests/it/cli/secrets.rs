//! A password is for the server alone: whatever is printed or written, it is not in it.

use super::project::Project;

/// Passwords as they are written into an address, each with what it means; each holds `hunter` somewhere.
const PASSWORDS: [&str; 6] = ["hunter2", "hunter%40two", "p@hunter", "p:hunter", "p%3Ahunter%25", "100%hunter"];

/// Whatever a command does with an address whose server is away, the password is nowhere.
#[apply(test)]
fn of_a_server_that_is_away() {
    for password in PASSWORDS {
        silent(&format!("postgres://ann:{password}@127.0.0.1:1/shop"));
    }
    for server in ["mysql://ann:hunter2@127.0.0.1:1/shop", "oracle://ann:hunter2@127.0.0.1:1/shop"] {
        silent(server);
    }
    for address in [
        "postgres://127.0.0.1:1/shop?user=ann&password=hunter2",
        "postgres://ann:p/hunter@127.0.0.1:1/shop",
        "postgres://ann:p?hunter@127.0.0.1:1/shop",
        "postgres://ann:p#hunter@127.0.0.1:1/shop",
        "mariadb://ann:hunter@127.0.0.1:port/shop",
        "postgres:ann:hunter@127.0.0.1:1/shop",
        "ann:hunter@127.0.0.1:1/shop",
    ] {
        silent(address);
    }
}

/// Neither when the address stands where no address belongs.
#[apply(test)]
fn of_an_address_in_the_wrong_place() {
    let project = Project::new();
    let address = "postgres://ann:hunter2@127.0.0.1:1/shop";
    for arguments in [
        &[address][..],
        &["status", address],
        &["up", "--databse-url", address],
        &["init", &format!("--url={address}")],
        &["diff", "--format", address],
        &["diff", &format!("--format={address}")],
    ] {
        let output = project.output(arguments);
        let shown = project.shown(&output);
        assert_eq!(output.status.code(), Some(1), "{shown}");
        assert!(!shown.contains("hunter"), "{arguments:?}: {shown}");
        assert!(shown.contains("error:"), "{arguments:?}: {shown}");
    }
}

fn silent(address: &str) {
    let project = Project::new();
    let products = if address.starts_with("postgres") { "postgres" } else { "mysql" };
    project.write("gen.toml", format!("dialects = [\"{products}\"]\n"));
    let spoken = |output: std::process::Output| {
        let shown = project.shown(&output);
        assert!(!shown.contains("hunter"), "{address}: {shown}");
        assert!(!shown.contains("panicked"), "{address}: {shown}");
    };
    spoken(project.output(&["diff", "--to", address]));
    spoken(project.output(&["init", "--database-url", address]));
    spoken(project.command(&["init"]).output().unwrap());
    for arguments in [
        &["status"][..],
        &["status", "--json"],
        &["migration", "Initial", "--json"],
        &["up", "--json"],
        &["check"],
        &["check", "--database"],
        &["drift"],
        &["sync"],
        &["diff", "--from", "database"],
    ] {
        let logging = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
        spoken(project.command(arguments).envs(logging).env("DATABASE_URL", address).output().unwrap());
    }
    project.write(".env", format!("DATABASE_URL='{address}'\n"));
    spoken(project.output(&["status", "--json"]));
    std::fs::remove_file(project.path(".env")).unwrap();
    project.write("gen.toml", format!("dialects = [\"{products}\"]\ndatabase-url = '{address}'\n"));
    spoken(project.output(&["status", "--json"]));
    std::fs::remove_file(project.path("gen.toml")).unwrap();
    for (path, content) in project.tree() {
        let text = String::from_utf8_lossy(&content.unwrap_or_default()).into_owned();
        assert!(!text.contains("hunter"), "{address} is in {}", path.display());
    }
}
