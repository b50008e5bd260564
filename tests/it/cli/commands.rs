//! Every command where all is well.

use std::process::Stdio;

use super::project::Project;
use super::shows;

#[apply(test)]
fn before_init_every_command_says_what_to_do_first() {
    let project = Project::new();
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             no snapshot yet: `gen init`
    database   sqlite://shop.db                    does not exist yet
    ");
    for command in [&["up"][..], &["down"], &["redo"], &["goto", "x"], &["drift"], &["check"], &["lock"], &["thaw"]] {
        let said = project.refused(command);
        assert!(said.contains("no schema.lock.json yet") && said.contains("`gen init`"), "{command:?}: {said}");
    }
    shows!(project.refused(&["freeze", "1.0"]), @r"
    error: [project] has no schema.lock.json yet

    hint: run `gen init` to set the project up
    ");
    shows!(project.refused(&["migration", "Initial", "--dry-run"]), @r"
    error: the project is not set up yet, and a dry run writes nothing

    hint: run `gen init` first
    ");
}

#[apply(test)]
fn init_sets_up_once() {
    let project = Project::new();
    shows!(project.run(&["init"]), @r"
    exit 0
    --- stdout
    set up for sqlite
      entities   entities

    next: `gen migration Initial` writes what the entities declare
    ");
    assert!(!project.path("shop.db").exists());
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             1 step ahead of the snapshot: `gen migration <Name>`
      user
        + table (2 columns)   entities/user.rs:4
    snapshot   empty                               0 migrations
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
    ");
    shows!(project.refused(&["init"]), @r"
    error: [project] is set up already

    hint: `gen status` shows its state
    ");
}

#[apply(test)]
fn init_writes_down_the_dialects_it_is_given() {
    let project = Project::empty("");
    std::fs::remove_file(project.path("gen.toml")).unwrap();
    project.write("Cargo.toml", "[package]\nname = \"shop\"\n");
    project.write("entities/user.rs", super::project::USER);
    shows!(project.run(&["init", "--dialect", "sqlite,postgres", "--json"]), @r#"
    exit 0
    --- stdout
    {
      "adopted": {},
      "baseline": null,
      "contradictions": [],
      "database_collation": null,
      "dialects": [
        "sqlite",
        "postgres"
      ],
      "entities": [
        "entities"
      ],
      "errors": 0,
      "imported": [],
      "left_open": {},
      "may_be_reference_data": [],
      "not_adopted": [],
      "not_imported": [],
      "not_part_of_the_program": [],
      "reference_data": [],
      "seaql_migrations": null,
      "types": {},
      "unmanaged": null
    }
    "#);
    assert_eq!(project.read("gen.toml"), "dialects = [\"sqlite\", \"postgres\"]\n");
    shows!(project.refused(&["init", "--dialect", "oracle"]), @r"
    error: invalid value 'oracle' for '--dialect <DIALECT>': unknown dialect `oracle`: sqlite, postgres, mysql or mariadb

    For more information, try '--help'.
    ");
}

#[apply(test)]
fn init_adopts_what_a_database_has() {
    let project = Project::new();
    project.succeeds(&["sync"]);
    project.sql("CREATE INDEX by_name ON \"user\" (name); CREATE TABLE old (id integer PRIMARY KEY, note text)");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             no snapshot yet: `gen init`
    database   sqlite://shop.db                    can be adopted: `gen init`
      SQLite [version]
    ");
    shows!(project.run(&["init"]), @r"
    exit 0
    --- stdout
    set up for sqlite
      entities   entities
      adopted    2 tables as [time]_baseline
      undeclared 2 columns, 1 index, 1 primary key, 1 table (kept)

    next: `gen migration <Name>` writes what the entities declare beyond that
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             up to date with the snapshot
    snapshot   2 tables                            1 migration
      2 columns, 1 index, 1 primary key, 1 table undeclared, kept
    database   sqlite://shop.db                    matches the snapshot
      SQLite [version]
      baseline   [time]_baseline  [when]  [n] ms
    ");
    shows!(project.run(&["migration", "Nothing"]), @r"
    exit 0
    --- stderr
    nothing to do: the entities and the snapshot agree
    ");
    shows!(project.refused(&["down"]), @r"
    error: migration `[time]_baseline` is the baseline: it never ran here, and reverting it would drop what was there before

    hint: name the baseline as the place to stop: `gen down [time]_baseline`
    ");
}

#[apply(test)]
fn freezing_closes_the_schema_until_it_is_thawed() {
    let project = Project::begun();
    project.declare("email");
    shows!(project.run(&["freeze", "1.0"]), @r"
    exit 0
    --- stdout
    frozen for release 1.0
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   1 table                             1 step ahead of the snapshot: `gen migration <Name>`
      user
        + column email varchar   entities/user.rs:9
    snapshot   1 table                             frozen for release 1.0
    database   sqlite://shop.db                    does not exist yet; `gen up` creates it
                 [time]_initial
    ");
    for command in [&["migration", "X"][..], &["migration", "X", "--empty"], &["sync"], &["lock"], &["freeze", "2.0"]] {
        shows!(project.refused(command), @r"
        error: the schema is frozen for release 1.0

        hint: unfreeze it: `gen thaw`
        ");
    }
    project.succeeds(&["up"]);
    shows!(project.run(&["thaw"]), @r"
    exit 0
    --- stdout
    thawed (was frozen for release 1.0)
    ");
    shows!(project.run(&["thaw"]), @r"
    exit 0
    --- stderr
    nothing to do: the schema is not frozen
    ");
    project.succeeds(&["migration", "X"]);
}

#[apply(test)]
fn the_bookshop_fits_on_a_screen() {
    let project = Project::bookshop();
    shows!(project.run(&["init"]), @r"
    exit 0
    --- stdout
    set up for sqlite, postgres, mysql, mariadb
      entities   entities

    next: `gen migration Initial` writes what the entities declare
    ");
    shows!(project.run(&["migration", "Initial"]), @r#"
    exit 0
    --- stdout
    Initial: 24 steps (sqlite, mysql, mariadb)
      address
        + table (6 columns)                                                       entities/address.rs:6
        + foreign key fk-address-customer_id (customer_id) → customer (id) on delete cascade   entities/address.rs:27
      author
        + table (5 columns, 1 index)                                              entities/author.rs:7
      book
        + table (13 columns, 1 unique constraint, 1 check, 2 indexes)             entities/book.rs:8
        + foreign key fk-book-category_id (category_id) → category (id) on delete set null   entities/book.rs:32
      book_author
        + table (3 columns)                                                       entities/book_author.rs:7
        + foreign key fk-book_author-author_id (author_id) → author (id) on delete cascade   entities/book_author.rs:18
        + foreign key fk-book_author-book_id (book_id) → book (id) on delete cascade   entities/book_author.rs:16
      category
        + table (4 columns, 1 unique constraint)                                  entities/category.rs:7
        + foreign key fk-category-parent_id (parent_id) → category (id)           entities/category.rs:16
      customer
        + table (8 columns, 1 index)                                              entities/customer.rs:6
        + foreign key fk-customer-default_address_id (default_address_id) → address (id) on delete set null   entities/customer.rs:33
      order
        + table (5 columns)                                                       entities/order.rs:6
        + foreign key fk-order-customer_id (customer_id) → customer (id)          entities/order.rs:20
        + foreign key fk-order-shipping_address_id (shipping_address_id) → address (id) on delete set null   entities/order.rs:27
      order_line
        + table (5 columns, 1 check)                                              entities/order_line.rs:6
        + foreign key fk-order_line-book_id (book_id) → book (id) on delete restrict   entities/order_line.rs:33
        + foreign key fk-order_line-order_id (order_id) → order (id) on delete cascade   entities/order_line.rs:28
      payment
        + table (7 columns)                                                       entities/payment.rs:31
        + foreign key fk-payment-order_id (order_id) → order (id) on delete cascade   entities/payment.rs:55
      review
        + table (6 columns, 1 check, 1 index)                                     entities/review.rs:6
        + foreign key fk-review-book_id (book_id) → book (id) on delete cascade   entities/review.rs:30
        + foreign key fk-review-customer_id (customer_id) → customer (id) on delete cascade   entities/review.rs:37
      book_rating
        + view                                                                    entities/book.sql:2
      warning: column `address.street` looks personal: say so under `[personal]` in gen.toml: `"address.street" = "address"`, or `= "none"` [unanswered-personal-data]
      warning: column `address.postal_code` looks personal: say so under `[personal]` in gen.toml: `"address.postal_code" = "postcode"`, or `= "none"` [unanswered-personal-data]
      warning: column `author.family_name` looks personal: say so under `[personal]` in gen.toml: `"author.family_name" = "name"`, or `= "none"` [unanswered-personal-data]
      warning: column `author.given_name` looks personal: say so under `[personal]` in gen.toml: `"author.given_name" = "name"`, or `= "none"` [unanswered-personal-data]
      warning: column `author.born_on` looks personal: say so under `[personal]` in gen.toml: `"author.born_on" = "birth"`, or `= "none"` [unanswered-personal-data]
      warning: column `customer.email` looks personal: say so under `[personal]` in gen.toml: `"customer.email" = "email"`, or `= "none"` [unanswered-personal-data]

    Initial: 25 steps (postgres)
      payment_status
        + enum ('pending', 'paid', 'refunded')                                    entities/payment.rs:8
      address
        + table (6 columns)                                                       entities/address.rs:6
        + foreign key fk-address-customer_id (customer_id) → customer (id) on delete cascade   entities/address.rs:27
      author
        + table (5 columns, 1 index)                                              entities/author.rs:7
      book
        + table (13 columns, 1 unique constraint, 1 check, 2 indexes)             entities/book.rs:8
        + foreign key fk-book-category_id (category_id) → category (id) on delete set null   entities/book.rs:32
      book_author
        + table (3 columns)                                                       entities/book_author.rs:7
        + foreign key fk-book_author-author_id (author_id) → author (id) on delete cascade   entities/book_author.rs:18
        + foreign key fk-book_author-book_id (book_id) → book (id) on delete cascade   entities/book_author.rs:16
      category
        + table (4 columns, 1 unique constraint)                                  entities/category.rs:7
        + foreign key fk-category-parent_id (parent_id) → category (id)           entities/category.rs:16
      customer
        + table (8 columns, 1 index)                                              entities/customer.rs:6
        + foreign key fk-customer-default_address_id (default_address_id) → address (id) on delete set null   entities/customer.rs:33
      order
        + table (5 columns)                                                       entities/order.rs:6
        + foreign key fk-order-customer_id (customer_id) → customer (id)          entities/order.rs:20
        + foreign key fk-order-shipping_address_id (shipping_address_id) → address (id) on delete set null   entities/order.rs:27
      order_line
        + table (5 columns, 1 check)                                              entities/order_line.rs:6
        + foreign key fk-order_line-book_id (book_id) → book (id) on delete restrict   entities/order_line.rs:33
        + foreign key fk-order_line-order_id (order_id) → order (id) on delete cascade   entities/order_line.rs:28
      payment
        + table (7 columns)                                                       entities/payment.rs:31
        + foreign key fk-payment-order_id (order_id) → order (id) on delete cascade   entities/payment.rs:55
      review
        + table (6 columns, 1 check, 1 index)                                     entities/review.rs:6
        + foreign key fk-review-book_id (book_id) → book (id) on delete cascade   entities/review.rs:30
        + foreign key fk-review-customer_id (customer_id) → customer (id) on delete cascade   entities/review.rs:37
      book_rating
        + view                                                                    entities/book.sql:2
      warning: column `address.street` looks personal: say so under `[personal]` in gen.toml: `"address.street" = "address"`, or `= "none"` [unanswered-personal-data]
      warning: column `address.postal_code` looks personal: say so under `[personal]` in gen.toml: `"address.postal_code" = "postcode"`, or `= "none"` [unanswered-personal-data]
      warning: column `author.family_name` looks personal: say so under `[personal]` in gen.toml: `"author.family_name" = "name"`, or `= "none"` [unanswered-personal-data]
      warning: column `author.given_name` looks personal: say so under `[personal]` in gen.toml: `"author.given_name" = "name"`, or `= "none"` [unanswered-personal-data]
      warning: column `author.born_on` looks personal: say so under `[personal]` in gen.toml: `"author.born_on" = "birth"`, or `= "none"` [unanswered-personal-data]
      warning: column `customer.email` looks personal: say so under `[personal]` in gen.toml: `"customer.email" = "email"`, or `= "none"` [unanswered-personal-data]

    wrote migrations/sqlite/[time]_initial.sql
    wrote migrations/postgres/[time]_initial.sql
    wrote migrations/mysql/[time]_initial.sql
    wrote migrations/mariadb/[time]_initial.sql
    wrote schema.lock.json
    wrote snapshots/ (45 files)

    next: read the migration, then `gen up` applies it and `gen status` shows it
    --- stderr
    proven on SQLite [version]: up, down, up again
    unproven on PostgreSQL, MySQL, MariaDB: no server of that product is available for scratch databases
    "#);
    shows!(project.run(&["up"]), @r"
    exit 0
    --- stdout
    applied [time]_initial  16 statements, [n] ms
    --- stderr
    verified: the database has the schema that the migrations lead to
    ");
    shows!(project.run(&["status"]), @r"
    exit 0
    --- stdout
    entities   10 tables, 1 enum, 1 view           up to date with the snapshot
    snapshot   10 tables, 1 view                   1 migration
    database   sqlite://.gen/bookshop.db           matches the snapshot
      SQLite [version]
      applied    [time]_initial  [when]  [n] ms
    ");
    shows!(project.run(&["check"]), @r"
    exit 0
    --- stdout
    holds    entities  sqlite
    holds    lock      sqlite
    holds    replay    sqlite
    holds    database  sqlite
    holds    entities  postgres
    holds    lock      postgres
    skipped  replay    postgres  no PostgreSQL server available for a scratch database
    skipped  database  postgres  no database URL is set
    holds    entities  mysql
    holds    lock      mysql
    skipped  replay    mysql     no MySQL server available for a scratch database
    skipped  database  mysql     no database URL is set
    holds    entities  mariadb
    holds    lock      mariadb
    skipped  replay    mariadb   no MariaDB server available for a scratch database
    skipped  database  mariadb   no database URL is set
    ");
}

#[apply(test)]
fn completions_name_the_commands() {
    let script = Project::new().succeeds(&["completions", "bash"]);
    assert!(script.starts_with("_gen()") && script.contains("migration"));
}

#[apply(test)]
fn a_closed_pipe_is_no_error() {
    let project = Project::begun();
    for arguments in [&["completions", "bash"][..], &["--help"], &["status"], &["diff", "--from", "entities"]] {
        let mut child = project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked") && !said.contains("roken pipe"), "{said}");
    }
}

#[apply(test)]
fn colour_is_for_terminals_and_for_who_asks() {
    let project = Project::begun();
    let coloured = |bytes: &[u8]| bytes.contains(&0x1b);
    assert!(!coloured(&project.output(&["status"]).stdout));
    assert!(!coloured(&project.output(&["goto", "x"]).stderr));
    assert!(coloured(&project.output(&["--color", "always", "status"]).stdout));
    assert!(coloured(&project.output(&["goto", "x", "--color", "always"]).stderr));
    assert!(!coloured(&project.output(&["--color", "never", "status"]).stdout));
    let asked = project.command(&["--color", "always", "status"]).env("NO_COLOR", "1").output().unwrap();
    assert!(coloured(&asked.stdout), "the command line is nearer than the environment");
    project.write("entities/user.rs", "struct");
    assert!(!coloured(&project.output(&["status"]).stderr));
    assert!(coloured(&project.output(&["status", "--color", "always"]).stderr));
}

#[apply(test)]
fn init_says_which_dialect_it_assumed() {
    let project = Project::empty("[type-rules]\njson = \"exact\"\n");
    project.write("entities/user.rs", super::project::USER);
    shows!(project.run(&["init"]), @r"
    exit 0
    --- stdout
    set up for sqlite
      assumed    no database URL is set; for another: `rm schema.lock.json && gen init --dialect postgres`
      entities   entities

    next: `gen migration Initial` writes what the entities declare
    ");
    std::fs::remove_file(project.path("schema.lock.json")).unwrap();
    let said = project.succeeds(&["init", "--dialect", "postgres"]);
    assert!(said.starts_with("set up for postgres\n") && !said.contains("assumed"), "{said}");
    assert_eq!(project.read("gen.toml"), "dialects = [\"postgres\"]\n[type-rules]\njson = \"exact\"\n");
}
