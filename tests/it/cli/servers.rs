//! The command line against servers: users without a password, without a right, and databases that are not there.

use sea_gen::schema::Product;
use url::Url;

use super::project::{Project, USER, execute};
use super::shows;
use crate::support::{self, Scratch};

/// A password with everything in it that has a meaning in an address.
const PASSWORD: &str = "p@ss:w%rd/1?#";
const ENCODED: &str = "p%40ss%3Aw%25rd%2F1%3F%23";

/// A database, a user who may do nothing yet, and a project for them.
struct Scene {
    project: Project,
    scratch: Scratch,
    product: Product,
    server: String,
    user: String,
}

impl Scene {
    fn new(product: Product, test: &str) -> Self {
        let server = support::url(support::variable(product).unwrap());
        let scratch = block(Scratch::create(product)).unwrap();
        let user = format!("sea_gen_cli_{test}");
        let project = Project::empty(&format!("dialects = [\"{}\"]\n", product.key()));
        project.write("entities/user.rs", USER);
        let scene = Self { project, scratch, product, server, user };
        scene.forget_user();
        match product {
            Product::Postgres => {
                execute(&scene.server, &format!("CREATE ROLE {} LOGIN PASSWORD '{PASSWORD}'", scene.user))
            }
            // A server may keep `localhost` for a nobody of its own, who comes before `%`.
            _ => ["%", "localhost"].iter().for_each(|host| {
                execute(&scene.server, &format!("CREATE USER '{}'@'{host}' IDENTIFIED BY '{PASSWORD}'", scene.user));
            }),
        }
        scene
    }

    fn forget_user(&self) {
        match self.product {
            Product::Postgres => execute(&self.server, &format!("DROP ROLE IF EXISTS {}", self.user)),
            _ => ["%", "localhost"].iter().for_each(|host| {
                execute(&self.server, &format!("DROP USER IF EXISTS '{}'@'{host}'", self.user));
            }),
        }
    }

    /// Lets the user do something with the database.
    fn grant(&self, what: &str) {
        let database = self.url().path().trim_start_matches('/').to_owned();
        match self.product {
            Product::Postgres => execute(&self.scratch.url, &format!("GRANT {what} TO {}", self.user)),
            _ => ["%", "localhost"].iter().for_each(|host| {
                execute(&self.server, &format!("GRANT {what} ON {database}.* TO '{}'@'{host}'", self.user));
            }),
        }
    }

    fn url(&self) -> Url {
        Url::parse(&self.scratch.url).unwrap()
    }

    /// The user's address of the database, the password as it is written there.
    fn address(&self, password: &str) -> String {
        self.scratch.url.replacen(&format!("{}@", self.url().username()), &format!("{}:{password}@", self.user), 1)
    }

    /// What a command says that is refused, with the server's place left out.
    fn refused(&self, address: &str, arguments: &[&str]) -> String {
        self.placeless(&self.project.refused(&[arguments, &["--database-url", address]].concat()))
    }

    fn placeless(&self, text: &str) -> String {
        let (host, port) = (self.url().host_str().unwrap().to_owned(), self.url().port().unwrap());
        let text = text.replace(&format!("{host}:{port}"), "[server]").replace(&format!("-p {port}"), "-p [port]");
        // The server names the place a user comes from as it likes.
        ["127.0.0.1", "localhost", "%"]
            .iter()
            .fold(text, |text, from| text.replace(&format!("'@'{from}'"), "'@'[host]'"))
    }

