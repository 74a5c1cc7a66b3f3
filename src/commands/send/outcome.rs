//! What is said of a delivery by hand.

use golive_checks::conversation::manual::{AnswerVerdict, Judgement};
use golive_checks::platform::Event;

use crate::commands::send::permit::Permit;
use crate::exit::Exit;
use crate::observe::Delivered;
use crate::run::Run;

/// What is said of a delivery.
#[derive(Debug)]
pub(super) struct SendOutcome<'a> {
    /// The run.
    pub(super) run: &'a Run,
    /// What was permitted.
    pub(super) permit: &'a Permit,
    /// The event.
    pub(super) event: Event,
    /// What came of it, or why nothing did.
    pub(super) delivered: Result<&'a Delivered, String>,
    /// What each answer comes to, in the order sent.
    pub(super) judged: Vec<Judgement>,
}

impl SendOutcome<'_> {
    /// The worst of all.
    pub(super) fn standing(&self) -> AnswerVerdict {
        self.judged.iter().map(|judged| judged.standing).max().unwrap_or(AnswerVerdict::Unclear)
    }

    /// How the process ends.
    pub(super) fn exit(&self) -> Exit {
        match self.standing() {
            AnswerVerdict::AsExpected => Exit::Ready,
            AnswerVerdict::Contrary => Exit::NotReady,
            AnswerVerdict::Unclear => Exit::Incomplete,
        }
    }
}
