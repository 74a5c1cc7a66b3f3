//! Whoever controls a server, a file's name or a configured name does not control the report: the
//! big list of naughty strings, everywhere.

use std::sync::LazyLock;

use golive_checks::model::{
    Answer, Attested, EgressSeen, Evidence, Exchange, Facts, FilePath, Finding, Level,
    Observations, Observed, OrderId, Outcome, Phase, Place, Quoted, Reason, RunFacts, ScenarioSeen,
    Sent, StepSeen, Subject, Text, Times, Trouble, TroubleKind, Waived, is_invisible,
};
use golive_checks::text;
use quick_xml::events::Event;
use serde_json::Value;

use super::Report;
use super::sample::{CATALOGUE, HOSTILE, judged, merchant, run};
use crate::output::Format;

/// The big list of naughty strings, and what that does not know: commands to build servers, also
/// where a line is broken.
static STRINGS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut strings: Vec<String> =
        naughty_strings::BLNS.iter().map(|string| (*string).to_owned()).collect();
    assert_eq!(strings.len(), 515);
    strings.push(HOSTILE.to_owned());
    for command in [
        "::set-output name=word::ready",
        "::error file=a,line=1::x",
        "::stop-commands::x",
        "::add-mask::a",
        "::ADD-PATH::/tmp",
        "::debug::x",
        "##vso[task.setvariable variable=x]y",
        "##[set-env name=x]y",
        "##teamcity[buildStatus status='SUCCESS']",
        "###[group]",
    ] {
        let filled = |with: &str, count: usize| format!("{}{command}", with.repeat(count));
        strings.extend([
            command.to_owned(),
            format!("x\n{command}"),
            format!("x\r{command}\r\n{command}"),
            format!("\u{2028}{command}"),
        ]);
        // As far as the terminal's edge, so that what follows begins a line.
        strings.extend(
            (58..79).step_by(5).flat_map(|count| [filled("x ", count / 2), filled("x", count)]),
        );
    }
    strings.extend(
        [
            "]]>",
            "-->",
            "</title></svg><img src=x>",
            "| | |\n|---|",
            "=cmd|' /C calc'!A0",
            "@SUM(1)",
            "ok 1\nnot ok 2",
            "Bail out!",
        ]
        .map(str::to_owned),
    );
    strings
});

/// A report with `word` in every place that others can write to.
fn report(word: &str) -> Report {
    let quoted = || text!("{}", Quoted(word));
    let day = "2026-12-31".parse().unwrap();
    let path = || Subject::File { path: FilePath::new(word), line: Some(3) };
    let evidence = || {
        vec![
            Evidence::of(
                Subject::Delivery("forged-wrong-secret".into()),
                "any 4xx answer",
                text!("200 with the body {}", Quoted(word)),
            ),
            Evidence::of(path(), quoted(), quoted()),
            Evidence::of(Subject::ConfigKey("webhook.url".into()), "", quoted()),
        ]
    };
    let finding = || {
        Finding::new(text!("the answer was {}", Quoted(word)), evidence())
            .repeat(text!("golive send {}", Quoted(word)))
    };
    let required = |id, outcome| judged(id, Level::Required, outcome);
    let checks = vec![
        required("webhook-https", Outcome::Pass(evidence())),
        required("webhook-certificate-expiry", Outcome::Warn(finding())),
        required("webhook-rejects-forged", Outcome::Fail(finding())),
        judged("webhook-rejects-stale", Level::Recommended, Outcome::Fail(finding())),
        required(
            "webhook-survives-malformed",
            Outcome::Waived(
                finding(),
                Waived { reason: quoted(), approved_by: quoted(), until: day },
            ),
        ),
        required("webhook-duplicate-answered", Outcome::Undecided(Reason::Own(quoted()))),
        required("payouts-beneficiaries", Outcome::NotApplicable(quoted())),
        required(
            "operations-incident-response",
            Outcome::Attested(Attested {
                by: quoted(),
                on: day,
                evidence: quoted(),
                until: day,
                remark: Some(quoted()),
            }),
        ),
    ];
    let mut named = merchant();
    named.name = Some(word.to_owned());
    named.config.path = word.to_owned();
    named.places.insert("webhook.url".to_owned(), Place { line: 12, column: 1 });
    let words = || vec![word.to_owned(), word.to_owned()];
    let run = RunFacts {
        host: word.to_owned(),
        switches: words(),
        contacted: words(),
        only: words(),
        skip: words(),
        ..run()
    };
    let egress = Observed::Got(vec![EgressSeen {
        service: word.to_owned(),
        addresses: vec![Err(trouble(word))],
    }]);
    let mut seen = Observations { egress, ..Observations::default() };
    let steps = [Ok(answer(word)), Err(trouble(word))]
        .map(|answer| StepSeen::Exchange(Box::new(exchange(word, answer))))
        .to_vec();
    seen.scenarios.insert(
        "forged".to_owned(),
        Observed::Got(ScenarioSeen { order: OrderId::new(word, word, true), steps }),
    );
    Report::of(&CATALOGUE, checks, &Facts { merchant: &named, run: &run, seen: &seen })
}

