//! Everything at once: a rich database is read, rebuilt in an empty one, compared by the server, and taken down again.

use sea_gen::introspect::{Scope, introspect};

use super::scratch::{Scratch, execute, on_each, shown};

on_each![
    a_rich_database_is_rebuilt_and_taken_down,
    what_is_not_held_is_listed,
    the_number_of_queries_does_not_depend_on_the_number_of_tables
];

const TABLES: &[&str] = &[
    r"CREATE TABLE p (
        id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
        a varchar(20) NOT NULL DEFAULT 'it''s \\ x' COMMENT 'cc''\\ x',
        b int CHECK (b > 0),
        c int GENERATED ALWAYS AS (b * 2) STORED,
        d int AS (b * 3) VIRTUAL COMMENT 'thrice',
        e enum('a', 'b''c', 'd\\e') DEFAULT 'a',
        s set('x','y') DEFAULT 'x,y',
        f timestamp(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
        j json,
        g geometry NOT NULL,
        bt bit(3) DEFAULT b'101',
        inv int INVISIBLE,
        dec1 decimal(10,3) unsigned zerofill DEFAULT 1.5,
        ch char(3) CHARACTER SET latin1 COLLATE latin1_bin,
        n int DEFAULT 5,
        ex varchar(40) DEFAULT (concat('a', upper('b'))),
        bl blob,
        tx text DEFAULT ('abc'),
        y year, tt time DEFAULT '10:00:00', dd date DEFAULT '2020-01-01',
        bo bool DEFAULT true,
        fl float, db double(10,2), fl2 float(24) unsigned,
        dt datetime DEFAULT now(), dt6 datetime(6) DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6),
        vb varbinary(20) DEFAULT 'ab', b16 binary(16), cs2 varchar(10) COLLATE utf8mb4_bin,
        ti tinyint, su smallint unsigned, me mediumint, bi bigint(20),
        ts timestamp NULL DEFAULT NULL,
        CONSTRAINT ck1 CHECK (b < 100),
        CONSTRAINT ck2 CHECK (a <> 'it''s' AND e IN ('a', 'b''c')),
        UNIQUE KEY u1 (a, b), KEY i1 (a(5)), KEY i2 (a DESC, b), FULLTEXT KEY ft (a), SPATIAL KEY sp (g),
        KEY k3 (n) COMMENT 'ic'
      ) COMMENT='tc''x\\y' ROW_FORMAT=COMPRESSED",
    "CREATE TABLE child (id int PRIMARY KEY, p int unsigned,
        CONSTRAINT fk1 FOREIGN KEY (p) REFERENCES p(id) ON DELETE CASCADE ON UPDATE SET NULL)",
    "CREATE TABLE child2 (id int, p int unsigned, q int unsigned, t varchar(9) COLLATE utf8mb4_general_ci,
        FOREIGN KEY (p) REFERENCES p(id) ON DELETE SET NULL, FOREIGN KEY (q) REFERENCES p(id), KEY zz (q, id))
        COLLATE utf8mb4_bin ENGINE=InnoDB STATS_PERSISTENT=1",
    "CREATE TABLE self (id int PRIMARY KEY, up int, CONSTRAINT fk_up FOREIGN KEY (up) REFERENCES self(id))",
    "CREATE TABLE other (id int, x int, KEY (id), KEY tree (x) USING BTREE) ENGINE=MEMORY",
    "CREATE VIEW v AS SELECT id, concat(a,'x') AS ax FROM p WHERE b > 0 WITH CASCADED CHECK OPTION",
    "CREATE SQL SECURITY INVOKER VIEW a_view AS SELECT v.id FROM v JOIN child ON child.p = v.id",
    "CREATE TRIGGER tr BEFORE INSERT ON child FOR EACH ROW SET new.p = coalesce(new.p, 1)",
    "CREATE TRIGGER tr2 AFTER UPDATE ON child FOR EACH ROW
        BEGIN IF new.p > 1 THEN INSERT INTO child2 (id) VALUES (1); END IF; END",
    r"CREATE FUNCTION fu(a int, b varchar(10)) RETURNS int DETERMINISTIC NO SQL COMMENT 'f''c\\' BEGIN RETURN a + 1; END",
    "CREATE PROCEDURE pr(IN a int, OUT b int) MODIFIES SQL DATA SQL SECURITY INVOKER BEGIN SELECT 1 INTO b; END",
];

