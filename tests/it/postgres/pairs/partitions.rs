//! Partitions with parts of their own, and tables that become partitioned, stop being so, or are partitioned otherwise.

use super::Pair;

/// Each is gone both ways.
pub(super) const PAIRS: &[Pair] = &[
    (
        "full plain to part",
        "create table item (id int primary key); create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create table ev (id serial, at date not null default '2026-02-03', item int references item, note text default 'x' check (note <> ''), g int generated always as (1) stored, primary key (id, at), unique (at, note)); create index ev_at on ev (at); create index ev_n on ev (note) where at > '2020-01-01';
create trigger t before insert on ev for each row execute function f(); create table ref (id int, at date, foreign key (id, at) references ev); create view v as select count(*) from ev; create view v2 as select id from ev; comment on table ev is 'c'; comment on column ev.note is 'n'; alter table ev enable row level security; create policy p on ev using (id > 0);",
        "create table item (id int primary key); create function f() returns trigger language plpgsql as $$ begin return new; end $$;
create table ev (id serial, at date not null default '2026-02-03', item int references item, note text default 'x' check (note <> ''), g int generated always as (1) stored, primary key (id, at), unique (at, note)) partition by range (at); create table ev_26 partition of ev for values from ('2026-01-01') to ('2027-01-01'); create table ev_rest partition of ev default; create index ev_at on ev (at); create index ev_n on ev (note) where at > '2020-01-01';
create trigger t before insert on ev for each row execute function f(); create table ref (id int, at date, foreign key (id, at) references ev); create view v as select count(*) from ev; create view v2 as select id from ev; comment on table ev is 'c'; comment on column ev.note is 'n'; alter table ev enable row level security; create policy p on ev using (id > 0);",
    ),
    (
        "partitions that foreign keys hold",
        "create table p (id int, k int, primary key (id)) partition by list (id); create table r (id int references p);",
        "create table p (id int, k int, primary key (id)) partition by list (id); create table r (id int references p); create table p_1 partition of p for values in (1); create table q (id int, x int) partition by list (id); create table q_1 partition of q for values in (1); alter table p_1 add constraint of_one unique (k, id); alter table q_1 add constraint to_one foreign key (x, id) references p_1 (k, id);",
    ),
    (
        "names of indexes over expressions",
        "create table p (id int, k text) partition by list (id); create table p_1 partition of p for values in (1);",
        "create table p (id int, k text) partition by list (id); create table p_1 partition of p for values in (1); create index i on p (lower(k), (k || 'x'), id);",
    ),
    (
        "pk changes",
        "create table ev (id int generated always as identity primary key, at date not null default '2026-02-03', n int default 3); create table r (e int references ev);",
        "create table ev (id int generated always as identity, at date not null default '2026-02-03', n int default 3, primary key (id, at)) partition by range (at); create table ev_26 partition of ev for values from ('2026-01-01') to ('2027-01-01') partition by list (id); create table ev_26_a partition of ev_26 for values in (3); create table ev_26_b partition of ev_26 default; create index ev_26_x on ev_26_a(n); create table r (e int);",
    ),
    (
        "schemas",
        "create schema if not exists app; create table app.ev (a bigserial primary key, b int);",
        "create schema if not exists app; create table app.ev (a bigserial, b int, primary key(a)) partition by hash (a); create table app.\"E 1\" partition of app.ev for values with (modulus 1, remainder 0); alter index app.\"E 1_pkey\" rename to kk;",
    ),
    (
        "part storage",
        "create table ev (a int) partition by list(a); create table ev_1 partition of ev for values in (1) with (fillfactor=70);",
        "create table ev (a int default 7) partition by list(a); create unlogged table ev_1 partition of ev for values in (1,2) with (fillfactor=50, autovacuum_enabled=off); alter table ev_1 alter a set default 4;",
    ),
    (
        "part parts",
        "create table p (id int, k int, primary key (id)) partition by list (id); create table p_1 partition of p for values in (1); create table p_2 partition of p for values in (2); create index p1k on p_1(k);",
        "create table p (id int, k int, primary key (id)) partition by list (id); create table p_1 partition of p for values in (1); create table p_2 partition of p for values in (2); create index p1k on p_1(k) where k > 3; alter table p_1 add constraint ck check (k<9) not valid; alter table p_2 add constraint u unique (k,id), add exclude using btree (k with =); create table q (x int references p_2, y int, k int, foreign key (k,y) references p_2(k,id)); alter table p_2 replica identity full; create statistics s on id,k from p_2; alter table p_1 alter k set not null;",
    ),
    (
        "part gone with parts",
        "create table p (id int, k int, primary key (id)) partition by list (id); create table p_1 partition of p for values in (1); create table p_2 partition of p for values in (2); create index p1k on p_1(k); alter table p_1 add unique (k); create function f() returns trigger language plpgsql as $$ begin return new; end $$; create trigger t before insert on p_1 for each row execute function f();",
        "create table p (id int, k int, primary key (id)) partition by list (id);  create table p_2 partition of p for values in (2);",
    ),
    (
        "attach",
        "create table log (at date not null, id int) partition by range (at); create table log_26 partition of log for values from ('2026-01-01') to ('2027-01-01'); alter table log_26 add constraint mine primary key (at, id);",
        "create table log (at date not null, id int) partition by range (at); create table log_26 partition of log for values from ('2026-01-01') to ('2027-01-01'); alter table log_26 add constraint mine primary key (at, id); alter table log add primary key (at,id);",
    ),
    (
        "attach2",
        "create table log (at date not null, id int) partition by range (at); create table log_26 partition of log for values from ('2026-01-01') to ('2027-01-01'); create index on log_26(id);",
        "create table log (at date not null, id int) partition by range (at); create table log_26 partition of log for values from ('2026-01-01') to ('2027-01-01'); create index on log(id); create index on log_26(id); alter index log_26_id_idx1 rename to zz",
    ),
    (
        "parent index unique changes",
        "create table log (at date not null, id int) partition by range (at); create table log_26 partition of log for values from ('2026-01-01') to ('2027-01-01'); create index li on log(id); alter index log_26_id_idx rename to foo;",
        "create table log (at date not null, id int) partition by range (at); create table log_26 partition of log for values from ('2026-01-01') to ('2027-01-01'); create index li on log(id, at); alter index log_26_id_at_idx rename to foo;",
    ),
    (
        "partition of another parent",
        "create table l1 (at date not null, id int) partition by range (at);create table l2 (at date not null, id int) partition by range (at); create table log_26 partition of l1 for values from ('2026-01-01') to ('2027-01-01'); create index on l1(id);",
        "create table l1 (at date not null, id int) partition by range (at);create table l2 (at date not null, id int) partition by range (at); create table log_26 partition of l2 for values from ('2026-01-01') to ('2027-01-01'); create index on l1(id);",
    ),
    (
        "partitioned gone",
        "create table ev (a int primary key) partition by list(a); create table ev_1 partition of ev for values in (1); create index own on ev_1(a);",
        "create table z(a int);",
    ),
    (
        "fk chg of partition",
        "create table i(id int primary key); create table ev (a int, b int) partition by list(a); create table ev_1 partition of ev for values in (1); alter table ev_1 add foreign key (b) references i;",
        "create table i(id bigint primary key); create table ev (a int, b bigint) partition by list(a); create table ev_1 partition of ev for values in (1); alter table ev_1 add foreign key (b) references i on delete cascade;",
    ),
    (
        "a table is attached",
        "create table ref (id int primary key); create table m (day date not null, id serial not null, v int default 5, t text collate \"C\", primary key (id, day), constraint m_ck check (v > 0), foreign key (v) references ref) partition by range (day); create index m_v on m(v); create index m_low on m(lower(t), (v + 1), (v + 2)) include (v); alter table m add constraint m_u unique (day, v); create function f() returns trigger language plpgsql as $$ begin return new; end $$; create table \"M 1\" (day date not null, id int generated always as identity, v int, t text, constraint own primary key (id), constraint oth check (v < 100)); create index keepme on \"M 1\"(v); create index x1 on \"M 1\"(t); create trigger tr before insert on \"M 1\" for each row execute function f(); alter table \"M 1\" enable row level security; create policy p on \"M 1\" using (v > 1); comment on table \"M 1\" is 'of its own'; comment on column \"M 1\".v is 'value'; create table note (id int primary key, mid int references \"M 1\"); grant select on \"M 1\" to public;",
        "create table ref (id int primary key); create table m (day date not null, id serial not null, v int default 5, t text collate \"C\", primary key (id, day), constraint m_ck check (v > 0), foreign key (v) references ref) partition by range (day); create index m_v on m(v); create index m_low on m(lower(t), (v + 1), (v + 2)) include (v); alter table m add constraint m_u unique (day, v); create function f() returns trigger language plpgsql as $$ begin return new; end $$; create table \"M 1\" partition of m default; create index x1 on \"M 1\"(t); create trigger tr before insert on m for each row execute function f(); comment on table \"M 1\" is 'a partition'; comment on column \"M 1\".v is 'value'; alter table \"M 1\" alter v set default 7; create table note (id int primary key, mid int); grant select on \"M 1\" to public;",
    ),
    (
        "a partition is detached",
        "create table ref (id int primary key); create table m (day date not null, id serial not null, v int default 5, t text collate \"C\", primary key (id, day), constraint m_ck check (v > 0), foreign key (v) references ref) partition by range (day); create index m_v on m(v); create index m_low on m(lower(t), (v + 1), (v + 2)) include (v); alter table m add constraint m_u unique (day, v); create function f() returns trigger language plpgsql as $$ begin return new; end $$; create table \"M 1\" partition of m default; create index x1 on \"M 1\"(t); create trigger tr before insert on m for each row execute function f(); comment on table \"M 1\" is 'a partition'; comment on column \"M 1\".v is 'value'; alter table \"M 1\" alter v set default 7; create table note (id int primary key, mid int); grant select on \"M 1\" to public;",
        "create table ref (id int primary key); create table m (day date not null, id serial not null, v int default 5, t text collate \"C\", primary key (id, day), constraint m_ck check (v > 0), foreign key (v) references ref) partition by range (day); create index m_v on m(v); create index m_low on m(lower(t), (v + 1), (v + 2)) include (v); alter table m add constraint m_u unique (day, v); create function f() returns trigger language plpgsql as $$ begin return new; end $$; create table \"M 1\" (day date not null, id int generated always as identity, v int, t text, constraint own primary key (id), constraint oth check (v < 100)); create index keepme on \"M 1\"(v); create index x1 on \"M 1\"(t); create trigger tr before insert on \"M 1\" for each row execute function f(); alter table \"M 1\" enable row level security; create policy p on \"M 1\" using (v > 1); comment on table \"M 1\" is 'of its own'; comment on column \"M 1\".v is 'value'; create table note (id int primary key, mid int references \"M 1\"); grant select on \"M 1\" to public;",
    ),
    (
        "a partitioned table is attached",
        "create table m (a int not null, b int) partition by list (a); create table m_1 (a int not null, b int) partition by list (b); create table m_1_x partition of m_1 default; create index on m_1(b);",
        "create table m (a int not null, b int) partition by list (a); create table m_1 partition of m for values in (1) partition by list (b); create table m_1_x partition of m_1 default; create index on m_1(b);",
    ),
    (
        "a key of its own serves the table's index",
        "create table p (a int not null, b int not null, c int) partition by list (a); create table p_1 partition of p for values in (1); create table p_2 partition of p for values in (2); create index po on only p(b);",
        "create table p (a int not null, b int not null, c int) partition by list (a); create table p_1 partition of p for values in (1); alter table p_1 add constraint mine primary key (a, b), add constraint u unique (a, c) deferrable; create table p_2 (a int not null, b int not null, c int, primary key (a, b)); alter table p attach partition p_2 for values in (2); create unique index pu on p(a, b); create unique index pc on p(a, c); create index po on p(b);",
    ),
    (
        "the index that a key of its own serves becomes a key",
        "create table p (a int not null, b int not null) partition by list (a); create table p_1 partition of p for values in (1); alter table p_1 add constraint mine primary key (a, b); create unique index pu on p(a, b);",
        "create table p (a int not null, b int not null) partition by list (a); create table p_1 partition of p for values in (1); alter table p add constraint pu primary key (a, b);",
    ),
    (
        "a key that waits for its partitions",
        "create table p (a int not null, b int not null) partition by list (a); create table p_1 partition of p for values in (1); alter table only p add constraint pu unique (a, b); alter table only p add primary key (a); create unique index p_1_a on p_1(a);",
        "create table p (a int not null, b int not null) partition by list (a); create table p_1 partition of p for values in (1); alter table p add constraint pu unique (a, b); alter table p add primary key (a);",
    ),
    (
        "the table's index is made anew and its partitions' keep their names",
        "create table p (a int not null, b int not null) partition by list (a); create table p_1 partition of p for values in (1); create index pi on p(b); alter index p_1_b_idx rename to mine; alter table p add constraint pk primary key (a); alter index p_1_pkey rename to own; create unique index pu on p(a, b); alter table p_1 add constraint k unique (b, a);",
        "create table p (a int not null, b int not null) partition by list (a); create table p_1 partition of p for values in (1); create index pi on p(b desc); alter index p_1_b_idx rename to mine; alter table p add constraint pk primary key (a) include (b); alter index p_1_pkey rename to own; create unique index pu on p(a, b) where a > 0; alter table p_1 add constraint k unique (b, a);",
    ),
];
