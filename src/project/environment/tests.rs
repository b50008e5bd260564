//! Tests of the database URL: its sources, and its variables.

#![allow(clippy::disallowed_methods, reason = "the test puts an .env in place")]

use super::*;

#[test]
fn variables_are_filled_in() {
    let lookup = |name: &str| (name == "NAME").then(|| "value".to_owned());
    assert_eq!(expand("a", &lookup).unwrap(), "a".into());
    assert_eq!(expand("${NAME}-${NAME}$", &lookup).unwrap(), "value-value$".into());
    assert_eq!(
        expand("x${OTHER}", &lookup).unwrap_err().to_string(),
        "`database-url` of the configuration needs the variable `OTHER`, which is not set"
    );
    assert_eq!(
        expand("s3cret${NAME", &lookup).unwrap_err().to_string(),
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
        let named = named.map(DatabaseUrl::from);
        let found = Environment::find(folder.path(), &config, named.as_ref(), variable)?;
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
    assert!(Environment::find(folder.path(), &Config::default(), None, &empty).unwrap().is_none());
}
