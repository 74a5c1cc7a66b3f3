//! A crate's own source, read for what its files import of one another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMacro, ItemMod, ItemUse, Macro, UseTree, Visibility};

/// One name that a file takes from another.
#[derive(Debug)]
pub struct Import {
    /// The importing file, relative to the crate's folder.
    pub from: String,
    /// The file that defines the name.
    pub to: String,
    /// The name as the code spells it.
    pub name: String,
    /// Whether only tests import it.
    pub in_tests: bool,
}

/// The files of a crate and what they import.
pub struct Crate {
    files: BTreeMap<Vec<String>, Source>,
    imports: Vec<Import>,
    outside: Vec<(String, String)>,
}

/// What one file says.
#[derive(Default)]
struct Source {
    file: String,
    /// Names that it takes, and whether only in tests.
    taken: Vec<(Vec<String>, bool)>,
    /// Names handed on: name, or `*`, and the path that it comes from.
    handed_on: Vec<(String, Vec<String>)>,
    /// Names that it defines at its top.
    defines: BTreeSet<String>,
    /// Macros that the crate has at its root, whatever the file.
    macros: BTreeSet<String>,
    /// Modules in files of their own that only tests compile.
    test_modules: Vec<String>,
}

impl Crate {
    /// Reads every file below `folder`.
    pub fn read(folder: &Path, root: &str) -> Self {
        let mut read = Self { files: BTreeMap::new(), imports: Vec::new(), outside: Vec::new() };
        let mut tests_only = BTreeSet::new();
        read.walk(folder, folder, root, &mut tests_only);
        for (module, source) in &mut read.files {
            let of_tests = (1..=module.len()).any(|end| tests_only.contains(&module[..end]));
            if of_tests {
                let handed_on = source.handed_on.iter().map(|(_, path)| (path.clone(), true));
                source.taken.extend(handed_on);
                source.taken.iter_mut().for_each(|(_, in_tests)| *in_tests = true);
            }
        }
        read.resolve();
        read
    }

    /// The files, relative to the crate's folder.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.values().map(|source| source.file.as_str())
    }

    /// Everything that one file of the crate takes from another.
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// Every path into another crate: the file, and the path.
    pub fn outside(&self) -> &[(String, String)] {
        &self.outside
    }

    fn walk(
        &mut self,
        top: &Path,
        folder: &Path,
        root: &str,
        tests_only: &mut BTreeSet<Vec<String>>,
    ) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // The checks crate has integration tests of its own beside its modules.
                if !["target", "tests"].iter().any(|name| folder == top && path.ends_with(name)) {
                    self.walk(top, &path, root, tests_only);
                }
                continue;
            }
            let file = path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/");
            let Some(stem) = file.strip_suffix(".rs") else { continue };
            let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
            if file == root {
                module.clear();
            } else if module.last().is_some_and(|last| last == "mod") {
                module.pop();
            }
            let source = Source::read(file, &fs::read_to_string(&path).unwrap());
            for name in &source.test_modules {
                tests_only.insert([&module[..], std::slice::from_ref(name)].concat());
            }
            self.files.insert(module, source);
        }
    }

    fn resolve(&mut self) {
        let mut imports = Vec::new();
        let mut outside = Vec::new();
        for (module, source) in &self.files {
            for (path, in_tests) in &source.taken {
                let name = path.join("::");
                let Some(path) = self.absolute(module, path) else {
                    outside.push((source.file.clone(), name));
                    continue;
                };
                if let Some(to) = self.defining(&path, 0)
                    && to != source.file
                {
                    let (from, in_tests) = (source.file.clone(), *in_tests);
                    imports.push(Import { from, to, name, in_tests });
                }
            }
        }
        (self.imports, self.outside) = (imports, outside);
    }

    /// A path from the root of the crate; none for a path into another crate.
    fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let mut here = module.to_vec();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => (here, rest) = (Vec::new(), &rest[1..]),
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|first| first == "super") {
                    here.pop();
                    rest = &rest[1..];
                }
            }
            first => {
                here.push(first.to_owned());
                if !self.files.contains_key(&here) {
                    return None;
                }
                rest = &rest[1..];
            }
        }
        here.extend(rest.iter().cloned());
        Some(here)
    }

    /// The file that defines what a path names.
    fn defining(&self, path: &[String], depth: usize) -> Option<String> {
        let end = (0..=path.len()).rev().find(|end| self.files.contains_key(&path[..*end]))?;
        let source = &self.files[&path[..end]];
        if end == 0
            && let [name] = path
            && let Some(by) = self.files.values().find(|source| source.macros.contains(name))
        {
            return Some(by.file.clone());
        }
        let Some(name) = path.get(end).filter(|name| *name != "self" && *name != "*") else {
            return Some(source.file.clone());
        };
        if source.defines.contains(name) || depth > 8 {
            return Some(source.file.clone());
        }
        let module = &path[..end];
        let follow = |from: &[String], last: Option<&String>| {
            let mut path = self.absolute(module, from)?;
            path.extend(last.cloned());
            self.defining(&path, depth + 1)
        };
        let by_name = source.handed_on.iter().find(|(known, _)| known == name);
        if let Some((_, from)) = by_name {
            return follow(from, None);
        }
        let by_glob =
            source.handed_on.iter().filter(|(known, _)| known == "*").find_map(|(_, from)| {
                let folder = self.absolute(module, &from[..from.len() - 1])?;
                let there = self.files.get(&folder)?;
                let known = there.defines.contains(name)
                    || there.handed_on.iter().any(|(known, _)| known == name || known == "*");
                known.then(|| follow(&from[..from.len() - 1], Some(name)))?
            });
        by_glob.or_else(|| Some(source.file.clone()))
    }
}

