//! What the environment says when the tests are run decides which of them are ignored.

use std::process::Command;

fn ignored(variables: &[(&str, &str)]) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for variable in ["DATABASE_URL_POSTGRES", "DATABASE_URL_MYSQL", "DATABASE_URL_MARIADB"] {
        command.env_remove(variable);
    }
    let output = command.envs(variables.iter().copied()).args(["seed::", "--list", "--ignored"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[apply(test)]
fn a_test_without_its_server_is_ignored_by_name() {
    assert_eq!(ignored(&[]), ["seed::mariadb: test", "seed::mysql: test", "seed::postgres: test"]);
    let url = "postgres://postgres@127.0.0.1/postgres";
    assert_eq!(ignored(&[("DATABASE_URL_POSTGRES", url)]), ["seed::mariadb: test", "seed::mysql: test"]);
}
