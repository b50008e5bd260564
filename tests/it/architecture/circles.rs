//! Modules of one folder of `src/dialect` do not import one another in a circle: what two of them share is in a third below both.
//!
//! A module is judged with everything in its folder. Modules may import what the front file of their folder (`mod.rs`) defines; an item
//! that it re-exports counts as an import of the module that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit as _;

use super::{File, Mentions, files};

/// The path of a module, or of an item in it, from the root of the crate.
type Path = [String];

/// The names that a file re-exports, with the path of each.
fn re_exports(file: &File) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for item in &file.items {
        if let syn::Item::Use(item) = item
            && !matches!(item.vis, syn::Visibility::Inherited)
        {
            let mut paths = Vec::new();
            leaves(&item.tree, Vec::new(), &mut paths);
            found.extend(paths.into_iter().filter_map(|path| Some((path.last()?.clone(), path))));
        }
    }
    found
}

/// The paths that a `use` names, without renames and globs.
fn leaves(tree: &syn::UseTree, mut path: Vec<String>, found: &mut Vec<Vec<String>>) {
    match tree {
        syn::UseTree::Path(it) => {
            path.push(it.ident.to_string());
            leaves(&it.tree, path, found);
        }
        syn::UseTree::Group(it) => it.items.iter().for_each(|tree| leaves(tree, path.clone(), found)),
        syn::UseTree::Name(it) => {
            path.push(it.ident.to_string());
            found.push(path);
        }
        syn::UseTree::Rename(_) | syn::UseTree::Glob(_) => {}
    }
}

/// The path of the item that a path names, with re-exports of front files resolved.
fn resolved(re_exported: &BTreeMap<&Path, BTreeMap<String, Vec<String>>>, path: &Path) -> Vec<String> {
    for end in 0..path.len() {
        let (front, rest) = path.split_at(end);
        let target = re_exported.get(front).and_then(|names| names.get(&rest[0]));
        if let Some(target) = target
            .filter(|target| !matches!(target[0].as_str(), "crate" | "super" | "sea_gen_runner" | "sea_gen_format"))
        {
            return [front, target, &rest[1..]].concat();
        }
    }
    path.to_vec()
}

#[apply(test)]
fn modules_of_a_dialect_import_one_another_in_no_circle() {
    let files: Vec<File> = files().into_iter().filter(|file| file.room() == "dialect").collect();
    let modules: BTreeSet<&Path> = files.iter().map(|file| file.module.as_slice()).collect();
    let re_exported = files.iter().map(|file| (file.module.as_slice(), re_exports(file))).collect();
    // For each folder: a module in it, and another that it imports.
    let mut folders: BTreeMap<Vec<String>, BTreeSet<(String, String)>> = BTreeMap::new();
    for file in &files {
        let mut mentions = Mentions { module: &file.module, found: BTreeSet::new() };
        file.items.iter().for_each(|item| mentions.visit_item(item));
        for path in mentions.found {
            let target = resolved(&re_exported, &path);
            let shared = file.module.iter().zip(&target).take_while(|(own, other)| own == other).count();
            if let (Some(from), Some(to)) = (file.module.get(shared), target.get(shared))
                && modules.contains(&target[..=shared])
            {
                folders.entry(target[..shared].to_vec()).or_default().insert((from.clone(), to.clone()));
            }
        }
    }
    let circles: Vec<String> = folders
        .iter()
        .map(|(folder, imports)| (folder.join("::"), in_circles(imports)))
        .filter(|(_, names)| !names.is_empty())
        .map(|(folder, names)| format!("{folder}: {}", names.join(", ")))
        .collect();
    assert!(circles.is_empty(), "modules of `src/dialect` that import one another in a circle: {circles:?}");
}

/// The modules that import themselves through others.
fn in_circles(imports: &BTreeSet<(String, String)>) -> Vec<&str> {
    let reaches_itself = |start: &String| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(module) = next.pop() {
            let targets = imports.iter().filter(|(from, _)| from == module).map(|(_, to)| to);
            next.extend(targets.filter(|to| reached.insert(*to)));
        }
        reached.contains(start)
    };
    let names: BTreeSet<&String> = imports.iter().map(|(from, _)| from).collect();
    names.into_iter().filter(|name| reaches_itself(name)).map(String::as_str).collect()
}
