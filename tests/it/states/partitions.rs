//! Partitions: those that a migration makes are schema, those that a table gets while in use belong to it.

use sea_gen::schema::Product;

use super::project::Project;
use crate::support::on_each;

on_each!(
    partitions_that_a_table_gets_while_in_use_are_no_drift,
    a_partition_is_not_dropped_unasked,
    a_table_that_is_attached_brings_its_rows,
    rows_of_the_default_partition_are_looked_for,
    bounds_and_keys_in_other_words_settle,
    a_bound_that_is_printed_otherwise_is_named,
);

/// A partitioned table, what becomes of it in use, what a later migration does to it and undoes, and what is new.
fn statements(
    product: Product,
) -> Option<(&'static str, &'static [&'static str], &'static str, &'static str, &'static str)> {
    match product {
        Product::Sqlite => None,
        Product::Postgres => Some((
            "CREATE TABLE log (at date NOT NULL, id int) PARTITION BY RANGE (at);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');",
            &[
                "CREATE TABLE log_3 PARTITION OF log FOR VALUES FROM ('2026-03-01') TO ('2026-04-01') PARTITION BY LIST (id)",
                "CREATE TABLE log_3_a PARTITION OF log_3 DEFAULT",
                "CREATE INDEX log_3_a_id ON log_3_a (id)",
                "COMMENT ON TABLE log_3 IS 'of March'",
            ],
            "DROP TABLE log_1;",
            "CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');",
            "log_3",
        )),
        Product::MySql | Product::MariaDb => Some((
            "CREATE TABLE log (at date NOT NULL, id int) PARTITION BY RANGE (to_days(at))
(PARTITION log_1 VALUES LESS THAN (740000), PARTITION log_2 VALUES LESS THAN (741000));",
            &["ALTER TABLE log ADD PARTITION (PARTITION log_3 VALUES LESS THAN (742000))"],
            "-- changes data: nobody asks for January any more\nALTER TABLE log DROP PARTITION log_1;",
            "ALTER TABLE log REORGANIZE PARTITION log_2 INTO
(PARTITION log_1 VALUES LESS THAN (740000), PARTITION log_2 VALUES LESS THAN (741000));",
            "log_3",
        )),
    }
}

fn partitions_that_a_table_gets_while_in_use_are_no_drift(product: Product) {
    let Some((make, in_use, less, back, new)) = statements(product) else { return };
    let project = Project::settled(product);
    project.by_hand("Log", make, "DROP TABLE log;");
    project.run(&["up"]).with(0);
    project.holds();
    in_use.iter().for_each(|sql| project.database.execute(sql));
    project.finds_nothing();
    let said = project.run(&["diff", "--from", "snapshot", "--to", "database"]).with(0);
    said.mentions("no difference").keeps_silent_on(new);
    project.holds();
    project.run(&["check"]).with(0);

    // A migration of another table, and one of a partition that is known, go on from there and back.
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub town: Option<String>,");
    project.run(&["migration", "Town"]).with(0).mentions("1 step").keeps_silent_on(new);
    project.by_hand("Less", less, back);
    assert_eq!(project.situation(), "behind");
    for way in [&["up"][..], &["down", "--allow", "*"], &["up"]] {
        project.run(way).with(0);
        project.run(&["check"]).with(if way == ["down", "--allow", "*"] { 2 } else { 0 }).keeps_silent_on(new);
    }

    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    std::fs::write(&path, format!("partitions = \"report\"\n{text}")).expect("a written file");
    project.run(&["check"]).with(2).mentions(new);
}

/// A table with two partitions, and with one.
fn less(product: Product) -> Option<(&'static str, &'static str)> {
    match product {
        Product::Sqlite => None,
        Product::Postgres => Some((
            "CREATE TABLE log (id int) PARTITION BY LIST (id); CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1);
             CREATE TABLE log_2 PARTITION OF log FOR VALUES IN (2);",
            "CREATE TABLE log (id int) PARTITION BY LIST (id); CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1);",
        )),
        Product::MySql | Product::MariaDb => Some((
            "CREATE TABLE log (id int) PARTITION BY LIST (id) (PARTITION log_1 VALUES IN (1), PARTITION log_2 VALUES IN (2));",
            "CREATE TABLE log (id int) PARTITION BY LIST (id) (PARTITION log_1 VALUES IN (1));",
        )),
    }
}

fn a_partition_is_not_dropped_unasked(product: Product) {
    let Some((two, one)) = less(product) else { return };
    let project = Project::settled(product);
    let declare = |sql: &str| std::fs::write(project.path().join("entities/log.sql"), sql).expect("an SQL file");
    declare(one);
    project.run(&["migration", "One"]).with(0);
    declare(two);
    project.run(&["migration", "Two"]).with(0);
    project.run(&["up"]).with(0);
    let fill = || project.database.execute("INSERT INTO log VALUES (2)");
    project.database.execute("INSERT INTO log VALUES (1)");
    fill();
    project.run(&["down"]).with(0).mentions("drops partition log_2");
    project.run(&["up"]).with(0);
    fill();
    declare(one);
    project
        .run(&["migration", "Less"])
        .with(1)
        .mentions("drops partition log_2")
        .mentions("(1 row)")
        .keeps_silent_on("--keep");
    project.run(&["migration", "Less", "--allow", "drop-partition"]).with(0);
    project.run(&["up"]).with(0);
    project.holds();
}

fn a_table_that_is_attached_brings_its_rows(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    let declare = |sql: &str| std::fs::write(project.path().join("entities/log.sql"), sql).expect("an SQL file");
    declare("CREATE TABLE log (id int) PARTITION BY RANGE (id); CREATE TABLE part (id int);");
    project.run(&["migration", "Apart"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO part VALUES (1), (7)");
    declare(
        "CREATE TABLE log (id int) PARTITION BY RANGE (id);
         CREATE TABLE part PARTITION OF log FOR VALUES FROM (MINVALUE) TO (MAXVALUE);",
    );
    project.run(&["migration", "Attach"]).with(0).mentions("proven");
    assert!(!project.newest().contains("loses data"), "{}", project.newest());
    for way in ["up", "down", "up"] {
        project.run(&[way]).with(0);
        assert_eq!(project.database.query("SELECT id FROM part").len(), 2, "{way}");
    }
    assert_eq!(project.database.query("SELECT id FROM log").len(), 2);
    project.holds();
}

fn rows_of_the_default_partition_are_looked_for(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    let declare = |sql: &str| std::fs::write(project.path().join("entities/log.sql"), sql).expect("an SQL file");
    let before = "CREATE TABLE log (at date, n int) PARTITION BY RANGE (at);
CREATE TABLE log_rest PARTITION OF log DEFAULT;
CREATE TABLE log_25 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (n);
CREATE TABLE log_25_rest PARTITION OF log_25 DEFAULT;";
    declare(before);
    project.run(&["migration", "Log"]).with(0);
    project.run(&["up"]).with(0);
    project
        .database
        .execute("INSERT INTO log VALUES ('2026-05-01', 1), ('2027-05-01', 1), ('2025-05-01', 1), (NULL, 1)");
    declare(&format!(
        "{before}\nCREATE TABLE log_26 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE log_25_a PARTITION OF log_25 FOR VALUES IN (1, NULL);"
    ));
    project.run(&["migration", "More"]).with(0).mentions("proven");
    let said = project.run(&["up"]).with(1);
    said.mentions("log_25_rest has rows that belong to log_25_a: detach it, move them, and attach it again (found: 1)")
        .mentions("hint: these rows: `SELECT * FROM");
    project.database.execute("DELETE FROM log WHERE at = '2025-05-01'");
    project.run(&["up"]).with(1).mentions("log_rest has rows that belong to log_26");
    project.database.execute("DELETE FROM log WHERE at = '2026-05-01'");
    project.run(&["up"]).with(0);
    project.holds();
}

fn bounds_and_keys_in_other_words_settle(product: Product) {
    if product != Product::Postgres {
        return;
    }
    let project = Project::settled(product);
    let declare = |sql: &str| std::fs::write(project.path().join("entities/log.sql"), sql).expect("an SQL file");
    declare(
        "CREATE TABLE whole (id int) PARTITION BY LIST (id int4_ops);
CREATE TABLE whole_1 PARTITION OF whole FOR VALUES IN (1 + 1, -3);
CREATE TABLE words (r text) PARTITION BY RANGE (lower(r) text_pattern_ops, r COLLATE \"C\" text_ops);
CREATE TABLE words_1 PARTITION OF words FOR VALUES FROM ('a'::text, E'\\x41') TO ('b'::text, MAXVALUE);
CREATE TABLE keys (id uuid) PARTITION BY LIST (id);
CREATE TABLE keys_1 PARTITION OF keys FOR VALUES IN ('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11');
CREATE TABLE flags (is_on boolean) PARTITION BY LIST (is_on);
CREATE TABLE flags_0 PARTITION OF flags FOR VALUES IN ('f') PARTITION BY LIST (is_on bool_ops);
CREATE TABLE flags_0_0 PARTITION OF flags_0 FOR VALUES IN ('no');
CREATE TABLE flags_1 PARTITION OF flags FOR VALUES IN (true);
CREATE TABLE prices (n numeric(9, 1)) PARTITION BY RANGE (n);
CREATE TABLE prices_1 PARTITION OF prices FOR VALUES FROM (1.50) TO (2.500);
CREATE TABLE parts (id int) PARTITION BY HASH (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (REMAINDER 0, MODULUS 2);",
    );
    project.run(&["migration", "Divided"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.run(&["check"]).with(0);
    project.holds();
    let text = std::fs::read_to_string(project.path().join("entities/log.sql")).expect("an SQL file");
    declare(&text.replace("1 + 1", "2 + 1"));
    project.run(&["migration", "Other"]).with(0).mentions("whole_1");
}

fn a_bound_that_is_printed_otherwise_is_named(product: Product) {
    if !matches!(product, Product::MySql | Product::MariaDb) {
        return;
    }
    let project = Project::settled(product);
    project.declare_in_sql(
        "CREATE TABLE m (at datetime) PARTITION BY RANGE COLUMNS (at)
(PARTITION m_1 VALUES LESS THAN (TIMESTAMP'2020-01-01 00:00:00'));",
    );
    let said = project.run(&["migration", "Divided"]).with(1);
    said.mentions("TIMESTAMP").mentions("'2020-01-01 00:00:00'");
}
