//! A crate's own source, read for what its files import of one another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

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

struct Source {
    file: String,
    /// Code without comments and the contents of strings, outside of tests and in them.
    code: [String; 2],
    /// Names handed on: name, or `*`, and the path that it comes from.
    handed_on: Vec<(String, Vec<String>)>,
    defines: BTreeSet<String>,
    /// Macros that the crate has at its root, whatever the file.
    macros: BTreeSet<String>,
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
                source.code[1] = source.code.concat();
                source.code[0].clear();
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
            let text = bare(&fs::read_to_string(&path).unwrap());
            for name in test_modules(&text) {
                let mut named = module.clone();
                named.push(name);
                tests_only.insert(named);
            }
            let code = split_tests(&text);
            let handed_on = uses(&code[0])
                .into_iter()
                .filter(|(public, ..)| *public)
                .filter_map(|(_, path, alias)| {
                    Some((alias.or_else(|| path.last().cloned())?, path))
                })
                .collect();
            let defines = definitions(&text);
            let macros = exported_macros(&text);
            self.files.insert(module, Source { file, code, handed_on, defines, macros });
        }
    }

    fn resolve(&mut self) {
        let mut imports = Vec::new();
        let mut outside = Vec::new();
        for (module, source) in &self.files {
            for (in_tests, code) in [(false, &source.code[0]), (true, &source.code[1])] {
                let used = uses(code).into_iter().filter(|(public, ..)| in_tests || !public);
                let written = paths(code).into_iter().map(|path| (false, path, None));
                for (_, path, _) in used.chain(written) {
                    let name = path.join("::");
                    let Some(path) = self.absolute(module, &path) else {
                        outside.push((source.file.clone(), name));
                        continue;
                    };
                    if let Some(to) = self.defining(&path, 0)
                        && to != source.file
                    {
                        imports.push(Import { from: source.file.clone(), to, name, in_tests });
                    }
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

/// The text without comments and the contents of strings.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bytes: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < bytes.len() {
        let next = bytes.get(at + 1).copied();
        match bytes[at] {
            '/' if next == Some('/') => {
                while at < bytes.len() && bytes[at] != '\n' {
                    at += 1;
                }
            }
            'r' | 'b' if is_raw(&bytes, at) => {
                let start = at + usize::from(bytes[at] == 'b') + 1;
                let hashes = bytes[start..].iter().take_while(|c| **c == '#').count();
                at = start + hashes + 1;
                let ends = |at: usize| {
                    bytes[at] == '"'
                        && bytes[at + 1..].iter().take(hashes).filter(|c| **c == '#').count()
                            == hashes
                };
                while !ends(at) {
                    at += 1;
                }
                at += hashes + 1;
                out.push_str("\"\"");
            }
            '"' => {
                at += 1;
                while bytes[at] != '"' {
                    at += if bytes[at] == '\\' { 2 } else { 1 };
                }
                at += 1;
                out.push_str("\"\"");
            }
            '\'' if next == Some('\\') => {
                at += 3;
                while bytes[at] != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' if bytes.get(at + 2) == Some(&'\'') => at += 3,
            other => {
                out.push(other);
                at += 1;
            }
        }
    }
    out
}

fn is_raw(text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| text[at]);
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return false;
    }
    let rest = match (text[at], text.get(at + 1)) {
        ('r', _) => &text[at + 1..],
        ('b', Some('r')) => &text[at + 2..],
        _ => return false,
    };
    rest.iter().find(|c| **c != '#') == Some(&'"') && (rest[0] == '#' || rest[0] == '"')
}

/// Code outside of inline test modules, and code in them.
fn split_tests(text: &str) -> [String; 2] {
    let (mut code, mut tests) = (String::new(), String::new());
    let mut lines = text.lines().peekable();
    let mut marked = false;
    while let Some(line) = lines.next() {
        let inline = line.trim_end().ends_with('{') && line.trim_start().contains("mod ");
        if marked && inline {
            let indent = &line[..line.len() - line.trim_start().len()];
            for inner in lines.by_ref() {
                if inner.strip_prefix(indent) == Some("}") {
                    break;
                }
                // One step up from here is the file itself.
                let inner = inner.replacen("super::", "", 1);
                tests.push_str(&inner);
                tests.push('\n');
            }
        } else {
            code.push_str(line);
            code.push('\n');
        }
        marked = line.trim_start().starts_with("#[cfg(test)]")
            || marked && line.trim_start().starts_with("#[");
    }
    [code, tests]
}