    /// Takes user and database away.
    fn end(self) {
        if self.product == Product::Postgres {
            execute(&self.scratch.url, &format!("DROP OWNED BY {}", self.user));
        }
        self.forget_user();
        block(self.scratch.remove()).unwrap();
    }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// A wrong password, a user without rights, and one with just enough of them: what is said to each.
fn said_to_a_user(product: Product, test: &str) -> String {
    let scene = Scene::new(product, test);
    let mut said = format!("wrong password\n{}", scene.refused(&scene.address("wrong"), &["status"]));
    said += &format!("no right\n{}", scene.refused(&scene.address(ENCODED), &["status"]));
    scene.grant("SELECT");
    scene.project.succeeds(&["init"]);
    scene.project.succeeds(&["migration", "Initial"]);
    scene.project.succeeds(&["status", "--database-url", &scene.address(ENCODED)]);
    said += &format!("reading only\n{}", scene.refused(&scene.address(ENCODED), &["up"]));
    scene.end();
    said
}

/// Everything a command can do with a password that opens the door, and it is nowhere to be seen.
fn keeps_the_password(product: Product, test: &str) {
    let scene = Scene::new(product, test);
    scene.grant(if product == Product::Postgres { "ALL ON SCHEMA public" } else { "ALL" });
    let address = scene.address(ENCODED);
    for arguments in [
        &["status", "--json"][..],
        &["init", "--json"],
        &["status"],
        &["migration", "Initial", "--json"],
        &["up", "--dry-run"],
        &["up", "--json"],
        &["check"],
        &["check", "--replay", "--json"],
        &["drift", "--json"],
        &["diff", "--from", "database", "--json"],
        &["diff", "--from", &address, "--format", "patch"],
        &["sync"],
        &["down"],
        &["goto", "initial"],
        &["redo"],
        &["goto", "nothing"],
    ] {
        let output = scene.project.command(arguments).env("DATABASE_URL", &address).output().unwrap();
        let shown = scene.project.shown(&output);
        for secret in [PASSWORD, ENCODED, "p@ss", "w%rd", "p%40ss", "w%25rd"] {
            assert!(!shown.contains(secret), "{arguments:?}: {shown}");
        }
        let well = output.status.code() == Some(i32::from(arguments[0] == "goto" && arguments[1] == "nothing"));
        assert!(well, "{arguments:?}: {shown}");
    }
    for (path, content) in scene.project.tree() {
        let text = String::from_utf8_lossy(&content.unwrap_or_default()).into_owned();
        assert!(!text.contains("p@ss") && !text.contains("p%40ss"), "the password is in {}", path.display());
    }
    scene.end();
}

/// A database the server does not have.
fn said_without_a_database(product: Product, test: &str) -> String {
    let scene = Scene::new(product, test);
    let mut nowhere = Url::parse(&scene.server).unwrap();
    nowhere.set_path("sea_gen_nowhere");
    let said = scene.refused(nowhere.as_str(), &["status"]);
    scene.end();
    said
}

/// A database that is not what the project is for.
fn said_to_another_dialect(product: Product, test: &str) -> String {
    let scene = Scene::new(product, test);
    scene.project.write("gen.toml", "dialects = [\"sqlite\"]\n");
    let url = scene.url();
    let admin = format!("{}://{}@", url.scheme(), url.username());
    let said = scene.refused(&scene.scratch.url, &["init"]).replace(&admin, "[admin]@");
    scene.end();
    said
}

#[apply(test_on_mariadb)]
fn mariadb_users_are_told_what_they_lack() {
    shows!(said_to_a_user(Product::MariaDb, "a_lack"), @r"
    wrong password
    error: the MySQL or MariaDB server at [server] does not accept the user `[user]` or its password
      Access denied for user '[user]'@'[host]' (using password: YES)

    hint: check user and password of the database URL, and that special characters are percent-encoded
    no right
    error: the user `[user]` has no right to the database `[database]` of the MySQL or MariaDB server at [server]
      Access denied for user '[user]'@'[host]' to database '[database]'

    hint: allow it: `GRANT ALL ON [database].* TO [user]`
    reading only
    error: the history table `[database]`.`sea_gen_history` could not be created
      CREATE command denied to user '[user]'@'[host]' for table `[database]`.`sea_gen_history`

    hint: running migrations takes the right to create tables: GRANT ALL ON [database].* TO …
    ");
}

#[apply(test_on_mysql)]
fn mysql_users_are_told_what_they_lack() {
    shows!(said_to_a_user(Product::MySql, "my_lack"), @r"
    wrong password
    error: the MySQL or MariaDB server at [server] does not accept the user `[user]` or its password
      Access denied for user '[user]'@'[host]' (using password: YES)

    hint: check user and password of the database URL, and that special characters are percent-encoded
    no right
    error: the user `[user]` has no right to the database `[database]` of the MySQL or MariaDB server at [server]
      Access denied for user '[user]'@'[host]' to database '[database]'

    hint: allow it: `GRANT ALL ON [database].* TO [user]`
    reading only
    error: the history table `[database]`.`sea_gen_history` could not be created
      CREATE command denied to user '[user]'@'[host]' for table 'sea_gen_history'

    hint: running migrations takes the right to create tables: GRANT ALL ON [database].* TO …
    ");
}

#[apply(test_on_mariadb)]
fn mariadb_passwords_are_kept() {
    keeps_the_password(Product::MariaDb, "a_keep");
}

#[apply(test_on_mysql)]
fn mysql_passwords_are_kept() {
    keeps_the_password(Product::MySql, "my_keep");
}

#[apply(test_on_postgres)]
fn postgres_passwords_are_kept() {
    keeps_the_password(Product::Postgres, "pg_keep");
}

#[apply(test_on_postgres)]
fn a_postgres_role_without_rights_reads_and_does_not_write() {
    let scene = Scene::new(Product::Postgres, "pg_lack");
    execute(&scene.scratch.url, "CREATE TABLE public.hidden (id integer PRIMARY KEY)");
    let address = scene.address(ENCODED);
    let status = scene.project.succeeds(&["status", "--database-url", &address]);
    shows!(scene.placeless(&status).lines().take(2).collect::<Vec<_>>().join("\n"), @r"
    entities   1 table                             no snapshot yet: `gen init --database-url 'postgres://[user]:…@[server]/[database]'`
    database   postgres://[user]@[server]/[database]  can be adopted: `gen init --database-url 'postgres://[user]:…@[server]/[database]'`
    ");
    execute(&scene.scratch.url, "DROP TABLE public.hidden");
    scene.project.succeeds(&["init"]);
    scene.project.succeeds(&["migration", "Initial"]);
    shows!(scene.refused(&address, &["up"]), @r#"
    error: the history table "public"."sea_gen_history" could not be created
      permission denied for schema public

    hint: running migrations takes the right to create tables: GRANT USAGE, CREATE ON SCHEMA "public" TO …
    "#);
    // An adoption that could not be recorded is refused before anything is written.
    let other = Scene::new(Product::Postgres, "pg_adopt");
    execute(&other.scratch.url, "CREATE TABLE public.shown (id integer PRIMARY KEY)");
    shows!(other.refused(&other.address(ENCODED), &["init"]), @r#"
    error: the history table "public"."sea_gen_history" could not be created
      permission denied for schema public

    hint: running migrations takes the right to create tables: GRANT USAGE, CREATE ON SCHEMA "public" TO …
    hint: nothing was written
    "#);
    assert!(!other.project.path("schema.lock.json").exists());
    assert!(!other.project.path("snapshots").exists());
    execute(
        &scene.server,
        &format!("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", scene.url().path().trim_start_matches('/')),
    );
    shows!(scene.refused(&address, &["status"]), @r#"
    error: the user `[user]` has no right to the database `[database]` of the PostgreSQL server at [server]
      permission denied for database "[database]"

    hint: allow it: `GRANT CONNECT ON DATABASE "[database]" TO "[user]"`
    "#);
    scene.end();
}

#[apply(test_on_postgres)]
fn postgres_without_the_database() {
    shows!(said_without_a_database(Product::Postgres, "pg_nowhere"), @r#"
    error: the PostgreSQL server at [server] has no database `sea_gen_nowhere`
      database "sea_gen_nowhere" does not exist

    hint: create it: `createdb -h 127.0.0.1 -p [port] -U postgres sea_gen_nowhere`
    "#);
}

#[apply(test_on_mariadb)]
fn mariadb_without_the_database() {
    shows!(said_without_a_database(Product::MariaDb, "a_nowhere"), @r"
    error: the MySQL or MariaDB server at [server] has no database `sea_gen_nowhere`
      Unknown database 'sea_gen_nowhere'

    hint: create it: `CREATE DATABASE sea_gen_nowhere`
    ");
}

#[apply(test_on_mysql)]
fn mysql_without_the_database() {
    shows!(said_without_a_database(Product::MySql, "my_nowhere"), @r"
    error: the MySQL or MariaDB server at [server] has no database `sea_gen_nowhere`
      Unknown database 'sea_gen_nowhere'

    hint: create it: `CREATE DATABASE sea_gen_nowhere`
    ");
}

#[apply(test_on_postgres)]
fn postgres_where_sqlite_is_declared() {
    shows!(said_to_another_dialect(Product::Postgres, "pg_other"), @r#"
    error: [admin]@[server]/[database] is PostgreSQL, which is not a dialect of this project

    hint: if the project is for it too: `dialects = ["sqlite", "postgres"]` in the configuration
    hint: if it is for nothing else: `dialects = ["postgres"]`
    "#);
}

#[apply(test_on_mariadb)]
fn mariadb_where_sqlite_is_declared() {
    shows!(said_to_another_dialect(Product::MariaDb, "a_other"), @r#"
    error: [admin]@[server]/[database] is MariaDB, which is not a dialect of this project

    hint: if the project is for it too: `dialects = ["sqlite", "mariadb"]` in the configuration
    hint: if it is for nothing else: `dialects = ["mariadb"]`
    "#);
}
