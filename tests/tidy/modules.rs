//! Which module uses which, as far as the paths in the sources say.

use std::collections::{BTreeMap, BTreeSet};

use super::source::File;

/// The path of a module from the root of its crate.
type Module = Vec<String>;

/// A place where one module names another of the same crate.
pub struct Use {
    /// The file and the line, for complaints.
    at: String,
    from: Module,
    to: Module,
}

/// Every use of one module by another in the crate whose sources are `files`, below the folder `root`.
pub fn uses(root: &str, files: &[File]) -> Vec<Use> {
    let files = files.iter().filter(|file| !file.is_test());
    let files: Vec<_> = files.map(|file| (module_of(root, file), file)).collect();
    let modules: BTreeSet<&[String]> = files
        .iter()
        .flat_map(|(module, _)| (0..=module.len()).map(|end| &module[..end]))
        .collect();
    let names = names_of_parents(&modules, &files);
    let mut uses = Vec::new();
    for (module, file) in &files {
        for Path { line, path, .. } in paths(file) {
            let to = resolve(&modules, &names, module, &path);
            if let Some(to) = to.filter(|to| to != module) {
                uses.push(Use {
                    at: format!("{}:{line}", file.path),
                    from: module.clone(),
                    to,
                });
            }
        }
    }
    uses
}

/// The modules in the order in which a file names them.
pub fn layers(map: &File) -> Vec<String> {
    let modules = map.code_lines().filter_map(|(_, line)| {
        let visibility = line.split_once("mod ")?.0;
        let name = line.split_once("mod ")?.1.strip_suffix(';')?;
        ["", "pub ", "pub(crate) ", "pub(super) "]
            .contains(&visibility)
            .then_some(name)
    });
    modules.map(str::to_owned).collect()
}

/// Where a module right below `parent` uses one that `layers` has below it.
pub fn out_of_order(uses: &[Use], parent: &[&str], layers: &[String]) -> Vec<String> {
    let layer = |module: &str| layers.iter().position(|name| name == module);
    let between_siblings = uses.iter().filter_map(|found| {
        let (of, from, to) = siblings(found)?;
        (of == parent && layer(to)? > layer(from)?)
            .then(|| format!("{}: `{from}` uses `{to}`, which is below it", found.at))
    });
    between_siblings.collect()
}

/// Where modules side by side use each other in a circle, in whatever folder. A folder and what is in it aren't side by side.
pub fn circles(uses: &[Use]) -> Vec<String> {
    let mut folders: BTreeMap<Module, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for (parent, from, to) in uses.iter().filter_map(siblings) {
        let folder = folders.entry(parent.to_vec()).or_default();
        folder.entry(from).or_default().insert(to);
    }
    let leads_back = |found: &&Use| {
        siblings(found).is_some_and(|(parent, from, to)| reaches(&folders[parent], to, from))
    };
    let found = uses.iter().filter(leads_back);
    found
        .filter_map(|found| {
            let (_, from, to) = siblings(found)?;
            Some(format!(
                "{}: `{from}` uses `{to}`, which uses it in turn",
                found.at
            ))
        })
        .collect()
}

/// The files that no other names as a module: cargo builds without them, and says nothing.
pub fn unnamed(files: &[File]) -> Vec<String> {
    let named: BTreeSet<String> = files.iter().flat_map(layers).collect();
    let is_root = |path: &str| path.matches('/').count() == 1 || path.ends_with("/main.rs");
    let modules = files.iter().filter(|file| !is_root(&file.path));
    let left_out = modules.filter(|file| {
        let module = module_of("tests", file);
        module.last().is_some_and(|name| !named.contains(name))
    });
    left_out
        .map(|file| file.complaint(1, "no file names it as a module"))
        .collect()
}

/// The folder in which a use leads from one module to another, and the two.
fn siblings(found: &Use) -> Option<(&[String], &str, &str)> {
    let both = found.from.iter().zip(&found.to);
    let shared = both.take_while(|(from, to)| from == to).count();
    let (from, to) = (found.from.get(shared)?, found.to.get(shared)?);
    Some((&found.from[..shared], from, to))
}

