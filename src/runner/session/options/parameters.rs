//! The parameters of a URL and the environment variables that replace them: their names and allowed values.
//!
//! A driver ignores an unknown parameter, and an ignored TLS mode is an unencrypted connection. Must not know what is
//! connected to. No value is ever repeated.

use url::Url;

use crate::Product;
use crate::{Error, Result};

use super::unreadable;

/// A parameter: its spellings, its allowed values, and the environment variable that is read if the URL lacks it.
struct Parameter {
    names: &'static [&'static str],
    takes: Takes,
    variable: Option<&'static str>,
}

/// The values a parameter accepts.
enum Takes {
    Text,
    /// One of these, in either case.
    OneOf(&'static [&'static str]),
    Port,
    Number,
    Address,
    /// A value that is put into a statement verbatim.
    Word,
    Anything,
}

impl Takes {
    fn allows(&self, value: &str) -> bool {
        match self {
            Self::Text => !value.is_empty(),
            Self::OneOf(values) => values.iter().any(|allowed| allowed.eq_ignore_ascii_case(value)),
            Self::Port => value.parse::<u16>().is_ok(),
            Self::Number => value.parse::<usize>().is_ok(),
            Self::Address => value.parse::<std::net::IpAddr>().is_ok(),
            Self::Word => !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "_+-:/".contains(c)),
            Self::Anything => true,
        }
    }

    fn hint(&self, value: &str) -> String {
        match self {
            Self::OneOf(values) => {
                let near = closest(value, values.iter().copied());
                let suggestion = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                format!("{suggestion}it is one of {}", values.join(", "))
            }
            Self::Text => "it may not be empty".to_owned(),
            Self::Port => "it is a number up to 65535".to_owned(),
            Self::Number => "it is a number".to_owned(),
            Self::Address => "it is an IP address; a name is said by `host`".to_owned(),
            Self::Word => "it is made of letters, digits and `_+-:/`".to_owned(),
            Self::Anything => String::new(),
        }
    }
}

const fn parameter(names: &'static [&'static str], takes: Takes) -> Parameter {
    Parameter { names, takes, variable: None }
}

const fn or_variable(names: &'static [&'static str], takes: Takes, variable: &'static str) -> Parameter {
    Parameter { names, takes, variable: Some(variable) }
}

const POSTGRES: &[Parameter] = &[
    or_variable(
        &["sslmode", "ssl-mode"],
        Takes::OneOf(&["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]),
        "PGSSLMODE",
    ),
    or_variable(&["sslrootcert", "ssl-root-cert", "ssl-ca"], Takes::Text, "PGSSLROOTCERT"),
    or_variable(&["sslcert", "ssl-cert"], Takes::Text, "PGSSLCERT"),
    or_variable(&["sslkey", "ssl-key"], Takes::Text, "PGSSLKEY"),
    or_variable(&["host"], Takes::Text, "PGHOST"),
    or_variable(&["hostaddr"], Takes::Address, "PGHOSTADDR"),
    or_variable(&["port"], Takes::Port, "PGPORT"),
    or_variable(&["dbname"], Takes::Text, "PGDATABASE"),
    or_variable(&["user"], Takes::Text, "PGUSER"),
    parameter(&["password"], Takes::Anything),
    parameter(&["application_name"], Takes::Anything),
    parameter(&["options"], Takes::Anything),
    parameter(&["statement-cache-capacity"], Takes::Number),
];

const MYSQL: &[Parameter] = &[
    parameter(
        &["ssl-mode", "sslmode"],
        Takes::OneOf(&["disabled", "preferred", "required", "verify_ca", "verify_identity"]),
    ),
    parameter(&["ssl-ca", "sslca"], Takes::Text),
    parameter(&["ssl-cert", "sslcert"], Takes::Text),
    parameter(&["ssl-key", "sslkey"], Takes::Text),
    parameter(&["socket"], Takes::Text),
    parameter(&["charset"], Takes::Word),
    parameter(&["collation"], Takes::Word),
    parameter(&["timezone", "time-zone"], Takes::Word),
    parameter(&["statement-cache-capacity"], Takes::Number),
];

const SQLITE: &[Parameter] = &[
    parameter(&["mode"], Takes::OneOf(&["ro", "rw", "rwc", "memory"])),
    parameter(&["cache"], Takes::OneOf(&["private", "shared"])),
    parameter(&["immutable"], Takes::OneOf(&["true", "false", "1", "0"])),
    parameter(&["vfs"], Takes::Text),
];

fn known(product: Product) -> &'static [Parameter] {
    match product {
        Product::Postgres => POSTGRES,
        Product::MySql | Product::MariaDb => MYSQL,
        Product::Sqlite => SQLITE,
    }
}

/// The parameters that a URL gives, in its query and by its other parts.
pub(super) struct GivenParameters {
    pairs: Vec<(String, String)>,
    /// The names of parameters that other parts of the URL set.
    parts: Vec<&'static str>,
    /// Whether the query may be a part of a password, so that not even a name may be repeated.
    is_dubious: bool,
}

impl GivenParameters {
    pub(super) fn of(url: &Url, query: &str) -> Self {
        let parts = [
            ("host", url.host_str().is_some_and(|host| !host.is_empty())),
            ("port", url.port().is_some()),
            ("dbname", url.path().len() > 1),
            ("user", !url.username().is_empty()),
        ];
        Self {
            pairs: url.query_pairs().into_owned().collect(),
            parts: parts.into_iter().filter(|(_, is_said)| *is_said).map(|(name, _)| name).collect(),
            is_dubious: query.contains('@'),
        }
    }

    pub(super) fn from_query(query: &str) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self { pairs, parts: Vec::new(), is_dubious: false }
    }

    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(key, said)| key == name && said == value)
    }

    fn says(&self, parameter: &Parameter) -> bool {
        let names = parameter.names;
        // An address takes precedence over the host name.
        let others: &[&str] = if names == ["hostaddr"] { &["host"] } else { names };
        let mut keys = self.pairs.iter().map(|(key, _)| key.as_str()).chain(self.parts.iter().copied());
        keys.any(|key| names.contains(&key) || others.contains(&key))
    }
}

