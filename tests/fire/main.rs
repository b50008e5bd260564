//! The runner under fire: `gen up` and `gen down` are interrupted in every way, given again, and must end as if nothing had
//! happened, with no manual step.
//!
//! `cargo test --test fire` interrupts some thirty times. `SEA_GEN_FIRE=5000` is the whole; `SEA_GEN_FIRE_PRODUCT` (`postgres`,
//! `mysql`, `mariadb`, `sqlite`, `pgbouncer`; only on request `galera`), `SEA_GEN_FIRE_KIND`, `SEA_GEN_FIRE_SEED` and `SEA_GEN_FIRE_RUNNERS` choose;
//! `SEA_GEN_FIRE_AT_ONCE` walks run at the same time. What went wrong is printed with the line that repeats it:
//! `SEA_GEN_FIRE_AGAIN="mysql 4 7 question:31:answered:8:-:0"`. The table is also written to the file `SEA_GEN_FIRE_TABLE`, after
//! each interruption.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test may fail on the spot, print, and touch files"
)]

mod compare;
mod databases;
mod faults;
#[path = "../it/pooler.rs"]
mod pooler;
mod projects;
mod proxy;
mod random;
mod servers;
#[path = "../it/support.rs"]
mod support;
mod trial;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use sea_gen::schema::Product;

use databases::{Site, Way};
use faults::{Fault, Kind};
use projects::Leg;
use random::Random;
use trial::{Ended, Outcome, Walk};

/// How many interruptions `cargo test` makes.
const SHORT: usize = 40;

/// How many walks are made at the same time.
const AT_ONCE: usize = 2;

/// How the interruptions of one kind on one database ended.
#[derive(Default)]
struct Count {
    tried: usize,
    right: usize,
    later: usize,
    refused: usize,
    wrong: usize,
    lost: usize,
    hung: usize,
}

