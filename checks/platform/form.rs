//! Ways to write JSON text down: the platform's, and those that known mistakes make of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::numbers::Runtime;

/// How deep JSON text may nest: as deep as `serde_json` itself goes.
const DEPTH: usize = 128;

/// JSON text, members in their order, number tokens as they are written. Of members with one name
/// the last counts, in the place of the first.
#[derive(Debug)]
pub(super) enum Node {
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    String(String),
    /// A number, `true`, `false` or `null`, as written.
    Token(String),
}

impl Node {
    pub(super) fn parse(text: &str) -> anyhow::Result<Self> {
        let raw: &RawValue = serde_json::from_str(text).context("reading JSON")?;
        Self::from_raw(raw, DEPTH)
    }

    fn from_raw(raw: &RawValue, depth: usize) -> anyhow::Result<Self> {
        ensure!(depth > 0, "JSON nests deeper than {DEPTH} levels");
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text)?;
                let nodes = members
                    .into_iter()
                    .map(|(name, value)| anyhow::Ok((name, Self::from_raw(value, depth - 1)?)));
                Self::Object(nodes.collect::<Result<_, _>>()?)
            }
            Some(b'[') => {
                let elements: Vec<&RawValue> = serde_json::from_str(text)?;
                Self::Array(
                    elements
                        .into_iter()
                        .map(|element| Self::from_raw(element, depth - 1))
                        .collect::<Result<_, _>>()?,
                )
            }
            Some(b'"') => Self::String(serde_json::from_str(text)?),
            _ => Self::Token(text.to_owned()),
        })
    }

    /// The member of that name.
    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find_map(|(given, value)| (given == name).then_some(value))
    }

    /// What the previous API generation signed: sorted keys and values without anything between.
    /// None where a value is no scalar.
    pub(super) fn keys_and_values(&self) -> Option<String> {
        let Self::Object(members) = self else { return None };
        let mut members: Vec<&(String, Self)> = members.iter().collect();
        members.sort_by_key(|(name, _)| name);
        members
            .into_iter()
            .map(|(name, value)| match value {
                Self::String(text) | Self::Token(text) => Some(format!("{name}{text}")),
                Self::Object(_) | Self::Array(_) => None,
            })
            .collect()
    }
}

/// The members of an object, in their order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(String, &RawValue)> = Vec::new();
                let mut known = BTreeMap::<String, usize>::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    match known.get(&name) {
                        Some(at) => members[*at].1 = value,
                        None => {
                            known.insert(name.clone(), members.len());
                            members.push((name, value));
                        }
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Which members are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Everywhere,
    TopLevel,
    Nowhere,
}

/// What becomes of decimals such as `105.00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decimals {
    AsWritten,
    /// `105`, as JavaScript, PHP and Go write it.
    Shortest,
    /// `105.0`, as Python and Java write it.
    OneDigit,
    /// As a runtime writes them, exponents and integers beyond its reach included.
    Of(Runtime),
}

/// Letters beyond ASCII, and what some take for dangerous in HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `\u0905`, as PHP, Python and Go write it.
    Lower,
    /// `\u091C`, as .NET writes it, which escapes `"`, `'`, `+` and the grave accent so as well.
    Upper,
}

/// How JSON text is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JsonForm {
    pub(super) sort: Sort,
    pub(super) spaced: bool,
    pub(super) slashes: bool,
    pub(super) unicode: bool,
    pub(super) html: bool,
    pub(super) decimals: Decimals,
    pub(super) rounded_integers: bool,
    /// `{}` becomes `[]`, as PHP makes of arrays.
    pub(super) empty_lists: bool,
    /// `'` and `=` become `\u` escapes too, as Gson makes of them.
    pub(super) apostrophes: bool,
    /// How `\u` escapes are written.
    pub(super) escapes: Escapes,
}