/// Checks every parameter against those of the driver: an ignored or a duplicate one is an error.
///
/// # Errors
/// A faulty parameter, with the nearest known one.
pub(super) fn check(product: Product, said: &GivenParameters) -> Result<()> {
    let parameters = known(product);
    let mut seen: Vec<&str> = Vec::new();
    for (key, value) in &said.pairs {
        if product == Product::Postgres && key.starts_with("options[") && key.ends_with(']') {
            continue;
        }
        let Some(parameter) = parameters.iter().find(|parameter| parameter.names.contains(&key.as_str())) else {
            return Err(unknown(product, key, value, said.is_dubious));
        };
        if !parameter.takes.allows(value) {
            return Err(unreadable(&format!("`{key}` has a value it cannot have")).hint(parameter.takes.hint(value)));
        }
        let name = parameter.names.first().copied().unwrap_or_default();
        if seen.contains(&name) {
            return Err(unreadable(&format!("`{key}` is said twice")).hint("say it once"));
        }
        seen.push(name);
    }
    for parameter in parameters.iter().filter(|parameter| !said.says(parameter)) {
        let Some(variable) = parameter.variable else { continue };
        match std::env::var(variable) {
            Ok(value) if !parameter.takes.allows(&value) => {
                return Err(Error::new(format!(
                    "the variable `{variable}` of the environment has a value it cannot have"
                ))
                .hint(parameter.takes.hint(&value)));
            }
            _ => {}
        }
    }
    Ok(())
}

fn unknown(product: Product, key: &str, value: &str, is_dubious: bool) -> Error {
    let is_name = key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(c));
    // Without a value it may be the text after a `?` in a password.
    let error = match is_dubious || !is_name || value.is_empty() || key.len() > 40 {
        true => unreadable("it has a parameter that the driver does not know"),
        false => unreadable(&format!("the driver does not know the parameter `{key}`")),
    };
    let parameters = known(product);
    let names = || parameters.iter().flat_map(|parameter| parameter.names.iter().copied());
    if let Some(near) = near(key, names()) {
        return error.hint(format!("did you mean `{near}`?"));
    }
    if let Some(hint) = meaning(product, key) {
        return error.hint(hint);
    }
    let first: Vec<&str> = parameters.iter().filter_map(|parameter| parameter.names.first().copied()).collect();
    error.hint(format!("leave it out, or write one of {}", first.join(", ")))
}

/// The parameter with the most similar spelling.
fn near<'a>(key: &str, names: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    let bare = |text: &str| text.to_ascii_lowercase().replace(['-', '_'], "");
    let same = names.clone().find(|name| bare(name) == bare(key));
    same.or_else(|| closest(key, names))
}

/// The word that differs in at most every third letter, and least of all. A library for this would be one more package that every
/// application compiles.
fn closest<'a>(text: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let text = text.to_ascii_lowercase();
    let near = words.map(|word| (distance(&text, word), word));
    near.filter(|(distance, word)| distance * 3 <= text.len().max(word.len())).min().map(|(_, word)| word)
}

/// How many letters have to be added, left out or replaced to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.bytes().enumerate() {
        let mut above = at;
        let mut left = at + 1;
        let mut next = vec![left];
        for (over, wanted) in row.iter().skip(1).zip(other.bytes()) {
            left = (above + usize::from(letter != wanted)).min(left + 1).min(over + 1);
            above = *over;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// The parameter that the name of another client's parameter probably stands for, as a hint.
fn meaning(product: Product, key: &str) -> Option<String> {
    let key = key.to_ascii_lowercase();
    let means = |words: &[&str]| words.iter().any(|word| key.contains(word));
    match product {
        Product::Sqlite => None,
        Product::Postgres if means(&["ssl", "tls"]) => Some(match () {
            () if means(&["root", "ca"]) => "did you mean `sslrootcert`?".to_owned(),
            () if means(&["cert", "crt"]) => "did you mean `sslcert`?".to_owned(),
            () if means(&["key"]) => "did you mean `sslkey`?".to_owned(),
            () => "did you mean `sslmode=require`, or `sslmode=verify-full`, which checks the certificate?".to_owned(),
        }),
        Product::MySql | Product::MariaDb if means(&["ssl", "tls"]) => Some(match () {
            () if means(&["ca"]) => "did you mean `ssl-ca`?".to_owned(),
            () if means(&["cert", "crt"]) => "did you mean `ssl-cert`?".to_owned(),
            () if means(&["key"]) => "did you mean `ssl-key`?".to_owned(),
            () => "did you mean `ssl-mode=required`, or `ssl-mode=verify_identity`, which checks the certificate?"
                .to_owned(),
        }),
        Product::Postgres if means(&["socket"]) => {
            Some("did you mean `host`? It takes the folder of a socket: `?host=/var/run/postgresql`".to_owned())
        }
        Product::Postgres if means(&["schema", "searchpath", "search_path"]) => {
            Some("did you mean `options[search_path]`?".to_owned())
        }
        Product::MySql | Product::MariaDb if means(&["host", "port", "user", "password", "dbname", "database"]) => {
            Some("it is a part of the URL: `mysql://user:password@host:port/database`".to_owned())
        }
        Product::Postgres | Product::MySql | Product::MariaDb => None,
    }
}
