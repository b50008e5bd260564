//! One POST request over HTTP or HTTPS, on the TLS that the drivers of the databases bring along.
//!
//! A client with proxies, redirects and cookies would be four more packages, and none of that is needed to say one thing to one
//! address. Must not know what is sent.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use url::Url;

/// The longest first line of an answer, in bytes.
const LONGEST: u64 = 1_024;

/// Sends a text of JSON to an address; returns the status of the answer. Each step has this much time.
///
/// # Errors
/// Why there is no answer, or what it refuses, without the address, which may be a secret.
pub(super) fn post(address: &str, body: &str, patience: Duration) -> Result<u16, String> {
    let url = Url::parse(address).map_err(|_| "its address cannot be read".to_owned())?;
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return Err("its address has no host".to_owned());
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address has a user, which is not sent".to_owned());
    }
    let stream = connected(host, port, patience)?;
    let request = format!(
        "POST {}{} HTTP/1.1\r\nHost: {}\r\nUser-Agent: sea-gen/{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        url.path(),
        url.query().map(|query| format!("?{query}")).unwrap_or_default(),
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        env!("CARGO_PKG_VERSION"),
        body.len(),
    );
    let status = match url.scheme() {
        "http" => exchange(stream, &request)?,
        "https" => exchange(secured(host, stream)?, &request)?,
        _ => return Err("its address begins with neither https:// nor http://".to_owned()),
    };
    match status {
        200..=299 => Ok(status),
        _ => Err(format!("it answers with status {status}")),
    }
}

fn connected(host: &str, port: u16, patience: Duration) -> Result<TcpStream, String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let addresses = (bare, port).to_socket_addrs().map_err(|_| "its host is not known".to_owned())?;
    let mut refusal = "its host is not known".to_owned();
    for address in addresses {
        let connected = TcpStream::connect_timeout(&address, patience).and_then(|stream| {
            stream.set_read_timeout(Some(patience))?;
            stream.set_write_timeout(Some(patience))?;
            Ok(stream)
        });
        match connected {
            Ok(stream) => return Ok(stream),
            Err(error) => refusal = format!("it cannot be reached: {}", error.kind()),
        }
    }
    Err(refusal)
}

fn secured(host: &str, stream: TcpStream) -> Result<impl Read + Write + use<>, String> {
    let refused = |error: rustls::Error| format!("no safe connection can be made: {error}");
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let settings = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(refused)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| "its host cannot be read".to_owned())?;
    Ok(StreamOwned::new(ClientConnection::new(Arc::new(settings), name).map_err(refused)?, stream))
}

/// Sends a request and reads the status of the answer.
fn exchange(mut stream: impl Read + Write, request: &str) -> Result<u16, String> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut => "it does not answer in time".to_owned(),
        // The words of TLS, which name no address.
        std::io::ErrorKind::InvalidData => format!("no safe connection can be made: {error}"),
        kind => format!("the connection is lost: {kind}"),
    };
    stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).map_err(failed)?;
    let mut first = Vec::new();
    BufReader::new(stream.take(LONGEST)).read_until(b'\n', &mut first).map_err(failed)?;
    let first = String::from_utf8_lossy(&first).into_owned();
    let status = first.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)?.trim().parse().ok());
    status.ok_or_else(|| "its answer is not one of HTTP".to_owned())
}
