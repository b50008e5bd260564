//! Personal data: what somebody has said of a column about it.
//!
//! Must not know who says it, or what is done with such a column.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of personal data in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonalKind {
    /// An address of electronic mail.
    Email,
    /// A number of a phone.
    Phone,
    /// A name of a person, or a part of one.
    Name,
    /// The name by which a person logs in or is shown.
    Username,
    /// The day of birth, or another day in a life.
    Birth,
    /// A postal address, or a part of one.
    Address,
    /// A postal code.
    Postcode,
    /// A location, such as a latitude.
    Location,
    /// The number of a bank account or a card.
    Iban,
    /// An address in a network.
    Ip,
    /// A number that a state or a company gives a person.
    Identity,
    /// A password, its hash, or a token.
    Secret,
    /// Text in which anything may be written.
    Text,
    /// The column has no personal data: somebody has said so.
    None,
}

impl PersonalKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Email,
        Self::Phone,
        Self::Name,
        Self::Username,
        Self::Birth,
        Self::Address,
        Self::Postcode,
        Self::Location,
        Self::Iban,
        Self::Ip,
        Self::Identity,
        Self::Secret,
        Self::Text,
        Self::None,
    ];

    /// The word for it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Name => "name",
            Self::Username => "username",
            Self::Birth => "birth",
            Self::Address => "address",
            Self::Postcode => "postcode",
            Self::Location => "location",
            Self::Iban => "iban",
            Self::Ip => "ip",
            Self::Identity => "identity",
            Self::Secret => "secret",
            Self::Text => "text",
            Self::None => "none",
        }
    }
}

impl fmt::Display for PersonalKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.key())
    }
}

impl FromStr for PersonalKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.key() == text).ok_or_else(|| {
            let keys = Self::ALL.map(Self::key).join(", ");
            format!("`{text}` is no kind of personal data: {keys}")
        })
    }
}

/// What is said of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalData {
    /// The kind.
    pub kind: PersonalKind,
    /// The only region in which it may be stored, if there is one.
    pub region: Option<String>,
}

impl PersonalData {
    /// Whether the column has personal data.
    pub fn is_personal(&self) -> bool {
        self.kind != PersonalKind::None
    }
}

impl fmt::Display for PersonalData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.region {
            Some(region) => write!(formatter, "{} in {region}", self.kind),
            None => self.kind.fmt(formatter),
        }
    }
}
