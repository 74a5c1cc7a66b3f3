//! What the merchant's own signing code makes of payloads whose right signature is known.

use std::sync::Arc;
use std::time::Duration;

use golive_checks::model::{Keyring, Limits, NotMade, Observed, SignerResult, SignerSeen};
use golive_checks::platform::signing::request::{Explained, PAYLOADS, explain};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::programs::{self, Failed};
use crate::targets::Targets;

/// Calls of the signer under way at once.
const AT_ONCE: usize = 4;

/// The longest signature in any encoding, with room to spare.
const OUTPUT_BYTES: usize = 4_096;

/// Lets the signer sign every payload. Nothing of what it prints is kept: a wrong value may well be
/// a secret.
pub(crate) async fn observe_signer(
    targets: &Targets,
    limits: &Limits,
    now: Timestamp,
) -> Observed<Vec<SignerSeen>> {
    let unconfigured = |key: &str| Observed::NotMade(NotMade::Unconfigured { key: key.to_owned() });
    let Some(command) = &targets.signer else { return unconfigured("signer.command") };
    if targets.keys.secret_key.is_none() {
        return unconfigured("api.secret_key");
    }
    let timestamp = now.as_second().to_string();
    let argv: Arc<[String]> =
        command.iter().map(|part| part.replace("{timestamp}", &timestamp)).collect();
    let (turns, folder) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(targets.folder.clone()));
    let limit = Duration::from_millis(limits.command_ms);
    let mut calls = JoinSet::new();
    for (at, payload) in PAYLOADS.iter().enumerate() {
        let (argv, turns, folder) = (Arc::clone(&argv), Arc::clone(&turns), Arc::clone(&folder));
        calls.spawn(async move {
            let _turn = turns.acquire().await;
            (at, programs::run(&argv, &folder, payload.text.as_bytes(), limit, OUTPUT_BYTES).await)
        });
    }
    let mut results: Vec<Option<SignerResult>> = PAYLOADS.iter().map(|_| None).collect();
    while let Some(ended) = calls.join_next().await {
        if let Ok((at, output)) = ended {
            let printed = output.map(|output| output.stdout);
            results[at] = Some(compare(&targets.keys, PAYLOADS[at].text, &timestamp, printed));
        }
    }
    let seen = |(payload, result): (&str, Option<SignerResult>)| SignerSeen {
        payload: payload.to_owned(),
        result: result.unwrap_or_else(|| SignerResult::Failed("was not run to its end".to_owned())),
    };
    Observed::Got(PAYLOADS.iter().map(|payload| payload.name).zip(results).map(seen).collect())
}

/// What one printed value says about the signer.
fn compare(
    keys: &Keyring,
    payload: &str,
    timestamp: &str,
    printed: Result<Vec<u8>, Failed>,
) -> SignerResult {
    let printed = match printed {
        Ok(printed) => String::from_utf8_lossy(&printed).into_owned(),
        Err(failed) => return SignerResult::Failed(failed.to_string()),
    };
    let value = printed.strip_suffix('\n').unwrap_or(&printed);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.is_empty() {
        return SignerResult::Failed("printed nothing".to_owned());
    }
    match explain(keys, payload, timestamp, value) {
        Explained::Right => SignerResult::Right,
        Explained::Mistake(mistake) => SignerResult::Mistake(mistake.name.to_owned()),
        Explained::Unexplained => SignerResult::Wrong {
            length: value.chars().count(),
            hex: value.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
        },
    }
}

#[cfg(test)]
mod tests {
    use golive_checks::model::Secret;
    use golive_checks::platform::signature::sign;

    use super::*;

    const SECRET: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

    fn keys() -> Keyring {
        Keyring { secret_key: Some(Secret::new(SECRET.to_owned())), ..Keyring::default() }
    }

    fn targets(argv: &[&str]) -> Targets {
        let signer = Some(argv.iter().map(|part| (*part).to_owned()).collect());
        Targets { keys: keys(), folder: std::env::temp_dir(), signer, ..Targets::default() }
    }

