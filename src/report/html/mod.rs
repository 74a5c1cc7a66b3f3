//! The report as one HTML page: no script, nothing from outside, fit for a screen, a phone and
//! paper.

mod chart;

use std::time::Duration;

use askama::Template;
use data_encoding::BASE64;
use golive_checks::model::{Judged, Level, Limits, Outcome, Show as _, Text};
use sha2::{Digest as _, Sha256};

use self::chart::Chart;
use super::coverage::{self, Covered, Decided};
use super::mark::mark;
use super::measure::Limit;
use super::terminal::quantity;
use super::timeline::{Exchanged, Reception};
use super::{Chapter, Counts, FINE_PRINT, FileLocation, Report, Verdict};
use crate::report::check_text::{brief, finding};

/// The page's stylesheet. The policy of the page names its digest, so that no other style counts.
const STYLE: &str = include_str!("report.css");

/// Writes the report for people who were not there.
pub(crate) fn render(report: &Report) -> String {
    HtmlPage::of(report).render().expect("all of it is in memory")
}

/// What the template writes down.
#[derive(Template)]
#[template(path = "report.html", config = "src/report/html/askama.toml")]
struct HtmlPage<'a> {
    report: &'a Report,
    style: &'static str,
    style_digest: String,
    merchant: &'a str,
    headline: &'static str,
    tone: &'static str,
    kind: String,
    reasons: String,
    fine_print: &'static str,
    facts: Vec<(&'static str, String)>,
    counts: Vec<Count>,
    chapters: Vec<ChapterView<'a>>,
    chart: Option<Chart>,
    receptions: [Reception; 4],
    coverage: Vec<PageCoverage>,
    coverage_tally: Vec<(Decided, usize)>,
    requirements: usize,
    measurements: Vec<[String; 5]>,
    limits: Vec<[String; 3]>,
}

/// One number of the summary.
struct Count {
    class: &'static str,
    word: &'static str,
    count: usize,
}

/// A section of the checklist.
struct ChapterView<'a> {
    chapter: &'a Chapter,
    /// What links to it name.
    anchor: String,
    counts: Vec<Count>,
    /// A bar of its counts: class, start and width in percent.
    bar: Vec<(&'static str, String, String)>,
    tone: &'static str,
    checks: Vec<CheckView<'a>>,
}

/// A check and how it ended.
struct CheckView<'a> {
    check: &'a Judged,
    class: &'static str,
    mark: &'static str,
    word: &'static str,
    level: &'static str,
    /// Whether it wants attention, so that its details stand open.
    open: bool,
    brief: String,
    evidence: Vec<EvidenceView<'a>>,
    fix: Option<&'a str>,
    repeat: Option<&'a str>,
}

struct EvidenceView<'a> {
    subject: String,
    place: String,
    expected: &'a str,
    observed: &'a str,
    sent: Option<&'a str>,
}

/// The requirements of one of the platform's pages.
struct PageCoverage {
    title: String,
    url: &'static str,
    rows: Vec<Covered>,
}

impl<'a> HtmlPage<'a> {
    fn of(report: &'a Report) -> Self {
        let coverage = report.coverage();
        let coverage_tally = coverage::tally(&coverage);
        let sentence = report.sentence.as_str();
        Self {
            report,
            style: STYLE,
            style_digest: BASE64.encode(&Sha256::digest(STYLE)),
            merchant: report.merchant.as_ref().map_or("Merchant not named", Text::as_str),
            headline: report.verdict.headline(),
            tone: tone(report.verdict),
            kind: report.kind().trim_matches([' ', '(', ')']).to_lowercase(),
            reasons: sentence.split_once(": ").map_or(sentence, |(_, reasons)| reasons).to_owned(),
            fine_print: FINE_PRINT,
            facts: facts(report),
            counts: counts(&report.counts),
            chapters: report
                .chapters
                .iter()
                .map(|chapter| ChapterView::of(report, chapter))
                .collect(),
            chart: Chart::of(&report.conversation),
            receptions: Reception::ALL,
            requirements: coverage.len(),
            coverage: by_page(coverage),
            coverage_tally,
            measurements: measurements(report),
            limits: limits(&report.limits),
        }
    }

