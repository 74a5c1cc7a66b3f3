//! How each kind of value is read: all that is wrong is noted, and reading goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use golive_checks::model::{Deliver, LimitRow, Limits, Product, Secret, ServerKind};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::complaint::{Notes, nearest};

/// A kind of value.
pub(super) trait Read: Sized {
    /// Reads the value of the key `path`; `None` once it was complained of.
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self>;

    /// Adds every key at or below `path`: `network.server[].ip`, `attest.*.by`.
    fn keys(path: &str, all: &mut Vec<String>) {
        all.push(path.to_owned());
    }
}

/// What a value is, without saying what it holds.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Notes that `path` should hold something else.
pub(super) fn expected(
    what: &str,
    value: &Spanned<DeValue<'_>>,
    path: &str,
    notes: &mut Notes<'_>,
) {
    notes.complain(
        value.span(),
        format!("`{path}`: expected {what}, found {}", kind(value.get_ref())),
    );
}

/// The text of a value, where it is one.
fn text<'v>(
    value: &'v Spanned<DeValue<'_>>,
    what: &str,
    path: &str,
    notes: &mut Notes<'_>,
) -> Option<&'v str> {
    let text = value.get_ref().as_str();
    if text.is_none() {
        expected(what, value, path, notes);
    }
    text
}

/// A path below another.
pub(super) fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// Notes a key that does not exist.
pub(super) fn unknown(
    written: &str,
    span: Range<usize>,
    path: &str,
    known: &[&str],
    notes: &mut Notes<'_>,
) {
    let table = if path.is_empty() { "at the top".to_owned() } else { format!("in [{path}]") };
    notes.complain(span, format!("unknown key {table}{}", nearest(written, known)));
}

impl Read for String {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        text(value, "text in quotes", path, notes).map(str::to_owned)
    }
}

impl Read for bool {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            expected("true or false", value, path, notes);
        }
        flag
    }
}

impl Read for Date {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        const WHAT: &str = "a date without quotes, such as 2026-11-02";
        let date = match value.get_ref() {
            DeValue::Datetime(toml::value::Datetime {
                date: Some(date),
                time: None,
                offset: None,
            }) => date,
            _ => {
                expected(WHAT, value, path, notes);
                return None;
            }
        };
        let read =
            match (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day)) {
                (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
                _ => None,
            };
        if read.is_none() {
            notes.complain(value.span(), format!("`{path}`: there is no such day"));
        }
        read
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(array) = value.get_ref().as_array() else {
            let mut keys = Vec::new();
            T::keys(path, &mut keys);
            let what = if keys.len() > 1 {
                format!("a list of tables, each under [[{path}]]")
            } else {
                "a list".to_owned()
            };
            expected(&what, value, path, notes);
            return None;
        };
        let mut all = Vec::new();
        for (index, element) in array.iter().enumerate() {
            let path = format!("{path}[{index}]");
            notes.found(&path, element.span());
            all.extend(T::read(element, &path, notes));
        }
        Some(all)
    }

    fn keys(path: &str, all: &mut Vec<String>) {
        T::keys(&format!("{path}[]"), all);
    }
}

/// Tables named by check ids.
pub(super) struct ById<T>(pub(super) BTreeMap<String, T>);

impl<T: Read> Read for ById<T> {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            expected("a table", value, path, notes);
            return None;
        };
        let mut all = BTreeMap::new();
        for (key, value) in table {
            let id = key.get_ref().as_ref();
            if notes.checks.contains(&id) {
                let path = below(path, id);
                notes.found(&path, key.span());
                all.extend(T::read(value, &path, notes).map(|read| (id.to_owned(), read)));
            } else {
                let words = format!("unknown check id in [{path}]{}", nearest(id, notes.checks));
                notes.complain(key.span(), words);
            }
        }
        Some(Self(all))
    }

    fn keys(path: &str, all: &mut Vec<String>) {
        T::keys(&below(path, "*"), all);
    }
}