fn trouble(word: &str) -> Trouble {
    Trouble {
        kind: TroubleKind::Tls,
        phase: Phase::Tls,
        after_ms: 3,
        detail: Some(word.to_owned()),
    }
}

fn answer(word: &str) -> Answer {
    let headers = vec![(word.to_owned(), word.to_owned()), ("server".to_owned(), word.to_owned())];
    Answer {
        status: 200,
        version: word.to_owned(),
        headers,
        body: word.to_owned(),
        body_bytes: 9,
        cut: false,
        leaks: vec![],
    }
}

fn exchange(word: &str, answer: Result<Answer, Trouble>) -> Exchange {
    let headers = vec![("X-SIGNATURE".to_owned(), word.to_owned())];
    let at = "2026-11-21T20:42:00Z".parse().unwrap();
    let sent = Sent {
        at,
        method: "POST".to_owned(),
        url: word.to_owned(),
        headers,
        body: word.to_owned(),
    };
    Exchange {
        name: "forged-wrong-secret".to_owned(),
        sent,
        turned_away: 0,
        answer,
        times: Times::default(),
    }
}

/// Every string, the report it is everywhere in, and that report in a format.
fn everywhere(format: Format, mut look: impl FnMut(&str, &Report, &str)) {
    for word in STRINGS.iter() {
        let report = report(word);
        look(word, &report, &format.render(&report, false));
    }
}

#[test]
fn no_format_carries_what_cannot_be_seen_or_what_a_build_server_takes_for_a_command() {
    for format in Format::ALL {
        everywhere(format, |word, _, text| {
            let name = format.word();
            let odd = text.chars().find(|c| *c != '\n' && is_invisible(*c));
            assert_eq!(odd, None, "{name} of {word:?}");
            for line in text.lines().map(str::trim_start) {
                let ours = ["::error title=", "::warning title=", "::notice title="]
                    .iter()
                    .any(|start| line.starts_with(start));
                let told = line.strip_prefix("::").is_some_and(|rest| {
                    rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains("::")
                });
                assert!(!told || (ours && format == Format::Github), "{name} of {word:?}: {line}");
                // These are taken for commands wherever in a line they stand.
                if line.contains("##") {
                    let line = line.to_lowercase();
                    assert!(
                        ["##vso[", "##[", "##teamcity["]
                            .iter()
                            .all(|command| !line.contains(command)),
                        "{name} of {word:?}: {line}"
                    );
                }
            }
        });
    }
}

#[test]
fn github_sees_as_many_annotations_as_we_make() {
    let expected = Format::Github.render(&report("plain"), false).lines().count();
    everywhere(Format::Github, |word, _, text| {
        assert_eq!(text.lines().count(), expected, "{word:?}");
        for line in text.lines() {
            let (head, _) =
                line[2..].split_once("::").unwrap_or_else(|| panic!("{word:?}: {line}"));
            let (_, properties) = head.split_once(' ').unwrap_or_default();
            for property in properties.split(',') {
                let (name, _) =
                    property.split_once('=').unwrap_or_else(|| panic!("{word:?}: {line}"));
                assert!(["title", "file", "line", "col"].contains(&name), "{word:?}: {line}");
            }
        }
    });
}