fn reaches(edges: &BTreeMap<&str, BTreeSet<&str>>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        if module == to {
            return true;
        }
        if seen.insert(module) {
            open.extend(edges.get(module).into_iter().flatten());
        }
    }
    false
}

fn module_of(root: &str, file: &File) -> Module {
    let path = file.path.strip_prefix(root).unwrap_or(&file.path);
    let mut module: Module = path
        .trim_end_matches(".rs")
        .trim_start_matches('/')
        .split('/')
        .map(str::to_owned)
        .collect();
    if matches!(
        module.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        module.pop();
    }
    module
}

/// What modules take from those below them, and offer as their own: for a module and such a name, the module that has it.
type Names = BTreeMap<(Module, String), Module>;

fn names_of_parents(modules: &BTreeSet<&[String]>, files: &[(Module, &File)]) -> Names {
    let mut names = Names::new();
    for (module, file) in files {
        for Path { path, .. } in paths(file).into_iter().filter(|path| path.is_imported) {
            let to = resolve(modules, &Names::new(), module, &path);
            if let Some(to) = to.filter(|to| to.len() > module.len() && to.starts_with(module)) {
                let name = path.last().cloned().unwrap_or_default();
                names.insert((module.clone(), name), to);
            }
        }
    }
    names
}

/// The module that a path in `module` leads to; `None` for what isn't in this crate.
fn resolve(
    modules: &BTreeSet<&[String]>,
    names: &Names,
    module: &[String],
    path: &[String],
) -> Option<Module> {
    let mut rest = path;
    let mut at = module.to_vec();
    match rest.first()?.as_str() {
        "crate" => at.clear(),
        "self" => {}
        "super" => {
            while rest.first()? == "super" {
                at.pop()?;
                rest = &rest[1..];
            }
        }
        _ => {
            at.push(rest[0].clone());
            if !modules.contains(at.as_slice()) {
                return None;
            }
        }
    }
    if matches!(rest.first()?.as_str(), "crate" | "self") || at.len() > module.len() {
        rest = &rest[1..];
    }
    for segment in rest {
        at.push(segment.clone());
        if !modules.contains(at.as_slice()) {
            at.pop();
            // What a module above has from another one is that one's.
            let name = (at.clone(), segment.clone());
            return Some(names.get(&name).cloned().unwrap_or(at));
        }
    }
    Some(at)
}

/// A path in a file.
struct Path {
    line: usize,
    path: Vec<String>,
    /// Whether it is in a `use`.
    is_imported: bool,
}

/// Every path of a file, those in braces after their common beginning.
fn paths(file: &File) -> Vec<Path> {
    let mut found = Vec::new();
    let mut is_imported = false;
    let mut path: Vec<String> = Vec::new();
    let mut braces: Vec<Vec<String>> = Vec::new();
    let mut goes_on = false;
    for (at, line) in file.bare_lines() {
        for token in tokens(&line) {
            if token == "::" {
                goes_on = true;
                continue;
            }
            let is_word = token.starts_with(|first: char| first.is_alphabetic() || first == '_');
            if token == "{" {
                let common = if goes_on { path.clone() } else { Vec::new() };
                braces.push(common);
            } else if token == "}" {
                braces.pop();
            } else if is_word {
                if goes_on {
                    // Only the longest counts.
                    found.pop();
                } else {
                    path = braces.last().cloned().unwrap_or_default();
                }
                path.push(token.to_owned());
                is_imported |= token == "use";
                found.push(Path {
                    line: at,
                    path: path.clone(),
                    is_imported,
                });
            } else if token == ";" {
                is_imported = false;
            }
            goes_on = false;
        }
    }
    found
}

fn tokens(line: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let length = if rest.starts_with("::") {
            2
        } else if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token);
        }
        rest = after;
    }
    tokens
}
