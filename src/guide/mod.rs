//! The user's guide, one page a subject: what the README leaves out. `gen --help` and `gen COMMAND --help` list every option.
//!
//! | task | page |
//! |---|---|
//! | take over a project and its database | [`adopting`] |
//! | answer the questions of `gen migration`, edit a migration | [`migrations`] |
//! | set rules for names, comments, types and steps | [`rules`] |
//! | browse the schema, review a pull request | [`pages`] |
//! | mark personal data, replace it in a copy | [`personal`] |
//! | know what a proof covers | [`proof`] |
//! | apply migrations, deploy, find drift | [`running`] |
//! | tell who did what to a database, watch it | [`auditing`] |
//! | views, functions and grants that are run again; SQL and commands before and after a run | [`hooks`] |
//! | deploy with containers, Kubernetes, systemd, GitHub Actions | [`deployment`] |
//! | migrate from inside the program, test with a database for each test | [`application`] |
//! | keep SeaORM's `Migrator`, and let it run the migrations of `gen` | [`migrator`] |
//! | look up a command, an exit code, a setting, a file | [`reference`](mod@reference) |
//! | know what does not work | [`limits`] |
//! | compare with other tools, see measured times | [`comparison`] |
//! | see what changed between versions | [`changelog`] |
//!
//! Must not hold code: each page is a Markdown file beside this one.

#[doc = include_str!("adopting.md")]
pub mod adopting {}

#[doc = include_str!("migrations.md")]
pub mod migrations {}

#[doc = include_str!("rules.md")]
pub mod rules {}

#[doc = include_str!("pages.md")]
pub mod pages {}

#[doc = include_str!("personal.md")]
pub mod personal {}

#[doc = include_str!("proof.md")]
pub mod proof {}

#[doc = include_str!("running.md")]
pub mod running {}

#[doc = include_str!("auditing.md")]
pub mod auditing {}

#[doc = include_str!("hooks.md")]
pub mod hooks {}

#[doc = include_str!("application.md")]
pub mod application {}

#[doc = include_str!("deployment.md")]
pub mod deployment {}

#[doc = include_str!("migrator.md")]
pub mod migrator {}

#[doc = include_str!("reference.md")]
pub mod reference {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[doc = include_str!("comparison.md")]
pub mod comparison {}

#[doc = include_str!("changelog.md")]
pub mod changelog {}