/// The id of a check in the catalogue.
pub(super) struct CheckId(pub(super) String);

impl Read for CheckId {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let id = text(value, "the id of a check in quotes", path, notes)?;
        if !notes.checks.contains(&id) {
            let words = format!("`{path}`: there is no such check{}", nearest(id, notes.checks));
            notes.complain(value.span(), words);
            return None;
        }
        Some(Self(id.to_owned()))
    }
}

/// A country code, upper case.
pub(super) struct Country(pub(super) String);

impl Read for Country {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let code = text(value, "a country code in quotes", path, notes)?;
        if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            notes.complain(
                value.span(),
                format!("`{path}`: expected a country code of two letters, such as \"IN\""),
            );
            return None;
        }
        Some(Self(code.to_ascii_uppercase()))
    }
}

/// A program and its arguments.
pub(super) struct Argv(pub(super) Vec<String>);

impl Read for Argv {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        const WHAT: &str =
            "a program and its arguments as a list of texts, such as [\"node\", \"sign.js\"]";
        let parts = value.get_ref().as_array().filter(|array| !array.is_empty());
        let parts = parts.and_then(|array| {
            array
                .iter()
                .map(|part| part.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        });
        match parts {
            Some(parts)
                if parts.iter().any(|part| part.contains('\0')) || parts[0].trim().is_empty() =>
            {
                notes.complain(value.span(), format!("`{path}`: names no program"));
                None
            }
            Some(parts) if looks_like_a_key(&parts[0]) => {
                notes.complain(
                    value.span(),
                    format!(
                        "`{path}`: holds what looks like a key where the name of a program should \
                         stand"
                    ),
                );
                None
            }
            Some(parts) => Some(Self(parts)),
            None => {
                notes.complain(value.span(), format!("`{path}`: expected {WHAT}"));
                None
            }
        }
    }
}

/// What begins like a key of the platform's: somebody wrote the value where its whereabouts belong.
fn looks_like_a_key(written: &str) -> bool {
    ["pk_live_", "sk_live_", "pk_test_", "sk_test_"]
        .iter()
        .any(|prefix| written.trim().starts_with(prefix))
}

/// The name of an environment variable.
pub(super) struct Variable(pub(super) String);

impl Read for Variable {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let name = text(value, "the name of a variable in quotes", path, notes)?;
        if looks_like_a_key(name) {
            notes.complain(
                value.span(),
                format!(
                    "`{path}`: holds what looks like the key itself; name the variable that holds \
                     it"
                ),
            );
            return None;
        }
        if !is_variable(name) {
            notes.complain(
                value.span(),
                format!("`{path}`: expected the name of a variable: letters, digits and `_`"),
            );
            return None;
        }
        Some(Self(name.to_owned()))
    }
}

/// Whether a variable may be called so.
pub(super) fn is_variable(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The path of a file.
pub(super) struct FilePath(pub(super) String);

impl Read for FilePath {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let file = text(value, "a path in quotes", path, notes)?;
        if file.trim().is_empty() || file.contains('\0') {
            notes.complain(value.span(), format!("`{path}`: names no file"));
            return None;
        }
        if looks_like_a_key(file) {
            notes.complain(
                value.span(),
                format!(
                    "`{path}`: holds what looks like the key itself; name the file that holds it"
                ),
            );
            return None;
        }
        Some(Self(file.to_owned()))
    }
}

/// Where a secret is to be found.
pub(super) enum Reference {
    /// In a variable of the env file or the environment.
    Env(String),
    /// In a file.
    File(String),
    /// A program prints it.
    Command(Vec<String>),
    /// It stands here, which is a finding.
    Literal(Secret),
}

