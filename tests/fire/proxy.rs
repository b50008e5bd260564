//! A proxy between `gen` and a server, which counts what `gen` asks and interrupts it at one of its questions.
//!
//! Must not know what the questions mean.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::projects::Run;

/// Where the client is killed, seen from one of its questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// The question is not forwarded.
    Before,
    /// The question is forwarded, and both connections end at once.
    Sent,
    /// The question is answered, and the answer is not passed on.
    Answered,
    /// The answer is passed on.
    After,
}

impl Point {
    pub const ALL: [Self; 4] = [Self::Before, Self::Sent, Self::Answered, Self::After];

    pub fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::After => "after",
        }
    }
}

/// What the proxy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Pass,
    /// The client is killed at this question, counted from 1.
    KillAt(usize, Point),
    /// From this question on nothing is forwarded any more.
    FreezeAt(usize),
}

struct State {
    plan: Plan,
    run: Option<Run>,
    /// How many questions were asked.
    count: usize,
    /// The question at which the plan came true, and the one before it.
    fired: Option<String>,
    last: String,
    frozen: bool,
    streams: Vec<TcpStream>,
}

/// A proxy in front of one server.
pub struct Proxy {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// Starts a proxy in front of a server on this machine, whose protocol is that of PostgreSQL or that of MySQL.
    pub fn start(server: u16, is_postgres: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State {
            plan: Plan::Pass,
            run: None,
            count: 0,
            fired: None,
            last: String::new(),
            frozen: false,
            streams: Vec::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let Ok(client) = client else { break };
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let _ = client.set_nodelay(true);
                let _ = server.set_nodelay(true);
                connect(&shared, client, server, is_postgres);
            }
        });
        Self { port, state }
    }

    /// Prepares for the next run.
    pub fn prepare(&self, plan: Plan) {
        self.cut();
        let mut state = self.state.lock().unwrap();
        *state =
            State { plan, run: None, count: 0, fired: None, last: String::new(), frozen: false, streams: Vec::new() };
    }

    /// Tells it whom to kill.
    pub fn attach(&self, run: &Run) {
        self.state.lock().unwrap().run = Some(run.clone());
    }

    /// Ends every connection.
    pub fn cut(&self) {
        let mut state = self.state.lock().unwrap();
        for stream in state.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// How many questions were asked.
    pub fn count(&self) -> usize {
        self.state.lock().unwrap().count
    }

    /// The question at which the plan came true.
    pub fn fired(&self) -> Option<String> {
        self.state.lock().unwrap().fired.clone()
    }

    /// The last question.
    pub fn last(&self) -> String {
        self.state.lock().unwrap().last.clone()
    }
}

fn connect(state: &Arc<Mutex<State>>, client: TcpStream, server: TcpStream, is_postgres: bool) {
    let watch = Arc::new(Mutex::new(None::<Point>));
    {
        let mut state = state.lock().unwrap();
        state.streams.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
    }
    let (from_client, to_client) = (client.try_clone().unwrap(), client);
    let (from_server, to_server) = (server.try_clone().unwrap(), server);
    let (shared, watched) = (Arc::clone(state), Arc::clone(&watch));
    std::thread::spawn(move || questions(&shared, from_client, to_server, &watched, is_postgres));
    let shared = Arc::clone(state);
    std::thread::spawn(move || answers(&shared, from_server, to_client, &watch, is_postgres));
}