    /// Whether anything at all was said to the webhook.
    fn conversation(&self) -> &'a [Exchanged] {
        &self.report.conversation
    }
}

const fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready | Verdict::ReadyWithWaivers => "good",
        Verdict::NotReady => "bad",
        Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => "open",
    }
}

/// Who ran what, when, where from and how far.
fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let run = &report.run;
    let all = |texts: &[Text], none: &str| {
        let texts: Vec<&str> = texts.iter().map(Text::as_str).collect();
        if texts.is_empty() { none.to_owned() } else { texts.join(", ") }
    };
    let addresses: Vec<String> = run.addresses.iter().map(ToString::to_string).collect();
    let until = match &report.valid_until {
        Some(end) => format!("{} ({})", end.on, end.because),
        None => "not applicable: the verdict is not ready".to_owned(),
    };
    let mut reach = format!("deliver \"{}\"", run.deliver.word());
    for (said, option) in [(run.offline, ", --offline"), (run.strict, ", --strict")] {
        reach.push_str(if said { option } else { "" });
    }
    let mut facts = vec![
        ("Valid until", until),
        ("Run at", format!("{}, {}", run.started_local, Duration::from_millis(run.took_ms).show())),
        ("Run on", format!("{} (role {})", run.host, run.role.word())),
        (
            "Seen as",
            if addresses.is_empty() { "no address seen".to_owned() } else { addresses.join(", ") },
        ),
        ("Contacted", all(&run.contacted, "nobody")),
        ("Reach", reach),
        ("Switches", all(&run.switches, "none")),
        ("Configuration", run.config_path.show()),
        ("SHA-256", run.config_sha256.show()),
        ("Run id", run.id.show()),
        ("Tool", format!("golive {}", run.version)),
        ("Catalogue", report.catalogues()),
    ];
    if let Some(challenge) = &run.challenge {
        facts.push(("Challenge", challenge.show()));
    }
    if run.partial {
        facts.push(("Only", all(&run.only, "everything")));
        facts.push(("Skipped", all(&run.skip, "nothing")));
    }
    facts
}

const fn class(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pass(_) => "pass",
        Outcome::Warn(_) => "warn",
        Outcome::Fail(_) => "fail",
        Outcome::Undecided(_) if outcome.is_unseen_on_trial() => "trial",
        Outcome::Undecided(_) => "undecided",
        Outcome::NotApplicable(_) => "na",
        Outcome::Attested(_) => "attested",
        Outcome::Waived(..) => "waived",
    }
}

/// Beside the mark, so that colour is never the only carrier.
const fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pass(_) => "passed",
        Outcome::Warn(_) => "warning",
        Outcome::Fail(_) => "failed",
        Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_)
        | Outcome::Waived(..) => outcome.label(),
    }
}

/// The colour of a section: green only where golive saw something in it and nothing required is
/// open.
fn chapter_tone(chapter: &Chapter) -> &'static str {
    let counts = &chapter.counts;
    let any = |matches: fn(&Outcome) -> bool| {
        let mut required = chapter.checks.iter().filter(|check| check.level == Level::Required);
        required.any(|check| matches(&check.outcome))
    };
    if any(|outcome| matches!(outcome, Outcome::Fail(_))) {
        "bad"
    } else if any(|outcome| {
        matches!(outcome, Outcome::Undecided(_)) && !outcome.is_unseen_on_trial()
    }) {
        "open"
    } else if counts.pass + counts.warn > 0 {
        "good"
    } else if counts.fail + counts.undecided + counts.trial + counts.waived > 0 {
        "open"
    } else if counts.attested > 0 {
        "calm"
    } else {
        "none"
    }
}

/// The counts that are not zero.
fn counts(counts: &Counts) -> Vec<Count> {
    let classes = ["pass", "warn", "fail", "undecided", "trial", "na", "attested", "waived"];
    let rows = counts.rows().into_iter().zip(classes);
    rows.filter(|((_, count), _)| *count > 0)
        .map(|((word, count), class)| Count { class, word, count })
        .collect()
}

