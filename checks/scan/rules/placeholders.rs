//! What the documentation's samples leave to be filled in.

use crate::model::{HitKind, Weight};
use crate::scan::rule::{Levels, Match, Reach, Rule, Topic, is_word};

/// The words, as the platform's samples print them.
const WORDS: [&str; 6] = [
    "GENERATED_SIGNATURE",
    "GENERATED_TIMESTAMP",
    "YOUR_SECRET_KEY",
    "YOUR_API_KEY",
    "YOUR_SECRET",
    "YOUR_WALLET_ID",
];

/// A placeholder of the documentation.
pub(super) const PLACEHOLDER: Rule = Rule {
    id: "documentation-placeholder",
    topic: Topic::Placeholders,
    what: "a placeholder of the platform's documentation",
    why: "A call with it in place of a value is refused.",
    fix: "Put the value there: a signature and timestamp made for each call, keys from the \
          environment.",
    literals: &["GENERATED_", "YOUR_SECRET", "YOUR_API_KEY", "YOUR_WALLET_ID"],
    look: |sight| {
        let length = sight.after(64).iter().take_while(|byte| is_word(**byte)).count();
        let range = sight.at..sight.end() + length;
        let word = sight.text(range.clone());
        let starts = sight.before(1).first().is_none_or(|byte| !is_word(*byte));
        // `if key == "YOUR_SECRET_KEY"` refuses the placeholder, and does well.
        let line = crate::scan::match_context::line(sight.bytes, &range);
        let before = &sight.bytes[line.start..range.start];
        let compared = [b"==".as_slice(), b"!=", b"equals(", b"includes(", b" in "]
            .iter()
            .any(|mark| before.windows(mark.len()).any(|window| window == *mark));
        (starts && !compared && WORDS.contains(&word.as_ref())).then(|| Match {
            excerpt: word.into_owned(),
            range,
            kind: HitKind::Real,
        })
    },
    levels: Levels {
        public: Weight::Warning,
        code: Weight::Warning,
        without_platform: Weight::Information,
        untracked_config: Weight::Information,
        ..Levels::USUAL
    },
    reach: Reach::PlatformText,
    finds: &[
        "-H 'X-SIGNATURE: GENERATED_SIGNATURE'",
        "'X-TIMESTAMP': 'GENERATED_TIMESTAMP'",
        "const secret = \"YOUR_SECRET_KEY\"",
        "KWIKPAISA_API_KEY=YOUR_API_KEY",
    ],
    spares: &[
        "GENERATED_FILE",
        "if (secret === 'YOUR_SECRET_KEY') throw new Error()",
        "MY_YOUR_SECRET_KEY",
        "GENERATED_SIGNATURES",
        "your secret key",
    ],
};