#[derive(Default)]
struct Report {
    counts: BTreeMap<(Kind, &'static str), Count>,
    /// What is skipped, and why.
    skipped: Vec<String>,
    wrong: Vec<String>,
}

fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number(name: &str) -> Option<usize> {
    value(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn main() -> ExitCode {
    // Programs that list tests ask every binary.
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    if let Some(line) = value("SEA_GEN_FIRE_AGAIN") {
        return repeat(&line);
    }
    let total = number("SEA_GEN_FIRE").unwrap_or(SHORT);
    let seed = number("SEA_GEN_FIRE_SEED").unwrap_or(16) as u64;
    let runners = number("SEA_GEN_FIRE_RUNNERS").unwrap_or(if total > 1000 { 64 } else { 8 });
    let (only_product, only_kind) = (value("SEA_GEN_FIRE_PRODUCT"), value("SEA_GEN_FIRE_KIND"));
    let is_asked_for = |way: &Way| match &only_product {
        Some(only) => only.split(',').any(|only| only == way.key()),
        None => !way.is_on_request(),
    };
    let ways: Vec<Way> = Way::ALL.into_iter().filter(is_asked_for).collect();
    let is_wanted = |kind: &Kind| match &only_kind {
        Some(only) => only == kind.name(),
        None => total > SHORT || !kind.is_on_request(),
    };
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(is_wanted).collect();
    let each = total.div_ceil(ways.len().max(1));
    let mut report = Report::default();
    if total <= SHORT {
        let left_out = Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).map(|kind| kind.name());
        report.skipped.push(format!("only on request: {}", left_out.collect::<Vec<_>>().join(", ")));
    }
    let report = Arc::new(Mutex::new(report));
    let queue = Arc::new(Mutex::new(ways));
    let at_once = number("SEA_GEN_FIRE_AT_ONCE").unwrap_or(AT_ONCE);
    let walkers: Vec<_> = (0..at_once)
        .map(|_| {
            let (report, queue, kinds) = (Arc::clone(&report), Arc::clone(&queue), kinds.clone());
            std::thread::spawn(move || {
                loop {
                    let Some(way) = queue.lock().unwrap().pop() else { break };
                    // A walk that panics is one that could not be made.
                    let walked = std::panic::catch_unwind(|| walk(way, &kinds, (each, seed, runners), &report));
                    if !matches!(walked, Ok(Ok(()))) {
                        let why = walked.map_or_else(|_| "it panicked".to_owned(), |it| it.err().unwrap_or_default());
                        note(&report, &format!("{}: the walk could not be made: {why}", way.key()));
                    }
                }
            })
        })
        .collect();
    for walker in walkers {
        let _ = walker.join();
    }
    let report = report.lock().unwrap();
    print!("{}", table(&report));
    match report.wrong.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Makes the interruptions on one way, in two parts: where the database is, and where its server or its disk can be hurt.
fn walk(
    way: Way,
    kinds: &[Kind],
    (total, seed, runners): (usize, u64, usize),
    report: &Arc<Mutex<Report>>,
) -> Result<(), String> {
    let product = way.product();
    let kinds: Vec<Kind> = kinds.iter().copied().filter(|kind| kind.is_for(way)).collect();
    let all: usize = kinds.iter().map(|kind| kind.share(product)).sum();
    let (hurting, plain): (Vec<Kind>, Vec<Kind>) =
        kinds.iter().copied().partition(|kind| matches!(kind, Kind::Server | Kind::Full));
    for (kinds, is_hurt) in [(plain, false), (hurting, true)] {
        if kinds.is_empty() {
            continue;
        }
        let site = match (is_hurt, product) {
            (false, _) => Site::given(way),
            (true, Product::Sqlite) => Site::small(),
            (true, _) => Site::own(product),
        };
        let site = match site {
            Ok(site) => site,
            Err(why) => {
                let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
                report.lock().unwrap().skipped.push(format!("{}, {}: {why}", way.key(), names.join(", ")));
                continue;
            }
        };
        let own = seed ^ way.key().bytes().fold(0, |sum: u64, byte| sum * 31 + u64::from(byte));
        let times = if total * Way::ALL.len() > SHORT { 2 } else { 1 };
        let mut walk = Walk::begin(way, site, own, runners, times)?;
        let mut random = Random::new(own);
        let mut plan: Vec<Kind> = Vec::new();
        for kind in kinds {
            plan.extend(std::iter::repeat_n(kind, (total * kind.share(product)).div_ceil(all)));
        }
        random.shuffle(&mut plan);
        for kind in plan {
            let ended = walk.trial(kind)?;
            count(report, way, &ended);
        }
        walk.site.close();
    }
    Ok(())
}

fn count(report: &Arc<Mutex<Report>>, way: Way, ended: &Ended) {
    let line = format!("{} {} {} {}", way.key(), ended.leg.from, ended.leg.to, ended.fault);
    {
        let mut report = report.lock().unwrap();
        let count = report.counts.entry((ended.fault.kind, way.key())).or_default();
        count.tried += 1;
        count.hung += usize::from(ended.hung);
        match ended.outcome {
            Outcome::Right => count.right += 1,
            Outcome::Later(_) => count.later += 1,
            Outcome::Refused => count.refused += 1,
            Outcome::Wrong => count.wrong += 1,
            Outcome::Lost => count.lost += 1,
        }
        if let Some(path) = value("SEA_GEN_FIRE_TABLE") {
            std::fs::write(path, table(&report)).unwrap();
        }
    }
    let is_frozen = ended.fault.kind == Kind::Freeze;
    if ended.outcome != Outcome::Right || (ended.hung && !is_frozen) {
        let hung = if ended.hung { ", and hung" } else { "" };
        note(report, &format!("{:?}{hung}: SEA_GEN_FIRE_AGAIN=\"{line}\"\n{}", ended.outcome, ended.said));
    } else if value("SEA_GEN_FIRE_LOUD").is_some() {
        eprintln!("{:?}: {line}", ended.outcome);
    }
}

/// Writes down what is not right, at once: a long run is watched.
fn note(report: &Arc<Mutex<Report>>, text: &str) {
    eprintln!("{text}");
    if let Some(path) = value("SEA_GEN_FIRE_REPORT") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{text}").unwrap();
    }
    report.lock().unwrap().wrong.push(text.to_owned());
}

/// Does one interruption again.
fn repeat(line: &str) -> ExitCode {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [way, from, to, fault] = words.as_slice() else { panic!("`{line}` is not DATABASE FROM TO FAULT") };
    let way = Way::ALL.into_iter().find(|it| it.key() == *way).expect("a database");
    let leg = Leg { from: from.parse().expect("a number"), to: to.parse().expect("a number") };
    let fault: Fault = fault.parse().expect("a fault");
    let site = match fault.kind {
        Kind::Full => Site::small(),
        Kind::Server => Site::own(way.product()),
        _ => Site::given(way),
    };
    let mut walk = Walk::begin(way, site.expect("a database"), 0, fault.runners, 1).expect("an undisturbed walk");
    let ended = walk.repeat(leg, fault).expect("an undisturbed way there");
    walk.site.close();
    match ended {
        None => println!("the run had ended before it was interrupted"),
        Some(ended) => {
            println!("{:?}{}\n{}", ended.outcome, if ended.hung { ", and hung" } else { "" }, ended.said);
            if ended.outcome != Outcome::Right {
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// The kinds of fault and the databases: survived / tried.
fn table(report: &Report) -> String {
    let is_tried = |way: &Way| report.counts.keys().any(|(_, key)| *key == way.key());
    let ways: Vec<Way> = Way::ALL.into_iter().filter(is_tried).collect();
    let names: Vec<&str> = ways.iter().map(|way| way.title()).collect();
    let mut text = format!("| interruption | {} |\n|---{}|\n", names.join(" | "), "|---".repeat(names.len()));
    let (mut survived, mut tried) = (0, 0);
    for kind in Kind::ALL {
        let cells: Vec<String> = ways
            .iter()
            .map(|way| {
                let Some(count) = report.counts.get(&(kind, way.key())) else { return "–".to_owned() };
                survived += count.right;
                tried += count.tried;
                format!("{} / {}", count.right, count.tried)
            })
            .collect();
        text.push_str(&format!("| {} | {} |\n", kind.title(), cells.join(" | ")));
    }
    text.push_str(&format!("\n{survived} of {tried} interruptions ended right by the same command.\n"));
    for ((kind, way), count) in &report.counts {
        let Count { later, refused, wrong, lost, hung, .. } = count;
        if later + refused + wrong + lost + hung > 0 {
            text.push_str(&format!(
                "{way}, {}: {later} only after several runs, {refused} refused, {wrong} wrong, {lost} lost a race, {hung} hung\n",
                kind.name()
            ));
        }
    }
    for skipped in &report.skipped {
        text.push_str(&format!("skipped: {skipped}\n"));
    }
    text
}
