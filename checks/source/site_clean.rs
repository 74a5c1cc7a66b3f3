//! The merchant's own site gives out neither keys nor what belongs on the server.

use crate::model::{
    Address, AskedFor, Check, CheckMeta, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome,
    Probe, Quoted, Reason, Reference, RunFacts, SitePart, SiteSeen, Text,
};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanQuery, Scope};
use crate::text;

/// See [`META`].
pub(super) struct SiteClean;

const META: CheckMeta = CheckMeta {
    id: "source-site-clean",
    title: "The merchant's site gives out no key, env file or repository",
    level: Level::Recommended,
    covers: &["PC-73", "SC-14"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "What a site gives to one who asks it gives to all, whatever the source tree looks \
                like.",
    judged: "The page at `source.site` is fetched, the scripts and source maps that it names on \
             its own host, `/.env` and `/.git/config`; nothing else, no redirect is followed and \
             nothing is run. A key, sandbox ones included, a sandbox host, an env file or a \
             repository fails, and the item is then required. A page that does not come, a script \
             that does not come for a reason of transport, or more than \
             `limits.source_site_requests` and `limits.source_site_bytes` allow leave it \
             undecided. The platform asks that no secret be public; to look at the site is \
             golive's.",
    remediation: "Take the file off the server, refuse paths that begin with a dot, and replace \
                  every key that was given out.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

const QUESTION: ScanQuery = ScanQuery {
    topics: &[Topic::Secrets, Topic::Sandbox],
    scope: Scope::Public,
    expected: "no key and nothing of the sandbox",
    failure: "the merchant's own site gives out a key or something of the sandbox",
    warning: "the merchant's own site speaks to the platform itself",
};

/// How to see it again.
const AGAIN: &str = "golive check --only source-site-clean";

impl Check for SiteClean {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        match facts.seen.site.get() {
            Ok(seen) if exposed(seen).next().is_some() || QUESTION.is_failed(&seen.found) => {
                Level::Required
            }
            Ok(_) | Err(_) => META.level,
        }
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::Site]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        if facts.merchant.source.site.is_none() {
            return Err(Reason::NoWayToObserve("`source.site` names no page".into()).into());
        }
        let seen = facts.seen.site.get()?;
        let given_out: Vec<Evidence> =
            exposed(seen).map(|asked| evidence(asked, "not given out")).collect();
        if !given_out.is_empty() {
            let finding = Finding::new(
                "the merchant's own site gives out a file that belongs on the server alone",
                given_out,
            );
            return Ok(Outcome::Fail(finding.repeat(AGAIN)));
        }
        if !QUESTION.is_failed(&seen.found) {
            whole(seen)?;
        }
        match QUESTION.judge_seen(&seen.found)? {
            Outcome::Fail(finding) => Ok(Outcome::Fail(finding.repeat(AGAIN))),
            Outcome::Warn(finding) => Ok(Outcome::Warn(finding.repeat(AGAIN))),
            Outcome::Pass(mut shown) => {
                if let Some(url) = facts.merchant.source.site.as_ref().and_then(Address::url) {
                    facts.really_asked(url, "the public site")?;
                }
                shown.extend(
                    seen.asked
                        .iter()
                        .filter(|asked| asked.what.is_private())
                        .map(|asked| evidence(asked, "not given out")),
                );
                if seen.elsewhere > 0 {
                    let words = text!("{} scripts on other hosts, not asked for", seen.elsewhere);
                    shown.push(Evidence::config("source.site", "scripts of its own host", words));
                }
                Ok(Outcome::Pass(shown))
            }
            other => Ok(other),
        }
    }
}

fn exposed(seen: &SiteSeen) -> impl Iterator<Item = &AskedFor> {
    seen.asked.iter().filter(|asked| asked.what.is_private() && asked.given_out)
}

fn evidence(asked: &AskedFor, expected: &'static str) -> Evidence {
    let observed = match &asked.status {
        Ok(status) if asked.given_out => text!("{}, {} bytes: {}", status, asked.bytes, asked.what),
        Ok(status) => text!("{}, no {}", status, asked.what),
        Err(trouble) => text!("{}", trouble),
    };
    Evidence::config("source.site", expected, text!("{}: {}", Quoted(&asked.path), observed))
}

