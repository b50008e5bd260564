//! What tests against servers share. Must not know what is tested.

/// The server a variable names.
pub fn url(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|url| !url.is_empty())
}
