//! The jobs of GitLab CI.
//!
//! Must not know where they are written.

use crate::dialect::Product;

use super::{Facts, Service, install};

pub(super) fn text(facts: &Facts) -> String {
    let mut text = format!(
        ".gen:\n  image: rust:1-bookworm\n  variables:\n    GIT_DEPTH: \"0\"\n{}  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n    \
         - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n  cache:\n    key: gen-{}\n    paths: [{folder}.gen-bin]\n  artifacts:\n    when: always\n    \
         paths: [{folder}reports]\n  before_script:\n",
        variables(facts),
        env!("CARGO_PKG_VERSION"),
        folder = folder(facts),
    );
    if let Some(folder) = &facts.folder {
        text.push_str(&format!("    - cd {folder}\n"));
    }
    text.push_str(&format!(
        "    - {}\n    - export PATH=\"$PWD/.gen-bin/bin:$PATH\"\n    - mkdir -p reports\n",
        install()
    ));
    text.push_str(&format!(
        "\ngen-check:\n  extends: .gen\n  script:\n    - gen check --entities --lock\n  after_script:\n{}\n{}",
        report(facts),
        lint(facts)
    ));
    for product in &facts.dialects {
        text.push_str(&proof(*product));
    }
    text
}

/// A shell of its own, which knows neither the folder nor the path.
fn report(facts: &Facts) -> String {
    let folder = facts.folder.iter().map(|folder| format!("    - cd {folder}\n")).collect::<String>();
    format!(
        "{folder}    - export PATH=\"$PWD/.gen-bin/bin:$PATH\"\n    - gen report --out reports/migration_audit_report.md\n"
    )
}

/// Only what a merge request adds is annotated; what was there before was reviewed then.
fn lint(facts: &Facts) -> String {
    format!(
        "gen-lint:\n  extends: .gen\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n  artifacts:\n    when: always\n    \
         paths: [{folder}reports]\n    reports:\n      codequality: {folder}reports/lint.json\n  script:\n    \
         - gen lint --base \"$CI_MERGE_REQUEST_DIFF_BASE_SHA\" --format gitlab > reports/lint.json || true\n    \
         - gen lint --base \"$CI_MERGE_REQUEST_DIFF_BASE_SHA\"\n",
        folder = folder(facts),
    )
}

fn folder(facts: &Facts) -> String {
    facts.folder.iter().map(|folder| format!("{folder}/")).collect()
}

fn variables(facts: &Facts) -> String {
    facts.variables.iter().map(|(name, value)| format!("    {name}: \"{value}\"\n")).collect()
}

fn proof(product: Product) -> String {
    let mut text = format!("\ngen-proof-{}:\n  extends: .gen\n", product.key());
    if let Some(service) = Service::of(product) {
        let variable = |(name, value): &(&str, &str)| format!("    {name}: \"{value}\"\n");
        let variables: String = service.variables.iter().map(variable).collect();
        text.push_str(&format!(
            "  services:\n    - name: {}\n      alias: database\n  variables:\n    GIT_DEPTH: \"0\"\n{variables}    DATABASE_URL: {}\n",
            service.image,
            service.url("database"),
        ));
    }
    text.push_str("  script:\n");
    super::proofs(product).iter().for_each(|command| text.push_str(&format!("    - {command}\n")));
    text
}
