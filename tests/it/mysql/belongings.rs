//! Who defines what is made anew stays who defines it, and who may run a routine may run it afterwards.

use sea_gen::dialect::Statement;
use sea_gen_runner::run::{self, DEFAULT_WAIT};

use super::scratch::{Scratch, execute, on_each};

on_each![what_is_made_anew_keeps_who_defines_it_and_who_runs_it, who_may_use_what_is_renamed_may_use_it_afterwards];

async fn what_is_made_anew_keeps_who_defines_it_and_who_runs_it(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    let database = session.database().await.unwrap();
    let users = ["`belongings one`@`%`", "`belongings two`@`localhost`"];
    for user in users {
        execute(&mut session, &[&format!("DROP USER IF EXISTS {user}"), &format!("CREATE USER {user}")]).await;
        execute(&mut session, &[&format!("GRANT ALL ON {database}.* TO {user}")]).await;
    }
    let made = |definer: &str| {
        [
            format!("CREATE {definer}SQL SECURITY INVOKER VIEW v AS SELECT a FROM t"),
            format!("CREATE {definer}TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1"),
            format!("CREATE {definer}FUNCTION f() RETURNS int NO SQL RETURN 1"),
            format!("CREATE {definer}PROCEDURE p() SELECT 1"),
            format!("CREATE {definer}EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a = 1"),
        ]
    };
    execute(&mut session, &["CREATE TABLE t (a int PRIMARY KEY)"]).await;
    for sql in made(&format!("DEFINER={} ", users[0])) {
        execute(&mut session, &[&sql]).await;
    }
    execute(
        &mut session,
        &[
            &format!("GRANT EXECUTE ON FUNCTION f TO {}", users[1]),
            &format!("GRANT EXECUTE, ALTER ROUTINE ON PROCEDURE p TO {} WITH GRANT OPTION", users[1]),
            &format!("GRANT SELECT ON v TO {}", users[1]),
        ],
    )
    .await;
    let definers = "SELECT definer FROM information_schema.views WHERE table_schema = DATABASE() \
                    UNION ALL SELECT definer FROM information_schema.triggers WHERE trigger_schema = DATABASE() \
                    UNION ALL SELECT definer FROM information_schema.routines WHERE routine_schema = DATABASE() \
                    UNION ALL SELECT definer FROM information_schema.events WHERE event_schema = DATABASE()";
    let grants = format!("SHOW GRANTS FOR {}", users[1]);
    let mut before = Vec::new();
    for query in [definers, &grants] {
        before.push(session.query(query).await.unwrap().iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>());
    }
    assert_eq!(before[0], ["belongings one@%"; 5]);

    let dropped = ["VIEW v", "TRIGGER tr", "FUNCTION f", "PROCEDURE p", "EVENT e"].map(|what| format!("DROP {what}"));
    let statements: Vec<Statement> = dropped.into_iter().chain(made("")).map(Statement::new).collect();
    run::execute(&mut session, &statements, DEFAULT_WAIT).await.unwrap();
    let mut after = Vec::new();
    for query in [definers, &grants] {
        after.push(session.query(query).await.unwrap().iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>());
    }
    after.iter_mut().chain(&mut before).for_each(|lines| lines.sort());
    assert_eq!(after, before);
    for user in users {
        execute(&mut session, &[&format!("DROP USER {user}")]).await;
    }
}

async fn who_may_use_what_is_renamed_may_use_it_afterwards(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    let user = "`renaming one`@`localhost`";
    execute(&mut session, &[&format!("DROP USER IF EXISTS {user}"), &format!("CREATE USER {user}")]).await;
    execute(&mut session, &["CREATE TABLE a (id int PRIMARY KEY, x int)", "CREATE TABLE b (id int PRIMARY KEY)"]).await;
    for right in ["SELECT, SHOW VIEW ON a", "UPDATE (x), INSERT (x, id) ON a", "DELETE ON b"] {
        execute(&mut session, &[&format!("GRANT {right} TO {user}")]).await;
    }
    execute(&mut session, &[&format!("GRANT SELECT ON b TO {user} WITH GRANT OPTION")]).await;
    let database = session.database().await.unwrap();
    let statements = [
        "RENAME TABLE a TO c, b TO a, c TO b",
        "ALTER TABLE b ADD COLUMN z int, RENAME COLUMN x TO y, RENAME TO c",
        &format!("RENAME TABLE {database}.c TO `{database}`.`d`"),
    ];
    let statements = statements.map(Statement::new);
    run::execute(&mut session, &statements, DEFAULT_WAIT).await.unwrap();
    let rows = session.query(&format!("SHOW GRANTS FOR {user}")).await.unwrap();
    // In which order columns are listed is the server's affair.
    let said = |text: &str| text.replace(&format!("`{database}`."), "").replace("`y`, `id`", "`id`, `y`");
    let after: Vec<String> = rows.iter().skip(1).map(|row| said(row.text(0))).collect();
    let mut after: Vec<&str> = after.iter().filter_map(|line| line.split(" TO ").next()).collect();
    after.sort();
    let expected = ["GRANT SELECT, DELETE ON `a`", "GRANT SELECT, INSERT (`id`, `y`), UPDATE (`y`), SHOW VIEW ON `d`"];
    assert_eq!(after, expected, "{:?}", rows.iter().map(|row| row.text(0)).collect::<Vec<_>>());
    execute(&mut session, &[&format!("DROP USER {user}")]).await;
}
