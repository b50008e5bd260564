//! Who runs migrations, where, and from what: what every line of the log says beside what was done.
//!
//! Must not know git or a database; whoever knows a commit says so.

#![allow(clippy::disallowed_methods, reason = "Linux has the names of the machine and of the user in files")]

use std::path::Path;

use serde::{Deserialize, Serialize};

/// Who runs migrations, where, and from what. Everything is optional, because not every machine tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attribution {
    /// The user of the operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_user: Option<String>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// Who started the CI job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The address of the CI job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// The commit that the migrations are from; with `-dirty` if files differ from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The name of the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The file of the backup that was made before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// What was allowed for this run that is refused otherwise, in the words of the command line: `--out-of-order`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
}

/// The variables of GitHub, GitLab, Bitbucket, Buildkite, CircleCI, Azure and Jenkins that name who started a job.
const ACTORS: [&str; 7] = [
    "GITHUB_ACTOR",
    "GITLAB_USER_LOGIN",
    "BITBUCKET_STEP_TRIGGERER_UUID",
    "BUILDKITE_BUILD_CREATOR",
    "CIRCLE_USERNAME",
    "BUILD_REQUESTEDFOR",
    "BUILD_USER_ID",
];

/// Those that have the address of a job. GitHub's is made of several.
const JOBS: [&str; 4] = ["CI_JOB_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "BUILD_URL"];

/// Those that have the commit.
const COMMITS: [&str; 6] =
    ["GITHUB_SHA", "CI_COMMIT_SHA", "BITBUCKET_COMMIT", "BUILDKITE_COMMIT", "CIRCLE_SHA1", "BUILD_SOURCEVERSION"];

impl Attribution {
    /// What the environment variables of this process tell.
    pub fn of_process() -> Self {
        let mut found = Self::of(&|name| std::env::var(name).ok(), host_file().as_deref());
        found.os_user = found.os_user.or_else(user_of_process);
        found
    }

    /// `variable` looks an environment variable up, and `host` is the name of the machine, if it has none.
    fn of(variable: &dyn Fn(&str) -> Option<String>, host: Option<&str>) -> Self {
        let first = |names: &[&str]| {
            let said = names.iter().filter_map(|name| variable(name));
            said.map(|value| value.trim().to_owned()).find(|value| !value.is_empty())
        };
        let github = || {
            let server = variable("GITHUB_SERVER_URL")?;
            let (repository, run) = (variable("GITHUB_REPOSITORY")?, variable("GITHUB_RUN_ID")?);
            Some(format!("{server}/{repository}/actions/runs/{run}"))
        };
        Self {
            os_user: first(&["USER", "LOGNAME", "USERNAME"]),
            host: first(&["HOSTNAME", "COMPUTERNAME"]).or_else(|| host.map(str::to_owned)),
            actor: first(&ACTORS),
            job: first(&JOBS).or_else(github),
            commit: first(&COMMITS),
            ..Self::default()
        }
    }
}

/// The name of the machine on Linux, where shells keep it to themselves.
fn host_file() -> Option<String> {
    let name = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// The user that this process runs as on Linux, where no variable says it: in containers.
#[cfg(target_os = "linux")]
fn user_of_process() -> Option<String> {
    use std::os::linux::fs::MetadataExt as _;

    let number = std::fs::metadata("/proc/self").ok()?.st_uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number).then(|| name.to_owned())
    };
    users.lines().find_map(of_line).or(Some(number))
}

#[cfg(not(target_os = "linux"))]
fn user_of_process() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_of_ci_says_who_started_it_and_where_it_is() {
        let variables = [
            ("USER", "runner"),
            ("GITHUB_ACTOR", "ada"),
            ("GITHUB_SHA", "0123abc"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "shop/backend"),
            ("GITHUB_RUN_ID", "7"),
            ("HOSTNAME", " "),
        ];
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, it)| (*it).to_owned());
        let found = Attribution::of(&find, Some("builder"));
        let expected = Attribution {
            os_user: Some("runner".to_owned()),
            host: Some("builder".to_owned()),
            actor: Some("ada".to_owned()),
            job: Some("https://github.com/shop/backend/actions/runs/7".to_owned()),
            commit: Some("0123abc".to_owned()),
            ..Attribution::default()
        };
        assert_eq!(found, expected);
        assert_eq!(Attribution::of(&|_| None, None), Attribution::default());
    }
}
