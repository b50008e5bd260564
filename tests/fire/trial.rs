//! A walk up and down through the migrations of a product, interrupted at every leg, and what each interruption ended in.
//!
//! Must not know how an interruption is done.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::compare::{Picture, Server};
use crate::databases::{Site, Way};
use crate::faults::{Fault, Interruption, Kind, LIMIT, interrupt};
use crate::projects::{Direction, End, Leg, Project};
use crate::proxy::{Plan, Point, Proxy};
use crate::random::Random;

/// How often the command may be given again.
const RUNS: usize = 4;

/// How often the walk goes up and down on one database: PostgreSQL counts the columns that were dropped.
const ROUNDS: usize = 10;

/// What an interruption ended in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// One more run, and all was right.
    Right,
    /// All was right, after this many more runs.
    Later(usize),
    /// The command refuses to go on.
    Refused,
    /// The content is not that of an undisturbed run.
    Wrong,
    /// One of several runners did not succeed.
    Lost,
}

/// An interruption and its end.
pub struct Ended {
    pub fault: Fault,
    pub leg: Leg,
    pub outcome: Outcome,
    pub hung: bool,
    /// What there is to say about it.
    pub said: String,
}

/// An undisturbed run of a leg.
#[derive(Clone, Copy)]
struct Measure {
    duration: Duration,
    requests: usize,
}

/// The walk of one product on one site.
pub struct Walk {
    pub site: Site,
    project: Project,
    proxy: Option<Proxy>,
    legs: Vec<Leg>,
    expected: BTreeMap<(Direction, usize), Picture>,
    measures: BTreeMap<Leg, Measure>,
    /// The requests of each leg that were not yet interrupted.
    requests: BTreeMap<Leg, Vec<(usize, Point)>>,
    next: usize,
    rounds: usize,
    random: Random,
    runners: usize,
}

impl Walk {
    /// Walks undisturbed; every further time must find what the first one found.
    pub fn begin(way: Way, site: Site, seed: u64, runners: usize, times: usize) -> Result<Self, String> {
        let product = way.product();
        let project = Project::new(way);
        let is_postgres = product == sea_gen::schema::Product::Postgres;
        let proxy = site.port().map(|port| Proxy::start(port, is_postgres));
        let legs = project.walk();
        let mut walk = Self {
            site,
            project,
            proxy,
            legs,
            expected: BTreeMap::new(),
            measures: BTreeMap::new(),
            requests: BTreeMap::new(),
            next: 0,
            rounds: 0,
            random: Random::new(seed),
            runners,
        };
        walk.site.renew();
        for round in 0..times {
            for leg in walk.legs.clone() {
                if round > 0 && leg.from == 0 {
                    continue;
                }
                let measure = walk.undisturbed(leg)?;
                walk.measures.insert(leg, measure);
                let picture = Picture::of(&walk.site).map_err(|error| error.to_string())?;
                let key = (leg.direction(), leg.to);
                if let Some(before) = walk.expected.insert(key, picture.clone()) {
                    let differences = picture.differences(&before, Server::Untouched);
                    if !differences.is_empty() {
                        return Err(format!("{product}: {leg:?} is not the same twice:\n{}", differences.join("\n")));
                    }
                }
            }
        }
        walk.measure_whole_ways();
        walk.start_again()?;
        Ok(walk)
    }

    /// The way from the first migration to the last one and back in one run.
    fn measure_whole_ways(&mut self) {
        let last = self.project.ids.len();
        for whole in [Leg { from: 1, to: last }, Leg { from: last, to: 1 }] {
            let parts = self.measures.iter().filter(|(leg, _)| leg.from > 0 && leg.direction() == whole.direction());
            let (mut duration, mut requests) = (Duration::ZERO, 0);
            for (_, measure) in parts {
                duration += measure.duration;
                requests += measure.requests;
            }
            self.measures.insert(whole, Measure { duration, requests });
        }
    }

    fn undisturbed(&self, leg: Leg) -> Result<Measure, String> {
        let begun = Instant::now();
        let url = self.site.url(self.proxy.as_ref().map(|proxy| proxy.port));
        if let Some(proxy) = &self.proxy {
            proxy.prepare(Plan::Pass);
        }
        let command = self.project.command(leg);
        let end = self.project.run(&command, &url).end(LIMIT);
        match end.code {
            Some(0) => {
                let requests = self.proxy.as_ref().map_or(0, Proxy::count);
                Ok(Measure { duration: begun.elapsed(), requests })
            }
            _ => Err(format!("{}: undisturbed `gen {}`: {}", self.site.product, command.join(" "), end.said)),
        }
    }

    /// An empty database again, so that the first leg comes next.
    fn start_again(&mut self) -> Result<(), String> {
        self.site.renew();
        (self.next, self.rounds) = (0, 0);
        Ok(())
    }

    /// The leg that comes next; sometimes the rest of the way in one run.
    fn next_leg(&mut self) -> Result<Leg, String> {
        if self.next >= self.legs.len() {
            self.rounds += 1;
            self.next = 1;
            if self.rounds >= ROUNDS {
                self.start_again()?;
            }
        }
        let leg = self.legs[self.next];
        let last = self.project.ids.len();
        let is_at_end = leg.from == 1 || leg.from == last;
        if is_at_end && self.random.below(6) == 0 {
            let whole = Leg { from: leg.from, to: if leg.from == 1 { last } else { 1 } };
            self.next = if leg.from == 1 {
                self.legs.iter().position(|leg| leg.from == last).unwrap_or(0)
            } else {
                self.legs.len()
            };
            return Ok(whole);
        }
        self.next += 1;
        Ok(leg)
    }

