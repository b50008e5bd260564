//! What tests against servers share.

/// The server's URL, when the environment names one.
pub fn url(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}
