//! # sea-gen: entity-diffing migrations for SeaORM
//!
//! `sea-gen` is the missing half of SeaORM's entity-first workflow. SeaORM can synchronise a development database from
//! entities; nothing turns entities into reviewed, reversible migrations. This crate does. It is a library and a binary
//! called `gen`; people type `gen migration AddEmailIndex`. This text is for whoever changes the code; the README
//! and the [`guide`] are for whoever uses it.
//!
//! ## The idea
//!
//! There are three states, and everything the tool says is a statement about a pair of them:
//!
//! | | state | comes from | room |
//! |---|---|---|---|
//! | **E** | what the code declares | `entities/`: Rust source and SQL beside it | [`entity`] |
//! | **S** | what the migrations produce | `snapshots/`, sealed by `schema.lock.json` | [`project`] |
//! | **D** | what the database has | the live catalog | [`introspect`] |
//!
//! E against S: a migration is missing. S against D with history behind: migrations are pending. S against D with history
//! equal: drift. D = E ≠ S: a database that was synchronised in development. [`state`] says which.
//!
//! Entities under-declare: most indexes, defaults and checks of real projects are made by hand-written migrations and no
//! entity mentions them. A differ that takes silence for "drop it" would destroy them all on its first run. So S records for
//! every object and facet its [origin](schema::Origin), and [`state::reconcile`] goes by three ways, as `kubectl apply` does:
//! declared now, it is compared; declared before and silent now, it is dropped; never declared, it is kept.
//! Therefore a change of origins alone is written to the snapshot too, and a database in which something nobody declares was
//! changed has drifted: the code is silent on it, so it cannot have been synchronised.
//!
//! ## How a schema becomes a migration
//!
//! ```text
//! entities ─entity──┐
//!                   ├─normalize(dialect)─► state ─► diff ─► Plan ─► lint
//! catalog ─introspect┘                              ├ up   = plan
//! snapshot ─project─┘                               └ down = plan.inverse(from)
//!                         each: lower(dialect) ─► Steps ─► arrange ─► text ─► Statement ─► write / run
//! ```
//!
//! Data flows one way: read, normalise, reconcile, diff, plan, steps, text, write or run. Nouns ([`schema`]), verbs
//! ([`plan`]), steps ([`dialect::Step`]) and SQL text are four things and never mix.
//!
//! * **Normalise, then compare with `==`.** A dialect's `normalize` brings a declared schema and one read from a catalog to
//!   the one form the catalog would report: native types, spelled defaults, implied indexes, names nobody gave. Only a
//!   dialect can build a [`schema::Normalized`], and [`diff`] takes nothing else, so there is not one predicate in it.
//!   Expressions carry their text for writing and a canonical form for comparing ([`schema::Expression`]).
//! * **What a parser cannot settle, the database does.** Two expressions whose canonical forms differ are printed by the
//!   connected database, in temporary objects it forgets ([`dialect::reprint`]). Nothing is asked where nothing
//!   differs. The snapshot takes the words of the code and the database is read in those of the snapshot, so what was
//!   settled once is equal by its text from then on, with or without a database at hand.
//! * **Operations are data with an inverse.** An [`plan::Op`] holds the whole object it works on. [`plan::apply`]
//!   interprets it in memory, as strictly as the strictest database. Together they are an algebra that a property test
//!   holds to its laws over ten thousand random pairs of schemas.
//! * **One graph orders everything** (`plan/order.rs`). Each step says what it needs, makes, reads and ends (`plan/claims.rs`);
//!   one sorter puts them in order, and what destroys rows or values last, behind everything that can fail or reads them. A
//!   dialect tells the same sorter what only it can read in a text. The way back is sorted by the same rule, in its own
//!   words: a plan always removes what only hangs on tables, then renames, then does the rest under the later names.
//! * **Rows are filled halfway** (`state/halfway.rs`): between two plans, one to an intermediate schema in which nothing is
//!   dropped and nothing is required yet, and one from there.
//! * **Two versions of a program** (`state/expand/`): a change in two migrations is a path of schemas with changes of rows between
//!   them. The schema between the two is whole like any other: fingerprint, proof and drift need no exception. Triggers keep
//!   rules on rows ([`dialect::in_step`]); the old column stays as it was, and the new one has neither NOT NULL nor default
//!   until the second migration, because a trigger tells what a statement has written by what is NULL.
//! * **Steps before text.** [`state::migration_steps`] returns steps: operations in the form in which a database executes
//!   them, checks of existing rows and changes of stored values ([`dialect::rows`]). Forms, transactions and order are decided
//!   on steps. [`dialect::text`] writes them in SQL, and is the last thing that happens to a migration.
//! * **Invert, then lower, then render.** Lowering turns what a database cannot do into steps it can (SQLite's rebuild,
//!   PostgreSQL's enum swap). It runs separately for up and down, so a rebuild is reversible for free.
//! * **Safe forms are a lowering.** What locks a table for as long as it is large is told by a table of costs in each dialect
//!   (`locks`), measured on the servers. Both read it: the safe lowering ([`dialect::Dialect::safe`]), which turns the steps of a
//!   plan into others that make nobody wait, and the lint. Tables that a plan creates, `gen sync`, `gen drift revert` and
//!   scratch databases take the short forms: nobody else is there. On PostgreSQL what changes the schema stays in one
//!   transaction, what takes long follows behind it, each statement by itself, and what destroys is the last transaction.
//! * **One table of casts a database** (`casts` in each dialect): which values survive a change of type, as a condition on the rows
//!   that do not, and whether every row is written anew. The questions of `gen migration`, the queries in front of a migration, the
//!   safe forms and the lint all read it; `tests/it/casts.rs` holds it to what the servers do.
//! * **A file is judged by its own text.** Whoever wrote it: [`dialect::reading`] tells what each statement does, in plain
//!   words ([`sea_gen_runner::reading`]), and [`lint::script`] judges those. What is not understood is said to be so.
//!
//! * **SQL text is read once, in one place.** [`sea_gen_runner::sql`] cuts it into tokens and statements, by rules that each product has as data
//!   and, on MySQL and MariaDB, the `sql_mode` changes. Migration files, SQL beside the entities, dumps, what catalogs print
//!   and what is written here go through it; everybody else asks tokens, nobody looks for quotes. What marks between
//!   statements mean, only [`write`](mod@write) knows. One statement is sent at a time: what holds a semicolon is judged by
//!   the server before it is run, never by its text alone.
//!
//! ## Glossary
//!
//! One concept, one word, one type. Names of items and comments use these terms.
//!
//! | term | meaning |
//! |---|---|
//! | product | one of the supported databases: PostgreSQL, MySQL, MariaDB, SQLite ([`schema::Product`]) |
//! | dialect | the behaviour of one product ([`dialect::Dialect`]) |
//! | catalog | the system tables in which a database describes its objects |
//! | introspection | reading a schema from a catalog ([`introspect`]) |
//! | schema | all objects of one database, as a value ([`schema::Schema`]) |
//! | place | the location of an object or one of its facets in a schema ([`schema::Place`]) |
//! | facet | a property of a column or foreign key that can be declared separately ([`schema::Facet`]) |
//! | origin | who declared an object: an entity, a sidecar, or nobody ([`schema::Origin`]) |
//! | definition | an object that is held as the statement that creates it, because the model does not parse it ([`schema::Definition`]) |
//! | dependency layer | where a kind of definition is created: before tables, like a table, after tables ([`schema::DependencyLayer`]) |
//! | unmanaged object | an object that is excluded or that the model cannot hold; it is kept ([`schema::Kept`]) |
//! | canonical form | the text by which two expressions are compared ([`schema::Expression`]) |
//! | normalise | to bring a schema to the form in which the catalog would report it ([`schema::Normalized`]) |
//! | entity | a SeaORM model in Rust source ([`entity`]) |
//! | sidecar | an SQL file beside the entities that declares what they cannot |
//! | reference rows | rows that are declared with their table, such as roles ([`schema::ReferenceRows`]) |
//! | snapshot | the schema that the migrations produce, on disk ([`project::Snapshot`]) |
//! | target | the schema that a migration leads to ([`state::TargetSchema`]) |
//! | operation | one change of a schema as data, with an inverse ([`plan::Op`]) |
//! | plan | operations in dependency order ([`plan::Plan`]) |
//! | claim | a resource that a step needs, makes, reads or ends; claims order the steps ([`plan::Claims`], [`plan::Resource`]) |
//! | step | what one database executes for an operation ([`dialect::Step`]) |
//! | lowering | turning operations into steps |
//! | rebuild | creating a table again and copying its rows, because it cannot be altered in place |
//! | online form | a step whose blocking time does not grow with the number of rows ([`plan::cost::Forms`]) |
//! | migration | a file of up statements, which apply it, and down statements, which revert it ([`sea_gen_runner::migration::Migration`]) |
//! | baseline | the first recorded migration of an existing database, which is not executed |
//! | history | the table that records what was applied ([`sea_gen_runner::HISTORY_TABLE`]) |
//! | lock file | `schema.lock.json`, which seals the migrations and the snapshot ([`sea_gen_runner::lock_file::Lock`]) |
//! | journal | the part of the history that says which statement is sent next, so that an interrupted run can be continued |
//! | probe | how the catalog tells after a crash whether a statement was done |
//! | advisory lock | the lock in the schema or database that admits one runner at a time |
//! | home | the schema, database or file in which a session looks unqualified names up ([`sea_gen_runner::session::Home`]) |
//! | tenant | one of many homes with the same migrations ([`workflow::tenants`]) |
//! | transaction group | statements of a migration that are executed in one transaction |
//! | preflight check | a query in front of a migration that finds rows on which it would fail |
//! | backfill | values for existing rows, written by a migration ([`state::Backfill`]) |
//! | drift | a difference between a database and the snapshot that no migration explains ([`state::Situation`]) |
//! | clause kind | the kind of a DDL or DML clause; locks and costs are listed by it ([`sea_gen_runner::reading::clause_kind::ClauseKind`]) |
//! | accepted difference | a difference between the code and the database that stays as it is for now ([`schema::Acceptance`]) |
//! | finding | a hazard that a lint rule reports ([`lint::Finding`]) |
//! | seed | generated rows that satisfy every constraint of a schema ([`seed::Seeds`]) |
//! | proof | running a migration up, down and up again on a scratch database ([`proof`]) |
//!
//! ## Code map
//!
//! | room | what it is for | may import |
//! |---|---|---|
//! | `format` | a package of its own: SQL as tokens and statements, migration files, the lock file, the error; everybody finds them in the runner | nothing |
//! | `macros` | a package of its own: `embed!`, which reads those files when an application is compiled | `format` |
//! | [`runner`](sea_gen_runner) | a package of its own that applications can carry: connections, history, locks, applying, databases for tests | `format`, `macros` |
//! | [`schema`] | nouns: tables, columns, keys, types, names, places, origins | nothing |
//! | [`plan`] | verbs: operations, inverse, order, interpreter, words, what a clause costs | `runner::reading`, `schema` |
//! | [`diff`] | two normalised schemas to a plan | `schema`, `plan` |
//! | [`lint`] | hazards of plans and scripts; one list of rules | `runner::reading`, `runner::migration`, `runner::sql`, `schema`, `plan` |
//! | [`dialect`] | everything databases do differently, one folder each with the same file names | `runner::sql`, `runner::reading`, `schema`, `plan` |
//! | `dialect::*::introspect` | one database's catalog to a schema; `reprint`, its own words for an expression | `runner`, `schema`, `plan` |
//! | [`introspect`] | façade: connection to schema | `runner::session`, `schema`, `dialect` |
//! | [`entity`] | Rust source text and SQL sidecars to a declared schema and diagnostics | `schema`, `plan`, `runner::sql`, `dialect::expression` |
//! | [`seed`] | test data: a schema and a number to rows that hold its constraints | `schema`, `dialect` |
//! | [`state`] | the three states: reconciliation, situations | `schema`, `plan`, `diff`, `dialect`, `entity` |
//! | [`project`] | what lies on disk: configuration, ids, snapshots, lock, atomic files | `runner`, `schema`, `plan`, `lint`, `entity`, `write` |
//! | [`write`](mod@write) | entities and the SQL beside them, written from a schema; migrations in Rust, from their SQL | `runner::sql`, `runner::migration`, `schema`, `plan`, `dialect`, `state` |
//! | [`page`] | pages about a schema and about a change: HTML, Markdown, Mermaid, DBML, tbls | `runner::reading`, `schema`, `plan` |
//! | [`proof`] | scratch databases, and migrations proven on them | `runner`, `schema`, `plan`, `diff`, `dialect`, `introspect`, `seed`, `project` |
//! | [`workflow`] | the jobs, one file each: values in, values out | `runner`, `schema`, `plan`, `diff`, `lint`, `dialect`, `introspect`, `entity`, `seed`, `state`, `project`, `write`, `proof`, `page` |
//! | [`cli`] | arguments, one file a command, reports | everything |
//! | [`guide`] | the user's guide and the changelog, one Markdown file a page | nothing |
//!
//! Every room may import what stands at the root of the runner: products, statements, the error. `tests/it/architecture.rs` reads this table and holds it true, along with what the invariants below say about source text.
//!
//! Who reads which text, and nobody else:
//!
//! * The URL of a database, and the variables that stand in for parts of it: [`sea_gen_runner::session::ConnectionOptions`]. Whatever
//!   depends on a host, a user or a database asks that value, which holds what the driver will use.
//! * Which database a job works on: [`project::Environment`], found once when a project is opened. Until then the URL is a
//!   [`project::DatabaseUrl`]; neither prints a password.
//!
//! ## Invariants
//!
//! 1. The core (`schema plan diff lint entity state page` and the pure dialect files) does no I/O: no files, environment, clock,
//!    randomness, async or driver.
//! 2. An operation is plain data, complete, with a total inverse that is its own inverse. Nothing is implicit: no `CASCADE`;
//!    an operation removes exactly what it names.
//! 3. `apply(diff(a, b), a) == b`, `apply(inverse, b) == a`, `diff(b, b)` is empty.
//! 4. What needs what decides the order, then the kind of step, then the order in which steps were found; never spelling.
//!    Nothing is destroyed before something that can fail, unless that needs it gone. Foreign keys are operations of their
//!    own, which breaks cycles; what has the name that another is to have gives way under a name that is free.
//! 5. `normalize` is idempotent, and the second run of `gen migration` finds nothing.
//! 6. What a database cannot do is a value with a hint ([`dialect::Unsupported`]), never a panic.
//! 7. No wildcard arm over `Op`, `Object` or `Type` in `plan` and `dialect`: a new kind is named by the compiler everywhere.
//! 8. An identifier is a [`schema::Name`], quoted in exactly one function a dialect; so are literals. A name the tool makes up
//!    comes from [`plan::Names`] alone, which knows both states, so it is free in them and short enough, and the same on the way
//!    back. Names by convention, which a database or SeaORM would have given, are spelled by the dialect and by `entity`.
//! 9. Same input, same bytes. Time appears only in the migration id.
//! 10. Only `project` and `write` touch files, all or none; only `cli` prints: results to stdout, messages to stderr.
//!
//! ## Decisions that differ from what one might expect
//!
//! * **DDL text is written here, not by sea-query.** sea-query writes a statement on one line, panics on what a backend cannot do,
//!   writes MySQL's enum values unescaped and escapes its comments by backslash whatever the SQL mode. A migration is read by
//!   reviewers, so it is laid out for them. sea-query is an oracle: tests compare the spelling of every type with it.
//! * **Catalogs are read by a constant number of queries, not by sea-schema**, which sends some for every table (77 s for 1,000
//!   tables of PostgreSQL) and does not read plain indexes or checks. It is an oracle, too: `tests/it/run/discovery.rs`.
//! * **Entities are written here, not by sea-orm-codegen**, with its names. It panics on what is no identifier (a column `2fa`, an
//!   enum value that is an emoji), prints warnings to stdout, and knows one schema at a time. A type that SeaORM has no name for
//!   becomes a field that is ignored, and lengths, defaults, comments and indexes are not said: read back, that is another database.
//!   Mending all of it through syntax takes as much code as writing the text does, and would cost the program nine packages, a
//!   minute of a processor and 3 MB.
//! * **Errors are typed, so `anyhow` stands at the edge only**, in the programs of `tests/examples/`.
//! * **The driver is sqlx itself, at the version SeaORM uses**, because lock and work must share one connection that is
//!   never silently replaced by a pool. The runner takes that connection from SeaORM's pool, or connects itself. Each driver is a
//!   feature (`postgres`, `mysql`, `sqlite`, all on by default for the program) that one file knows, `runner/session/driver.rs`:
//!   without it the tool does not connect to that database, but still writes and judges its migrations.
//! * **The runner is a package of its own**, because an application must not compile a Rust parser or a command line to apply its
//!   migrations. It adds five small packages to SeaORM with the same driver; a test counts them.
//! * **Names in the default schema carry no schema** ([`schema::ObjectName`]), so the same migration and the same snapshot
//!   serve a scratch database and every tenant.
//! * **A table is created and dropped without its foreign keys**, always. SQLite's lowering folds them back into
//!   `CREATE TABLE`, which is the only place that database takes them.
//! * **What a Rust type leaves open is judged in one table**, [`state::RULES`], over normalised types. A loose rule keeps the
//!   type that is there, and the place is *adopted* until somebody spells the type out; the differ knows nothing of it.
//! * **`gen init --import` writes statements and reads them back** before it keeps them. What is refused, or read as something
//!   else, stays adopted and is said to be, so the files can never declare what is not there.
//! * **SQL beside the entities is declared, not run**, so a column says more of itself by `MODIFY COLUMN` on every database and
//!   a comment by `COMMENT ON`; the dialect finds the statements that lead there.
//! * **What the model does not take apart is a definition** ([`schema::Definition`]): a domain, a policy, an event, in the
//!   database's own words, with what it stands on. One noun for all of them; its kind says where it stands, and `needs` decides
//!   the order. Whatever is neither modelled nor held so is listed as unmanaged, with the reason.
//! * **What is excluded stays beside the schema** ([`schema::Kept`]), and so does what the model has no place for: it is read, but
//!   never compared. Foreign keys lead there, made-up names avoid it, `dialect::statements` refuses what it does not bear, and a
//!   proof builds a stand-in for it.
//! * **Renames are done to the base first** (`state::rename`), before anything is compared: so names made by convention and
//!   what nobody declares go along. `plan::apply` knows no SQL, so an expression that names a renamed column is dropped and
//!   created around the rename, whatever the database would do by itself.
//! * **The order of migrations is the order of their ids, always.** Merging branches therefore renames a migration that would stand before
//!   another one, also where it is applied already: its header names the ids that it had, so that a history follows them, and the
//!   migrations with which it was shown to be in any order. A lock in another order than the files would need two orders everywhere.
//! * **A merge is computed from commits, not from git's index**, which has the three versions of a file only where it found a conflict.
//! * **Which of a squashed migration and those that it replaces count is decided for each database**, by its history
//!   ([`sea_gen_runner::run::standing`]): all files are one list, and nothing else in the runner knows of squashing. The rows of those that
//!   are replaced give way to one, which keeps the list of them, so that an older program finds its own there.
//! * **`gen lock`** is a command of its own: editing a migration by hand is normal, so there must be a plain way to seal it.
//!
//! ## Where things go
//!
//! The numbers were counted on trials: each was written as a stub until the compiler demanded no further file.
//!
//! * **An object kind**, say sequences: a noun in `schema` and a variant of [`plan::Object`]. The compiler then names nineteen files:
//!   six in `plan`, nine in `dialect` (lowering and rendering of each database), three in `state`, one in `cli`. It does not name
//!   the comparison in `diff`, `normalize` and `introspect` of each database, and the reader in `entity`. The inverse needs nothing:
//!   an operation on the new kind is inverted like any other.
//! * **A database**: a variant of [`schema::Product`]. The compiler names 21 files of the runner and 39 of this package, 15 of them
//!   in `dialect`, seven in `workflow`, six in `entity`. To these come a folder `dialect/<db>/` with the same file names and
//!   a session file in `runner/session/`. `schema` and `diff` know no product. A search for `Product::` finds the comparisons that
//!   the compiler does not.
//! * **A lint**: two files: a constant in `lint/`, in `lint/script/` if it judges scripts alone, or in `lint/code/` if it judges
//!   Rust, and a line in [`lint::RULES`]. One that judges scripts or Rust has its example in the constant, and one for scripts a file
//!   in `tests/lint/`.
//! * **A job**: a file in `workflow/`, values in and values out, and a line in `workflow/mod.rs`. **A command**: four files: its
//!   arguments in `cli/arguments.rs`, a file in `cli/` that shows the result of the job, an arm in `cli/mod.rs`, a row in
//!   `guide/reference.md`.
//! * **A way of running**: a variant of [`sea_gen_runner::run::Course`], which is one file (`runner/run/mod.rs`), and a method of
//!   [`sea_gen_runner::Runner`] for applications or an arm in `workflow/apply.rs` for commands.

pub mod cli;
pub mod dialect;
pub mod diff;
pub mod entity;
pub mod guide;
pub mod introspect;
pub mod lint;
pub mod page;
pub mod plan;
pub mod project;
pub mod proof;
pub mod schema;
pub mod seed;
pub mod state;
pub mod workflow;
pub mod write;

#[cfg(feature = "sea-orm")]
pub use workflow::develop;
