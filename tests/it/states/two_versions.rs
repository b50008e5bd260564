//! Changes in two migrations: the former and the next version of a program, both SeaORM, work on one database meanwhile.
//!
//! Must not know how the statements of the migrations are put together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use sea_gen::schema::Product;
use sea_gen_runner::{Migrations, Readiness, Runner, Target};
use sea_orm::{ActiveModelTrait, Database, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel, Set};

use super::project::Project;
use crate::support::on_servers;

/// A renamed column with a unique index, one of another type, and one that stops taking NULL.
const FORMER: &str = r#"//! Members.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub email: String,
    #[sea_orm(default_value = 7)]
    pub points: i32,
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
"#;

const NEXT: &[(&str, &str)] = &[
    (
        "#[sea_orm(unique)]\n    pub email: String",
        "#[sea_orm(unique, renamed_from = \"email\")]\n    pub address: String",
    ),
    (
        "#[sea_orm(default_value = 7)]\n    pub points: i32",
        "#[sea_orm(column_name = \"score\", renamed_from = \"points\", default_value = 7)]\n    pub points: i64",
    ),
    ("pub note: Option<String>", "pub note: String"),
];

mod former {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "member")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub email: String,
        pub points: i32,
        pub note: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod next {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "member")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
        pub address: String,
        #[sea_orm(column_name = "score")]
        pub points: i64,
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const BACK: &str = "member.points=least(score, 2147483647)";

/// A project with the former version's table, some rows, and both migrations written and proven.
fn expanding(product: Product, rows: u32) -> Project {
    let project = Project::new(product);
    project.entity("member", FORMER);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    let many = match product {
        Product::Postgres => format!("SELECT n, 'old' || n, n FROM generate_series(1, {rows}) AS n"),
        _ => format!(
            "WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {rows}) SELECT n, concat('old', n), n FROM t"
        ),
    };
    if product != Product::Postgres {
        let setting = if product == Product::MariaDb { "max_recursive_iterations" } else { "cte_max_recursion_depth" };
        project
            .database
            .execute(&format!("SET SESSION {setting} = 1000000; INSERT INTO member (id, email, points) {many};"));
    } else {
        project.database.execute(&format!(
            "INSERT INTO member (id, email, points) {many}; SELECT setval(pg_get_serial_sequence('member', 'id'), {rows});"
        ));
    }
    NEXT.iter().for_each(|(from, to)| project.edit("member", from, to));
    project
        .run(&["migration", "Change", "--expand-contract", "--back", BACK, "--backfill", "member.note='none'"])
        .with(0)
        .mentions("proven")
        .mentions("_change_expand.sql")
        .mentions("_change_contract.sql");
    project
}

mod both_versions_work_under_load {
    use super::*;

    on_servers!(both_versions_work_under_load);
}

/// What a version of the program has written: address, points and note by the row's key.
type Written = BTreeMap<i32, (String, i64, String)>;

/// What a program did until it was stopped.
#[derive(Default)]
struct Work {
    written: Written,
    statements: u32,
    longest: Duration,
    errors: Vec<String>,
}

impl Work {
    async fn timed<T>(&mut self, work: impl Future<Output = Result<T, DbErr>>) -> Option<T> {
        let begun = Instant::now();
        let done = work.await;
        self.longest = self.longest.max(begun.elapsed());
        self.statements += 1;
        done.map_err(|error| self.errors.push(error.to_string())).ok()
    }

    async fn as_former(&mut self, database: &DatabaseConnection, turn: u32, who: u32) {
        use former::*;
        let (email, points) = (format!("former{who}-{turn}"), turn as i32);
        let new = ActiveModel { email: Set(email.clone()), points: Set(points), note: Set(None), ..Default::default() };
        let Some(row) = self.timed(new.insert(database)).await else { return };
        self.written.insert(row.id, (email, points.into(), "none".to_owned()));
        let id = row.id;
        let mut row = row.into_active_model();
        row.email = Set(format!("FORMER{who}-{turn}"));
        row.points = Set(points + 1);
        let Some(row) = self.timed(row.update(database)).await else { return };
        let Some(found) = self.timed(Entity::find_by_id(id).one(database)).await else { return };
        let is_same = found.as_ref().is_some_and(|it| (&it.email, it.points) == (&row.email, row.points));
        if !is_same {
            self.errors.push(format!("the former version wrote {row:?} and reads {found:?}"));
        }
        self.written.insert(id, (row.email, row.points.into(), "none".to_owned()));
    }