/// Whether everything was seen that there is to see.
fn whole(seen: &SiteSeen) -> Result<(), Reason> {
    let page = seen.asked.iter().find(|asked| asked.what == SitePart::Page);
    let page = page.ok_or_else(|| Reason::Transport("the page was not asked for".into()))?;
    if let Some((asked, trouble)) =
        seen.asked.iter().find_map(|asked| Some((asked, asked.status.as_ref().err()?)))
    {
        return Err(Reason::Transport(text!("{}: {}", Quoted(&asked.path), trouble)));
    }
    if !page.given_out {
        let words: Text =
            page.status.as_ref().map_or_else(|_| "nothing".into(), |status| text!("{}", status));
        return Err(Reason::Ambiguous(text!(
            "the page answers {}; `source.site` must name one that is there, without a redirect",
            words
        )));
    }
    if let Some(cut) = seen.asked.iter().find(|asked| asked.cut) {
        return Err(Reason::Capped(text!(
            "{} goes on after `limits.source_site_bytes`",
            Quoted(&cut.path)
        )));
    }
    if seen.left_out > 0 {
        return Err(Reason::Capped(text!(
            "{} scripts came after `limits.source_site_requests`",
            seen.left_out
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example;
    use crate::model::{
        Address, Endpoint, FileRole, FolderKind, FolderSeen, FolderState, Observations, Observed,
        Phase, SourceSeen, Trouble, TroubleKind,
    };
    use crate::source::fixture::hit;

    fn asked(what: SitePart, path: &str, status: u16) -> AskedFor {
        let given_out = status == 200;
        AskedFor {
            what,
            path: path.to_owned(),
            status: Ok(status),
            bytes: 100,
            cut: false,
            given_out,
        }
    }

    fn site() -> SiteSeen {
        let folder = FolderSeen {
            path: "https://shop.example/".to_owned(),
            kind: FolderKind::Public,
            state: FolderState::Searched,
            files: 2,
            bytes: 900,
        };
        SiteSeen {
            asked: vec![
                asked(SitePart::Page, "/", 200),
                asked(SitePart::Script, "/main.js", 200),
                asked(SitePart::EnvFile, "/.env", 404),
                asked(SitePart::GitConfig, "/.git/config", 403),
            ],
            found: SourceSeen { folders: vec![folder], ..SourceSeen::default() },
            ..SiteSeen::default()
        }
    }

    fn judge(seen: SiteSeen) -> (Outcome, Level) {
        judge_in(&RunFacts::example(), seen)
    }

    fn judge_in(run: &RunFacts, seen: SiteSeen) -> (Outcome, Level) {
        let mut merchant = example::merchant();
        merchant.source.site = Endpoint::parse("https://shop.example/").map(Address::Url);
        let seen = Observations { site: Observed::Got(seen), ..Observations::default() };
        let facts = Facts { merchant: &merchant, run, seen: &seen };
        let outcome = SiteClean.judge(&facts);
        let outcome = outcome.unwrap_or_else(|error| {
            Outcome::Undecided(error.downcast::<Reason>().expect("a reason"))
        });
        (outcome, SiteClean.level(&facts))
    }

    #[test]
    fn passes_a_site_that_gives_out_nothing_it_should_not() {
        let mut more = site();
        more.elsewhere = 3;
        let (outcome, level) = judge(more);
        assert!(
            matches!(outcome, Outcome::Pass(evidence) if evidence.len() == 4),
            "the folder, two private files, other hosts"
        );
        assert_eq!(level, Level::Recommended);
    }

    #[test]
    fn is_unseen_on_a_trial_run_where_another_server_may_have_answered() {
        let on =
            |switch: &str| RunFacts { switches: vec![switch.to_owned()], ..RunFacts::example() };
        let redirected = on("--connect-to shop.example:443:127.0.0.1:8443");
        assert!(matches!(
            judge_in(&redirected, site()).0,
            Outcome::Undecided(Reason::TrialRun { .. })
        ));
        assert_eq!(judge_in(&on("--now 2026-12-01"), site()).0.word(), "pass");
        let mut moved = site();
        moved.asked[2] = AskedFor { given_out: true, ..asked(SitePart::EnvFile, "/.env", 200) };
        assert_eq!(judge_in(&redirected, moved).0.word(), "fail");
    }

    #[test]
    fn fails_an_env_file_a_repository_and_a_key_and_is_required_then() {
        for at in [2, 3] {
            let mut seen = site();
            seen.asked[at] =
                AskedFor { given_out: true, ..asked(seen.asked[at].what, "/.env", 200) };
            let (outcome, level) = judge(seen);
            assert!(matches!(outcome, Outcome::Fail(_)) && level == Level::Required);
        }
        let mut seen = site();
        seen.found.hits =
            vec![crate::model::Hit { folder: 0, ..hit("live-secret", FileRole::Public) }];
        let (outcome, level) = judge(seen);
        assert!(matches!(outcome, Outcome::Fail(_)) && level == Level::Required);
    }

    #[test]
    fn warns_where_the_page_speaks_to_the_platform() {
        let mut seen = site();
        seen.found.hits =
            vec![crate::model::Hit { folder: 0, ..hit("api-in-public", FileRole::Public) }];
        assert!(matches!(judge(seen), (Outcome::Warn(_), Level::Recommended)));
    }

    #[test]
    fn is_undecided_where_it_did_not_see_everything() {
        let trouble = Trouble {
            kind: TroubleKind::TimedOut,
            phase: Phase::FirstByte,
            after_ms: 9,
            detail: None,
        };
        let mut late = site();
        late.asked[1].status = Err(trouble);
        assert!(matches!(judge(late), (Outcome::Undecided(Reason::Transport(_)), _)));
        let mut moved = site();
        moved.asked[0] = asked(SitePart::Page, "/", 301);
        assert!(matches!(judge(moved), (Outcome::Undecided(Reason::Ambiguous(_)), _)));
        let mut cut = site();
        cut.asked[1].cut = true;
        assert!(matches!(judge(cut), (Outcome::Undecided(Reason::Capped(_)), _)));
        let many = SiteSeen { left_out: 1, ..site() };
        assert!(matches!(judge(many), (Outcome::Undecided(Reason::Capped(_)), _)));
    }

    #[test]
    fn is_undecided_without_a_site() {
        let facts = Facts {
            merchant: &example::merchant(),
            run: &RunFacts::example(),
            seen: &Observations::default(),
        };
        let error = SiteClean
            .judge(&facts)
            .expect_err("nothing was asked")
            .downcast::<Reason>()
            .expect("a reason");
        assert!(matches!(error, Reason::NoWayToObserve(_)));
    }
}