impl JsonForm {
    /// The platform's.
    pub(super) const CANONICAL: Self = Self {
        sort: Sort::Everywhere,
        spaced: false,
        slashes: false,
        unicode: false,
        html: false,
        decimals: Decimals::AsWritten,
        rounded_integers: false,
        empty_lists: false,
        apostrophes: false,
        escapes: Escapes::Lower,
    };

    pub(super) fn write(self, node: &Node) -> String {
        let mut text = String::new();
        self.put(node, 0, &mut text);
        text
    }

    fn put(self, node: &Node, level: usize, out: &mut String) {
        let (comma, colon) = if self.spaced { (", ", ": ") } else { (",", ":") };
        match node {
            Node::Object(members) if members.is_empty() && self.empty_lists => out.push_str("[]"),
            Node::Object(members) => {
                let mut members: Vec<&(String, Node)> = members.iter().collect();
                if self.sort == Sort::Everywhere || self.sort == Sort::TopLevel && level == 0 {
                    members.sort_by(|(a, _), (b, _)| a.as_bytes().cmp(b.as_bytes()));
                }
                out.push('{');
                for (at, (name, value)) in members.into_iter().enumerate() {
                    out.push_str(if at > 0 { comma } else { "" });
                    self.put_string(name, out);
                    out.push_str(colon);
                    self.put(value, level + 1, out);
                }
                out.push('}');
            }
            Node::Array(elements) => {
                out.push('[');
                for (at, element) in elements.iter().enumerate() {
                    out.push_str(if at > 0 { comma } else { "" });
                    self.put(element, level + 1, out);
                }
                out.push(']');
            }
            Node::String(value) => self.put_string(value, out),
            Node::Token(token) => out.push_str(&self.token(token)),
        }
    }

    fn put_string(self, value: &str, out: &mut String) {
        let mut units = [0; 2];
        let mut escape =
            |c: char, out: &mut String| self.escapes.put(c.encode_utf16(&mut units), out);
        if self.escapes == Escapes::Upper {
            // Escaped from the letters themselves: `"` becomes `\u0022`, not `\"`.
            out.push('"');
            for c in value.chars() {
                match c {
                    '"' | '\'' | '+' | '`' | '<' | '>' | '&' => escape(c, out),
                    c if !c.is_ascii() => escape(c, out),
                    c => out.push_str(
                        serde_json::Value::from(c.to_string()).to_string().trim_matches('"'),
                    ),
                }
            }
            out.push('"');
            return;
        }
        for c in serde_json::Value::from(value).to_string().chars() {
            match c {
                '/' if self.slashes => out.push_str("\\/"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if self.html => escape(c, out),
                '\'' | '=' if self.apostrophes => escape(c, out),
                c if self.unicode && !c.is_ascii() => escape(c, out),
                c => out.push(c),
            }
        }
    }

    fn token(self, token: &str) -> String {
        let is_number = token.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        let is_decimal = is_number && token.contains(['.', 'e', 'E']);
        if let (true, Decimals::Of(runtime)) = (is_number, self.decimals) {
            return runtime.spell(token).unwrap_or_else(|| token.to_owned());
        }
        match token.parse::<f64>() {
            Ok(number) if is_decimal && self.decimals == Decimals::Shortest => format!("{number}"),
            Ok(number) if is_decimal && self.decimals == Decimals::OneDigit => {
                format!("{number:?}")
            }
            // JavaScript and Rust both write the fewest digits that read back as the same double,
            // zeros after them.
            Ok(number) if is_number && !is_decimal && self.rounded_integers => format!("{number}"),
            Ok(_) | Err(_) => token.to_owned(),
        }
    }
}

impl Escapes {
    fn put(self, units: &[u16], out: &mut String) {
        for unit in units {
            let _ = match self {
                Self::Lower => write!(out, "\\u{unit:04x}"),
                Self::Upper => write!(out, "\\u{unit:04X}"),
            };
        }
    }
}