    async fn as_next(&mut self, database: &DatabaseConnection, turn: u32, who: u32) {
        use next::*;
        let (address, points, note) = (format!("next{who}-{turn}"), 3_000_000_000 + i64::from(turn), "said".to_owned());
        let new =
            ActiveModel { address: Set(address.clone()), points: Set(points), note: Set(note), ..Default::default() };
        let Some(row) = self.timed(new.insert(database)).await else { return };
        let id = row.id;
        self.written.insert(id, (address, points, "said".to_owned()));
        let mut row = row.into_active_model();
        row.address = Set(format!("NEXT{who}-{turn}"));
        row.points = Set(i64::from(turn));
        let Some(row) = self.timed(row.update(database)).await else { return };
        let Some(found) = self.timed(Entity::find_by_id(id).one(database)).await else { return };
        if found.as_ref() != Some(&row) {
            self.errors.push(format!("the next version wrote {row:?} and reads {found:?}"));
        }
        self.written.insert(id, (row.address, row.points, row.note));
    }
}

/// The database's URL as SeaORM reads it.
fn url(project: &Project) -> String {
    project.database.url.replacen("mariadb://", "mysql://", 1)
}

#[derive(Clone, Copy, PartialEq)]
enum Version {
    Former,
    Next,
    /// Works on another table: what it waits is what the machine makes everybody wait.
    Control,
}

/// A version of the program that writes and reads until it is stopped.
struct Program {
    stop: Arc<AtomicBool>,
    /// One message a turn.
    turns: Receiver<u32>,
    thread: std::thread::JoinHandle<Work>,
}

impl Program {
    fn start(project: &Project, version: Version, who: u32) -> Self {
        let (stop, (done, turns)) = (Arc::new(AtomicBool::new(false)), channel());
        let (url, stopped) = (url(project), stop.clone());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let database = Database::connect(url).await.expect("SeaORM connects");
                let mut work = Work::default();
                for turn in 0.. {
                    if stopped.load(Ordering::Relaxed) || done.send(turn).is_err() {
                        break;
                    }
                    match version {
                        Version::Former => work.as_former(&database, turn, who).await,
                        Version::Next => work.as_next(&database, turn, who).await,
                        Version::Control => {
                            use sea_orm::ConnectionTrait;
                            let add = "INSERT INTO control (n) VALUES (1)";
                            work.timed(database.execute_unprepared(add)).await;
                        }
                    }
                }
                work
            })
        });
        Self { stop, turns, thread }
    }

    /// Waits until it has taken so many more turns.
    fn works(&self, turns: u32) {
        self.turns.try_iter().for_each(drop);
        for _ in 0..turns {
            self.turns.recv().expect("a program that goes on");
        }
    }

    fn stop(self) -> Work {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("a program that ends well")
    }
}

fn both_versions_work_under_load(product: Product) {
    let project = expanding(product, 30_000);
    project.database.execute("CREATE TABLE control (n int)");
    let control = Program::start(&project, Version::Control, 0);
    let former = [1, 2].map(|who| Program::start(&project, Version::Former, who));
    former.iter().for_each(|program| program.works(20));
    project.run(&["up"]).with(0).mentions("_change_contract` waits").mentions("gen up --contract");
    let next = [1, 2].map(|who| Program::start(&project, Version::Next, who));
    former.iter().chain(&next).for_each(|program| program.works(50));
    let former = former.map(Program::stop);
    project.run(&["up", "--contract", "--ignore-readers"]).with(0);
    next.iter().for_each(|program| program.works(20));
    let next = next.map(Program::stop);
    let control = control.stop();

    let mut written: Written = (1..=30_000).map(|n| (n, (format!("old{n}"), n.into(), "none".to_owned()))).collect();
    let mut statements = 0;
    for work in former.into_iter().chain(next) {
        assert!(work.errors.is_empty(), "{:?}", work.errors);
        let limit = Duration::from_secs(1) + control.longest;
        assert!(
            work.longest <= limit,
            "a statement waited {:?}; the machine's share is {:?}",
            work.longest,
            control.longest
        );
        statements += work.statements;
        written.extend(work.written);
    }
    assert!(statements > 500, "{statements}");
    let found = project.database.query("SELECT id, address, score, note FROM member ORDER BY id");
    let found: Written = found
        .iter()
        .map(|row| {
            let number = |at| row.text(at).parse::<i64>().expect("a number");
            (number(0) as i32, (row.text(1).to_owned(), number(2), row.text(3).to_owned()))
        })
        .collect();
    let lost: Vec<_> = written.iter().filter(|(id, row)| found.get(id) != Some(row)).take(5).collect();
    assert!(lost.is_empty() && found.len() == written.len(), "{lost:?} of {} in {}", written.len(), found.len());
    project.database.execute("DROP TABLE control");
    project.holds();
    project.finds_nothing();
}