impl Read for Reference {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        const FORMS: &str = "text in quotes, or one of { env = \"NAME\" }, { file = \"path\" } or \
                             { command = [\"program\"] }";
        match value.get_ref() {
            DeValue::String(literal) => {
                notes.literals.push(value.span());
                Some(Self::Literal(Secret::new(literal.clone().into_owned())))
            }
            DeValue::Table(table) => {
                if table.len() != 1 {
                    notes.complain(value.span(), format!("`{path}`: expected {FORMS}"));
                }
                let mut read = None;
                for (key, value) in table {
                    let written = key.get_ref().as_ref();
                    let path_of = below(path, written);
                    let form = match written {
                        "env" => Variable::read(value, &path_of, notes)
                            .map(|Variable(name)| Self::Env(name)),
                        "file" => FilePath::read(value, &path_of, notes)
                            .map(|FilePath(file)| Self::File(file)),
                        "command" => {
                            Argv::read(value, &path_of, notes).map(|Argv(argv)| Self::Command(argv))
                        }
                        _ => {
                            unknown(written, key.span(), path, &["env", "file", "command"], notes);
                            continue;
                        }
                    };
                    notes.found(&path_of, key.span());
                    read = form.or(read);
                }
                read
            }
            _ => {
                expected(FORMS, value, path, notes);
                None
            }
        }
    }
}

/// A number and its unit.
fn quantity(written: &str) -> Option<(u64, &str)> {
    let digits = written.find(|c: char| !c.is_ascii_digit())?;
    Some((written[..digits].parse().ok()?, &written[digits..]))
}

/// A short time in milliseconds: `500ms`, `3s`, `2m`.
pub(super) struct Settle(pub(super) u64);

/// The longest time to settle: as long as effects may be waited for.
const SETTLE_MOST_MS: u64 = 600_000;

impl Read for Settle {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        const WHAT: &str = "a time in quotes, such as \"500ms\", \"3s\" or \"2m\"";
        let written = text(value, WHAT, path, notes)?;
        let ms = match quantity(written) {
            Some((count, "ms")) => Some(count),
            Some((count, "s")) => count.checked_mul(1_000),
            Some((count, "m")) => count.checked_mul(60_000),
            Some(_) | None => None,
        };
        match ms {
            Some(ms) if ms <= SETTLE_MOST_MS => Some(Self(ms)),
            Some(_) => {
                notes.complain(value.span(), format!("`{path}`: expected at most \"10m\""));
                None
            }
            None => {
                notes.complain(value.span(), format!("`{path}`: expected {WHAT}"));
                None
            }
        }
    }
}

/// A number of days: `90d`.
pub(super) struct Days(pub(super) u64);

impl Read for Days {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        const WHAT: &str = "a number of days in quotes, such as \"90d\"";
        let written = text(value, WHAT, path, notes)?;
        let bounds = Limits::TABLE
            .iter()
            .find(|row| row.key == "attestation_days")
            .map_or(1..=u64::MAX, |row| row.least..=row.most);
        match quantity(written) {
            Some((days, "d")) if bounds.contains(&days) => Some(Self(days)),
            Some((_, "d")) => {
                notes.complain(
                    value.span(),
                    format!("`{path}`: expected \"{}d\" to \"{}d\"", bounds.start(), bounds.end()),
                );
                None
            }
            Some(_) | None => {
                notes.complain(value.span(), format!("`{path}`: expected {WHAT}"));
                None
            }
        }
    }
}

/// An amount of money as an event spells it: `1.00`.
pub(super) struct Amount(pub(super) String);

impl Read for Amount {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        const WHAT: &str = "an amount in quotes, such as \"1.00\"";
        let written = text(value, WHAT, path, notes)?;
        if !is_amount(written) {
            notes.complain(value.span(), format!("`{path}`: expected {WHAT}"));
            return None;
        }
        Some(Self(written.to_owned()))
    }
}

