//! What `--help` and `--version` print.

use super::project::Project;
use super::shows;

#[apply(test)]
fn help_lists_the_commands() {
    let project = Project::new();
    shows!(project.run(&["-h"]), @r"
    exit 0
    --- stdout
    Entity-diffing migrations for SeaORM: reviewed, reversible, proven

    Usage: gen [OPTIONS] <COMMAND>

    Commands:
      init         Set a project up: folders, first snapshot, lock; adopts an existing database
      entities     List what the entities and the SQL files declare, or write them from a database
      migration    Write the migration from the snapshot to the entities [alias: generate]
      undo         Take the last migrations back, as if they had never been written
      diff         Show the difference between any two states
      accept       Leave differences between the entities and the database as they are for now
      status       Show entities, snapshot and database, and how they compare
      log          List all migrations, the newest first: why, by whom, where proven, whether applied
      history      List what was done to the database, by whom, from which commit; find tampering
      report       Write an audit report of the last runs: what ran, who, where, proofs, deviations
      purge        Write the migration that drops what `gen migration --keep` parked
      up           Apply pending migrations
      down         Revert applied migrations
      redo         Revert the last applied migration and apply it again
      goto         Apply or revert until the named migration is the last one applied
      fresh        Empty a development database and apply every migration
      reset        Revert every migration on a development database
      restore      Make a database from a backup, and apply what is pending then
      resolve      Correct the history: a migration was applied, reverted or interrupted by other means
      baseline     Record that a database has everything up to a migration already
      takeover     Take the migrations over from the application's `Migrator`, or give them back
      unlock       Show who runs migrations on the database, and end it
      webhook      Call the webhook that is told of failures and drift
      grants       Print the privileges that a role needs, as SQL
      hooks        List the hooks, and allow their commands on this machine
      drift        List the differences between the database and the migrations
      sync         Synchronise a development database with the entities, without a migration
      check        Check for CI: entities, snapshot, lock, migrations and database agree
      verify       Prove migrations on a scratch database: up, down and up again, with rows in it
      lint         Report hazards in pending or named migrations, generated or not
      blame        Show who made a table or column: migrations, line of the code, author, commit
      ci           Write the workflow by which GitHub or GitLab checks every change of the schema
      review       Write a page about the migrations of a pull request: the change, its locks, what is
                   at stake
      docs         Write the schema as a page to browse, or as Markdown, Mermaid, DBML or tbls
      seed         Fill a development database, or a file, with test data that satisfies every
                   constraint
      personal     List the columns with personal data, and those of which nobody has said so
      anonymize    Replace the personal data in a copy of a database
      subject      Export or delete the rows of one person, along foreign keys
      lock         Seal the current migration files, after editing them or writing them by hand
      squash       Put one migration in the place of several
      merge        Put the migrations of one branch behind those of another, after a git merge, rebase
                   or cherry-pick
      git          Set git up for lock and snapshots
      freeze       Freeze the schema under a release name; no migration can be added until it is thawed
      thaw         Thaw a frozen schema
      completions  Print a completion script for a shell
      help         Print this message or the help of the given subcommand(s)

    Options:
          --database-url <URL>    The database (postgres://, mysql://, mariadb://, sqlite://); otherwise
                                  DATABASE_URL, .env, or the configuration
          --env <NAME>            The environment `[env.NAME]` of the configuration; otherwise that of
                                  GEN_ENV
          --yes-protected <NAME>  Change the database of this protected environment
          --project <FOLDER>      The project's folder; otherwise the nearest one at or above the
                                  current folder
          --run-cargo             Let cargo build and run the entities of this checkout, where the
                                  compiled reader is configured; remembered
          --color <WHEN>          When to colour [default: auto] [possible values: auto, always, never]
          --log-format <FORMAT>   How to write messages to stderr; results stay as they are [default:
                                  text] [possible values: text, json]
      -h, --help                  Print help (see more with '--help')
      -V, --version               Print version
    ");
    shows!(project.run(&["migration", "-h"]), @r"
    exit 0
    --- stdout
    Write the migration from the snapshot to the entities

    Usage: gen migration [OPTIONS] [NAME]

    Arguments:
      [NAME]  The migration's name, such as AddEmailIndex

    Options:
          --amend                      Make the last migration again with what the entities say now,
                                       under its name or a new one; edits of its file are carried over
          --database-url <URL>         The database (postgres://, mysql://, mariadb://, sqlite://);
                                       otherwise DATABASE_URL, .env, or the configuration
          --env <NAME>                 The environment `[env.NAME]` of the configuration; otherwise that
                                       of GEN_ENV
      -m, --message <WHY>              Why it is written; stands in the header of the file with author
                                       and date, and in `gen log`
          --force                      With --amend: also if it is on a remote branch, or if the
                                       database does not answer
          --yes-protected <NAME>       Change the database of this protected environment
          --from <STATE>               The state to start from; otherwise chosen by comparing database
                                       and snapshot [possible values: database, snapshot]
          --project <FOLDER>           The project's folder; otherwise the nearest one at or above the
                                       current folder
          --empty                      Write a migration with empty sections, to be filled by hand
          --run-cargo                  Let cargo build and run the entities of this checkout, where the
                                       compiled reader is configured; remembered
          --color <WHEN>               When to colour [default: auto] [possible values: auto, always,
                                       never]
          --dry-run                    Print the files instead of writing them
          --exit-code                  With --dry-run: exit with 2 if there is a migration to write
          --log-format <FORMAT>        How to write messages to stderr; results stay as they are
                                       [default: text] [possible values: text, json]
          --strict                     Treat undeclared objects as an error
          --no-verify                  Do not prove the migration on a scratch database first
          --rename <OLD:NEW>           Treat as a rename: `user:account`, `user.mail:email`,
                                       `index:user.old:new` (repeat for more)
          --backfill <COLUMN=VALUE>    Value for existing rows of a new NOT NULL column: `user.years=0`,
                                       any SQL expression (repeat for more)
          --using <COLUMN=EXPRESSION>  Conversion to a column's new type if the default cast is not
                                       enough: `user.age=length(age)` (repeat for more)
          --expand-contract            Write two migrations, between which the former and the next
                                       version of a program both work: renamed columns, also of another
                                       type, and columns that stop taking NULL
          --back <COLUMN=EXPRESSION>   With --expand-contract: what the former column is when only the
                                       new one is written, if the default cast is not enough:
                                       `order.total=least(total_cents, 2147483647)` (repeat for more)
          --new <NAME>                 Treat as new, not as renamed: `user.first_name`, a column or a
                                       table (repeat for more)
          --replace <COLUMN:OLD=NEW>   Replacement for a removed enum value: `book.mood:dull=calm`
                                       (repeat for more)
          --keep                       Park dropped tables and columns with their data under a dated
                                       name; `gen purge` drops them
          --allow <RULE[:OBJECT]>      Allow losing data or failing on existing rows: a rule
                                       (drop-table, drop-column, *), for everything or for one object
                                       (drop-table:orders); repeat it for more
          --answers <FILE>             A JSON file with answers to open questions, in the format in
                                       which they are printed
          --no-interactive             Never ask; unanswered questions are printed and exit with code 1
          --offline-forms              Write plain DDL, which may lock large tables for a long time, for
                                       a database without other users
          --format <FORMAT>            What is written for this migration besides its SQL file, where
                                       the project has a `Migrator`: a module that runs the file
                                       (`seaorm`), or that says in Rust what the file does (`rust`)
          --json                       Print as JSON
      -h, --help                       Print help (see more with '--help')
    ");
}

#[apply(test)]
fn no_command_prints_the_help_as_an_error() {
    let output = Project::new().output(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("Usage: gen"));
}

#[apply(test)]
fn version_is_the_packages() {
    let output = Project::new().succeeds(&["--version"]);
    assert_eq!(output, format!("gen {}\n", env!("CARGO_PKG_VERSION")));
}
