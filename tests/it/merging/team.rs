//! A team: five clones and forty branches, merged in any order.
//!
//! Must not know how branches are merged.

use std::fmt::Write as _;

use super::repository::{Repository, entity};
use crate::states::project::Database;
use sea_gen::schema::Product;

const CLONES: usize = 5;
const BRANCHES: usize = 40;
const TABLES: usize = 6;

/// Numbers from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(limit).expect("a limit")).expect("a number")
    }
}

/// The fields of a table, each on lines of its own file, so that git merges the entities by itself.
fn entity_text(repository: &Repository, table: usize) -> String {
    let folder = repository.root.join(format!("fields/{table}"));
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("fields").map(|it| it.expect("an entry").path()).collect();
    files.sort();
    let mut fields = String::new();
    for file in files {
        write!(fields, "{}", std::fs::read_to_string(file).expect("a field")).expect("a text");
    }
    entity(&format!("table{table}"), &fields)
}

/// Writes the entities from their fields. They are no part of the repository: git would not know how to merge their lines.
fn write_entities(repository: &Repository) {
    for table in 0.. {
        if !repository.root.join(format!("fields/{table}")).exists() && table >= TABLES {
            break;
        }
        if repository.root.join(format!("fields/{table}")).exists() {
            repository.write(&format!("entities/table{table}.rs"), &entity_text(repository, table));
        }
    }
}

/// A change of a branch that no other branch makes: a column, an index, a column that takes NULL from now on, or a column less.
fn change(repository: &Repository, branch: usize, chance: &mut Chance) {
    let table = chance.below(TABLES);
    let field = format!("fields/{table}/f{branch:02}");
    match branch % 4 {
        0 => repository.write(&field, &format!("    pub note{branch}: Option<String>,\n")),
        1 => repository.write(&field, &format!("    #[sea_orm(indexed)]\n    pub mark{branch}: Option<i32>,\n")),
        // On SQLite both build the table anew.
        2 => repository.write(
            &format!("fields/{}/b{branch:02}", branch % TABLES),
            &format!("    pub own{branch}: Option<String>,\n"),
        ),
        _ => repository.write(
            &format!("fields/{}/d{branch:02}", branch % TABLES),
            &format!("    #[sea_orm(default_value = \"x\")]\n    pub drop{branch}: String,\n"),
        ),
    }
}

#[apply(test)]
fn forty_branches_of_five_clones_are_merged_in_any_order() {
    let seed = std::env::var("TEAM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_130);
    println!("TEAM_SEED={seed}");
    let mut chance = Chance(seed);
    let hub = Repository::new();
    hub.write(".gitignore", "*.db*\nentities/\n");
    hub.git(&["rm", "-rq", "--cached", "entities"]);
    std::fs::remove_dir_all(hub.root.join("entities")).expect("a removed folder");
    for table in 0..TABLES {
        hub.write(&format!("fields/{table}/a"), "    pub name: String,\n");
        // Each branch of two kinds changes a column of its own.
        for branch in (0..BRANCHES).filter(|branch| branch % TABLES == table && branch % 4 >= 2) {
            let (kind, name, column) =
                if branch % 4 == 2 { ("b", "own", "String") } else { ("d", "drop", "Option<String>") };
            hub.write(&format!("fields/{table}/{kind}{branch:02}"), &format!("    pub {name}{branch}: {column},\n"));
        }
    }
    write_entities(&hub);
    hub.gen_(&["migration", "Tables", "--allow", "drop-table"]).with(0);
    hub.gen_(&["git", "install"]).with(0);
    hub.commit("tables");
    hub.git(&["config", "receive.denyCurrentBranch", "updateInstead"]);
    let folder = tempfile::tempdir().expect("a folder");
    let clones: Vec<Repository> = (0..CLONES)
        .map(|number| {
            let path = folder.path().join(format!("clone {number}"));
            hub.git(&["clone", "-q", ".", &path.display().to_string()]);
            let clone = Repository::at(path);
            clone.set_user();
            if number % 2 == 0 {
                clone.gen_(&["git", "install"]).with(0);
            }
            clone
        })
        .collect();
    // Every branch starts from what was the main branch at some time, and is pushed when it is done.
    let mut open: Vec<usize> = Vec::new();
    let (mut next, mut merged, mut with_conflict) = (0, 0, 0);
    while merged < BRANCHES {
        if next < BRANCHES && (open.len() < 12 || chance.below(2) == 0) && open.len() < 16 {
            let clone = &clones[chance.below(CLONES)];
            clone.git(&["checkout", "-q", "--detach"]);
            clone.git(&["fetch", "-q", "origin"]);
            let branch = format!("branch{next}");
            clone.git(&["checkout", "-q", "-b", &branch, "origin/main"]);
            write_entities(clone);
            change(clone, next, &mut chance);
            write_entities(clone);
            let said = clone.gen_(&["migration", &format!("Change{next}"), "--no-verify"]);
            assert_eq!(said.code, 0, "branch {next}: {}{}", said.out, said.talk);
            clone.commit(&branch);
            clone.git(&["push", "-q", "origin", &branch]);
            open.push(next);
            next += 1;
            continue;
        }
        let branch = format!("branch{}", open.remove(chance.below(open.len())));
        let clone = &clones[chance.below(CLONES)];
        clone.git(&["fetch", "-q", "origin"]);
        clone.git(&["checkout", "-q", "-B", "main", "origin/main"]);
        // Half of them are brought up to date by the branch, the others by the main branch.
        let (is_done, said) = match chance.below(2) {
            0 => clone.run_git(&["merge", "--no-ff", "-m", &branch, &format!("origin/{branch}")]),
            _ => {
                clone.git(&["checkout", "-q", "-B", &branch, &format!("origin/{branch}")]);
                clone.run_git(&["merge", "--no-ff", "-m", &branch, "origin/main"])
            }
        };
        if !is_done {
            assert!(said.contains("CONFLICT"), "{said}");
            let unmerged = clone.git(&["diff", "--name-only", "--diff-filter=U"]);
            let is_ours = |path: &str| path.starts_with("snapshots/") || path == "schema.lock.json";
            assert!(unmerged.lines().all(is_ours), "a conflict that gen does not settle: {unmerged}");
            with_conflict += 1;
        }
        clone.gen_(&["merge", "--no-verify"]).with(0);
        clone.git(&["add", "-A"]);
        clone.run_git(&["commit", "-q", "-m", &format!("merged {branch}")]);
        clone.git(&["push", "-q", "origin", "HEAD:main"]);
        merged += 1;
    }
    let database = Database::create(Product::Sqlite);
    let last = clones[0].with_database(&database.url);
    last.git(&["fetch", "-q", "origin"]);
    last.git(&["checkout", "-q", "-B", "main", "origin/main"]);
    write_entities(&last);
    assert_eq!(last.ids().len(), 2 + BRANCHES);
    last.gen_(&["up"]).with(0);
    last.gen_(&["check"]).with(0).keeps_silent_on("fails").keeps_silent_on("skipped");
    last.gen_(&["down", &BRANCHES.to_string()]).with(0);
    last.gen_(&["up"]).with(0);
    last.gen_(&["check"]).with(0).keeps_silent_on("fails");
    println!("{merged} branches merged, {with_conflict} of them with a conflict in git, 0 edits by hand");
    assert!(with_conflict > BRANCHES / 2, "{with_conflict}");
}
