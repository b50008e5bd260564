//! Checks answers against the base and the target: an answer that matches nothing in a migration is a misfit, reported with
//! suggestions.
//!
//! Must not know how an answer is written, or who gave it.

use crate::plan::Rename;
use crate::schema::{Change, Name, ObjectName, Schema, Table};

use super::TargetSchema;

/// The similarity, of 1, from which a name is suggested.
const LIKE: f32 = 0.6;

/// Both ends of a migration, to check answers against.
pub struct Fitting<'a> {
    base: &'a Schema,
    target: &'a Schema,
    renames: &'a [Rename],
}

/// Why an answer matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit<T> {
    /// The reason, as a clause.
    pub reason: String,
    /// Suggestions.
    pub near: Option<T>,
}

impl<T> Misfit<T> {
    /// The same with what may have been meant in other words.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Misfit<U> {
        Misfit { reason: self.reason, near: self.near.map(with) }
    }
}

/// What a rename is about: the old and the new names there are of its kind, where it looks for them.
struct Names {
    noun: &'static str,
    old: Vec<String>,
    new: Vec<String>,
}

impl<'a> Fitting<'a> {
    /// Between a base and a target that it was reconciled to.
    pub fn new(base: &'a Schema, target: &'a TargetSchema) -> Self {
        Self { base, target: target.schema.schema(), renames: &target.renames }
    }

    /// Whether a rename was applied, to an object of the target.
    ///
    /// # Errors
    /// The old name is not there, the new one is not declared, or it is taken.
    pub fn rename(&self, wish: &Rename) -> Result<(), Misfit<Rename>> {
        let (owner, from, to) = parts(wish);
        if let Some(owner) = owner.filter(|owner| !self.has_owner(wish, owner)) {
            let noun = if matches!(wish, Rename::EnumValue(..)) { "enum type" } else { "table" };
            let near = self.later(owner).or_else(|| nearest(&owner.to_string(), &self.owners(wish)));
            let near = near.map(|near| with_owner(wish, &near));
            return Err(Misfit { reason: format!("there is no {noun} `{owner}`"), near });
        }
        let Names { noun, old, new } = self.names(wish);
        let of = owner.map(|owner| format!(" in `{owner}`")).unwrap_or_default();
        if !old.contains(&from) {
            let goes: Vec<String> = old.iter().filter(|name| !new.contains(name)).cloned().collect();
            let near = nearest(&from, &goes).or_else(|| nearest(&from, &old));
            let near = near.map(|near| called(wish, &near, &to)).or_else(|| self.of_another_kind(wish));
            return Err(Misfit { reason: format!("there is no {noun} `{from}`{of}"), near });
        }
        if !new.contains(&to) {
            let comes: Vec<String> = new.iter().filter(|name| !old.contains(name)).cloned().collect();
            let near = nearest(&to, &comes).map(|near| called(wish, &from, &near));
            return Err(Misfit { reason: format!("no entity or SQL file declares a {noun} `{to}`{of}"), near });
        }
        match self.is_done(wish) {
            true => Ok(()),
            false => Err(Misfit { reason: format!("there is a {noun} `{to}`{of} already"), near: None }),
        }
    }

    /// Whether a rename that the code declares was done, now or long ago: the code may go on saying it.
    ///
    /// # Errors
    /// What it is about comes anew, or stands beside what it is said to have been.
    pub fn declared(&self, wish: &Rename) -> Result<(), Misfit<Rename>> {
        let Err(misfit) = self.rename(wish) else { return Ok(()) };
        let (owner, from, to) = parts(wish);
        let Names { old, new, .. } = self.names(wish);
        let comes_whole = owner.map_or(old.is_empty(), |owner| self.former(owner).is_none());
        let was_done = old.contains(&to) && (!old.contains(&from) || new.contains(&from));
        if comes_whole || was_done { Ok(()) } else { Err(misfit) }
    }

    /// Whether the migration adds an object of this name: a table, a column, an enum type or one of its values.
    ///
    /// # Errors
    /// Nothing of that name comes.
    pub fn new_name(&self, name: &str) -> Result<(), Misfit<String>> {
        let comes = self.comes();
        if comes.iter().any(|it| it == name) {
            return Ok(());
        }
        let within = format!(".{name}");
        let near = comes.iter().find(|it| it.ends_with(&within)).cloned().or_else(|| nearest(name, &comes));
        Err(Misfit { reason: format!("nothing called `{name}` comes with it"), near })
    }

