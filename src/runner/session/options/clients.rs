//! How the programs of a database (`pg_dump`, `mariadb`) connect to the same one: by variables of the environment, or by an options
//! file. No argument of a program has a password: other users of the machine see arguments.
//!
//! Must not know the programs.

use url::Url;

use crate::Product;

use super::super::driver::Endpoint;
use super::ConnectionOptions;

/// What a URL says and the driver keeps to itself.
#[derive(Clone, Default)]
pub(super) struct ClientSettings {
    password: Option<String>,
    /// The `ssl-mode` of a URL of MySQL or MariaDB.
    ssl_mode: Option<String>,
    /// The TLS parameters, each with the variable of PostgreSQL's programs and the option of MySQL's, if it has one.
    tls: Vec<(&'static str, Option<&'static str>, String)>,
}

/// The TLS parameters of a URL, the variable of PostgreSQL's programs, and the option of MySQL's and MariaDB's.
const TLS: [(&[&str], &str, Option<&str>); 4] = [
    (&["sslmode", "ssl-mode"], "PGSSLMODE", None),
    (&["sslrootcert", "ssl-root-cert", "ssl-ca", "sslca"], "PGSSLROOTCERT", Some("ssl-ca")),
    (&["sslcert", "ssl-cert"], "PGSSLCERT", Some("ssl-cert")),
    (&["sslkey", "ssl-key"], "PGSSLKEY", Some("ssl-key")),
];

impl ClientSettings {
    pub(super) fn of(url: &Url) -> Self {
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let said = |names: &[&str]| url.query_pairs().find(|(key, _)| names.contains(&&**key));
        let value_of = |names: &[&str]| said(names).map(|(_, value)| value.into_owned());
        let is_postgres = url.scheme().starts_with("postgres");
        // PostgreSQL's driver takes that of the query.
        let password = value_of(&["password"]).filter(|_| is_postgres).or_else(|| url.password().map(decoded));
        let ssl_mode = value_of(&["ssl-mode", "sslmode"]).filter(|_| !is_postgres);
        let tls = TLS.iter().filter_map(|(names, variable, option)| Some((*variable, *option, value_of(names)?)));
        Self { password, ssl_mode, tls: tls.collect() }
    }
}

impl ConnectionOptions {
    /// The environment variables by which PostgreSQL's programs connect to this database.
    pub fn postgres_variables(&self) -> Vec<(&'static str, String)> {
        let Endpoint::Server { user, host, port, socket, database } = &self.endpoint else { return Vec::new() };
        let host = socket.as_ref().map_or_else(|| host.clone(), |socket| socket.display().to_string());
        let mut variables = vec![
            ("PGHOST", host),
            ("PGPORT", port.to_string()),
            ("PGUSER", user.clone()),
            ("PGDATABASE", database.clone()),
        ];
        variables.extend(self.client.password.iter().map(|password| ("PGPASSWORD", password.clone())));
        variables.extend(self.client.tls.iter().map(|(variable, _, value)| (*variable, value.clone())));
        variables
    }

    /// The options file by which the programs of MySQL, or those of MariaDB, connect to the server of this database.
    pub fn client_file(&self, programs: Product) -> String {
        let Endpoint::Server { user, host, port, socket, .. } = &self.endpoint else { return String::new() };
        let quoted = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
        let mut lines = vec!["[client]".to_owned(), format!("user={}", quoted(user))];
        match socket {
            Some(socket) => lines.push(format!("socket={}", quoted(&socket.display().to_string()))),
            None => lines.extend([format!("host={}", quoted(host)), format!("port={port}"), "protocol=tcp".to_owned()]),
        }
        lines.extend(self.client.password.iter().map(|password| format!("password={}", quoted(password))));
        let tls =
            self.client.tls.iter().filter_map(|(_, option, value)| Some(format!("{}={}", (*option)?, quoted(value))));
        lines.extend(tls);
        let mode = self.client.ssl_mode.as_deref().map(str::to_ascii_lowercase);
        match (mode.as_deref(), programs) {
            (None, _) => {}
            (Some(mode), Product::MySql) => lines.push(format!("ssl-mode={}", mode.to_ascii_uppercase())),
            (Some("disabled"), _) => lines.push("skip-ssl".to_owned()),
            (Some("required"), _) => lines.push("ssl".to_owned()),
            (Some("verify_ca" | "verify_identity"), _) => {
                lines.extend(["ssl", "ssl-verify-server-cert"].map(str::to_owned));
            }
            (Some(_), _) => {}
        }
        lines.push(String::new());
        lines.join("\n")
    }
}
