//! Tests of the configuration.

#![allow(clippy::disallowed_methods, reason = "the test puts an .env in place")]

use super::*;

#[test]
fn patterns_match_whole_names() {
    let config =
        Config { exclude: ["tmp_*", "audit.*", "?x", "*_old"].map(str::to_owned).to_vec(), ..Config::default() };
    for (name, excluded) in [
        (ObjectName::local("tmp_a"), true),
        (ObjectName::local("a_tmp_a"), false),
        (ObjectName::qualified("audit", "log"), true),
        (ObjectName::local("log"), false),
        (ObjectName::local("ax"), true),
        (ObjectName::local("x"), false),
        (ObjectName::qualified("other", "a_old"), true),
    ] {
        assert_eq!(config.excludes(&name), excluded, "{name}");
    }
}
