//! The kinds of interruption: how each is chosen, done, and written down so that it can be done again.
//!
//! Must not know what is right afterwards.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use sea_gen::schema::Product;

use crate::databases::{Site, Way};
use crate::projects::{End, Leg, Project, Run};
use crate::proxy::{Plan, Point, Proxy};
use crate::random::Random;

/// After how long a frozen client should have noticed.
const FREEZE: Duration = Duration::from_secs(90);

/// How long anything else may take.
pub const LIMIT: Duration = Duration::from_mins(2);

/// A kind of interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Kill,
    Terminate,
    Interrupt,
    Cut,
    Question,
    Freeze,
    Server,
    Full,
    Race,
}

impl Kind {
    pub const ALL: [Self; 9] = [
        Self::Kill,
        Self::Terminate,
        Self::Interrupt,
        Self::Cut,
        Self::Question,
        Self::Freeze,
        Self::Server,
        Self::Full,
        Self::Race,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::Terminate => "term",
            Self::Interrupt => "int",
            Self::Cut => "cut",
            Self::Question => "question",
            Self::Freeze => "freeze",
            Self::Server => "server",
            Self::Full => "full",
            Self::Race => "race",
        }
    }

    /// As the table names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kill => "SIGKILL at any time",
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::Cut => "the connection is cut",
            Self::Question => "SIGKILL at each request (before, sent, answered, after)",
            Self::Freeze => "the network is silent",
            Self::Server => "SIGKILL of the server",
            Self::Full => "the disk is full",
            Self::Race => "several runners at once",
        }
    }

    pub fn is_for(self, way: Way) -> bool {
        match self {
            Self::Kill | Self::Terminate | Self::Interrupt | Self::Race => true,
            Self::Cut | Self::Question | Self::Freeze => way.product() != Product::Sqlite && way != Way::Cluster,
            Self::Server => matches!(way, Way::Direct(product) if product != Product::Sqlite),
            Self::Full => way.product() == Product::Sqlite,
        }
    }

    /// Whether it takes too long for every run of the tests.
    pub fn is_on_request(self) -> bool {
        matches!(self, Self::Freeze | Self::Server)
    }

    /// How many of a hundred interruptions are of this kind.
    pub fn share(self, product: Product) -> usize {
        match (self, product == Product::Sqlite) {
            (Self::Kill, true) => 55,
            (Self::Kill, false) => 20,
            (Self::Question, _) => 45,
            (Self::Cut, _) => 10,
            (Self::Terminate | Self::Interrupt, true) => 10,
            (Self::Terminate | Self::Interrupt, false) => 6,
            (Self::Full, _) => 20,
            (Self::Server, _) => 8,
            (Self::Race, _) => 5,
            (Self::Freeze, _) => 2,
        }
    }
}

/// One interruption.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    pub kind: Kind,
    /// A time in microseconds, the number of a request, or how many KiB are free.
    pub at: u64,
    /// For a request; for several runners, how many.
    pub point: Point,
    pub runners: usize,
    /// When the second run is killed too, in microseconds.
    pub again: Option<u64>,
    /// Whether the history is looked at between the runs.
    pub is_looked_at: bool,
}

impl Fault {
    /// An interruption by chance. `duration` and `requests` are those of an undisturbed run.
    pub fn random(kind: Kind, random: &mut Random, duration: Duration, requests: usize, runners: usize) -> Self {
        let time = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX).max(1000);
        let at = match kind {
            Kind::Question | Kind::Freeze => 1 + random.below(requests.max(1) as u64),
            Kind::Full => random.below(2500),
            Kind::Race => random.below(2) * random.below(time),
            Kind::Kill | Kind::Terminate | Kind::Interrupt | Kind::Cut | Kind::Server => random.below(time),
        };
        let point = Point::ALL[usize::try_from(random.below(4)).unwrap_or(0)];
        let again = (random.below(4) == 0).then(|| random.below(time));
        Self { kind, at, point, runners, again, is_looked_at: random.below(2) == 0 }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let again = self.again.map_or("-".to_owned(), |at| at.to_string());
        let point = self.point.name();
        write!(f, "{}:{}:{point}:{}:{again}:{}", self.kind.name(), self.at, self.runners, u8::from(self.is_looked_at))
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [kind, at, point, runners, again, looked] = parts.as_slice() else {
            return Err(format!("`{text}` is no fault"));
        };
        let kind = Kind::ALL.into_iter().find(|it| it.name() == *kind).ok_or("no such kind")?;
        let point = Point::ALL.into_iter().find(|it| it.name() == *point).ok_or("no such point")?;
        let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
        let again = if *again == "-" { None } else { Some(number(again)?) };
        let runners = usize::try_from(number(runners)?).map_err(|error| error.to_string())?;
        Ok(Self { kind, at: number(at)?, point, runners, again, is_looked_at: *looked == "1" })
    }
}

