//! The examination of how a receiver reads signatures.

use std::time::{Duration, Instant};

use golive_checks::model::{Delivery, Examination, Exchange, NotMade, Refusal, Signed};

use crate::observe::webhook::ConversationRun;
use crate::observe::webhook::concurrency_limit::Urgency;

/// How many go out before it is looked whether the receiver still answers.
const BATCH: usize = 30;

/// How long it may take.
const LONGEST: Duration = Duration::from_secs(60);

impl ConversationRun<'_> {
    /// All rounds; those that the keys do not give are left out.
    pub(super) async fn examine(
        &mut self,
        examination: &Examination,
        urgency: Urgency,
    ) -> Result<Vec<Exchange>, NotMade> {
        let began = Instant::now();
        let mut so_far: Vec<Exchange> = Vec::new();
        for round in 0..Examination::ROUNDS {
            let deliveries: Vec<Delivery> = examination
                .round(round, &so_far)
                .into_iter()
                .filter(|delivery| self.can_be_made(delivery))
                .collect();
            for batch in deliveries.chunks(BATCH) {
                let mut named = Vec::new();
                for delivery in batch {
                    // An order of its own, or a receiver takes the second for a duplicate of the
                    // first.
                    named.push((delivery.name.to_owned(), *delivery, self.another_order().await?));
                }
                let answered = self.apart(named, urgency).await?;
                let silent =
                    answered.iter().all(|exchange| !exchange.accepted() && !exchange.refused());
                so_far.extend(answered);
                if silent || began.elapsed() > LONGEST {
                    return Ok(so_far);
                }
            }
        }
        Ok(so_far)
    }

    fn can_be_made(&self, delivery: &Delivery) -> bool {
        !matches!(delivery.signed, Signed::Under(_))
            || self.try_compose(delivery, &self.order) != Err(Refusal::NoReading)
    }
}