    async fn results(targets: &Targets) -> Vec<SignerResult> {
        let now = Timestamp::from_second(1_778_659_835).unwrap();
        match observe_signer(targets, &Limits { command_ms: 5_000, ..Limits::default() }, now).await
        {
            Observed::Got(seen) => {
                assert_eq!(seen.len(), PAYLOADS.len());
                assert!(
                    seen.iter().zip(PAYLOADS).all(|(seen, payload)| seen.payload == payload.name)
                );
                seen.into_iter().map(|seen| seen.result).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn printed(value: &str) -> SignerResult {
        compare(&keys(), PAYLOADS[0].text, "1778659835", Ok(value.as_bytes().to_vec()))
    }

    #[test]
    fn a_value_is_right_with_or_without_one_line_end() {
        let right =
            sign(&Secret::new(SECRET.to_owned()), PAYLOADS[0].text.as_bytes(), "1778659835");
        assert_eq!(printed(&right), SignerResult::Right);
        assert_eq!(printed(&format!("{right}\n")), SignerResult::Right);
        assert_eq!(printed(&format!("{right}\r\n")), SignerResult::Right);
        assert_ne!(printed(&format!("{right}\n\n")), SignerResult::Right);
    }

    #[test]
    fn known_mistakes_are_named_and_others_described() {
        let right =
            sign(&Secret::new(SECRET.to_owned()), PAYLOADS[0].text.as_bytes(), "1778659835");
        assert!(matches!(printed(&right.to_uppercase()), SignerResult::Mistake(_)));
        assert_eq!(printed("0123abcd"), SignerResult::Wrong { length: 8, hex: true });
        assert_eq!(printed("0123ABCD!"), SignerResult::Wrong { length: 9, hex: false });
        assert_eq!(printed("\n"), SignerResult::Failed("printed nothing".to_owned()));
        assert_eq!(
            compare(&keys(), "{}", "1", Err(Failed::Exit(3))),
            SignerResult::Failed("ended with exit code 3".to_owned())
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_that_signs_nothing_is_seen_for_every_payload() {
        let echoed = results(&targets(&["cat"])).await;
        assert!(
            echoed.iter().all(|result| matches!(result, SignerResult::Wrong { hex: false, .. })),
            "{echoed:?}"
        );
        let told = results(&targets(&["printf", "{timestamp}"])).await;
        assert!(
            told.iter().all(|result| *result == SignerResult::Wrong { length: 10, hex: true }),
            "{told:?}"
        );
        let failed = results(&targets(&["false"])).await;
        assert!(
            failed.iter().all(|result| matches!(result, SignerResult::Failed(_))),
            "{failed:?}"
        );
        let absent = results(&targets(&["golive-no-such-program"])).await;
        assert!(
            absent.iter().all(|result| matches!(result, SignerResult::Failed(_))),
            "{absent:?}"
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_that_prints_the_secret_leaves_no_trace_of_it() {
        let seen = format!("{:?}", results(&targets(&["printf", SECRET])).await);
        assert!(!seen.contains("MARKER"), "{seen}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn raw_payloads_are_signed_right_by_openssl_where_it_is_installed() {
        if std::process::Command::new("openssl").arg("version").output().is_err() {
            eprintln!("skipped: openssl is not installed");
            return;
        }
        let script =
            r#"{ cat; printf %s "$1"; } | openssl dgst -sha256 -hmac "$2" -r | cut -c1-64"#;
        let seen = results(&targets(&["sh", "-c", script, "sh", "{timestamp}", SECRET])).await;
        assert_eq!(seen[0], SignerResult::Right, "{seen:?}");
    }

    #[tokio::test]
    async fn says_what_is_missing() {
        let none = observe_signer(
            &Targets { keys: keys(), ..Targets::default() },
            &Limits::default(),
            Timestamp::UNIX_EPOCH,
        )
        .await;
        assert_eq!(
            none,
            Observed::NotMade(NotMade::Unconfigured { key: "signer.command".to_owned() })
        );
        let targets = Targets { signer: Some(vec!["cat".to_owned()]), ..Targets::default() };
        let keyless = observe_signer(&targets, &Limits::default(), Timestamp::UNIX_EPOCH).await;
        assert_eq!(
            keyless,
            Observed::NotMade(NotMade::Unconfigured { key: "api.secret_key".to_owned() })
        );
    }
}
