//! What PostgreSQL 18 has for the first time: NOT NULL by name, virtual columns, keys over periods, constraints nobody enforces.

use super::Pair;

pub(super) const PAIRS: &[Pair] = &[
    (
        "names of NOT NULL",
        "create table t (a int not null, b int constraint has_b not null, c int, d int constraint gone not null, e int constraint old not null, f int not null);",
        "create table t (a int constraint has_a not null, b int constraint \"must b\" not null, c int constraint has_c not null, d int, e int not null, f bigint constraint has_f not null, g serial constraint has_g not null, h int constraint has_h not null generated always as identity);",
    ),
    (
        "NOT NULL that is not validated",
        "create table t (a int, b int, c int not null); alter table t add constraint has_b not null b not valid;",
        "create table t (a int, b int constraint has_b not null, c int not null); alter table t add constraint has_a not null a not valid;",
    ),
    (
        "NOT NULL of a table alone",
        "create table t (a int constraint has_a not null, c int not null no inherit); create table u (a int);",
        "create table t (a int constraint has_a not null no inherit, b int not null no inherit, c int not null); create table u (a int, b int constraint x not null no inherit);",
    ),
    (
        "virtual columns",
        "create table t (a int, g int generated always as (a + 1) virtual, h int generated always as (a) stored, v int, w int generated always as (a) virtual, c varchar(9), d int generated always as (length(c)) virtual);",
        "create table t (a int, g int generated always as (a + 2) virtual, h int generated always as (a) virtual, v int generated always as (a * 2), w int, c varchar(20), d int generated always as (length(c)) virtual);",
    ),
    (
        "keys over periods",
        "create extension btree_gist; create table b (id int, valid daterange); create table f (id int, during daterange);",
        "create extension btree_gist; create table b (id int, valid daterange, other int, primary key (id, valid without overlaps), constraint u unique (other, valid without overlaps)); create table f (id int, during daterange, constraint k foreign key (id, period during) references b (id, period valid));",
    ),
    (
        "a key over a period changes with its columns",
        "create extension btree_gist; create table b (id int, valid daterange, constraint k primary key (id, valid without overlaps));",
        "create extension btree_gist; create table b (id bigint, valid daterange, n int, constraint k primary key (n, id, valid without overlaps));",
    ),
    (
        "constraints that are not enforced",
        "create table r (a int primary key); create table t (a int constraint f references r, b int constraint c check (b > 0) not enforced, constraint d check (a > 0));",
        "create table r (a int primary key); create table t (a int constraint f references r not enforced, b int constraint c check (b > 0), constraint d check (a > 0) not enforced, constraint g foreign key (b) references r not enforced);",
    ),
];
