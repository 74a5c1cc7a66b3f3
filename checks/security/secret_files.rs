//! Files that hold a secret are for their owner alone, and git does not know them.

use crate::model::{
    Carried, Check, CheckMeta, Credential, Evidence, Facts, FilePath, Level, Merchant, Needs,
    Origin, Outcome, Plain, Probe, Quoted, Reason, Reference, RunFacts, SecretFile, Show, Slot,
    Subject, Text,
};
use crate::text;

use super::no_literal_secrets::place;

/// See [`META`].
pub(super) struct SecretFiles;

const META: CheckMeta = CheckMeta {
    id: "security-secret-files",
    title: "Files with secrets are private and not in git",
    level: Level::Required,
    covers: &["PC-34", "PC-73", "PC-88", "SC-03", "SC-15", "SC-17", "AU-05"],
    needs: Needs::Source,
    waivable: false,
    rationale: "A file that every account of the machine can read, or that git tracks, gives its \
                secret to people nobody thought of.",
    judged: "The env file and every file named as the source of a secret: open to others fails, \
             open to the group warns, tracked by git fails. What a container runtime mounts under \
             /run/secrets is open to all accounts of the container and only warns. An env file in \
             which no key was found may be tracked. Where secrets come from variables or commands \
             alone there is no such file, and that passes.",
    remediation: "Run `chmod 600` on the file, `git rm --cached` it, name it in `.gitignore`, and \
                  replace the secret if it was ever committed.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

/// Permissions of everybody else.
const OTHERS: u32 = 0o007;
/// Permissions of the group.
const GROUP: u32 = 0o070;

impl Check for SecretFiles {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::SecretFiles]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let files = facts.seen.secret_files.get()?;
        let (mut open, mut shared, mut fine, mut untold) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for file in files {
            let keyless = file.key == "env_file" && !env_file_holds_a_key(facts.merchant);
            let evidence = evidence(file, keyless);
            let mode = file.mode.unwrap_or(0);
            if keyless {
                fine.push(evidence);
            } else if file.tracked == Some(true) || (mode & OTHERS != 0 && !mounted(file)) {
                open.push(evidence);
            } else if mode & (OTHERS | GROUP) != 0 {
                shared.push(evidence);
            } else if file.mode.is_none() && file.tracked.is_none() {
                untold.push(text!("{}", Quoted(&file.path)));
            } else {
                fine.push(evidence);
            }
        }
        if !open.is_empty() {
            return Ok(Outcome::fail("a file with a secret is open to others", open));
        }
        if !shared.is_empty() {
            return Ok(Outcome::warn(
                "a file with a secret is open to more than its owner",
                shared,
            ));
        }
        if !untold.is_empty() {
            let why = text!(
                "neither permissions nor git could be asked about {}",
                Text::join(&untold, ", ")
            );
            return Err(Reason::NoWayToObserve(why).into());
        }
        if fine.is_empty() {
            fine = from_elsewhere(facts.merchant)?;
        }
        Ok(Outcome::Pass(fine))
    }
}

/// Whether a container runtime mounted it: these files are open to all accounts of the container,
/// which usually has one.
fn mounted(file: &SecretFile) -> bool {
    ["/run/secrets/", "/var/run/secrets/"].iter().any(|folder| file.path.starts_with(folder))
}

/// Whether the env file holds a key of the platform's or a configured secret.
fn env_file_holds_a_key(merchant: &Merchant) -> bool {
    let Some(env_file) = &merchant.env_file else {
        return true;
    };
    if !env_file.readable || !env_file.unreadable_lines.is_empty() {
        return true;
    }
    env_file.entries.iter().flat_map(|entry| &entry.carries).any(|carried| match carried {
        Carried::SandboxKey | Carried::LiveKey | Carried::Configured(_) => true,
        Carried::SandboxHost(_) | Carried::ProductionHost | Carried::PlainHttp => false,
    })
}

/// What was seen of a file.
fn evidence(file: &SecretFile, keyless: bool) -> Evidence {
    let mode = file
        .mode
        .map_or_else(|| "permissions unknown here".into(), |mode| text!("mode {}", Octal(mode)));
    let tracked = match file.tracked {
        Some(true) => "tracked by git",
        Some(false) => "not tracked by git",
        None => "not in a git work tree",
    };
    let key = if keyless { ", and no key was found in it" } else { "" };
    Evidence::of(
        Subject::File { path: FilePath::new(&file.path), line: None },
        text!("mode 600 and not tracked by git, as it holds `{}`", Plain(&file.key)),
        text!("{}, {}{}", mode, tracked, key),
    )
}

/// The permission bits as `chmod` takes them.
struct Octal(u32);

impl Show for Octal {
    fn show(&self) -> String {
        format!("{:03o}", self.0 & 0o777)
    }
}

