//! The case files, each at three depths: its golden text, there and back in memory, and live on every database at hand.
//!
//! `BLESS=1 cargo test --test cases text` rewrites the golden text. Must not know what any one case is about.

#![allow(
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test harness reads its cases, writes what is blessed and says what is wrong"
)]

mod case;
#[path = "it/support.rs"]
mod support;

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use sea_gen::schema::Product;

use case::{Case, live, outcome, rust};

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let cases = match case::read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")) {
        Ok(cases) => cases,
        Err(reason) => {
            eprintln!("{reason}");
            return std::process::ExitCode::FAILURE;
        }
    };
    let trials = cases.into_iter().flat_map(|case| trials(Arc::new(case))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(case: Arc<Case>) -> Vec<Trial> {
    let name = |depth: &str| format!("case::{}::{depth}", case.name);
    let trial = |depth: &str, run: fn(&Case) -> Result<(), String>| {
        let case = Arc::clone(&case);
        Trial::test(name(depth), move || run(&case).map_err(Failed::from))
    };
    let mut trials = vec![trial("text", text), trial("memory", outcome::there_and_back)];
    if rust::has_module(&case) {
        trials.push(trial("rust::text", rust::text));
        trials.extend(case.products.iter().map(|product| in_rust(&case, *product)));
    }
    for product in case.products.iter().copied() {
        let case = Arc::clone(&case);
        let trial = Trial::test(name(&format!("live::{}", product.key())), move || {
            live::run(&case, product).map_err(Failed::from)
        });
        trials.push(trial.with_ignored_flag(!support::is_at_hand(product)));
    }
    trials
}

fn in_rust(case: &Arc<Case>, product: Product) -> Trial {
    let (name, case) = (format!("case::{}::rust::live::{}", case.name, product.key()), Arc::clone(case));
    let trial = Trial::test(name, move || rust::live(&case, product).map_err(Failed::from));
    trial.with_ignored_flag(!support::is_at_hand(product))
}

fn text(case: &Case) -> Result<(), String> {
    let found = outcome::blessed(case)?;
    if found == case.blessed {
        return Ok(());
    }
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(&case.path, format!("{}{found}", case.head)).map_err(|error| error.to_string());
    }
    Err(format!(
        "{} is not what comes out; if it should be, `BLESS=1 cargo test --test cases text` writes it\n{}",
        case.path.display(),
        outcome::lines(&case.blessed, &found)
    ))
}
