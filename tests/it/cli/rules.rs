//! `[rules]`: the names that a project gives, and what it refuses.

use super::project::{Project, USER};
use super::shows;
use crate::support::{Scratch, on_each};
use sea_gen::schema::Product;

const NAMES: &str = "
[rules.names]
table = \"snake_case\"
column = [\"snake_case\", \"*\"]
index = \"ix_{table}_{columns}\"
unique = \"uq_{table}_{columns}\"
foreign-key = \"fk_{table}_{columns}_{target}\"
check = \"ck_{table}_{columns}\"
primary-key = \"pk_{table}\"
";

/// A table with every kind of part that an entity has.
const POST: &str = "use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = \"post\")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(indexed)]
    pub title: String,
    #[sea_orm(unique)]
    pub slug: String,
    #[sea_orm(extra = \"CHECK (stars > 0)\")]
    pub stars: i32,
    #[sea_orm(unique_key = \"pair\")]
    pub user_id: i32,
    #[sea_orm(unique_key = \"pair\")]
    pub number: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(belongs_to = \"super::user::Entity\", from = \"Column::UserId\", to = \"super::user::Column::Id\")]
    User,
}

impl ActiveModelBehavior for ActiveModel {}
";

/// The names that a project on a server gives, and the server has.
fn project(product: Product, scratch: &Scratch, rules: &str) -> Project {
    let project =
        Project::empty(&format!("dialects = [\"{}\"]\ndatabase-url = \"{}\"\n{rules}", product.key(), scratch.url));
    project.write("entities/user.rs", USER);
    project.write("entities/post.rs", POST);
    project
}

/// The names of the parts of `post`, as the server lists them.
fn parts(product: Product, scratch: &Scratch) -> Vec<String> {
    let sql = match product {
        Product::Postgres => {
            "SELECT conname::text FROM pg_constraint WHERE conrelid = 'post'::regclass AND contype IN ('p', 'u', 'f', 'c')
             UNION SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'post'::regclass ORDER BY 1"
        }
        Product::MySql | Product::MariaDb => {
            "SELECT constraint_name FROM information_schema.table_constraints
             WHERE table_schema = database() AND table_name = 'post'
             UNION SELECT index_name FROM information_schema.statistics
             WHERE table_schema = database() AND table_name = 'post' ORDER BY 1"
        }
        Product::Sqlite => "SELECT name FROM sqlite_schema WHERE tbl_name = 'post' AND name LIKE '%\\_%' ESCAPE '\\' ORDER BY 1",
    };
    block(async {
        let mut session = scratch.connect().await.unwrap();
        let rows = session.query(sql).await.unwrap();
        session.close().await;
        rows.iter().map(|row| row.text(0).replace('"', "")).collect()
    })
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

on_each!(names_are_made_by_the_patterns, a_pattern_that_is_set_later_renames_nothing);

fn names_are_made_by_the_patterns(product: Product) {
    let (key, of_tables) = match product {
        Product::Postgres => ("pk_post", true),
        Product::MySql | Product::MariaDb => ("PRIMARY", true),
        Product::Sqlite => ("ix_post_title", false),
    };
    let mut expected = vec![key, "ix_post_title", "uq_post_user_id_number"];
    if of_tables {
        expected.extend(["ck_post_stars", "fk_post_user_id_user", "uq_post_slug"]);
    }
    let scratch = block(Scratch::create(product)).unwrap();
    let project = project(product, &scratch, NAMES);
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    assert!(project.run(&["lint"]).starts_with("exit 0"), "{}", project.run(&["lint"]));
    project.succeeds(&["up"]);
    let mut found = parts(product, &scratch);
    found.retain(|name| !name.starts_with("sqlite_"));
    found.sort();
    assert!(expected.iter().all(|name| found.iter().any(|it| it == name)), "{found:?}");
    assert!(found.iter().all(|name| expected.contains(&name.as_str())), "{found:?}");
    project.succeeds(&["check"]);
    // They follow when the table is renamed.
    project.edit("entities/post.rs", "table_name = \"post\"", "table_name = \"article\", renamed_from = \"post\"");
    project.succeeds(&["migration", "Article"]);
    let written = project.read(project.migrations().last().unwrap());
    assert!(written.contains("ix_article_title"), "{written}");
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
    assert!(project.succeeds(&["migration", "Again"]).is_empty());
    block(scratch.remove()).unwrap();
}

fn a_pattern_that_is_set_later_renames_nothing(product: Product) {
    let scratch = block(Scratch::create(product)).unwrap();
    let project = project(product, &scratch, "");
    project.succeeds(&["init"]);
    project.succeeds(&["migration", "Initial"]);
    project.succeeds(&["up"]);
    let configuration = project.read("gen.toml");
    project.write("gen.toml", format!("{configuration}{NAMES}"));
    let nothing = project.run(&["migration", "Nothing"]);
    assert!(nothing.contains("nothing to do"), "{product}: {nothing}");
    project.succeeds(&["check"]);
    // What is kept is told, stops nobody, and what is new has the pattern.
    let shown = project.run(&["lint"]);
    assert!(shown.starts_with("exit 0"), "{product}: {shown}");
    assert!(shown.contains("about what is kept as it was"), "{product}: {shown}");
    let all = project.run(&["lint", "--all"]);
    assert!(all.contains("info: index `idx-post-title`: by the pattern it would be `ix_post_title`"), "{all}");
    project.edit("entities/post.rs", "    pub number: i32,", "    #[sea_orm(indexed)]\n    pub number: i32,");
    project.succeeds(&["migration", "Number"]);
    let written = project.read(project.migrations().last().unwrap());
    assert!(written.contains("ix_post_number"), "{written}");
    // Whoever wants the names says so, once.
    project.succeeds(&["up"]);
    project.succeeds(&["migration", "Names", "--rename", "index:post.idx-post-title:ix_post_title"]);
    project.succeeds(&["up"]);
    project.succeeds(&["check"]);
    block(scratch.remove()).unwrap();
}

#[apply(test)]
fn what_does_not_follow_the_rules_is_told_where_it_is_declared() {
    let project = Project::new();
    let configuration = project.read("gen.toml");
    project.write(
        "gen.toml",
        format!(
            "{configuration}
[rules]
reserved-words = [\"Order\"]
require = [\"table-comment\", \"column-comment\"]
forbid-types = [\"float\", \"json*\"]
allow = [\"missing-comment:user.id\"]
{NAMES}"
        ),
    );
    project.edit(
        "entities/user.rs",
        "    pub name: String,",
        "    // lint: allow missing-comment everybody has one
    pub name: String,
    #[sea_orm(column_name = \"homePage\")]
    pub home_page: String,
    pub weight: f32,
    pub order: Json,",
    );
    project.write("entities/user.sql", "CREATE INDEX by_weight ON \"user\" (weight);\n");
    project.succeeds(&["init"]);
    shows!(project.run(&["lint"]), @r#"
    exit 2
    --- stdout
    entities/user.rs
      4: warning: table `user` has no comment [missing-comment]
          whoever reads the database without the code sees what is stored there
          instead: `#[sea_orm(comment = "…")]`, or `COMMENT ON` in an SQL file beside the entity
      7: allowed: `allow` in the configuration [missing-comment]
      9: allowed: everybody has one [missing-comment]
      11: warning: column `homePage`: by the pattern it would be `home_page` [name-pattern]
          names by one pattern are found without a look into the catalog
          instead: use the name of the message, or set the pattern to what is meant; names that are there already are kept
      11: warning: column `user.homePage` has no comment [missing-comment]
          whoever reads the database without the code sees what is stored there
          instead: `#[sea_orm(comment = "…")]`, or `COMMENT ON` in an SQL file beside the entity
      12: warning: column `user.weight` has no comment [missing-comment]
          whoever reads the database without the code sees what is stored there
          instead: `#[sea_orm(comment = "…")]`, or `COMMENT ON` in an SQL file beside the entity
      12: warning: column `user.weight` is of type `float` [forbidden-type]
          the project has decided against the type
          instead: use another type
      13: danger: column `order` is called by a reserved word [reserved-word]
          without quotes, every statement with it is a syntax error on some product
          instead: choose another name
      13: warning: column `user.order` has no comment [missing-comment]
          whoever reads the database without the code sees what is stored there
          instead: `#[sea_orm(comment = "…")]`, or `COMMENT ON` in an SQL file beside the entity
      13: warning: column `user.order` is of type `json` [forbidden-type]
          the project has decided against the type
          instead: use another type
    entities/user.sql
      1: warning: index `by_weight`: by the pattern it would be `ix_user_weight` [name-pattern]
          names by one pattern are found without a look into the catalog
          instead: use the name of the message, or set the pattern to what is meant; names that are there already are kept
    2 files, 9 remarks, 2 allowed
    "#);
    shows!(project.refused(&["migration", "Initial"]), @"
    error: this migration does not follow the rules of the project
      column `order` is called by a reserved word

    hint: allow it: `gen migration Initial --allow reserved-word:user.order`
    ");
    project.succeeds(&["migration", "Initial", "--allow", "reserved-word:user.order"]);
    // The names are in the file now; a reviewer sees them there, and what is not about names at the entity.
    let shown = project.run(&["lint", "--format", "github"]);
    for line in [
        "::error file=migrations/",
        "title=reserved-word::up: column `order` is called by a reserved word",
        "title=name-pattern::up: column `homePage`: by the pattern it would be `home_page`",
        "line=15,title=name-pattern::up: index `by_weight`: by the pattern it would be `ix_user_weight`",
        "::warning file=entities/user.rs,line=12,title=forbidden-type::column `user.weight` is of type `float`",
        "note: 3 findings about what is kept as it was; listed by `gen lint --all`",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[apply(test)]
fn steps_have_rules() {
    let project = Project::begun();
    let configuration = project.read("gen.toml");
    project.write(
        "gen.toml",
        format!(
            "{configuration}
[[rules.steps]]
step = \"drop column\"
table = \"us*\"
name = \"name\"
level = \"danger\"
message = \"the billing team reads it\"

[[rules.steps]]
step = \"create index\"
message = \"tell the database team\"
"
        ),
    );
    project.edit("entities/user.rs", "    pub name: String,", "    #[sea_orm(indexed)]\n    pub size: i32,");
    shows!(project.refused(&["migration", "DropName", "--allow", "drop-column", "--backfill", "user.size=1"]), @"
    error: this migration does not follow the rules of the project
      drop column `user.name`: the billing team reads it

    hint: allow it: `gen migration DropName --allow step-rule:user.name`
    ");
    let told = project.run(&[
        "migration",
        "DropName",
        "--allow",
        "drop-column",
        "--allow",
        "step-rule:user.name",
        "--backfill",
        "user.size=1",
    ]);
    assert!(told.contains("warning: create index `user.idx-user-size`: tell the database team [step-rule]"), "{told}");
    // A migration written by hand is judged by the same rules.
    project.succeeds(&["migration", "ByHand", "--empty"]);
    let file = project.migrations().pop().unwrap();
    project.edit(&file, "-- UP\n", "-- UP\n\nCREATE INDEX size ON \"user\" (size);\n\n-- lint: allow step-rule they know\nCREATE INDEX size2 ON \"user\" (size);\n");
    let shown = project.run(&["lint", "by_hand"]);
    assert!(shown.contains("create index `user.size`: tell the database team [step-rule]"), "{shown}");
    assert!(shown.contains("allowed: they know [step-rule]"), "{shown}");
}

#[apply(test)]
fn a_wrong_rule_is_refused_at_its_line() {
    let project = Project::new();
    let configuration = project.read("gen.toml");
    let refused = |rules: &str| {
        project.write("gen.toml", format!("{configuration}{rules}"));
        project.refused(&["lint"])
    };
    shows!(refused("[rules]\nrequires = []\n"), @"
    error: `[project]/gen.toml`, line 4: there is no setting `rules.requires`

    hint: did you mean `require`?
    ");
    shows!(refused("[rules]\nrequire = [\n  \"table-comment\",\n  \"owner\",\n]\n"), @"error: `[project]/gen.toml`, line 6: `require` cannot have `owner`: table-comment, column-comment, primary-key");
    shows!(refused("[rules]\nallow = [\"name-patern\"]\n"), @"error: `[project]/gen.toml`, line 4: `allow` is not for `name-patern`: did you mean `name-pattern`? its rules are name-pattern, reserved-word, missing-comment, missing-primary-key, forbidden-type, step-rule, unanswered-personal-data");
    shows!(refused("[rules.names]\nindex = \"idx_{table}_{column}\"\n"), @"error: `[project]/gen.toml`, line 4: `idx_{table}_{column}` has an unknown placeholder; there are {table}, {columns}, {target}, {target_columns}");
    shows!(refused("[rules.names]\nindex = \"idx_{columns}\"\n"), @"error: `[project]/gen.toml`, line 4: `idx_{columns}` has no {table}: names would be the same in every table");
    shows!(refused("[rules.names]\nindex = \"idx_{table}_{target}\"\n"), @"error: `[project]/gen.toml`, line 4: only a foreign key has a target: `idx_{table}_{target}`");
    shows!(refused("[rules.names]\ntable = \"camel\"\n"), @"error: `[project]/gen.toml`, line 4: `camel` is no style of names: `snake_case`, or a text with `*` such as `app_*`");
    shows!(refused("[rules]\nreserved-words = \"yes\"\n"), @"error: `[project]/gen.toml`, line 4: `reserved-words` must be true, false or a list of words");
    shows!(refused("[[rules.steps]]\nstep = \"remove column\"\n"), @"error: `[project]/gen.toml`, line 4: `remove column` is no step: one of create, drop, alter, rename, and one of table, column, index, unique, foreign key, check, primary key, trigger, enum, view, routine, constraint");
    shows!(refused("[[rules.steps]]\nstep = \"drop column\"\n"), @r#"
    error: `[project]/gen.toml`, line 3: a rule on steps needs `message`

    hint: `message = "ask the owner first"`
    "#);
    shows!(refused("[[rules.steps]]\nstep = \"drop column\"\nmessage = \"no\"\nlevel = \"error\"\n"), @"error: `[project]/gen.toml`, line 6: `level` cannot be `error`: info, warning, danger");
    shows!(refused("[rules]\nsteps = [\"drop column\"]\n"), @"
    error: `[project]/gen.toml`, line 4: `rules.steps` must be a table

    hint: [rules.steps]
    ");
}