const MYSQL_ONLY: &[&str] =
    &["CREATE TABLE only_here (id int PRIMARY KEY, a varchar(9), place point NOT NULL SRID 4326,
        CONSTRAINT soft CHECK (id > 0) NOT ENFORCED,
        KEY expr ((lower(a)), id), KEY unseen (a) INVISIBLE)"];

const MARIADB_ONLY: &[&str] = &[
    "CREATE TABLE only_here (id int PRIMARY KEY, u uuid DEFAULT uuid(), i inet6, w int(5), tx text, KEY unseen (w) IGNORED,
        UNIQUE KEY long_text (tx), n int DEFAULT (id + 1) CHECK (n > id))",
];

async fn a_rich_database_is_rebuilt_and_taken_down(scratch: Scratch) {
    let mut made = scratch.database("made").await;
    execute(&mut made, TABLES).await;
    execute(&mut made, if scratch.is_mariadb() { MARIADB_ONLY } else { MYSQL_ONLY }).await;
    let catalog = scratch.catalog(&mut made).await;
    assert_eq!(catalog.unmanaged, [], "{}", scratch.product);
    let schema = scratch.read(&mut made).await;

    let mut rebuilt = scratch.database("rebuilt").await;
    let plan = scratch.migrate(&mut rebuilt, &scratch.empty(), &schema).await;
    scratch.expect(&mut rebuilt, &schema, "after rebuilding").await;
    let (one, other) = (shown(&mut made).await, shown(&mut rebuilt).await);
    for (one, other) in one.iter().zip(&other) {
        similar_asserts(one, other);
    }
    assert_eq!(one.len(), other.len());

    scratch.run(&mut rebuilt, &plan.inverse(scratch.empty().schema()), &schema).await;
    assert_eq!(shown(&mut rebuilt).await, Vec::<String>::new());
    scratch.expect(&mut rebuilt, &scratch.empty(), "after taking down").await;
}

/// The server lists unnamed checks and keys in the order they were made in, which is no difference.
fn similar_asserts(one: &str, other: &str) {
    let lines = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(one), lines(other), "{one}\n{other}");
}

async fn what_is_not_held_is_listed(scratch: Scratch) {
    let mut session = scratch.database("it").await;
    execute(
        &mut session,
        &[
            "CREATE TABLE t (id int)",
            "CREATE TRIGGER z BEFORE INSERT ON t FOR EACH ROW SET new.id = 1",
            "CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET new.id = 2",
            "CREATE TABLE seaql_migrations (version int)",
        ],
    )
    .await;
    let expected = ["order of trigger a"];
    let catalog = scratch.catalog(&mut session).await;
    let mut found: Vec<&str> = catalog.unmanaged.iter().map(|it| it.object.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert!(!catalog.schema.tables.keys().any(|name| name.name.as_str() == "seaql_migrations"));
}

async fn the_number_of_queries_does_not_depend_on_the_number_of_tables(scratch: Scratch) {
    let mut session = scratch.database("it").await;
    let mut asked = Vec::new();
    for round in 0..2 {
        for number in 0..round * 20 {
            let sql = format!("CREATE TABLE t{number} (id int PRIMARY KEY, p int, CHECK (p > 0), KEY (p))");
            session.execute(&sql).await.unwrap();
        }
        let before = questions(&mut session).await;
        introspect(&mut session, &Scope::default()).await.unwrap();
        asked.push(questions(&mut session).await - before);
    }
    assert_eq!(asked[0], asked[1]);
    // Two of them bound the wait for locks.
    assert!(asked[0] <= 14, "{asked:?}");
}

async fn questions(session: &mut sea_gen_runner::session::Session) -> u64 {
    session.query("SHOW SESSION STATUS LIKE 'Questions'").await.unwrap().first().unwrap().text(1).parse().unwrap()
}