    /// Whether a column exists before or afterwards.
    ///
    /// # Errors
    /// There is no such table, or no such column in it.
    pub fn column(&self, table: &ObjectName, column: &Name) -> Result<(), Misfit<String>> {
        let tables = [self.target.tables.get(table), self.base.tables.get(table)];
        let mut tables = tables.into_iter().flatten().peekable();
        if tables.peek().is_none() {
            let near = nearest(&table.to_string(), &names(self.target.tables.keys()));
            let near = near.map(|near| format!("{near}.{column}"));
            return Err(Misfit { reason: format!("there is no table `{table}`"), near });
        }
        let columns: Vec<String> = tables.flat_map(|table| names(table.columns.keys())).collect();
        if columns.iter().any(|it| it == column.as_str()) {
            return Ok(());
        }
        let near = nearest(column.as_str(), &columns).map(|near| format!("{table}.{near}"));
        Err(Misfit { reason: format!("there is no column `{column}` in `{table}`"), near })
    }

    /// The former name of a table.
    fn former(&self, table: &ObjectName) -> Option<&'a Table> {
        let mut name = table;
        for rename in self.renames.iter().rev() {
            match rename {
                Rename::Table(change) if change.to == *name => name = &change.from,
                _ => {}
            }
        }
        self.base.tables.get(name)
    }

    /// The new name of a renamed table.
    fn later(&self, table: &ObjectName) -> Option<String> {
        self.renames.iter().find_map(|rename| match rename {
            Rename::Table(change) if change.from == *table => Some(change.to.to_string()),
            _ => None,
        })
    }

    fn former_enum(&self, of: &ObjectName) -> &'a [String] {
        let renamed = self.renames.iter().find_map(|rename| match rename {
            Rename::Enum(change) if change.to == *of => Some(&change.from),
            _ => None,
        });
        self.base.enums.get(renamed.unwrap_or(of)).map_or(&[], |it| &it.values)
    }

    fn owners(&self, wish: &Rename) -> Vec<String> {
        match wish {
            Rename::EnumValue(..) => names(self.target.enums.keys()),
            _ => names(self.target.tables.keys()),
        }
    }

    fn has_owner(&self, wish: &Rename, owner: &ObjectName) -> bool {
        match wish {
            Rename::EnumValue(..) => self.target.enums.contains_key(owner),
            _ => self.target.tables.contains_key(owner),
        }
    }

    fn names(&self, wish: &Rename) -> Names {
        let within = |owner: &ObjectName, noun: &'static str, of: fn(&Table) -> Vec<String>| Names {
            noun,
            old: self.former(owner).map(of).unwrap_or_default(),
            new: self.target.tables.get(owner).map(of).unwrap_or_default(),
        };
        match wish {
            Rename::Table(_) => {
                Names { noun: "table", old: names(self.base.tables.keys()), new: names(self.target.tables.keys()) }
            }
            Rename::Enum(_) => {
                Names { noun: "enum type", old: names(self.base.enums.keys()), new: names(self.target.enums.keys()) }
            }
            Rename::EnumValue(of, _) => Names {
                noun: "value",
                old: self.former_enum(of).to_vec(),
                new: self.target.enums.get(of).map(|it| it.values.clone()).unwrap_or_default(),
            },
            Rename::Column(owner, _) => within(owner, "column", |table| names(table.columns.keys())),
            Rename::Index(owner, _) => within(owner, "index", |table| names(table.indexes.keys())),
            Rename::Unique(owner, _) => within(owner, "unique constraint", |table| names(table.uniques.keys())),
            Rename::ForeignKey(owner, _) => within(owner, "foreign key", |table| names(table.foreign_keys.keys())),
            Rename::Check(owner, _) => within(owner, "check", |table| names(table.checks.keys())),
        }
    }

    /// The same for an enum type instead of a table, or the reverse, where that would fit.
    fn of_another_kind(&self, wish: &Rename) -> Option<Rename> {
        let other = match wish {
            Rename::Table(change) => Rename::Enum(change.clone()),
            Rename::Enum(change) => Rename::Table(change.clone()),
            _ => return None,
        };
        let (Names { old, new, .. }, (_, from, to)) = (self.names(&other), parts(&other));
        (old.contains(&from) && new.contains(&to)).then_some(other)
    }

    /// Whether it is among the renames that were done, in one step or by a name in between.
    fn is_done(&self, wish: &Rename) -> bool {
        let (owner, from, to) = parts(wish);
        let kind = std::mem::discriminant(wish);
        let mut at = from;
        for rename in self.renames.iter().filter(|rename| std::mem::discriminant(*rename) == kind) {
            let (of, before, after) = parts(rename);
            if of == owner && before == at {
                at = after;
            }
        }
        at == to
    }

    /// Everything that is there afterwards and was not before, by the names that options have for it.
    fn comes(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, table) in self.target.tables.shared().filter(|(_, table)| !self.base.tables.holds(table)) {
            match self.former(name) {
                None => found.push(name.to_string()),
                Some(old) => {
                    let is_renamed = |column: &Name| {
                        let mut renames = self.renames.iter();
                        renames.any(|it| matches!(it, Rename::Column(of, change) if of == name && change.to == *column))
                    };
                    let comes = table.columns.keys().filter(|it| !old.columns.contains_key(*it) && !is_renamed(it));
                    found.extend(comes.map(|column| format!("{name}.{column}")));
                }
            }
        }
        for (name, it) in &self.target.enums {
            match self.former_enum(name) {
                [] => found.push(name.to_string()),
                old => {
                    let is_renamed = |value: &String| {
                        let mut renames = self.renames.iter();
                        renames
                            .any(|it| matches!(it, Rename::EnumValue(of, change) if of == name && change.to == *value))
                    };
                    let comes = it.values.iter().filter(|it| !old.contains(it) && !is_renamed(it));
                    found.extend(comes.map(|value| format!("{name}.{value}")));
                }
            }
        }
        found
    }
}

