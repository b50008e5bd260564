//! The workflow of GitHub Actions.
//!
//! Must not know where it is written.

use crate::dialect::Product;

use super::{Facts, Service, install};

const HEAD: &str = r#"name: schema

on:
  pull_request:
  push:
    branches: [main]

permissions:
  contents: read

defaults:
  run:
    shell: bash
"#;

pub(super) fn text(facts: &Facts) -> String {
    let mut text = HEAD.to_owned();
    if let Some(folder) = &facts.folder {
        text.push_str(&format!("    working-directory: {folder}\n"));
    }
    if !facts.variables.is_empty() {
        text.push_str("\nenv:\n");
        facts.variables.iter().for_each(|(name, value)| text.push_str(&format!("  {name}: \"{value}\"\n")));
    }
    text.push_str("\njobs:\n");
    text.push_str("  check:\n    name: entities, snapshot, lock, hazards\n    runs-on: ubuntu-latest\n    steps:\n");
    text.push_str("      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n");
    text.push_str(&installed(facts));
    text.push_str(CHECKS);
    text.push_str(&reports(facts, "lint"));
    for product in &facts.dialects {
        text.push_str(&proof(facts, *product));
    }
    text
}

/// Only what a pull request adds is annotated; what was there before was reviewed then.
const CHECKS: &str = r#"      - run: gen check --entities --lock
      - run: mkdir -p reports
      - if: github.event_name == 'pull_request'
        run: gen lint --base "origin/$GITHUB_BASE_REF" --format sarif > reports/lint.sarif || true
      - if: github.event_name == 'pull_request'
        run: gen lint --base "origin/$GITHUB_BASE_REF" --format github
      - if: always()
        run: gen report --out reports/migration_audit_report.md
"#;

/// The program, from the cache if this version was built before.
fn installed(facts: &Facts) -> String {
    let folder = facts.folder.iter().map(|folder| format!("{folder}/")).collect::<String>();
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "      - uses: actions/cache@v4\n        with:\n          path: {folder}.gen-bin\n          key: gen-{version}-${{{{ runner.os }}}}\n      \
         - run: {}\n      - run: echo \"$PWD/.gen-bin/bin\" >> \"$GITHUB_PATH\"\n",
        install()
    )
}

fn reports(facts: &Facts, name: &str) -> String {
    let folder = facts.folder.iter().map(|folder| format!("{folder}/")).collect::<String>();
    format!(
        "      - if: always()\n        uses: actions/upload-artifact@v4\n        with:\n          name: gen-{name}\n          path: {folder}reports\n          if-no-files-found: ignore\n"
    )
}

fn proof(facts: &Facts, product: Product) -> String {
    let key = product.key();
    let mut text = format!("\n  proof-{key}:\n    name: proof on {product}\n    runs-on: ubuntu-latest\n");
    if let Some(service) = Service::of(product) {
        let variable = |(name, value): &(&str, &str)| format!("          {name}: \"{value}\"\n");
        let variables: String = service.variables.iter().map(variable).collect();
        text.push_str(&format!(
            "    services:\n      database:\n        image: {}\n        env:\n{variables}        ports: [\"{port}:{port}\"]\n        \
             options: >-\n          --health-cmd \"{}\" --health-interval 5s --health-timeout 5s --health-retries 24\n    env:\n      DATABASE_URL: {}\n",
            service.image,
            service.health,
            service.url("127.0.0.1"),
            port = service.port,
        ));
    }
    text.push_str("    steps:\n      - uses: actions/checkout@v4\n");
    text.push_str(&installed(facts));
    text.push_str("      - run: mkdir -p reports\n");
    super::proofs(product).iter().for_each(|command| text.push_str(&format!("      - run: {command}\n")));
    text.push_str(&reports(facts, &format!("proof-{key}")));
    text
}
