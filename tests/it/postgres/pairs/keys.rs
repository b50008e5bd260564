//! Keys that move, gain and lose columns or settings; what one statement would merge; NULL as a default; inherited columns.

use super::Pair;

/// Each is gone both ways.
pub(super) const PAIRS: &[Pair] = &[
    (
        "deferrable+fk gone",
        "create table a(id int primary key); create table b(x int references a);",
        "create table a(id int primary key deferrable); create table b(x int);",
    ),
    (
        "include",
        "create table a(id int primary key, n int);",
        "create table a(id int, n int, constraint a_pkey primary key (id) include (n));",
    ),
    (
        "pk fillfactor",
        "create table a(id int primary key, n int); create table b(x int references a);",
        "create table a(id int, n int, constraint a_pkey primary key (id) with (fillfactor=50)); create table b(x int references a);",
    ),
    (
        "pk name+deferrable",
        "create table a(id int primary key);",
        "create table a(id int, constraint k primary key (id) initially deferred deferrable);",
    ),
    (
        "pk loses col",
        "create table a(x int, y int, primary key(x,y)); create table c(x int,y int, foreign key(x,y) references a);",
        "create table a(x int primary key); create table c(x int references a);",
    ),
    (
        "pk gains col",
        "create table a(x int primary key);",
        "create table a(x int, y int not null default 0, primary key(x,y));",
    ),
    (
        "pk loses col kept nullable",
        "create table a(x int, y int, primary key(x,y));",
        "create table a(x int primary key, y int);",
    ),
    ("pk gone", "create table a(x int primary key, y int);", "create table a(x int, y int);"),
    ("pk gone deferrable", "create table a(x int primary key deferrable, y int);", "create table a(x int, y int);"),
    ("pk gone keeps not null", "create table a(x int primary key, y int);", "create table a(x int not null, y int);"),
    ("pk order", "create table a(x int, y int, primary key(x,y));", "create table a(x int, y int, primary key(y,x));"),
    (
        "pk to unique",
        "create table a(x int primary key);",
        "create table a(x int not null, constraint a_pkey unique(x));",
    ),
    (
        "pk to unique 2",
        "create table a(x int primary key, y int not null unique);",
        "create table a(x int not null unique, y int primary key);",
    ),
    (
        "pk same name index",
        "create table a(x int primary key, y int not null);",
        "create table a(x int not null, y int not null); create unique index a_pkey on a(x);",
    ),
    (
        "view group by",
        "create table a(x int primary key, y int, z int not null); create view v as select x,y,count(*) c from a group by x;",
        "create table a(x int not null, y int, z int primary key); create view v as select x, max(y) y,count(*) c from a group by x;",
    ),
    (
        "view group by stays",
        "create table a(x int primary key, y int, z int not null); create view v as select x,y,count(*) c from a group by x;",
        "create table a(x int primary key deferrable, y int, z int not null);",
    ),
    (
        "view group by stays2",
        "create table a(x int, y int, z int not null, constraint k primary key(x)); create view v as select x,y,count(*) c from a group by x;",
        "create table a(x int, y int, z int not null,  primary key(x) include (z)); create view v as select x,y,count(*) c from a group by x;",
    ),
    (
        "matview group by stays2",
        "create table a(x int, y int, z int not null, constraint k primary key(x)); create materialized view v as select x,y,count(*) c from a group by x;create index on v(x);",
        "create table a(x int, y int, z int not null,  primary key(x) include (z)); create materialized view v as select x,y,count(*) c from a group by x;create index on v(x);",
    ),
    (
        "replica identity",
        "create table a(x int primary key, y int not null); alter table a replica identity using index a_pkey;",
        "create table a(x int not null, y int primary key); alter table a replica identity using index a_pkey;",
    ),
    (
        "cluster",
        "create table a(x int primary key, y int not null); alter table a cluster on a_pkey;",
        "create table a(x int not null, y int primary key); alter table a cluster on a_pkey;",
    ),
    (
        "pk retype",
        "create table a(id serial primary key);create table b(a int references a);",
        "create table a(id bigserial primary key);create table b(a bigint references a);",
    ),
    (
        "pk id uuid",
        "create table a(id serial primary key, u uuid not null);create table b(a int references a);",
        "create table a(u uuid primary key);create table b(a uuid references a);",
    ),
    (
        "pk comment",
        "create table a(x int primary key, y int not null); comment on constraint a_pkey on a is $$k$$;",
        "create table a(x int not null, y int primary key); comment on constraint a_pkey on a is $$k$$;",
    ),
    (
        "pk comment idx",
        "create table a(x int primary key, y int not null); comment on index a_pkey is $$k$$;",
        "create table a(x int not null, y int primary key); comment on index a_pkey is $$k2$$;",
    ),
    (
        "unique deferrable",
        "create table a(x int unique); create table b(x int references a(x));",
        "create table a(x int unique deferrable); create table b(x int);",
    ),
    (
        "pk self fk",
        "create table a(x int primary key, p int references a, y int not null);",
        "create table a(x int not null, p int references a(y), y int primary key);",
    ),
    (
        "default null",
        "create table t(x int);",
        "create table t(x int, a varchar(16) default null::varchar, b varchar(16) default null::varchar(16), c varchar(16) default null::text, d int default null::bigint, e int default null::int, f numeric(8,2) default null::numeric, g text default null::varchar, h timestamp default null::timestamptz, i varchar default null::text, j int[] default null::int[], k int[] default null::text[]::int[], l varchar[] default null::varchar(3)[], m timestamp(3) default null::timestamp, n char(3) default null, o bit default null::bit(1));",
    ),
    (
        "default null chg",
        "create table t(a varchar(16) default null::varchar, b int default null::bigint);",
        "create table t(a varchar(16) default null::text, b int default null::smallint);",
    ),
    (
        "merged",
        "create table z(a int);",
        "create table u1(a int primary key, b int, unique(b));alter table u1 add unique(a); alter table u1 add constraint z2 unique(b); alter table u1 add unique (b) include (a); alter table u1 add unique(b) deferrable; create unique index u1_i on u1(b); create unique index u1_i2 on u1(b); alter table u1 add constraint c1 check(b>0), add constraint c2 check (b>0); create table u2(a int primary key, b int references u1(a)); alter table u2 add foreign key (b) references u1(a); alter table u2 add constraint zz exclude using btree (a with =); create table z(a int)",
    ),
    (
        "merged2",
        "create table u1(a int , b int);",
        "create table u1(a int , b int ); alter table u1 add constraint u1_b_key1 unique(b); alter table u1 add unique(b);alter table u1 add constraint aa unique(a);alter table u1 add primary key(a)",
    ),
    (
        "merged3",
        "create table z(a int);",
        "create table z(a int); create table u1(a int , b int ); alter table u1 add constraint aa unique(a) with (fillfactor=70);alter table u1 add constraint bb unique(a); alter table u1 add constraint pk primary key(a)",
    ),
    (
        "inh",
        "create table base (at date); create table child (n int) inherits (base);",
        "create table base (at date, e int default 4 check (e>0), g text not null, constraint ch check(g<>$$$$)); create table child (n int, e int, g text) inherits (base); create table grand(e int) inherits (child);",
    ),
    (
        "inh2",
        "create table base (at date); create table child (n int) inherits (base);",
        "create table base (at date, e int); create table child (n int) inherits (base);",
    ),
    (
        "inh5",
        "create table base (at date, e int); create table b2(e int); create table child (n int) inherits (base);",
        "create table base (at date, e int); create table b2(e int);create table child (n int) inherits (base,b2);",
    ),
    (
        "inh6",
        "create table base (at date, e int); create table child (n int) inherits (base);",
        "create table base (at date, e bigint default 3); create table child (n int) inherits (base); alter table child alter e set default 4;",
    ),
    (
        "inh7",
        "create table base (at date, e int); create table child (n int,e int) inherits (base);",
        "create table base (at date, e bigint); create table child (n int,e bigint) inherits (base);",
    ),
    (
        "inh8",
        "create table base (at date, e int); create table child (n int,e int, at date);",
        "create table base (at date, e int); create table child (n int,e int, at date) inherits (base);",
    ),
];
