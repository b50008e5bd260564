//! A wire between client and server that counts what the client asks.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Listens for one connection to the server behind `url`; gives back the URL to use instead, and the count.
pub fn wire(url: &str) -> (String, Arc<AtomicU64>) {
    let mut through = url::Url::parse(url).expect("a URL");
    let upstream = format!("{}:{}", through.host_str().expect("a host"), through.port().unwrap_or(5432));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    through.set_host(Some("127.0.0.1")).expect("a host");
    through.set_port(Some(listener.local_addr().expect("an address").port())).expect("a port");
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut server = TcpStream::connect(upstream).expect("the server");
        let (mut answers, mut back) = (server.try_clone().expect("a clone"), client.try_clone().expect("a clone"));
        std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
        // The first messages have no letter in front: a length, and what it counts.
        let mut started = false;
        loop {
            let mut letter = [0_u8; 1];
            if started && client.read_exact(&mut letter).is_err() {
                return;
            }
            let mut length = [0_u8; 4];
            if client.read_exact(&mut length).is_err() {
                return;
            }
            let mut body = vec![0_u8; u32::from_be_bytes(length) as usize - 4];
            client.read_exact(&mut body).expect("a whole message");
            if started {
                server.write_all(&letter).expect("the server listens");
                counted.fetch_add(u64::from(matches!(letter[0], b'Q' | b'P')), Ordering::SeqCst);
            } else {
                // The version of the protocol, and not a request for encryption.
                started = body.starts_with(&[0, 3]);
            }
            server.write_all(&length).and_then(|()| server.write_all(&body)).expect("the server listens");
        }
    });
    (through.to_string(), count)
}
