//! What is read from URLs, and that no password is shown.

use super::*;

fn options(text: &str) -> ConnectionOptions {
    ConnectionOptions::parse(text, Path::new("/project")).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused(text: &str) -> (String, String) {
    let error = ConnectionOptions::parse(text, Path::new("/project")).unwrap_err();
    (error.to_string(), error.hints().join("\n"))
}

#[test]
fn no_password_is_shown() {
    for (text, shown) in [
        ("postgres://ann:s3cret@db.example:5433/shop", "postgres://ann@db.example:5433/shop"),
        ("postgres://ann:s3c@ret@db.example/shop", "postgres://ann@db.example/shop"),
        ("postgres://ann:s3c%40ret@db.example/shop", "postgres://ann@db.example/shop"),
        ("postgres://ann:s3:cret@db.example/shop", "postgres://ann@db.example/shop"),
        ("postgres://db.example/shop?user=ann&password=s3cret", "postgres://ann@db.example/shop"),
        ("postgres://ann@db.example/shop?sslkey=s3cret&password=s3c@ret#s3cret", "postgres://ann@db.example/shop"),
        ("mysql://root:s3cret@127.0.0.1:3306/shop?ssl-mode=disabled", "mysql://root@127.0.0.1/shop"),
        ("sqlite://shop.db?vfs=s3cret", "sqlite://shop.db"),
    ] {
        let options = options(text);
        assert_eq!(options.to_string(), shown);
        assert!(!format!("{options:?} {options} {options:#?}").contains("s3c"), "{options:?}");
    }
}

#[test]
fn what_cannot_be_read_is_not_repeated() {
    for text in [
        "s3cret",
        "",
        "s3cret://host/db",
        "postgres:s3cret",
        "postgres://ann:s3c/ret@host/db",
        "postgres://ann:s3c?ret@host/db",
        "postgres://ann:s3c#ret@host/db",
        "postgres://ann:12/s3cret@host/db",
        "postgres://ann:12?s3cret@host/db",
        "postgres://ann:12?s3cret",
        "postgres://ann:12?s3c=ret@host/db",
        "postgres://ann:s3c#ret",
        "postgres://ann:s3@c/ret@host/db",
        "postgres://ann:s3@c?ret@host/db",
        "postgres://ann:s3@c?s3cr=et@host/db",
        "postgres://ann:x@host:s3cret/db",
        "postgres://ann:x@ho st/s3cret",
        "postgres://ann%3As3cret@host/db",
        "postgres://ann:s3cret%FF@host/db",
        "postgres://host/db?port=s3cret",
        "postgres://host/db?sslmode=s3cret",
        "postgres://host/db?hostaddr=s3cret",
        "postgres://host/db?s3cret",
        "mysql://host/db?charset=s3cret;",
        "sqlite:",
        "sqlite:x.db?mode=s3cret",
        "sqlite:file://s3cret/x.db",
    ] {
        let error = ConnectionOptions::parse(text, Path::new("/project")).unwrap_err();
        let said = format!("{error:?} {error} {:?}", error.hints());
        for piece in ["s3", "ret", "ann:"] {
            assert!(!said.contains(piece), "{text}: {said}");
        }
        assert!(!error.hints().is_empty());
    }
}

#[test]
fn the_product_is_told_by_the_scheme() {
    for (text, product) in [
        ("postgres://h/d", Product::Postgres),
        ("postgresql://h/d", Product::Postgres),
        ("mysql://h/d", Product::MySql),
        ("mariadb://h/d", Product::MariaDb),
        ("sqlite::memory:", Product::Sqlite),
    ] {
        assert_eq!(options(text).product_hint(), product);
    }
}

/// The host, socket, user and database are those the driver will use, wherever in the URL they stand.
#[test]
fn what_is_shown_is_what_the_driver_uses() {
    for (text, shown) in [
        ("postgres://u@h/d?dbname=other", "postgres://u@h/other"),
        ("postgres://u@h/d?host=i&port=7&user=v", "postgres://v@i:7/d"),
        ("postgres://u@h/d?hostaddr=::1", "postgres://u@[::1]/d"),
        ("postgres://u@h/d?host=/run/x", "postgres://u@%2Frun%2Fx/d"),
        ("postgres://u@%2Frun%2Fx:7/d", "postgres://u@%2Frun%2Fx:7/d"),
        ("postgres://u@h", "postgres://u@h/u"),
        ("postgres://u%20v@h/d%2Fe", "postgres://u%20v@h/d%2Fe"),
        ("mysql://h/d", "mysql://root@h/d"),
        ("mysql://u@h:3307/d?socket=/run/x.sock", "mysql://u@h:3307/d?socket=/run/x.sock"),
        ("mariadb://u@h/d", "mariadb://u@h/d"),
        ("sqlite::memory:", "sqlite::memory:"),
        ("sqlite:x.db?mode=memory", "sqlite::memory:"),
        ("sqlite:file:x.db?mode=ro", "sqlite://x.db"),
    ] {
        let first = options(text);
        assert_eq!(first.to_string(), shown, "{text}");
        assert_eq!(options(shown).to_string(), shown, "what is shown leads to the same database");
    }
}

#[test]
fn a_local_database_is_told_from_another() {
    for (text, local) in [
        ("postgres://localhost/d", true),
        ("postgres://LOCALHOST/d", true),
        ("postgres://127.0.0.1/d", true),
        ("postgres://[::1]:5432/d", true),
        ("postgres://u@%2Fvar%2Frun/d", true),
        ("postgres:///d?host=/var/run/postgresql", true),
        ("postgres://db.example/d?host=/var/run/postgresql", true),
        ("mysql:///d", true),
        ("mysql://db.example/d?socket=/run/x", true),
        ("sqlite://x.db", true),
        ("postgres://db.example/d", false),
        ("postgres://localhost.example/d", false),
        ("postgres://localhost@db.example/d", false),
        ("postgres://localhost/d?host=db.example", false),
        ("postgres://localhost/d?hostaddr=10.0.0.1", false),
        ("postgres://127.0.0.1/d?host=db.example", false),
        ("postgres://127.0.0.1,db.example/d", false),
        ("postgres://10.0.0.1/d", false),
        ("mysql://127.0.0.1.example/d", false),
        ("mysql://%2Frun%2Fx/d", false),
    ] {
        assert_eq!(options(text).is_local(), local, "{text}");
    }
    assert!(options("postgres://u@DB/d").is_local_or_among(&["db".to_owned()]));
    assert!(!options("postgres://u@db2/d").is_local_or_among(&["db".to_owned()]));
    assert!(!options("postgres://u@db/d?host=db2").is_local_or_among(&["db".to_owned()]));
}

#[test]
fn a_parameter_that_is_not_heeded_is_refused() {
    for (text, message, hint) in [
        ("postgres://h/d?ssl=true", "`ssl`", "`sslmode=require`"),
        ("postgres://h/d?tls=true", "`tls`", "`sslmode=require`"),
        ("postgres://h/d?sslmdoe=require", "`sslmdoe`", "did you mean `sslmode`?"),
        ("postgres://h/d?sslMode=require", "`sslMode`", "did you mean `sslmode`?"),
        ("postgres://h/d?sslmode=requre", "`sslmode` has a value", "did you mean `require`?"),
        ("postgres://h/d?sslmode=", "`sslmode` has a value", "disable, allow"),
        ("postgres://h/d?sslmode=require&ssl-mode=disable", "`ssl-mode` is said twice", "once"),
        ("postgres://h/d?sslca=x", "`sslca`", "did you mean `ssl-ca`?"),
        ("postgres://h/d?socket=/run/x", "`socket`", "did you mean `host`?"),
        ("postgres://h/d?schema=app", "`schema`", "`options[search_path]`"),
        ("postgres://h/d?connect_timeout=3", "`connect_timeout`", "leave it out"),
        ("postgres://h/d?options[search_path=app", "`options[search_path`", "options"),
        ("mysql://h/d?ssl_mode=VERIFY_IDENTITY", "`ssl_mode`", "did you mean `ssl-mode`?"),
        ("mysql://h/d?ssl-mode=require", "`ssl-mode` has a value", "did you mean `required`?"),
        ("mysql://h/d?tls=true", "`tls`", "`ssl-mode=required`"),
        ("mysql://h/d?useSSL=true", "`useSSL`", "`ssl-mode=required`"),
        ("mysql://h/d?host=localhost", "`host`", "part of the URL"),
        ("mariadb://h/d?sslrootcert=x", "`sslrootcert`", "ssl"),
        ("sqlite:x.db?mod=ro", "`mod`", "did you mean `mode`?"),
        ("sqlite:x.db?mode=memry", "`mode` has a value", "did you mean `memory`?"),
        ("sqlite:file:x.db?nolock=1", "`nolock`", "leave it out"),
    ] {
        let (said, hints) = refused(text);
        assert!(said.contains(message), "{text}: {said}");
        assert!(hints.contains(hint), "{text}: {hints}");
    }
    for text in [
        "postgres://h/d?sslmode=VERIFY-FULL&sslrootcert=ca.pem&application_name=x&options[a.b]=c&options=-c%20a.b%3Dd",
        "mysql://h/d?ssl-mode=REQUIRED&timezone=%2B00:00&charset=utf8mb4",
        "sqlite:x.db?mode=rwc&cache=shared&immutable=0",
    ] {
        options(text);
    }
}

/// A scratch database differs by its name alone; the parameters that named another one are overruled.
#[test]
fn a_scratch_database_is_another_one() {
    let given = options("postgres://u:p@h:7/d?dbname=real&options=-c%20default_table_access_method%3Dcolumnar");
    let scratch = given.for_scratch("scratch");
    assert_eq!((scratch.to_string().as_str(), scratch.database()), ("postgres://u@h:7/scratch", "scratch"));
    let Options::Postgres(taken) = &scratch.options else { panic!("another driver") };
    assert_eq!(taken.get_database(), Some("scratch"));
    assert!(taken.get_options().unwrap().ends_with("-c default_table_access_method=heap"));
    let scratch = options("mysql://u@h/d").for_scratch("scratch");
    let Options::MySql(taken) = &scratch.options else { panic!("another driver") };
    assert_eq!(taken.get_database(), Some("scratch"));
}

#[test]
fn a_relative_file_is_in_the_project() {
    for (text, file) in [
        ("sqlite://shop.db", Some("/project/shop.db")),
        ("sqlite:data/shop.db?mode=rwc", Some("/project/data/shop.db")),
        ("sqlite:///tmp/a%3Fb.db", Some("/tmp/a?b.db")),
        ("sqlite:file:shop.db?mode=ro#x", Some("/project/shop.db")),
        ("sqlite:file:///tmp/shop.db", Some("/tmp/shop.db")),
        ("sqlite:file://localhost/tmp/shop.db", Some("/tmp/shop.db")),
        ("sqlite:x.db?vfs=mode=memory", Some("/project/x.db")),
        ("sqlite::memory:", None),
        ("sqlite://?mode=memory", None),
        ("sqlite:file::memory:?cache=shared", None),
        ("sqlite:x.db?%6Dode=memory", None),
    ] {
        let options = options(text);
        assert_eq!(options.file(), file.map(Path::new), "{text}");
        let Options::Sqlite(taken) = &options.options else { panic!("another driver") };
        if let Some(file) = file {
            assert_eq!(taken.get_filename(), Path::new(file));
        }
    }
}