impl<'a> ChapterView<'a> {
    fn of(report: &'a Report, chapter: &'a Chapter) -> Self {
        let counts = counts(&chapter.counts);
        let total = chapter.counts.total().max(1) as f64;
        let mut before = 0.0;
        let bar = counts
            .iter()
            .map(|count| {
                let (start, width) = (before, count.count as f64 * 100.0 / total);
                before += width;
                (count.class, format!("{start:.2}"), format!("{width:.2}"))
            })
            .collect();
        let checks: Vec<CheckView<'_>> =
            chapter.checks.iter().map(|check| CheckView::of(report, check)).collect();
        let anchor = format!("section-{}", chapter.id.replace('/', "-"));
        Self { chapter, anchor, counts, bar, tone: chapter_tone(chapter), checks }
    }
}

impl<'a> CheckView<'a> {
    fn of(report: &'a Report, check: &'a Judged) -> Self {
        let (mark, word) = (mark(&check.outcome), word(&check.outcome));
        let found = finding(&check.outcome);
        let evidence = match &check.outcome {
            Outcome::Pass(evidence) => evidence.as_slice(),
            Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
                finding.evidence.as_slice()
            }
            Outcome::Undecided(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => &[],
        };
        let undecided =
            matches!(check.outcome, Outcome::Undecided(_)) && !check.outcome.is_unseen_on_trial();
        let passed = matches!(check.outcome, Outcome::Pass(_));
        Self {
            check,
            class: class(&check.outcome),
            mark,
            word,
            level: check.level.word(),
            open: found.is_some(),
            brief: if passed { String::new() } else { brief(&check.outcome) },
            evidence: evidence.iter().map(|one| EvidenceView::of(report, one)).collect(),
            fix: found
                .map(|finding| Report::fix(check, finding))
                .or_else(|| undecided.then_some(check.meta.remediation)),
            repeat: found.and_then(|finding| finding.repeat.as_ref()).map(Text::as_str),
        }
    }
}

impl<'a> EvidenceView<'a> {
    fn of(report: &'a Report, evidence: &'a golive_checks::model::Evidence) -> Self {
        let place = report.place(&evidence.subject);
        Self {
            subject: evidence.subject.show(),
            place: place.map_or_else(String::new, |FileLocation { file, at }| {
                format!("{file}:{}:{}", at.line, at.column)
            }),
            expected: evidence.expected.as_str(),
            observed: evidence.observed.as_str(),
            sent: report.sent(&evidence.subject).map(Text::as_str),
        }
    }
}

/// The requirements by the page they stand on, in the order of the pages.
fn by_page(coverage: Vec<Covered>) -> Vec<PageCoverage> {
    let mut pages: Vec<PageCoverage> = Vec::new();
    for covered in coverage {
        let url = covered.requirement.page.as_str();
        match pages.last_mut() {
            Some(page) if page.url == url => page.rows.push(covered),
            Some(_) | None => {
                let name = url.rsplit('/').next().unwrap_or(url).replace('-', " ");
                let title = name
                    .chars()
                    .take(1)
                    .flat_map(char::to_uppercase)
                    .chain(name.chars().skip(1))
                    .collect();
                pages.push(PageCoverage { title, url, rows: vec![covered] });
            }
        }
    }
    pages
}

fn measurements(report: &Report) -> Vec<[String; 5]> {
    let row = |measured: &super::Measurement| {
        let held_to = |limit: Limit| {
            format!("{} {}", limit.bound.words(), quantity(limit.value, measured.unit))
        };
        let limit = measured.limit.map_or_else(|| "none".to_owned(), held_to);
        let whose = measured.limit.map_or_else(String::new, |limit| limit.from.label().to_owned());
        let note = measured.note.as_ref().map_or_else(String::new, |note| note.as_str().to_owned());
        [measured.name.to_owned(), quantity(measured.value, measured.unit), limit, whose, note]
    };
    report.measurements.iter().map(row).collect()
}

/// Key, value with its unit, meaning.
fn limits(limits: &Limits) -> Vec<[String; 3]> {
    let row = |row: &golive_checks::model::LimitRow| {
        let value = limits.get(row.key).unwrap_or(row.default);
        let changed = match value == row.default {
            true => "",
            false if row.is_weakened_by(value) => " (changed, weaker)",
            false => " (changed)",
        };
        [row.key.to_owned(), format!("{value} {}{changed}", row.unit), row.about.trim().to_owned()]
    };
    Limits::TABLE.iter().map(row).collect()
}