fn kill(state: &Arc<Mutex<State>>, streams: [&TcpStream; 2]) {
    if let Some(run) = &state.lock().unwrap().run {
        run.kill();
    }
    for stream in streams {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn stay_frozen(state: &Arc<Mutex<State>>) {
    while state.lock().unwrap().frozen {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Forwards what the client sends, question by question.
fn questions(
    state: &Arc<Mutex<State>>,
    mut client: TcpStream,
    mut server: TcpStream,
    watch: &Arc<Mutex<Option<Point>>>,
    is_postgres: bool,
) {
    let (mut buffer, mut chunk) = (Vec::new(), vec![0_u8; 1 << 16]);
    let mut begun = false;
    loop {
        let read = match client.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(read) => read,
        };
        buffer.extend_from_slice(&chunk[..read]);
        while let Some((length, question)) = next(&buffer, is_postgres, &mut begun) {
            let message: Vec<u8> = buffer.drain(..length).collect();
            let mut point = None;
            if let Some(question) = question {
                let mut state = state.lock().unwrap();
                state.count += 1;
                match state.plan {
                    Plan::KillAt(at, it) if at == state.count => {
                        state.fired = Some(question.clone());
                        point = Some(it);
                    }
                    Plan::FreezeAt(at) if at == state.count => {
                        state.fired = Some(question.clone());
                        state.frozen = true;
                    }
                    Plan::Pass | Plan::KillAt(..) | Plan::FreezeAt(_) => {}
                }
                state.last = question;
            }
            stay_frozen(state);
            match point {
                Some(Point::Before) => return kill(state, [&client, &server]),
                Some(Point::Answered | Point::After) => *watch.lock().unwrap() = point,
                Some(Point::Sent) | None => {}
            }
            if server.write_all(&message).is_err() {
                break;
            }
            if point == Some(Point::Sent) {
                return kill(state, [&client, &server]);
            }
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

/// Forwards what the server answers.
fn answers(
    state: &Arc<Mutex<State>>,
    mut server: TcpStream,
    mut client: TcpStream,
    watch: &Arc<Mutex<Option<Point>>>,
    is_postgres: bool,
) {
    let mut chunk = vec![0_u8; 1 << 16];
    let mut tail = Vec::new();
    while let Ok(read) = server.read(&mut chunk) {
        if read == 0 {
            break;
        }
        stay_frozen(state);
        let point = *watch.lock().unwrap();
        tail.extend_from_slice(&chunk[..read]);
        tail.drain(..tail.len().saturating_sub(6));
        // PostgreSQL says at the end of an answer that it is ready.
        let is_whole = !is_postgres || tail.get(..5) == Some(&[b'Z', 0, 0, 0, 5]);
        match point {
            Some(Point::Answered) if is_whole => return kill(state, [&client, &server]),
            Some(Point::Answered) => continue,
            Some(Point::Before | Point::Sent | Point::After) | None => {}
        }
        if client.write_all(&chunk[..read]).is_err() {
            break;
        }
        if point == Some(Point::After) && is_whole {
            return kill(state, [&client, &server]);
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = client.shutdown(Shutdown::Both);
}

/// The length of the next whole message, or group of messages, and its text if the server answers it.
fn next(buffer: &[u8], is_postgres: bool, begun: &mut bool) -> Option<(usize, Option<String>)> {
    if is_postgres { next_of_postgres(buffer, begun) } else { next_of_mysql(buffer) }
}

fn next_of_mysql(buffer: &[u8]) -> Option<(usize, Option<String>)> {
    let header = buffer.get(..4)?;
    let length = 4 + usize::from(header[0]) + (usize::from(header[1]) << 8) + (usize::from(header[2]) << 16);
    let payload = buffer.get(4..length)?;
    let is_command = header[3] == 0 && payload.first().is_some_and(|command| *command != 1 && *command != 0x19);
    Some((length, is_command.then(|| words(payload.get(1..).unwrap_or_default()))))
}

fn next_of_postgres(buffer: &[u8], begun: &mut bool) -> Option<(usize, Option<String>)> {
    let long = |at: usize| -> Option<usize> {
        let bytes: [u8; 4] = buffer.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    };
    if !*begun {
        let length = long(0)?;
        buffer.get(..length)?;
        // The request for encryption is answered before the session begins.
        *begun = long(4)? != 80_877_103;
        return Some((length, None));
    }
    let (mut at, mut text) = (0, String::new());
    loop {
        let kind = *buffer.get(at)?;
        let end = at + 1 + long(at + 1)?;
        let payload = buffer.get(at + 5..end)?;
        match kind {
            b'P' | b'Q' => text = words(payload),
            b'p' | b'X' | b'H' => return Some((end, None)),
            _ => {}
        }
        if matches!(kind, b'Q' | b'S') {
            return Some((end, Some(text)));
        }
        at = end;
    }
}

/// The readable part of a message.
fn words(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let readable: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    let words: Vec<&str> = readable.split_whitespace().collect();
    words.join(" ").chars().take(400).collect()
}
