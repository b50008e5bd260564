//! What `use` brings into a module.
//!
//! Must not know where a path leads.

use syn::UseTree;

use super::super::attributes::is_identifier;
use super::super::names::plain;
use super::{Named, Outlined};

impl Outlined {
    /// A `use`, by its text: most are one path, which takes no parser.
    pub(super) fn import_text(&mut self, tree: &str) -> Option<()> {
        let mut path: Vec<&str> = tree.trim_start_matches("::").split("::").map(str::trim).collect();
        let last = path.pop()?;
        if !path.iter().all(|segment| is_identifier(segment)) || !(last == "*" || is_identifier(last)) {
            self.import(&syn::parse_str(tree.trim_start_matches("::")).ok()?, &mut Vec::new());
            return Some(());
        }
        let mut path: Vec<String> = path.into_iter().map(str::to_owned).collect();
        match last {
            "*" => self.globs.push(path),
            // `use a::self;` is `use a;` to nobody but this reader; the parser's way is as good.
            "self" => {
                if let Some(last) = path.last().cloned() {
                    self.names.entry(last).or_insert(Named::Use(path));
                }
            }
            name => {
                path.push(name.to_owned());
                self.names.entry(name.to_owned()).or_insert(Named::Use(path));
            }
        }
        Some(())
    }

    pub(super) fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(plain(&path.ident));
                self.import(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = prefix.last() {
                    self.names.entry(last.clone()).or_insert_with(|| Named::Use(prefix.clone()));
                }
            }
            UseTree::Name(name) => {
                let name = plain(&name.ident);
                let path = prefix.iter().cloned().chain([name.clone()]).collect();
                self.names.entry(name).or_insert(Named::Use(path));
            }
            UseTree::Rename(rename) => {
                let mut path = prefix.clone();
                if rename.ident != "self" {
                    path.push(plain(&rename.ident));
                }
                self.names.entry(plain(&rename.rename)).or_insert(Named::Use(path));
            }
            UseTree::Glob(_) => self.globs.push(prefix.clone()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, prefix);
                }
            }
        }
    }
}