/// What an interruption came to.
pub struct Interruption {
    /// Whether it hit: the run had not ended before.
    pub hit: bool,
    /// Whether the run had to be killed, because it noticed nothing.
    pub hung: bool,
    /// What was interrupted, as far as that is known.
    pub place: String,
    /// The end of the run that was interrupted.
    pub end: End,
    /// The ends of runners that should have succeeded and did not.
    pub losers: Vec<End>,
}

fn micros(at: u64) -> Duration {
    Duration::from_micros(at)
}

/// Starts a run and interrupts it.
pub fn interrupt(fault: &Fault, site: &mut Site, project: &Project, proxy: Option<&Proxy>, leg: Leg) -> Interruption {
    let command = project.command(leg);
    let direct = site.url_of_run();
    let plain =
        |hit: bool, place: String, end: End| Interruption { hit, hung: end.hung, place, end, losers: Vec::new() };
    match (fault.kind, proxy) {
        (Kind::Kill | Kind::Terminate | Kind::Interrupt, _) => {
            let run = project.run(&command, &direct);
            std::thread::sleep(micros(fault.at));
            let hit = run.is_running();
            match fault.kind {
                Kind::Terminate => run.signal("TERM"),
                Kind::Interrupt => run.signal("INT"),
                _ => run.kill(),
            }
            let end = run.end(LIMIT);
            plain(hit && end.code != Some(0), String::new(), end)
        }
        (Kind::Cut, Some(proxy)) => {
            proxy.prepare(Plan::Pass);
            let run = project.run(&command, &site.url(Some(proxy.port)));
            std::thread::sleep(micros(fault.at));
            let (hit, place) = (run.is_running(), proxy.last());
            proxy.cut();
            let end = run.end(LIMIT);
            plain(hit && end.code != Some(0), place, end)
        }
        (Kind::Question, Some(proxy)) => {
            let number = usize::try_from(fault.at).unwrap_or(usize::MAX);
            proxy.prepare(Plan::KillAt(number, fault.point));
            let run = project.run(&command, &site.url(Some(proxy.port)));
            proxy.attach(&run);
            let end = run.end(LIMIT);
            let fired = proxy.fired();
            plain(fired.is_some() && end.code != Some(0), fired.unwrap_or_default(), end)
        }
        (Kind::Freeze, Some(proxy)) => {
            let number = usize::try_from(fault.at).unwrap_or(usize::MAX);
            proxy.prepare(Plan::FreezeAt(number));
            let run = project.run(&command, &site.url(Some(proxy.port)));
            let end = run.end(FREEZE);
            let fired = proxy.fired();
            proxy.prepare(Plan::Pass);
            plain(fired.is_some(), fired.unwrap_or_default(), end)
        }
        (Kind::Server, _) => {
            let run = project.run(&command, &direct);
            std::thread::sleep(micros(fault.at));
            let hit = run.is_running();
            site.kill_server();
            let end = run.end(LIMIT);
            site.start_server().unwrap();
            plain(hit && end.code != Some(0), String::new(), end)
        }
        (Kind::Full, _) => full(fault, site, &project.run(&["--version"], ""), || project.run(&command, &direct)),
        (Kind::Race, _) => {
            let runs: Vec<Run> = (0..fault.runners).map(|_| project.run(&command, &site.url_of_run())).collect();
            if fault.at > 0 {
                std::thread::sleep(micros(fault.at));
                runs[0].kill();
            }
            let mut ends: Vec<End> = runs.iter().map(|run| run.end(LIMIT)).collect();
            let first = ends.remove(0);
            let hung = first.hung;
            let is_killed = fault.at > 0 && first.code.is_none();
            let (mut losers, end) = match is_killed || first.code == Some(0) {
                true => (Vec::new(), first),
                false => (vec![first], End { code: None, hung: false, said: String::new() }),
            };
            losers.extend(ends.into_iter().filter(|end| end.code != Some(0)));
            Interruption { hit: true, hung, place: String::new(), end, losers }
        }
        (Kind::Cut | Kind::Question | Kind::Freeze, None) => {
            plain(false, String::new(), End { code: None, hung: false, said: "no proxy".to_owned() })
        }
    }
}

/// Leaves a few KiB free on the file system of the database.
fn full(fault: &Fault, site: &Site, version: &Run, start: impl FnOnce() -> Run) -> Interruption {
    version.end(LIMIT);
    let filler = site.folder().join("filler");
    let free = free_kib(site);
    let filled = free.saturating_sub(fault.at);
    let content = vec![0_u8; usize::try_from(filled * 1024).unwrap_or(0)];
    std::fs::write(&filler, content).unwrap();
    let end = start().end(LIMIT);
    std::fs::remove_file(&filler).unwrap();
    Interruption { hit: end.code != Some(0), hung: end.hung, place: String::new(), end, losers: Vec::new() }
}

fn free_kib(site: &Site) -> u64 {
    let output = std::process::Command::new("df").args(["-k", "--output=avail"]).arg(site.folder()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().nth(1).and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}