/// Where secrets come from when no file holds one.
fn from_elsewhere(merchant: &Merchant) -> Result<Vec<Evidence>, Reason> {
    let mut evidence = Vec::new();
    for slot in Slot::ALL {
        let Some(Credential::Found(facts)) = merchant.credential(slot) else {
            continue;
        };
        match &facts.origin {
            Origin::Env { .. } | Origin::Command { .. } => {
                evidence.push(Evidence::config(
                    slot.key(),
                    "no file, or a private one",
                    place(&facts.origin),
                ));
            }
            Origin::Literal => return Err(Reason::Blocked { by: "security-no-literal-secrets" }),
            Origin::File { .. } | Origin::EnvFile { .. } => {
                return Err(Reason::Own(text!(
                    "the file behind `{}` was not looked at",
                    slot.key()
                )));
            }
        }
    }
    if evidence.is_empty() { Err(Reason::Blocked { by: "api-live-key" }) } else { Ok(evidence) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entropy, EnvEntry, EnvFile, Observations, Observed, Prefix, SecretFacts};

    fn file(mode: Option<u32>, tracked: Option<bool>) -> SecretFile {
        SecretFile { path: ".env.production".to_owned(), key: "env_file".to_owned(), mode, tracked }
    }

    fn env_file(carries: Carried) -> Merchant {
        let entry = EnvEntry { name: "KWIKPAISA_KEY".to_owned(), line: 1, carries: vec![carries] };
        let env_file = EnvFile {
            path: ".env.production".to_owned(),
            readable: true,
            unreadable_lines: Vec::new(),
            entries: vec![entry],
            overridden: Vec::new(),
        };
        Merchant { env_file: Some(env_file), ..Merchant::default() }
    }

    fn secret_from(origin: Origin) -> Merchant {
        let facts = SecretFacts {
            origin,
            prefix: Prefix::SecretLive,
            length: 32,
            damage: Vec::new(),
            placeholder: None,
            entropy: Entropy::High,
            equals: Vec::new(),
        };
        let mut merchant = Merchant::default();
        merchant.api.secret_key = Some(Credential::Found(facts));
        merchant
    }

    fn judged(merchant: &Merchant, files: Vec<SecretFile>) -> anyhow::Result<Outcome> {
        let seen = Observations { secret_files: Observed::Got(files), ..Observations::default() };
        SecretFiles.judge(&Facts { merchant, run: &RunFacts::example(), seen: &seen })
    }

    fn word(merchant: &Merchant, files: Vec<SecretFile>) -> &'static str {
        judged(merchant, files).expect("a decision").word()
    }

    #[test]
    fn passes_a_private_file_that_git_does_not_track() {
        assert_eq!(word(&env_file(Carried::LiveKey), vec![file(Some(0o600), Some(false))]), "pass");
        assert_eq!(word(&env_file(Carried::LiveKey), vec![file(Some(0o400), None)]), "pass");
    }

    #[test]
    fn fails_a_file_that_others_can_read_and_shows_its_mode() {
        let outcome = judged(&env_file(Carried::LiveKey), vec![file(Some(0o644), Some(false))])
            .expect("a decision");
        let Outcome::Fail(finding) = outcome else { panic!("should fail") };
        assert!(
            finding.evidence[0].observed.as_str().contains("mode 644"),
            "{}",
            finding.evidence[0].observed
        );
    }

    #[test]
    fn fails_a_file_that_git_tracks() {
        assert_eq!(word(&env_file(Carried::LiveKey), vec![file(Some(0o600), Some(true))]), "fail");
    }

    #[test]
    fn warns_of_a_file_that_only_the_group_can_read() {
        assert_eq!(word(&env_file(Carried::LiveKey), vec![file(Some(0o640), None)]), "warn");
    }

    #[test]
    fn warns_of_a_secret_that_a_container_runtime_mounted() {
        let path = "/run/secrets/kwikpaisa".to_owned();
        let file =
            SecretFile { path, key: "api.secret_key".to_owned(), mode: Some(0o444), tracked: None };
        assert_eq!(word(&Merchant::default(), vec![file]), "warn");
    }

    #[test]
    fn an_env_file_without_a_key_may_be_shared() {
        assert_eq!(
            word(&env_file(Carried::ProductionHost), vec![file(Some(0o644), Some(true))]),
            "pass"
        );
    }

    #[test]
    fn passes_without_files_when_secrets_come_from_variables_or_commands() {
        assert_eq!(
            word(&secret_from(Origin::Command { program: "vault".to_owned() }), Vec::new()),
            "pass"
        );
        assert_eq!(word(&secret_from(Origin::Env { name: "KEY".to_owned() }), Vec::new()), "pass");
    }

    #[test]
    fn is_undecided_where_neither_permissions_nor_git_can_tell() {
        let error =
            judged(&env_file(Carried::LiveKey), vec![file(None, None)]).expect_err("no decision");
        assert!(matches!(error.downcast_ref::<Reason>(), Some(Reason::NoWayToObserve(_))));
    }

    #[test]
    fn is_undecided_without_files_and_without_secrets() {
        let reason = |merchant: &Merchant| {
            judged(merchant, Vec::new())
                .expect_err("no decision")
                .downcast::<Reason>()
                .expect("a reason")
        };
        assert_eq!(reason(&Merchant::default()), Reason::Blocked { by: "api-live-key" });
        assert_eq!(
            reason(&secret_from(Origin::Literal)),
            Reason::Blocked { by: "security-no-literal-secrets" }
        );
    }
}
