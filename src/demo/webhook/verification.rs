//! Whether the shop believes a delivery.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use data_encoding::{BASE64, HEXLOWER};
use golive_checks::model::Secret;
use golive_checks::platform::signature;
use jiff::Timestamp;

use super::Webhook;
use super::incoming::Doubt;
use crate::demo::defects::Defect;
use crate::demo::message::Arrived;
use crate::demo::{AMOUNT, ShopVariant, spelling};

/// Seconds a timestamp may be off, either way.
const WINDOW_S: i64 = 300;

impl Webhook {
    /// Whether the delivery is the platform's and of now.
    pub(super) fn believe(&self, arrived: &Arrived) -> Result<(), Doubt> {
        if self.has(Defect::VerifiesNothing) {
            return Ok(());
        }
        if self.has(Defect::CachesSignatures) {
            let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
            let signature = arrived.joined("X-SIGNATURE");
            let right = signature::verify(
                &self.secret,
                &arrived.body,
                arrived.header("X-TIMESTAMP", false).unwrap_or_default(),
                &signature,
            );
            if right {
                cached.insert(signature);
            } else if cached.contains(&signature) {
                return Ok(());
            }
        }
        let exact = self.has(Defect::CaseSensitiveHeaders);
        let signature = arrived.header("X-SIGNATURE", exact);
        match signature {
            None if self.has(Defect::IgnoresMissingSignature) => return Ok(()),
            Some("") if self.has(Defect::AcceptsEmptySignature) => return Ok(()),
            _ => {}
        }
        let says = |event: &str| String::from_utf8_lossy(&arrived.body).contains(event);
        let timestamp = arrived.header("X-TIMESTAMP", false);
        if self.has(Defect::VerifiesPaymentsOnly) && says("\"payout.")
            || self.has(Defect::VerifiesSettlingOnly) && says(".processing\"")
            || self.has(Defect::BelievesTwoSignatures)
                && arrived.joined("X-SIGNATURE").contains(',')
            || self.has(Defect::BelievesOddTimestamps)
                && timestamp.is_some_and(|sent| sent.parse::<i64>().is_err())
            || self.has(Defect::BelievesLongBodies) && arrived.body.len() > 4_096
            || self.has(Defect::TrustsXml)
                && arrived.header("content-type", false) == Some("application/xml")
        {
            return Ok(());
        }
        if self.has(Defect::TrustsContentType)
            && arrived.header("content-type", false) != Some("application/json")
        {
            return Ok(());
        }
        if signature.is_none() {
            return Err(Doubt::NoSignature);
        }
        let signatures = self.signatures(arrived);
        let now = Timestamp::now().as_second();
        let timestamps = match arrived.header("X-TIMESTAMP", false) {
            Some(sent) if self.has(Defect::ToleratesRetiming) => {
                let at: i64 = sent.parse().map_err(|_| Doubt::WrongTime)?;
                (at - 2..=at + 2).map(|second| second.to_string()).collect()
            }
            Some(sent) if self.has(Defect::AgesAnotherTimestamp) => vec![sent.to_owned()],
            Some(_) => vec![self.one(arrived, "X-TIMESTAMP")],
            None if self.has(Defect::DefaultsTimestampToNow) => {
                (now - 2..=now).map(|second| second.to_string()).collect()
            }
            None => return Err(Doubt::NoTimestamp),
        };
        let fits = |timestamp: &&String| {
            signatures.iter().any(|signature| self.fits(&arrived.body, timestamp, signature))
        };
        let timestamp = timestamps.iter().find(fits).ok_or(Doubt::WrongSignature)?;
        if self.has(Defect::ParsesAPrefix) {
            return Ok(());
        }
        let aged = if self.has(Defect::AgesAnotherTimestamp) {
            arrived.last("X-TIMESTAMP")
        } else {
            timestamp
        };
        let at: i64 = aged.parse().map_err(|_| Doubt::WrongTime)?;
        let late_s = if self.does(ShopVariant::TwoClocks)
            && self.looks.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)
        {
            5
        } else {
            0
        };
        let now =
            if self.has(Defect::ExpectsMilliseconds) { now.saturating_mul(1_000) } else { now };
        let age = now.saturating_sub(at) + late_s;
        if self.is_fresh(age) { Ok(()) } else { Err(Doubt::WrongTime) }
    }

    /// What the delivery is signed with, in this shop's view.
    fn signatures(&self, arrived: &Arrived) -> Vec<String> {
        if self.has(Defect::TriesEverySignature) {
            return arrived.joined("X-SIGNATURE").split(", ").map(str::to_owned).collect();
        }
        let mut signature = self.one(arrived, "X-SIGNATURE");
        if self.does(ShopVariant::ReadsHexAsNode) {
            let digits = signature.bytes().take_while(u8::is_ascii_hexdigit).count();
            signature.truncate(digits);
        }
        vec![signature]
    }

    /// The value of a header, of which there may be two: joined as most libraries do it, which fits
    /// nothing.
    fn one(&self, arrived: &Arrived, name: &str) -> String {
        if self.does(ShopVariant::TakesTheLastHeader) {
            arrived.last(name).to_owned()
        } else {
            arrived.joined(name)
        }
    }

    fn is_fresh(&self, age: i64) -> bool {
        if self.has(Defect::TrustsAnyTimestamp) {
            return true;
        }
        let window = if self.has(Defect::ExpectsMilliseconds) {
            WINDOW_S * 1_000
        } else if self.has(Defect::TwoHourWindow) {
            7_200
        } else if self.has(Defect::FiveSecondWindow) {
            5
        } else if self.does(ShopVariant::NarrowWindow) {
            30
        } else {
            WINDOW_S
        };
        age <= window && (age >= -window || self.has(Defect::RejectsOnlyPast))
    }

    /// Whether `signature` is the one for `body` at `timestamp`, in this shop's view.
    fn fits(&self, body: &[u8], timestamp: &str, signature: &str) -> bool {
        if self.has(Defect::ChecksSignatureShapeOnly) {
            return signature.len() == 64
                && signature.bytes().all(|digit| digit.is_ascii_hexdigit());
        }
        if self.has(Defect::UsesSandboxSecret) {
            return signature::verify(&self.sandbox_secret, body, timestamp, signature);
        }
        if self.has(Defect::ComparesPrefixOnly) {
            return signature.len() >= 8
                && signature::sign(&self.secret, body, timestamp).starts_with(signature);
        }
        if self.has(Defect::ExpectsBase64) {
            let digest = HEXLOWER
                .decode(signature::sign(&self.secret, body, timestamp).as_bytes())
                .unwrap_or_default();
            return BASE64.encode(&digest) == signature;
        }
        let seen_as = if self.has(Defect::ReSerialisesBody) {
            spelling::as_javascript(body)
        } else if self.has(Defect::SortsBeforeHmac) {
            spelling::sorted(body)
        } else if self.has(Defect::ReEncodesAsPhp) {
            spelling::as_php(body)
        } else {
            None
        };
        if let Some(text) = seen_as {
            return signature::verify(&self.secret, text.as_bytes(), timestamp, signature);
        }
        signature::verify(&self.secret, body, timestamp, signature)
            || self.has(Defect::AcceptsSandboxSecret)
                && signature::verify(&self.sandbox_secret, body, timestamp, signature)
            || self.has(Defect::AcceptsApiKey)
                && signature::verify(&self.api_key, body, timestamp, signature)
            || self.has(Defect::TriesTimestampFirst)
                && signature::verify(
                    &self.secret,
                    timestamp.as_bytes(),
                    &String::from_utf8_lossy(body),
                    signature,
                )
            || self.has(Defect::FallsBackToStringify)
                && spelling::as_javascript(body).is_some_and(|text| {
                    signature::verify(&self.secret, text.as_bytes(), timestamp, signature)
                })
            || self.has(Defect::AcceptsEmptyKey)
                && signature::verify(&Secret::new(String::new()), body, timestamp, signature)
            || self.has(Defect::AcceptsUndefinedKey)
                && signature::verify(
                    &Secret::new("undefined".to_owned()),
                    body,
                    timestamp,
                    signature,
                )
            || self.has(Defect::ComparesAllButTheStart)
                && signature.get(8..).is_some_and(|rest| {
                    signature::sign(&self.secret, body, timestamp).get(8..) == Some(rest)
                })
            || self.has(Defect::AcceptsBodyOnlySignature)
                && signature::verify(&self.secret, body, "", signature)
            || self.has(Defect::VerifiesOwnCopy)
                && spelling::with_amount(body, AMOUNT).is_some_and(|own| {
                    signature::verify(&self.secret, own.as_bytes(), timestamp, signature)
                })
    }
}