mod every_step_can_be_taken_back {
    use super::*;

    on_servers!(every_step_can_be_taken_back);
}

fn every_step_can_be_taken_back(product: Product) {
    let project = expanding(product, 3);
    let rows = |columns: &str| -> Vec<String> {
        let found = project.database.query(&format!("SELECT {columns} FROM member ORDER BY id"));
        found.iter().map(|row| (0..3).map(|at| row.text(at)).collect::<Vec<_>>().join(" ")).collect()
    };
    project.run(&["migration", "--amend"]).with(1).mentions("gen undo 2");
    // While nothing is applied yet, the snapshot is at the end already, and nothing is left to write.
    project.finds_nothing();
    project.run(&["up"]).with(0).mentions("waits");
    // In the middle everything is in order, and both versions may serve.
    project.finds_nothing();
    project.run(&["check"]).with(0);
    project.run(&["drift"]).with(0);
    project.run(&["status"]).with(0).mentions("serves two versions");
    project.run(&["up"]).with(0).mentions("waits");
    project.database.execute("INSERT INTO member (address, score, note) VALUES ('next', 3000000000, 'x')");
    project.database.execute("INSERT INTO member (email) VALUES ('former')");
    project.database.execute("UPDATE member SET email = 'OLD1' WHERE id = 1");
    project.database.execute("UPDATE member SET address = 'new2', score = 5 WHERE id = 2");
    let former = ["OLD1 1 none", "new2 5 none", "old3 3 none", "next 2147483647 x", "former 7 none"];
    let next = ["OLD1 1 none", "new2 5 none", "old3 3 none", "next 3000000000 x", "former 7 none"];
    assert_eq!(rows("email, points, note"), former);
    assert_eq!(rows("address, score, note"), next);

    // Back from the first migration, with what the next version has written.
    project.run(&["down", "--allow", "*"]).with(0);
    assert_eq!(rows("email, points, note"), former);
    project.run(&["up"]).with(0);
    project.database.execute("UPDATE member SET score = 3000000000 WHERE address = 'next'");

    // Back from the second, into the middle.
    project.run(&["up", "--contract", "--ignore-readers"]).with(0);
    assert_eq!(rows("address, score, note"), next);
    project.database.execute("INSERT INTO member (address, note) VALUES ('later', 'y')");
    project.run(&["down", "--allow", "*"]).with(0);
    project.run(&["check"]).with(0);
    assert_eq!(rows("email, points, note")[..5], former);
    assert_eq!(rows("address, score, note")[..5], next);
    assert_eq!(rows("email, points, note")[5], "later 7 y");
    project.database.execute("UPDATE member SET points = 8 WHERE email = 'later'");
    assert_eq!(rows("address, score, note")[5], "later 8 y");
    project.run(&["up", "--contract", "--ignore-readers"]).with(0);
    project.holds();
    project.finds_nothing();
}

mod a_restored_database_tells_what_waits {
    use super::*;

    on_servers!(a_restored_database_tells_what_waits);
}

fn a_restored_database_tells_what_waits(product: Product) {
    let project = expanding(product, 1);
    project.run(&["up", "--backup=kept"]).with(0).mentions("waits");
    let folder = std::fs::read_dir(project.path().join("kept")).expect("backups");
    let file = folder.map(|entry| entry.expect("a file").path()).find(|path| path.is_file()).expect("a backup");
    let name = project.database.url.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name");
    let said = project.run(&["restore", &file.display().to_string(), "--replace", name]).with(0);
    said.mentions("applied").mentions("_contract` waits").mentions("`gen up --contract`");
}

mod a_new_database_gets_all_of_it_at_once {
    use super::*;

    on_servers!(a_new_database_gets_all_of_it_at_once);
}

fn a_new_database_gets_all_of_it_at_once(product: Product) {
    let project = expanding(product, 1);
    let other = super::project::Database::create(product);
    project.run(&["up", "--database-url", &other.url]).with(0).keeps_silent_on("waits");
    assert!(other.query("SELECT address, score FROM member").is_empty());
    project.run(&["check", "--replay"]).with(0);
    // What comes behind the second half waits with it, and that is no success.
    project.edit("member", "pub note: String,", "pub note: String,\n    pub later: Option<i32>,");
    project.run(&["migration", "Later"]).with(0);
    let said = project.run(&["up"]).with(1).mentions("_change_contract` waits").mentions("_later");
    assert!(said.talk.contains("gen up --contract"), "{}", said.talk);
    project.run(&["check", "--database"]).with(2);
    project.run(&["up", "--contract", "--ignore-readers"]).with(0);
    project.holds();
}

