//! Tests of the database URL: its sources, and its variables.

#![allow(clippy::disallowed_methods, reason = "the test puts an .env in place")]

use super::*;

const SOURCE: &str = "`database-url` of the configuration";

#[test]
fn variables_are_filled_in() {
    let lookup = |name: &str| (name == "NAME").then(|| "value".to_owned());
    assert_eq!(expand("a", SOURCE, &lookup).unwrap(), "a".into());
    assert_eq!(expand("${NAME}-${NAME}$", SOURCE, &lookup).unwrap(), "value-value$".into());
    assert_eq!(
        expand("x${OTHER}", SOURCE, &lookup).unwrap_err().to_string(),
        "`database-url` of the configuration needs the variable `OTHER`, which is not set"
    );
    assert_eq!(
        expand("s3cret${NAME", SOURCE, &lookup).unwrap_err().to_string(),
        "`database-url` of the configuration has a `${` without `}`"
    );
}

#[test]
fn the_first_url_wins() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    let config = Config { database_url: Some("postgres://u@h/config${SUFFIX}".into()), ..Config::default() };
    let empty = |name: &str| (name == "DATABASE_URL").then(|| " ".to_owned());
    let full = |name: &str| (name == "DATABASE_URL").then(|| "postgres://u@h/environment".to_owned());
    let url = |named: Option<&str>, variable: &dyn Fn(&str) -> Option<String>| {
        let named = NamedDatabase { url: named.map(DatabaseUrl::from), ..NamedDatabase::default() };
        let found = Environment::find(folder.path(), &config, &named, variable)?;
        Ok::<_, Error>(found.map(|environment| environment.to_string()))
    };
    assert!(url(None, &empty).is_err());
    std::fs::write(folder.path().join(".env"), "SUFFIX=2\n").unwrap();
    assert_eq!(url(None, &empty).unwrap().unwrap(), "postgres://u@h/config2");
    std::fs::write(folder.path().join(".env"), "DATABASE_URL=postgres://u@h/dotenv\n").unwrap();
    assert_eq!(url(None, &empty).unwrap().unwrap(), "postgres://u@h/dotenv");
    assert_eq!(url(None, &full).unwrap().unwrap(), "postgres://u@h/environment");
    assert_eq!(url(Some("postgres://u@h/given"), &full).unwrap().unwrap(), "postgres://u@h/given");
    assert_eq!(
        url(Some("s3cret"), &full).unwrap_err().to_string(),
        "the database URL cannot be read: its scheme is none of postgres, mysql, mariadb and sqlite (from \
         `--database-url`)"
    );

    std::fs::write(folder.path().join(".env"), "DATABASE_URL='s3cret\n").unwrap();
    let error = url(None, &empty).unwrap_err();
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    assert!(!format!("{config:?}").contains("postgres"), "{config:?}");
    std::fs::remove_file(folder.path().join(".env")).unwrap();
    assert!(Environment::find(folder.path(), &Config::default(), &NamedDatabase::default(), &empty).unwrap().is_none());
}

#[test]
fn a_named_environment_wins_over_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    std::fs::write(
        folder.path().join("gen.toml"),
        "[env.staging]\ndatabase-url = \"postgres://u:${SECRET}@staging/shop\"\nrole = \"owner\"\n\
         [env.production]\nprotected = true\nlock-timeout = 600\nrequires = \"staging\"\n\
         [env.file]\ndatabase-url = \"sqlite://a.db\"\nprotected = true\n",
    )
    .unwrap();
    let config = Config::read(folder.path()).unwrap().unwrap();
    let variable = |name: &str| match name {
        "DATABASE_URL" => Some("postgres://u@localhost/other".to_owned()),
        "SECRET" => Some("s3cret".to_owned()),
        _ => None,
    };
    let find = |name: &str| {
        let named = NamedDatabase { environment: Some(name.to_owned()), url: None };
        Environment::find(folder.path(), &config, &named, &variable)
    };
    let staging = find("staging").unwrap().unwrap();
    assert_eq!((staging.to_string().as_str(), staging.is_named), ("postgres://u@staging/shop", true));
    let production = find("production").unwrap().unwrap();
    assert_eq!(production.to_string(), "postgres://u@localhost/other");
    assert!(production.is_protected && !production.is_development);
    assert_eq!(
        (production.lock_timeout, production.requires.as_deref()),
        (Some(Duration::from_secs(600)), Some("staging"))
    );
    assert!(!find("file").unwrap().unwrap().is_development);
    let error = find("stagin").unwrap_err();
    assert_eq!(error.to_string(), "there is no environment `stagin` in the configuration");
    assert_eq!(error.hints(), ["did you mean `--env staging`?"]);
    let by_variable = |name: &str| (name == "GEN_ENV").then(|| "file".to_owned());
    let found = Environment::find(folder.path(), &config, &NamedDatabase::default(), &by_variable).unwrap().unwrap();
    assert_eq!(found.name.as_deref(), Some("file"));
}

#[test]
fn settings_of_environments_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    for (text, expected) in [
        ("env = 3", "line 1: `env` must be a table of environments"),
        ("[env.\"a b\"]", "line 1: `a b` cannot be the name of an environment"),
        ("[env.all]", "line 1: `all` cannot be the name of an environment"),
        ("[env.a]\nprotect = true", "line 2: there is no setting `protect` of an environment"),
        ("[env.a]\nprotected = 1", "line 2: `protected` must be true or false"),
        ("[env.a]\nlock-timeout = -1", "line 2: `lock-timeout` must be a number of seconds"),
        ("[env.a]\nrequires = \"b\"", "line 1: `requires` names `b`, which is no environment"),
        ("[env.a]\nrequires = \"b\"\n[env.b]\nrequires = \"a\"", "line 1: `a` requires itself: a → b → a"),
        (
            "[env.a]\nprotected = true\ndevelopment = true",
            "line 1: an environment cannot be protected and for development",
        ),
    ] {
        std::fs::write(folder.path().join("gen.toml"), text).unwrap();
        let error = Config::read(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{text}: {error}");
    }
}

#[test]
fn a_guard_holds_though_its_password_is_not_set() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".git")).unwrap();
    std::fs::write(
        folder.path().join("gen.toml"),
        "[env.production]\ndatabase-url = \"postgres://u:${NOT_SET}@localhost/shop\"\nprotected = true\n",
    )
    .unwrap();
    let config = Config::read(folder.path()).unwrap().unwrap();
    let found = |url: &str| {
        let named = NamedDatabase::from(DatabaseUrl::from(url));
        Environment::find(folder.path(), &config, &named, &|_| None).unwrap().unwrap()
    };
    let production = found("postgres://other@127.0.0.1/shop");
    assert!(production.is_protected && !production.is_development);
    assert!(!found("postgres://other@127.0.0.1/shop2").is_protected);
}