#[test]
fn json_and_its_kin_read_back_with_every_check() {
    for (format, pointer) in [(Format::Json, "/checks"), (Format::Sarif, "/runs/0/results")] {
        everywhere(format, |word, report, text| {
            let read: Value =
                serde_json::from_str(text).unwrap_or_else(|error| panic!("{word:?}: {error}"));
            assert_eq!(
                read.pointer(pointer).and_then(Value::as_array).map(Vec::len),
                Some(report.checks().count()),
                "{word:?}"
            );
        });
    }
    everywhere(Format::Gitlab, |word, _, text| {
        let read: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{word:?}: {error}"));
        assert!(read.as_array().is_some_and(|list| list.len() >= 2), "{word:?}");
    });
}

#[test]
fn sarif_names_paths_that_lead_nowhere_else() {
    everywhere(Format::Sarif, |word, _, text| {
        let read: Value = serde_json::from_str(text).unwrap();
        for result in read["runs"][0]["results"].as_array().unwrap() {
            let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
                .as_str()
                .unwrap();
            assert!(
                !uri.starts_with('/')
                    && !uri.split('/').any(|part| part == "..")
                    && !uri.contains(':'),
                "{word:?}: {uri}"
            );
        }
    });
}

#[test]
fn junit_reads_back_with_the_same_elements() {
    let elements = |word: &str, text: &str| {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut elements = Vec::new();
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{word:?}: {error}")) {
                Event::Start(tag) | Event::Empty(tag) => {
                    let attributes: Result<Vec<_>, _> = tag.attributes().collect();
                    let count =
                        attributes.unwrap_or_else(|error| panic!("{word:?}: {error}")).len();
                    elements
                        .push((String::from_utf8_lossy(tag.name().as_ref()).into_owned(), count));
                }
                Event::Eof => return elements,
                _ => {}
            }
        }
    };
    let expected = elements("plain", &Format::Junit.render(&report("plain"), false));
    everywhere(Format::Junit, |word, _, text| {
        assert_eq!(elements(word, text), expected, "{word:?}")
    });
}

#[test]
fn html_keeps_its_elements_and_attributes() {
    // What is escaped is none of these, so a word that changed their number would have become
    // markup.
    let marks = |text: &str| ['<', '>', '"', '\''].map(|mark| text.matches(mark).count());
    let expected = marks(&Format::Html.render(&report("plain"), false));
    everywhere(Format::Html, |word, _, text| assert_eq!(marks(text), expected, "{word:?}"));
}

#[test]
fn csv_reads_back_and_holds_no_formula() {
    everywhere(Format::Csv, |word, report, text| {
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<::csv::StringRecord> = reader
            .records()
            .map(|row| row.unwrap_or_else(|error| panic!("{word:?}: {error}")))
            .collect();
        assert_eq!(rows.len(), report.coverage().len(), "{word:?}");
        assert!(
            rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])),
            "{word:?}"
        );
    });
}

#[test]
fn tap_has_a_point_for_each_check_and_nothing_else() {
    everywhere(Format::Tap, |word, report, text| {
        let points = text
            .lines()
            .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "))
            .count();
        assert_eq!(points, report.checks().count(), "{word:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("Bail out!")), "{word:?}");
    });
}

#[test]
fn markdown_keeps_its_rows_and_headings() {
    let shape = |text: &str| {
        let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
        [
            count("|"),
            count("#"),
            count("<"),
            count("```"),
            text.lines().filter(|line| line.starts_with("---") || line.starts_with("===")).count(),
        ]
    };
    let expected = shape(&Format::Markdown.render(&report("plain"), false));
    everywhere(Format::Markdown, |word, _, text| assert_eq!(shape(text), expected, "{word:?}"));
}

#[test]
fn the_terminal_keeps_its_width() {
    everywhere(Format::Terminal, |word, _, text| {
        assert!(text.starts_with("PARTIAL"), "{word:?}: {text}");
        for line in text.lines().filter(|line| !line.contains("://") && !line.contains("repeat: "))
        {
            assert!(
                textwrap::core::display_width(line) <= super::terminal::WIDTH,
                "{word:?}: {line}"
            );
        }
    });
}

/// A check on ourselves: what is in the report was put there.
#[test]
fn the_words_are_in_the_report() {
    let report = report("naughty-MARKER");
    for format in [
        Format::Terminal,
        Format::Json,
        Format::Html,
        Format::Junit,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Markdown,
    ] {
        let text = format.render(&report, false);
        assert!(text.matches("naughty-MARKER").count() >= 5, "{}", format.word());
    }
    let _: Text = report.sentence;
}