impl Source {
    /// Reads the text of a file.
    fn read(file: String, text: &str) -> Self {
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut source = Self { file, ..Self::default() };
        for item in &parsed.items {
            source.defines.extend(defined(item));
        }
        Reader { source: &mut source, inline: 0, in_tests: false }.visit_file(&parsed);
        source
    }
}

/// The name that an item defines.
fn defined(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Collects what a file takes and hands on.
struct Reader<'a> {
    source: &'a mut Source,
    /// How many modules within the file stand around.
    inline: usize,
    in_tests: bool,
}

impl Reader<'_> {
    /// Notes a path. A step up from a module within the file leads to the file itself.
    fn take(&mut self, path: Vec<String>) {
        let path = self.seen_from_the_file(path);
        self.source.taken.push((path, self.in_tests));
    }

    fn seen_from_the_file(&self, mut path: Vec<String>) -> Vec<String> {
        for _ in 0..self.inline {
            if path.first().is_some_and(|first| first == "super") {
                path.remove(0);
            }
        }
        if path.is_empty() { vec!["self".to_owned()] } else { path }
    }

    /// Notes the paths that stand in the tokens of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) if !continues(&tokens[..at]) => {
                    let mut path = vec![ident.to_string()];
                    while let [TokenTree::Punct(a), TokenTree::Punct(b), TokenTree::Ident(next), ..] =
                        &tokens[at + 1..]
                        && (a.as_char(), b.as_char()) == (':', ':')
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    self.path(path);
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Notes a path that the code writes out.
    fn path(&mut self, path: Vec<String>) {
        if path.len() > 1 {
            self.take(path);
        }
    }
}

/// Whether what follows these tokens is the rest of a path that begins elsewhere: `$crate::`, or
/// `::`.
fn continues(before: &[TokenTree]) -> bool {
    let mark = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark);
    match before {
        [.., one] if mark(one, '$') => true,
        [.., one, other] => mark(one, ':') && mark(other, ':'),
        _ => false,
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited) && self.inline == 0;
        leaves(&item.tree, &mut Vec::new(), &mut |path, alias| {
            if public {
                let path = self.seen_from_the_file(path);
                self.source.handed_on.push((alias, path));
            } else {
                self.take(path);
            }
        });
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let for_tests = is_for_tests(&item.attrs);
        if item.content.is_none() {
            if for_tests {
                self.source.test_modules.push(item.ident.to_string());
            }
            return;
        }
        let was = self.in_tests;
        self.in_tests |= for_tests;
        self.inline += 1;
        visit::visit_item_mod(self, item);
        self.inline -= 1;
        self.in_tests = was;
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        let exported = item.attrs.iter().any(|one| one.path().is_ident("macro_export"));
        if let (Some(name), true) = (&item.ident, exported) {
            self.source.macros.insert(name.to_string());
        }
        visit::visit_item_macro(self, item);
    }

    fn visit_macro(&mut self, one: &'ast Macro) {
        self.visit_path(&one.path);
        self.tokens(one.tokens.clone());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.path(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    // Who may see an item is no import.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// Every name of a `use`: its path, and what it is called here, `*` for all.
fn leaves(tree: &UseTree, path: &mut Vec<String>, found: &mut dyn FnMut(Vec<String>, String)) {
    let with = |path: &[String], last: String| [path, &[last]].concat();
    match tree {
        UseTree::Path(one) => {
            path.push(one.ident.to_string());
            leaves(&one.tree, path, found);
            path.pop();
        }
        UseTree::Name(one) if one.ident == "self" => {
            found(path.clone(), path.last().cloned().unwrap_or_default());
        }
        UseTree::Name(one) => found(with(path, one.ident.to_string()), one.ident.to_string()),
        UseTree::Rename(one) => found(with(path, one.ident.to_string()), one.rename.to_string()),
        UseTree::Glob(_) => found(with(path, "*".to_owned()), "*".to_owned()),
        UseTree::Group(group) => {
            group.items.iter().for_each(|tree| leaves(tree, path, found));
        }
    }
}
