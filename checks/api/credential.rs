//! What a configured credential looks like, and what is wrong with its looks.

use crate::model::{
    Credential, Damage, Evidence, Facts, Finding, Listed, MissingSecret, Origin, Placeholder,
    Prefix, Quoted, Reason, SecretFacts, Slot, Text,
};
use crate::text;

/// A slot of the configuration and what belongs there.
pub(super) struct Wanted {
    pub(super) slot: Slot,
    /// "API key"
    pub(super) noun: &'static str,
    /// "a live key, `pk_live_…`"
    pub(super) expected: &'static str,
    /// What it means that another prefix stands there.
    pub(super) wrong: fn(Prefix) -> Option<&'static str>,
}

impl Wanted {
    /// The facts of a live credential, or the finding that there is none.
    pub(super) fn live<'a>(
        &self,
        facts: &Facts<'a>,
    ) -> Result<Result<&'a SecretFacts, Finding>, Reason> {
        Ok(self.found(facts)?.and_then(|found| {
            let wrong = || (self.wrong)(found.prefix).map(|message| self.fails(message, found));
            self.fault(found).or_else(wrong).map_or(Ok(found), Err)
        }))
    }

    /// The facts of a credential that is there, or the finding that it is not.
    fn found<'a>(&self, facts: &Facts<'a>) -> Result<Result<&'a SecretFacts, Finding>, Reason> {
        let missing = |message: Text, observed: Text| {
            Ok(Err(Finding::new(message, vec![self.evidence(observed)])))
        };
        match facts.merchant.credential(self.slot) {
            Some(Credential::Found(facts)) => Ok(Ok(facts)),
            Some(Credential::Missing { why, origin }) => {
                let why = match why {
                    MissingSecret::NotSet => "which is not set",
                    MissingSecret::Unreadable => "which cannot be read",
                    MissingSecret::CommandFailed => "which gave none",
                    MissingSecret::NotRun => {
                        return Err(Reason::Declined(text!(
                            "no program is run here, so {} was not asked for the {}",
                            origin,
                            self.noun
                        )));
                    }
                };
                missing(
                    text!("the {} was not found where the configuration says it is", self.noun),
                    text!("{}, {}", origin, why),
                )
            }
            None => missing(text!("no {} is configured", self.noun), "nothing".into()),
        }
    }

    /// What is expected and what is there instead.
    pub(super) fn evidence(&self, observed: impl Into<Text>) -> Evidence {
        Evidence::config(self.slot.key(), self.expected, observed)
    }

    /// A failure of what was found.
    fn fails(&self, message: impl Into<Text>, found: &SecretFacts) -> Finding {
        Finding::new(message, vec![self.evidence(looks(found))])
    }

    /// What is wrong with any credential: a stand-in, damaged by copying, of a previous generation,
    /// in two slots at once.
    fn fault(&self, found: &SecretFacts) -> Option<Finding> {
        if found.damage.contains(&Damage::Empty) {
            return Some(self.fails(text!("the {} is empty", self.noun), found));
        }
        if let Some(placeholder) = found.placeholder {
            let what = match placeholder {
                Placeholder::Documentation => "the sample of the platform's documentation",
                Placeholder::Template => "a stand-in that was never replaced",
                Placeholder::Unexpanded => "a variable that nobody expanded",
            };
            return Some(self.fails(text!("the {} is {}, not a key", self.noun, what), found));
        }
        if !found.damage.is_empty() {
            let finding = self.fails(
                text!("the {} was damaged on its way: {}", self.noun, Listed(&found.damage)),
                found,
            );
            return Some(finding.fix(text!(
                "Store the value of `{}` again, the key alone: {}",
                self.slot.key(),
                mend(&found.damage)
            )));
        }
        if found.prefix == Prefix::Previous {
            let finding = self.fails(
                text!("the {} belongs to a previous generation of the API", self.noun),
                found,
            );
            return Some(finding.fix(
                "Issue keys for the v3 API in Dashboard, Developer, Console; those of NEO Bank \
                 and form-post checkout do not work there",
            ));
        }
        let twin = match self.slot {
            Slot::ApiKey => Slot::SecretKey,
            Slot::SecretKey => Slot::ApiKey,
            Slot::SandboxApiKey => Slot::SandboxSecretKey,
            Slot::SandboxSecretKey => Slot::SandboxApiKey,
        };
        found.equals.contains(&twin).then(|| {
            self.fails(
                text!("`{}` and `{}` hold the same value", self.slot.key(), twin.key()),
                found,
            )
        })
    }

    /// What makes it doubtful that the application uses this very value.
    pub(super) fn doubt(&self, facts: &Facts<'_>, found: &SecretFacts) -> Option<Evidence> {
        let Origin::EnvFile { name, .. } = &found.origin else { return None };
        let file =
            facts.merchant.env_file.as_ref().filter(|file| file.overridden.contains(name))?;
        Some(Evidence::config(
            self.slot.key(),
            "one value in the env file and in the environment",
            text!(
                "{} has another value in the environment of this machine than in {}; most loaders \
                 let the environment win",
                Quoted(name),
                Quoted(&file.path)
            ),
        ))
    }
}

/// Prefix, length and origin: all that may be said of a credential.
pub(super) fn looks(found: &SecretFacts) -> Text {
    let prefix = match found.prefix {
        Prefix::ApiLive => "`pk_live_…`",
        Prefix::ApiTest => "`pk_test_…`",
        Prefix::SecretLive => "`sk_live_…`",
        Prefix::SecretTest => "`sk_test_…`",
        Prefix::Previous => "a key of a previous generation",
        Prefix::None => "no known prefix",
    };
    text!("{}, {} bytes, from {}", prefix, found.length, found.origin)
}

fn mend(damage: &[Damage]) -> &'static str {
    if damage.contains(&Damage::LineBreak) {
        "`printf %s` writes no line break where `echo` does"
    } else if damage.contains(&Damage::Quotes) {
        "quotes belong to the shell or the env file's syntax, not to the value"
    } else if damage.contains(&Damage::ByteOrderMark) {
        "save the file as UTF-8 without a byte-order mark"
    } else {
        "copy it with the dashboard's copy button, not from a document or chat"
    }
}