mod an_application_waits_with_the_second_half {
    use super::*;

    on_servers!(an_application_waits_with_the_second_half);
}

fn an_application_waits_with_the_second_half(product: Product) {
    let project = expanding(product, 1);
    let files = project.written().into_iter().filter(|(path, _)| path.starts_with("migrations/"));
    let files: Vec<(String, String)> = files
        .map(|(path, text)| (path.rsplit('/').next().expect("a name").trim_end_matches(".sql").to_owned(), text))
        .collect();
    let texts = files.iter().map(|(id, text)| (id.as_str(), text.as_str()));
    let migrations = Migrations::parse(product, texts).expect("migrations");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let url = project.database.url.as_str();
        let mut runner = Runner::connect(url, &migrations).await.expect("a runner");
        runner.ensure_current().await.expect_err("the first half is pending");
        assert_eq!(runner.plan(&Target::All).await.expect("a plan").len(), 1);
        let report = runner.up(&Target::All).await.expect("the first half");
        assert_eq!(report.outcomes.len(), 1);
        runner.ensure_current().await.expect("the next version may serve");
        assert_eq!(runner.readiness().await.expect("a state"), Readiness::Ready);
        assert!(runner.up(&Target::All).await.expect("nothing").outcomes.is_empty());
        let report = runner.contract().up(&Target::All).await.expect("the second half");
        assert!(report.outcomes[0].id.ends_with("_change_contract"), "{report:?}");
    });
    project.holds();
}

mod a_reader_of_the_old_column_stops_the_second_half {
    use super::*;

    #[apply(test_on_postgres)]
    fn postgres() {
        a_reader_of_the_old_column_stops_the_second_half(Product::Postgres);
    }

    #[apply(test_on_mysql)]
    fn mysql() {
        a_reader_of_the_old_column_stops_the_second_half(Product::MySql);
    }
}

fn a_reader_of_the_old_column_stops_the_second_half(product: Product) {
    let project = expanding(product, 1);
    project.run(&["up"]).with(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let database = runtime.block_on(Database::connect(url(&project))).expect("SeaORM connects");
    runtime.block_on(former::Entity::find().all(&database)).expect("rows");
    let said = project.run(&["up", "--contract"]);
    // Some thousand tests fill the statistics of a server.
    if product == Product::MySql && said.code == 0 {
        return drop(said.mentions("the statistics of the server are full"));
    }
    said.with(1).mentions("was used in the last ten minutes").mentions("email");
    runtime.block_on(database.close()).expect("an end");
    project.run(&["up", "--contract", "--ignore-readers"]).with(0);
}

#[apply(test_on_postgres)]
fn what_two_versions_cannot_share_is_refused() {
    let refused = |edits: &[(&str, &str)], arguments: &[&str], words: &[&str]| {
        let project = Project::new(Product::Postgres);
        project.entity("member", FORMER);
        project.run(&["init"]).with(0);
        project.run(&["migration", "Initial"]).with(0);
        project.run(&["up"]).with(0);
        edits.iter().for_each(|(from, to)| project.edit("member", from, to));
        let before = project.written();
        let said =
            project.run(&[&["migration", "Change", "--expand-contract", "--allow", "*"], arguments].concat()).with(1);
        words.iter().fold(said, |said, word| said.mentions(word));
        assert_eq!(project.written(), before);
    };
    refused(
        &[("pub points: i32", "pub points: i64")],
        &[],
        &["no column has two types", "#[sea_orm(column_name = \"points_new\", renamed_from = \"points\")]"],
    );
    refused(&[("pub note: Option<String>", "pub note: String")], &[], &["--backfill member.note="]);
    refused(
        &[(
            "default_value = 7)]\n    pub points: i32",
            "default_value = 7, renamed_from = \"points\")]\n    pub score: i64",
        )],
        &[],
        &["not every value of member.score is a value of member.points", "--back member.points="],
    );
    refused(&[("pub note: Option<String>,", "")], &[], &["nothing in this migration needs two steps"]);
    refused(
        &[("pub id: i32", "#[sea_orm(renamed_from = \"id\")]\n    pub key: i32")],
        &[],
        &["it belongs to the primary key, and a table has one"],
    );
    refused(
        &[(
            "pub email: String",
            "#[sea_orm(renamed_from = \"email\")]\n    pub address: String,\n    pub more: String",
        )],
        &[],
        &["the former version inserts rows without it"],
    );
}