/// The names of modules in files of their own that only tests compile.
fn test_modules(text: &str) -> Vec<String> {
    let mut marked = false;
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some((_, name)) = line.strip_suffix(';').and_then(|line| line.split_once("mod "))
            && marked
        {
            names.push(name.to_owned());
        }
        marked = line.starts_with("#[cfg(test)]") || marked && line.starts_with("#[");
    }
    names
}

/// The names that a file defines at its top.
fn definitions(text: &str) -> BTreeSet<String> {
    const KINDS: [&str; 8] =
        ["struct", "enum", "trait", "type", "fn", "const", "static", "macro_rules!"];
    let mut names = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with([' ', '\t'])) {
        let mut words = line.split_whitespace().peekable();
        while let Some(word) = words.next() {
            if !KINDS.contains(&word) {
                continue;
            }
            let name = words.next().unwrap_or_default();
            let ends = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
            if !KINDS.contains(&name) {
                names.insert(name[..ends].to_owned());
                break;
            }
        }
    }
    names
}

/// The macros that a file gives to the whole crate.
fn exported_macros(text: &str) -> BTreeSet<String> {
    let lines = text.lines().zip(text.lines().skip(1));
    lines
        .filter(|(mark, _)| mark.trim() == "#[macro_export]")
        .filter_map(|(_, line)| line.trim().strip_prefix("macro_rules! "))
        .map(|name| name.trim_end_matches([' ', '{']).to_owned())
        .collect()
}

/// A `use`: whether it hands the name on, its path, and another name that it gets.
type Used = (bool, Vec<String>, Option<String>);

fn uses(code: &str) -> Vec<Used> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let line = rest[..at].rfind('\n').map_or(0, |start| start + 1);
        let before = rest[line..at].trim();
        let statement = &rest[at + 4..];
        let Some(end) = statement.find(';') else { break };
        if before.is_empty() || before.starts_with("pub") && !before.contains(' ') {
            leaves(&statement[..end], &mut Vec::new(), &mut |path, alias| {
                found.push((!before.is_empty(), path.to_vec(), alias));
            });
        }
        rest = &statement[end..];
    }
    found
}

fn leaves(tree: &str, path: &mut Vec<String>, found: &mut dyn FnMut(&[String], Option<String>)) {
    let tree = tree.trim();
    let depth = path.len();
    let segments = |text: &str| {
        text.split("::")
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    match tree.split_once('{') {
        None => {
            let (tree, alias) = match tree.split_once(" as ") {
                Some((tree, alias)) => (tree, Some(alias.trim().to_owned())),
                None => (tree, None),
            };
            path.extend(segments(tree));
            if path.last().is_some_and(|last| last == "self") && path.len() > 1 {
                path.pop();
            }
            found(path, alias);
        }
        Some((head, inner)) => {
            path.extend(segments(head));
            let inner = inner.trim_end().trim_end_matches('}');
            let (mut level, mut start) = (0, 0);
            for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
                match c {
                    '{' => level += 1,
                    '}' => level -= 1,
                    ',' if level == 0 => {
                        if !inner[start..at].trim().is_empty() {
                            leaves(&inner[start..at], path, found);
                        }
                        start = at + 1;
                    }
                    _ => {}
                }
            }
        }
    }
    path.truncate(depth);
}

/// Paths from `crate` or `super` in the code itself.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for head in ["crate::", "super::", "golive_checks::"] {
        for (at, _) in code.match_indices(head) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '$')) {
                continue;
            }
            let is_use = code[..at].rfind("use ").is_some_and(|start| {
                !code[start..at].contains(';') && code[start..at].len() < 2_000
            });
            let is_visibility = code[..at].ends_with("in ");
            if is_use || is_visibility {
                continue;
            }
            let end = code[at..]
                .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':'))
                .map_or(code.len(), |end| at + end);
            let path: Vec<String> =
                code[at..end].trim_end_matches(':').split("::").map(str::to_owned).collect();
            found.push(path);
        }
    }
    found
}
