//! Renames, with whatever hangs on what is renamed: there, read back, and back again.

use sea_gen::diff::diff;
use sea_gen::plan::Rename;
use sea_gen::schema::{Change, Name, ObjectName};

use super::pairs::{definitions, statements};
use super::scratch::{Scratch, execute, on_each, shown};

on_each![renames_go_there_and_back];

fn table(from: &str, to: &str) -> Rename {
    Rename::Table(Change::new(ObjectName::local(from), ObjectName::local(to)))
}

fn names(from: &str, to: &str) -> Change<Name> {
    Change::new(from.into(), to.into())
}

fn cases() -> Vec<(&'static str, &'static str, &'static str, Vec<Rename>)> {
    let t = || ObjectName::local("t");
    vec![
        (
            "a table",
            "CREATE TABLE p (id int PRIMARY KEY, up int, CONSTRAINT f FOREIGN KEY (up) REFERENCES p (id));
             CREATE TABLE t (a int, CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id));
             CREATE VIEW v AS SELECT id FROM p",
            "CREATE TABLE q (id int PRIMARY KEY, up int, more int, CONSTRAINT f FOREIGN KEY (up) REFERENCES q (id));
             CREATE TABLE t (a int, CONSTRAINT g FOREIGN KEY (a) REFERENCES q (id));
             CREATE VIEW v AS SELECT id FROM q",
            vec![table("p", "q")],
        ),
        (
            "a table and the type of its key",
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, KEY k (a), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id))",
            "CREATE TABLE q (id bigint PRIMARY KEY); CREATE TABLE t (a bigint, KEY j (a), CONSTRAINT g FOREIGN KEY (a) REFERENCES q (id))",
            vec![table("p", "q")],
        ),
        (
            "a table and the index under its foreign key",
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, KEY k (a), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id))",
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE u (a int, b int, KEY j (a, b), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id))",
            vec![table("t", "u")],
        ),
        (
            "a table with checks",
            "CREATE TABLE t (a int, b int, CONSTRAINT t_a_check CHECK (a > 0), CONSTRAINT other CHECK (b > 1))",
            "CREATE TABLE u (a int, b int, CONSTRAINT t_a_check CHECK (a > 0), CONSTRAINT other CHECK (b > 1))",
            vec![table("t", "u")],
        ),
        (
            "a column",
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, KEY k (a, b), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id))",
            "CREATE TABLE p (x int PRIMARY KEY); CREATE TABLE t (c int, b bigint, KEY k (c, b), CONSTRAINT g FOREIGN KEY (c) REFERENCES p (x))",
            vec![Rename::Column(t(), names("a", "c")), Rename::Column(ObjectName::local("p"), names("id", "x"))],
        ),
        (
            "a column with a check",
            "CREATE TABLE t (a int CHECK (a > 0), b int, CONSTRAINT k CHECK (a < b))",
            "CREATE TABLE t (c int CHECK (c > 0), b int, CONSTRAINT k CHECK (c < b))",
            vec![Rename::Column(t(), names("a", "c"))],
        ),
        (
            "an index, a check and a foreign key",
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, KEY k (a), CONSTRAINT c CHECK (a > 0), CONSTRAINT g FOREIGN KEY (a) REFERENCES p (id))",
            "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, KEY j (a), CONSTRAINT d CHECK (a > 0), CONSTRAINT h FOREIGN KEY (a) REFERENCES p (id))",
            vec![
                Rename::Index(t(), names("k", "j")),
                Rename::Check(t(), names("c", "d")),
                Rename::ForeignKey(t(), names("g", "h")),
            ],
        ),
    ]
}

async fn renames_go_there_and_back(scratch: Scratch) {
    for (topic, old, new, renames) in cases() {
        let mut one = scratch.database("old").await;
        let mut other = scratch.database("new").await;
        execute(&mut one, &statements(old)).await;
        execute(&mut other, &statements(new)).await;
        let (from, to) = (scratch.read(&mut one).await, scratch.read(&mut other).await);
        let before = definitions(shown(&mut one).await);
        let plan = diff(&from, &to, &renames);
        scratch.run(&mut one, &plan, &from).await;
        scratch.expect(&mut one, &to, &format!("{topic}, up")).await;
        assert_eq!(definitions(shown(&mut one).await), definitions(shown(&mut other).await), "{topic}");
        scratch.run(&mut one, &plan.inverse(from.schema()), &to).await;
        scratch.expect(&mut one, &from, &format!("{topic}, down")).await;
        assert_eq!(definitions(shown(&mut one).await).len(), before.len(), "{topic}");
    }
}
