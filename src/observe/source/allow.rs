//! What somebody allowed on the lines of a file, and whether that does its work.

use golive_checks::model::{Allowed, AllowedBy, HitKind};
use golive_checks::scan::match_context::LINE;
use golive_checks::scan::rule::Rule;
use golive_checks::scan::rules::allowances::{IN_VAIN, UNUSED, WITHOUT_REASON, read};

use super::window::LiteralPosition;

/// The allowances of a file.
pub(super) struct Allowances(Vec<Mark>);

/// One of them.
struct Mark {
    spot: LiteralPosition,
    /// The rules it names, and whether each found something on its line.
    rules: Vec<(String, bool)>,
    reason: Option<String>,
    /// It names something that nobody can allow.
    in_vain: bool,
}

impl Allowances {
    /// Takes the allowances out of what was found. Reasons are cut where a finding begins in them,
    /// and cleaned.
    pub(super) fn take(spots: &mut Vec<LiteralPosition>, clean: impl Fn(&str) -> String) -> Self {
        let (marks, others): (Vec<LiteralPosition>, Vec<LiteralPosition>) =
            std::mem::take(spots).into_iter().partition(|spot| spot.rule.id == UNUSED.id);
        *spots = others;
        let mark = |mut spot: LiteralPosition| {
            let text = std::mem::take(&mut spot.excerpt);
            let allowance = read(&text)?;
            // Where the text is no UTF-8 it is longer than the bytes it was made of: then the cut
            // comes too early, never too late.
            let cut = spots
                .iter()
                .filter(|other| other.range.end > spot.range.end)
                .map(|other| other.range.start.saturating_sub(spot.range.start));
            let cut = cut
                .min()
                .and_then(|cut| usize::try_from(cut).ok())
                .unwrap_or(usize::MAX)
                .min(text.len());
            let cut = text.floor_char_boundary(cut);
            let reason = if allowance.reason_at.start >= cut {
                None
            } else {
                read(&text[..cut]).and_then(|cut| cut.reason.map(&clean))
            };
            let is_name = |rule: &&str| {
                rule.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            let shown: Vec<&str> = allowance
                .rules
                .iter()
                .map(|rule| if is_name(rule) { *rule } else { "…" })
                .collect();
            spot.excerpt = format!("golive:allow({})", clean(&shown.join(", ")));
            spot.kind = HitKind::Real;
            let rules = allowance.rules.iter().map(|rule| ((*rule).to_owned(), false)).collect();
            Some(Mark { spot, rules, reason, in_vain: false })
        };
        Self(marks.into_iter().filter_map(mark).collect())
    }

    /// Whether somebody allowed what was found. `can` is whether anybody may.
    pub(super) fn allow(&mut self, found: &LiteralPosition, can: bool) -> Option<Allowed> {
        let mut allowed = None;
        for mark in &mut self.0 {
            let apart = mark
                .spot
                .range
                .start
                .saturating_sub(found.range.end)
                .max(found.range.start.saturating_sub(mark.spot.range.end));
            if mark.spot.line != found.line || apart > LINE as u64 {
                continue;
            }
            let Some((_, met)) = mark.rules.iter_mut().find(|(rule, _)| rule == found.rule.id)
            else {
                continue;
            };
            *met = true;
            mark.in_vain |= !can;
            if let (true, Some(reason)) = (can, &mark.reason) {
                allowed = allowed
                    .or_else(|| Some(Allowed { by: AllowedBy::Comment, reason: reason.clone() }));
            }
        }
        allowed
    }

    /// Those with something wrong, and the rule that says what.
    pub(super) fn wrong(self) -> impl Iterator<Item = (&'static Rule, LiteralPosition)> {
        self.0.into_iter().filter_map(|mark| {
            let rule: &'static Rule = if mark.in_vain {
                &IN_VAIN
            } else if mark.reason.is_none() {
                &WITHOUT_REASON
            } else if mark.rules.iter().any(|(_, met)| !met) {
                &UNUSED
            } else {
                return None;
            };
            Some((rule, mark.spot))
        })
    }
}
