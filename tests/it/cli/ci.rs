//! `gen ci`: the workflow that it writes does what it says when its commands are run, and no file of anybody else is touched.

use std::process::{Command, Output};

use sea_gen::schema::Product;

use super::project::{Project, USER};
use super::shows;
use crate::support::{Scratch, on_each};

/// A repository whose main branch has one migration, and a branch with a second one.
fn repository(product: Product) -> Project {
    let project = Project::empty("");
    project.git(&["init", "-q", "-b", "main"]);
    project.write("shop/gen.toml", format!("dialects = [\"{}\"]\n", product.key()));
    project.write("shop/entities/user.rs", USER);
    project.succeeds(&["--project", "shop", "init"]);
    project.succeeds(&["--project", "shop", "migration", "Initial"]);
    commit(&project, "first");
    project.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    project.edit(
        "shop/entities/user.rs",
        "    pub name: String,",
        "    pub name: String,\n    pub mail: Option<String>,",
    );
    project.succeeds(&["--project", "shop", "migration", "AddMail"]);
    project
}

fn commit(project: &Project, message: &str) {
    project.git(&["add", "."]);
    project.git(&["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", message]);
}

/// The commands of a workflow in their order, those of `run:` and of `script:`, but for the one that installs `gen`.
fn commands(text: &str) -> Vec<String> {
    let runs = text.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("- ").unwrap_or(line);
        let command = line.strip_prefix("run: ").unwrap_or(line);
        ["gen ", "mkdir ", "echo ", "export ", "cargo "]
            .iter()
            .any(|start| command.starts_with(start))
            .then_some(command)
    });
    let runs: Vec<String> = runs.map(str::to_owned).collect();
    let installed = format!("cargo install --locked --version {} --root .gen-bin sea-gen", env!("CARGO_PKG_VERSION"));
    assert!(runs.contains(&installed), "{text}");
    runs.into_iter().filter(|run| *run != installed).collect()
}

/// Runs one command as a host does.
fn run(project: &Project, scratch: &Scratch, command: &str) -> Output {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_gen")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-eo", "pipefail", "-c", command]).current_dir(project.path("shop")).env_clear().env("PATH", path);
    shell.env("GITHUB_BASE_REF", "main").env("GITHUB_PATH", project.path("path"));
    shell.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "origin/main");
    shell.env("DATABASE_URL", &scratch.url);
    shell.output().unwrap()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

on_each!(every_command_of_the_workflow_succeeds, what_is_wrong_fails_the_workflow);

fn every_command_of_the_workflow_succeeds(product: Product) {
    let scratch = block(Scratch::create(product)).unwrap();
    for (host, file) in [("github", ".github/workflows/gen.yml"), ("gitlab", ".gitlab-ci.yml")] {
        let project = repository(product);
        project.succeeds(&["--project", "shop", "ci", host]);
        commit(&project, "second");
        let text = project.read(file);
        assert!(text.contains("shop"), "{text}");
        let commands = commands(&text);
        for wanted in [
            "gen check --entities --lock",
            "gen check --replay",
            "gen lint --base",
            "gen verify --dialect",
            "gen report --out reports/migration_audit_report.md",
        ] {
            assert!(commands.iter().any(|command| command.starts_with(wanted)), "{text}");
        }
        for command in &commands {
            let output = run(&project, &scratch, command);
            assert!(output.status.success(), "{command}: {}", project.shown(&output));
        }
        let report = if host == "github" { "shop/reports/lint.sarif" } else { "shop/reports/lint.json" };
        let report: serde_json::Value = serde_json::from_str(&project.read(report)).unwrap();
        // The migration that main has is not looked at again.
        assert!(!report.to_string().contains("initial"), "{report}");
        let proof = project.read(format!("shop/reports/verify-{}.json", product.key()));
        serde_json::from_str::<serde_json::Value>(&proof).unwrap();
    }
    block(scratch.remove()).unwrap();
}

fn what_is_wrong_fails_the_workflow(product: Product) {
    let scratch = block(Scratch::create(product)).unwrap();
    let project = repository(product);
    project.succeeds(&["--project", "shop", "ci", "github"]);
    let fails = |project: &Project| {
        let commands = commands(&project.read(".github/workflows/gen.yml"));
        let failed = commands.into_iter().find(|command| !run(project, &scratch, command).status.success());
        failed.unwrap_or_default()
    };
    assert_eq!(fails(&project), "");
    // Code without its migration.
    project.edit("shop/entities/user.rs", "    pub mail: Option<String>,\n", "");
    assert_eq!(fails(&project), "gen check --entities --lock");
    // A hazard, which a comment does not explain.
    project.succeeds(&["--project", "shop", "migration", "DropMail", "--allow", "drop-column"]);
    assert!(fails(&project).starts_with("gen lint --base"), "{}", fails(&project));
    block(scratch.remove()).unwrap();
}

#[apply(test)]
fn a_file_of_somebody_else_is_left_alone() {
    let project = Project::begun();
    project.write(".gitlab-ci.yml", "test:\n  script: cargo test\n");
    shows!(project.refused(&["ci", "gitlab"]), @"
    error: `.gitlab-ci.yml` is not as `gen ci` wrote it

    hint: write a file of its own: `gen ci gitlab --out .gitlab/gen.yml`
    hint: and include it in `.gitlab-ci.yml`: `include: [{ local: .gitlab/gen.yml }]`
    hint: or replace it: `gen ci gitlab --force`
    ");
    project.succeeds(&["ci", "gitlab", "--out", ".gitlab/gen.yml"]);
    assert!(project.succeeds(&["ci", "gitlab", "--out", ".gitlab/gen.yml"]).is_empty(), "the same is written twice");
    shows!(project.run(&["ci", "github"]), @"
    exit 0
    --- stdout
    wrote .github/workflows/gen.yml
    --- stderr

    next: read it, and commit it
    ");
    project.edit(".github/workflows/gen.yml", "ubuntu-latest", "ubuntu-24.04");
    shows!(project.refused(&["ci", "github"]), @"
    error: `.github/workflows/gen.yml` is not as `gen ci` wrote it

    hint: write another file beside it: `gen ci github --out .github/workflows/schema.yml`
    hint: or replace it: `gen ci github --force`
    ");
    project.succeeds(&["ci", "github", "--force"]);
    assert!(!project.read(".github/workflows/gen.yml").contains("ubuntu-24.04"));
    // What it wrote itself it writes anew when the project has changed.
    project.edit("gen.toml", "[\"sqlite\"", "[\"sqlite\", \"postgres\"");
    project.succeeds(&["ci", "github"]);
    assert!(project.read(".github/workflows/gen.yml").contains("image: postgres:"));
}

#[apply(test)]
fn owners_get_one_line() {
    let project = Project::begun();
    project.write("docs/CODEOWNERS", "* @shop/all");
    project.succeeds(&["ci", "github", "--codeowners", "@shop/databases"]);
    project.succeeds(&["ci", "github", "--codeowners", "@shop/databases"]);
    assert_eq!(project.read("docs/CODEOWNERS"), "* @shop/all\n/migrations/ @shop/databases\n");
    project.succeeds(&["ci", "gitlab", "--codeowners", "@shop/databases", "--out", "gen.yml"]);
    shows!(project.refused(&["ci", "github", "--codeowners", "databases"]), @"
    error: `databases` is no owner: a user, a team or an address

    hint: `--codeowners @company/databases`
    ");
}