/// Whether this is digits, perhaps with two decimals.
fn is_amount(written: &str) -> bool {
    let digits = |part: &str| {
        !part.is_empty() && part.len() <= 12 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match written.split_once('.') {
        Some((whole, decimals)) => digits(whole) && digits(decimals) && decimals.len() == 2,
        None => digits(written),
    }
}

/// The words that a key may hold.
macro_rules! words {
    ($type:ty: $($word:literal => $value:expr),+ $(,)?) => {
        impl Read for $type {
            fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
                const WHAT: &str = concat!("one of", $(" \"", $word, "\""),+);
                match text(value, WHAT, path, notes)? {
                    $($word => Some($value),)+
                    written => {
                        notes.complain(value.span(), format!("`{path}`: expected {WHAT}{}", nearest_word(written, &[$($word),+])));
                        None
                    }
                }
            }
        }

        impl Describe for $type {
            fn describe(_: &mut Map<String, Value>) -> Value {
                json!({ "type": "string", "enum": [$($word),+] })
            }
        }
    };
}

words!(Deliver: "none" => Self::None, "negative" => Self::Negative, "probe" => Self::Probe, "full" => Self::Full);
words!(Product: "payments" => Self::Payments, "payouts" => Self::Payouts);
words!(ServerKind: "production" => Self::Production, "backup" => Self::Backup, "gateway" => Self::Gateway);

/// The nearest of a few words that were all named already.
fn nearest_word(written: &str, known: &[&str]) -> String {
    let nearest = nearest(written, known);
    if nearest.starts_with("; the nearest") { nearest } else { String::new() }
}

/// What the merchant uses: at least one product.
pub(super) struct Uses(pub(super) BTreeSet<Product>);

impl Read for Uses {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        if value.get_ref().as_array().is_some_and(|list| list.is_empty()) {
            notes.complain(
                value.span(),
                format!(
                    "`{path}`: is empty; leave it out for both, or name \"payments\" or \
                     \"payouts\""
                ),
            );
            return None;
        }
        Vec::<Product>::read(value, path, notes)
            .map(|products| Self(products.into_iter().collect()))
    }

    fn keys(path: &str, all: &mut Vec<String>) {
        Vec::<Product>::keys(path, all);
    }
}

/// `[limits]`
pub(super) struct LimitValues(pub(super) Limits);

impl Read for LimitValues {
    fn read(value: &Spanned<DeValue<'_>>, path: &str, notes: &mut Notes<'_>) -> Option<Self> {
        let Some(table) = value.get_ref().as_table() else {
            expected("a table", value, path, notes);
            return None;
        };
        let mut limits = Limits::default();
        for (key, value) in table {
            let written = key.get_ref().as_ref();
            let Some(row) = Limits::TABLE.iter().find(|row| row.key == written) else {
                let known: Vec<&str> = Limits::TABLE.iter().map(|row| row.key).collect();
                unknown(written, key.span(), path, &known, notes);
                continue;
            };
            let path = below(path, row.key);
            notes.found(&path, key.span());
            if let Some(number) = within(row, value, &path, notes) {
                limits.set(row.key, number);
            }
        }
        Some(Self(limits))
    }

    fn keys(path: &str, all: &mut Vec<String>) {
        all.extend(Limits::TABLE.iter().map(|row| below(path, row.key)));
    }
}

/// The number of a limit, within its bounds.
fn within(
    row: &LimitRow,
    value: &Spanned<DeValue<'_>>,
    path: &str,
    notes: &mut Notes<'_>,
) -> Option<u64> {
    let Some(integer) = value.get_ref().as_integer() else {
        expected("a whole number", value, path, notes);
        return None;
    };
    let number = u64::from_str_radix(integer.as_str(), integer.radix())
        .ok()
        .filter(|number| (row.least..=row.most).contains(number));
    if number.is_none() {
        notes.complain(
            value.span(),
            format!("`{path}`: expected {} to {} {}", row.least, row.most, row.unit),
        );
    }
    number
}

/// A kind of value, as a schema says it.
pub(super) trait Describe {
    /// Its schema. A table adds itself to `tables` and is referred to.
    fn describe(tables: &mut Map<String, Value>) -> Value;
}