/// The name that is most alike, if one is alike at all.
pub fn nearest(name: &str, among: &[String]) -> Option<String> {
    let among: Vec<&str> = among.iter().map(String::as_str).collect();
    similar::get_close_matches(name, &among, 1, LIKE).first().map(|near| (*near).to_owned())
}

fn names<T: ToString>(names: impl Iterator<Item = T>) -> Vec<String> {
    names.map(|name| name.to_string()).collect()
}

/// Where it is, its old and its new name.
fn parts(rename: &Rename) -> (Option<&ObjectName>, String, String) {
    let object = |change: &Change<ObjectName>| (None, change.from.to_string(), change.to.to_string());
    match rename {
        Rename::Table(change) | Rename::Enum(change) => object(change),
        Rename::Column(owner, change)
        | Rename::Index(owner, change)
        | Rename::Unique(owner, change)
        | Rename::ForeignKey(owner, change)
        | Rename::Check(owner, change) => (Some(owner), change.from.to_string(), change.to.to_string()),
        Rename::EnumValue(owner, change) => (Some(owner), change.from.clone(), change.to.clone()),
    }
}

/// The same rename in another table or enum type.
fn with_owner(wish: &Rename, owner: &str) -> Rename {
    let mut wish = wish.clone();
    match &mut wish {
        Rename::Table(_) | Rename::Enum(_) => {}
        Rename::Column(of, _)
        | Rename::Index(of, _)
        | Rename::Unique(of, _)
        | Rename::ForeignKey(of, _)
        | Rename::Check(of, _)
        | Rename::EnumValue(of, _) => *of = object(owner),
    }
    wish
}

/// The same rename with other names.
fn called(wish: &Rename, from: &str, to: &str) -> Rename {
    let mut wish = wish.clone();
    match &mut wish {
        Rename::Table(change) | Rename::Enum(change) => *change = Change::new(object(from), object(to)),
        Rename::Column(_, change)
        | Rename::Index(_, change)
        | Rename::Unique(_, change)
        | Rename::ForeignKey(_, change)
        | Rename::Check(_, change) => *change = Change::new(Name::from(from), Name::from(to)),
        Rename::EnumValue(_, change) => *change = Change::new(from.to_owned(), to.to_owned()),
    }
    wish
}

fn object(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(text),
    }
}