    /// Interrupts the next leg.
    pub fn trial(&mut self, kind: Kind) -> Result<Ended, String> {
        loop {
            let leg = self.next_leg()?;
            let fault = self.fault(kind, leg);
            let ended = self.once(leg, fault);
            if let Some(ended) = ended {
                if ended.outcome == Outcome::Refused || ended.outcome == Outcome::Wrong {
                    self.start_again()?;
                }
                return Ok(ended);
            }
        }
    }

    fn fault(&mut self, kind: Kind, leg: Leg) -> Fault {
        let measure = self.measures[&leg];
        let mut fault = Fault::random(kind, &mut self.random, measure.duration, measure.requests, self.runners);
        if kind == Kind::Question {
            let left = self.requests.entry(leg).or_default();
            if left.is_empty() {
                *left = (1..=measure.requests).flat_map(|at| Point::ALL.map(|point| (at, point))).collect();
                self.random.shuffle(left);
            }
            if let Some((at, point)) = left.pop() {
                (fault.at, fault.point) = (at as u64, point);
            }
        }
        fault
    }

    /// Does one written down interruption on a fresh database.
    pub fn repeat(&mut self, leg: Leg, fault: Fault) -> Result<Option<Ended>, String> {
        self.site.renew();
        match leg.direction() {
            Direction::Up if leg.from == 0 => {}
            Direction::Up => drop(self.undisturbed(Leg { from: 0, to: leg.from })?),
            Direction::Down => drop(self.undisturbed(Leg { from: 0, to: leg.from })?),
        }
        Ok(self.once(leg, fault))
    }

    /// `None` if the run had ended before it was interrupted.
    fn once(&mut self, leg: Leg, fault: Fault) -> Option<Ended> {
        let interruption = interrupt(&fault, &mut self.site, &self.project, self.proxy.as_ref(), leg);
        let is_asked = fault.is_looked_at && self.site.port().is_some();
        let between = if is_asked { unfinished(&self.site) } else { String::new() };
        let (ends, came_right) = self.again(leg, &fault);
        let differences = match came_right {
            true => match Picture::of(&self.site) {
                Ok(picture) => {
                    let server = if fault.kind == Kind::Server { Server::Crashed } else { Server::Untouched };
                    picture.differences(&self.expected[&(leg.direction(), leg.to)], server)
                }
                Err(error) => vec![error.to_string()],
            },
            false => Vec::new(),
        };
        let outcome = match (came_right, ends.len()) {
            _ if !differences.is_empty() => Outcome::Wrong,
            (false, _) => Outcome::Refused,
            (true, _) if !interruption.losers.is_empty() => Outcome::Lost,
            (true, 1) => Outcome::Right,
            (true, runs) => Outcome::Later(runs),
        };
        if !interruption.hit && outcome == Outcome::Right {
            return None;
        }
        let said = self.told(&interruption, &between, &ends, &differences);
        Some(Ended { fault, leg, outcome, hung: interruption.hung, said })
    }

    /// The same command again, until it succeeds.
    fn again(&self, leg: Leg, fault: &Fault) -> (Vec<End>, bool) {
        let command = self.project.command(leg);
        if let Some(at) = fault.again {
            let run = self.project.run(&command, &self.site.url_of_run());
            std::thread::sleep(Duration::from_micros(at));
            run.kill();
            run.end(LIMIT);
        }
        let mut ends = Vec::new();
        for _ in 0..RUNS {
            let end = self.project.run(&command, &self.site.url_of_run()).end(LIMIT);
            let is_right = end.code == Some(0);
            ends.push(end);
            if is_right {
                return (ends, true);
            }
        }
        (ends, false)
    }

    fn told(&self, interruption: &Interruption, between: &str, ends: &[End], differences: &[String]) -> String {
        let indented = |text: &str| text.lines().map(|line| format!("    {line}\n")).collect::<String>();
        let code = |end: &End| end.code.map_or("a signal".to_owned(), |code| code.to_string());
        let mut text = String::new();
        let mut add = |title: String, body: &str| text.push_str(&format!("  {title}\n{}", indented(body)));
        if !interruption.place.is_empty() {
            add("interrupted at the request".to_owned(), &interruption.place);
        }
        add(format!("first run: {}", code(&interruption.end)), &interruption.end.said);
        for loser in interruption.losers.iter().take(3) {
            add(format!("a runner: {}", code(loser)), &loser.said);
        }
        if !between.is_empty() {
            add("the history after it".to_owned(), between);
        }
        let mut before = "";
        for (number, end) in ends.iter().enumerate() {
            if end.said != before {
                add(format!("run {} of the same command: {}", number + 2, code(end)), &end.said);
            }
            before = &end.said;
        }
        if !differences.is_empty() {
            let shown: Vec<&str> = differences.iter().map(String::as_str).take(16).collect();
            add("what differs (- expected, + found)".to_owned(), &shown.join("\n"));
        }
        text
    }
}

/// The rows of the history that are not done.
fn unfinished(site: &Site) -> String {
    let sql = "SELECT id, status, direction, statements, coalesce(journal, '') FROM sea_gen_history \
               WHERE status IN ('running', 'failed')";
    match site.ask(sql) {
        Ok(rows) if rows.is_empty() => "no migration is half done".to_owned(),
        Ok(rows) => {
            let line =
                |row: sea_gen_runner::session::Row<'_>| (0..5).map(|at| row.text(at)).collect::<Vec<_>>().join(" ");
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Err(error) => error.to_string(),
    }
}
