//! Every defect shows from outside, and the correct shop does not show it.

use golive_checks::conversation::space;
use std::time::Duration;

use golive_checks::conversation::scenarios::{
    API_REQUEST, BASELINE_BEFORE, BODY_FORMS, CHANGED_TIMESTAMP, EMPTY_SIGNATURE, FORGED_AS_TEXT,
    FORGED_AS_XML, FORGED_BODY_ONLY, FORGED_EMPTY_SECRET, FORGED_LONG, FORGED_PAYOUT,
    FORGED_RIGHT_END, FORGED_RIGHT_START, FORGED_TRUNCATED, FORGED_TWICE, FORGED_UNDEFINED_SECRET,
    FORGED_UNLABELLED, FORGED_WORD_TIMESTAMP, FORGED_WRONG_SECRET, FUTURE, HEADERS_LOWER,
    MALFORMED_SIGNED, METHOD_GET, NO_TIMESTAMP, ODD_BODIES, SANDBOX_SECRET, SHIFTED_DIGIT,
    SHIFTED_TIMESTAMP, TWO_SIGNATURES_RIGHT_FIRST, TWO_SIGNATURES_RIGHT_LAST, UNKNOWN_EVENT,
    UNMARKED_FORGERIES, UNSIGNED, UNSIGNED_PAYOUT, oversized, stale, two_timestamps,
};
use golive_checks::model::{
    Claim, Content, Delivery, Form, Merchant, Scenario, Signed, Stamp, Step, Wait,
};
use golive_checks::platform::Event;
use golive_checks::platform::signing::{Misreading, Sample, Variant};

use super::client::{Client, TAMPERED};
use crate::demo::{BOOKS, Defect, SITE, Shop};

const ORDER: &str = "demo-order-01";
const PAYOUT: &str = "demo-payout-01";

fn settling(back_s: u64) -> Delivery {
    Delivery {
        content: Content::Event(Event::PaymentSuccess),
        stamp: Stamp::Now { back_s },
        ..Delivery::genuine("settling")
    }
}

fn stale_hour() -> Delivery {
    let [hour, _] = stale(&Merchant::default());
    match hour.steps[0] {
        Step::Deliver(delivery) => delivery,
        _ => unreachable!("one delivery"),
    }
}

fn under(sample: Sample, variant: Variant) -> Delivery {
    Delivery::under(Misreading::of(sample, &[variant.into()]).unwrap())
}

/// Whether exactly one value of the forgery space is believed.
fn believes_one_value(accepts: &dyn Fn(&Delivery) -> bool) -> bool {
    let believed: Vec<&str> = space::values()
        .filter(|value| accepts(&value.delivery))
        .map(|value| value.delivery.name)
        .collect();
    if believed.len() != 1 {
        eprintln!("believed: {believed:?}");
    }
    believed.len() == 1
}

/// Whether the shop shows the defect.
fn shows(defect: Defect, shop: &Shop) -> bool {
    let client = Client::of(shop);
    let deliver = |delivery: &Delivery| {
        client.try_send(&client.compose(delivery, ORDER)).map_or(0, |answer| answer.status)
    };
    let accepts = |delivery: &Delivery| deliver(delivery) == 200;
    let at_second_address = |delivery: &Delivery| {
        let there = Client::at_second_address(shop)?;
        Some(there.try_send(&there.compose(delivery, ORDER)).map_or(0, |answer| answer.status))
    };
    let loses = |raw: &[Delivery]| accepts(&BASELINE_BEFORE) && !raw.iter().all(accepts);
    let credits_after = |deliveries: &[Delivery]| {
        for delivery in deliveries {
            client.deliver(delivery, ORDER);
        }
        client.credits(ORDER)
    };
    let state_after = |deliveries: &[Delivery], id: &str| {
        for delivery in deliveries {
            client.deliver(delivery, id);
        }
        client.state(id)
    };
    let configured = |line: &str| shop.config_toml().lines().any(|l| l.starts_with(line));
    let in_env = |part: &str| shop.env().iter().any(|(_, value)| value.contains(part));
    let in_code = |file: &str, part: &str| {
        std::fs::read_to_string(shop.folder().join("app").join(file)).unwrap().contains(part)
    };
    let refuses_tls = || {
        client.try_send(&client.compose(&BASELINE_BEFORE, ORDER)).is_err()
            && client.get(BOOKS, "/ledger/x").status == 200
    };
    let platform = || client.call("/api/v3/pg/order/status", r#"{"order_id":"golive-1"}"#, 0);
    match defect {
        Defect::TrustsForwardedFor
        | Defect::TrustsForwardedPrivate
        | Defect::TrustsForwardedPlatform
        | Defect::TrustsRealIp
        | Defect::TrustsClientIp
        | Defect::TrustsForwarded
        | Defect::TrustsForwardedIpv6
        | Defect::TrustsForwardedChain
        | Defect::TrustsCdnAddress
        | Defect::TrustsTrueClient
        | Defect::TrustsUserAgent
        | Defect::TrustsRetries
        | Defect::TrustsAttempts
        | Defect::TrustsDebugHeader
        | Defect::TrustsTestHeader
        | Defect::TrustsEnvironmentHeader
        | Defect::TrustsAlgorithmNone
        | Defect::TrustsAlgNone
        | Defect::TrustsInternalHeader
        | Defect::TrustsVerifiedHeader
        | Defect::TrustsClientCertHeader
        | Defect::TrustsAuthorization
        | Defect::TrustsCookie
        | Defect::TrustsMethodOverride
        | Defect::TrustsOriginalUrl
        | Defect::TrustsQuerySwitch
        | Defect::TrustsTrailingSlash
        | Defect::TrustsRetryWords
        | Defect::TrustsDebugWords
        | Defect::TrustsInternalWords
        | Defect::TrustsVerifiedWords
        | Defect::TrustsClientCertWords
        | Defect::TrustsOrigin
        | Defect::TrustsMethodWords
        | Defect::TrustsUrlWords
        | Defect::TrustsDoubleSlash
        | Defect::TrustsEncodedPath
        | Defect::TrustsPathSuffix
        | Defect::TrustsPathParameter
        | Defect::BelievesDeflate
        | Defect::BelievesFormPayload
        | Defect::BelievesBatches
        | Defect::TrustsPathCase
        | Defect::BelievesLists
        | Defect::BelievesForms
        | Defect::BelievesMultipart
        | Defect::BelievesGzip
        | Defect::BelievesByteOrderMark
        | Defect::BelievesNotUtf8
        | Defect::BelievesUtf16
        | Defect::BelievesRepeatedKeys
        | Defect::BelievesDataAsText
        | Defect::BelievesTestFlags
        | Defect::BelievesJsonSuffix
        | Defect::BelievesMultipartLabel
        | Defect::BelievesChunked
        | Defect::BelievesExpect
        | Defect::BelievesCutCharacter
        | Defect::BelievesOldHttp
        | Defect::BelievesPut
        | Defect::BelievesPatch
        | Defect::BelievesDelete
        | Defect::BelievesReturnPage
        | Defect::BelievesWalletId
        | Defect::BelievesOwnVariable
        | Defect::BelievesNullKey
        | Defect::BelievesNoneKey
        | Defect::BelievesNilKey
        | Defect::BelievesFalseKey
        | Defect::BelievesDefaultKey
        | Defect::BelievesTestKey
        | Defect::BelievesPasswordKey
        | Defect::BelievesVariableName
        | Defect::BelievesUnexpandedKey
        | Defect::BelievesSampleTestKey
        | Defect::BelievesSampleLiveKey
        | Defect::BelievesSampleSecret
        | Defect::BelievesSampleWallet
        | Defect::BelievesUnknownKeyId
        | Defect::BelievesWordNone
        | Defect::BelievesWordNull
        | Defect::BelievesWordTrue
        | Defect::BelievesNotHex
        | Defect::BelievesOddLength
        | Defect::BelievesZeros
        | Defect::BelievesScheme
        | Defect::BelievesWildcard
        | Defect::BelievesNotAscii
        | Defect::BelievesTimestampZero
        | Defect::BelievesNegativeTimestamp
        | Defect::BelievesHugeTimestamp
        | Defect::BelievesMilliseconds
        | Defect::BelievesBothHeadersAbsent
        | Defect::BelievesOtherCase
        | Defect::BelievesTestTransactions => believes_one_value(&accepts),
        Defect::HashesTheBeginning => {
            let named = |name: &str| space::named(name).expect("a value").delivery;
            accepts(&named("forged-long-24k")) && !accepts(&named("forged-long"))
        }
        Defect::VerifiesGoliveOnly => {
            accepts(&UNMARKED_FORGERIES[1]) && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::VerifiesPaymentsAlone => {
            let forged = Delivery::genuine("forged").of_event(Event::PaymentFailed);
            let forged = Delivery { signed: Signed::WrongSecret, ..forged };
            client.deliver(&forged, ORDER).status == 200
                && !accepts(&forged.of_event(Event::PaymentProcessing))
        }
        Defect::CachesSignatures => {
            let mut request = client.compose(&BASELINE_BEFORE, ORDER);
            client.send(&request);
            request.alter_amount();
            client.send(&request).status == 200 && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::VerifiesNothing => {
            accepts(&UNSIGNED) && accepts(&FORGED_WRONG_SECRET) && accepts(&stale_hour())
        }
        Defect::IgnoresMissingSignature => accepts(&UNSIGNED) && !accepts(&EMPTY_SIGNATURE),
        Defect::AcceptsEmptySignature => accepts(&EMPTY_SIGNATURE) && !accepts(&UNSIGNED),
        Defect::ChecksSignatureShapeOnly => {
            accepts(&FORGED_WRONG_SECRET) && accepts(&TAMPERED) && !accepts(&FORGED_TRUNCATED)
        }
        Defect::ComparesPrefixOnly => accepts(&FORGED_TRUNCATED) && !accepts(&FORGED_WRONG_SECRET),
        Defect::AcceptsBodyOnlySignature => accepts(&FORGED_BODY_ONLY) && accepts(&BASELINE_BEFORE),
        Defect::VerifiesOwnCopy => {
            accepts(&TAMPERED) && !accepts(&FORGED_WRONG_SECRET) && accepts(&BASELINE_BEFORE)
        }
        Defect::ToleratesRetiming => accepts(&CHANGED_TIMESTAMP) && !accepts(&TAMPERED),
        Defect::DefaultsTimestampToNow => accepts(&NO_TIMESTAMP) && !accepts(&CHANGED_TIMESTAMP),
        Defect::TrustsAnyTimestamp => accepts(&stale_hour()) && accepts(&FUTURE),
        Defect::TwoHourWindow => accepts(&stale_hour()) && !accepts(&FUTURE),
        Defect::RejectsOnlyPast => accepts(&FUTURE) && !accepts(&stale_hour()),
        Defect::FiveSecondWindow => {
            let signed_ago = |by_s| Delivery { stamp: Stamp::Stale { by_s }, ..BASELINE_BEFORE };
            accepts(&signed_ago(3)) && !accepts(&signed_ago(8))
        }
        Defect::FailsOpenUnderLoad => {
            let statuses = client.deliver_at_once(&FORGED_WRONG_SECRET, ORDER, 45);
            statuses.contains(&200) && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::FailsUnderLoad => {
            let statuses = client.deliver_at_once(&BASELINE_BEFORE, ORDER, 45);
            statuses.contains(&500) && statuses.contains(&200) && accepts(&BASELINE_BEFORE)
        }
        Defect::LocksUnderLoad => {
            let began = std::time::Instant::now();
            let statuses = client.deliver_at_once(&BASELINE_BEFORE, ORDER, 45);
            let took = began.elapsed();
            statuses.iter().all(|status| *status == 200)
                && took > Duration::from_millis(450)
                && configured("webhook_burst_slow_ms")
        }
        Defect::SmallBodyLimit => {
            let padded = |bytes| Delivery { form: Form::Padded { bytes }, ..BASELINE_BEFORE };
            accepts(&padded(2_048)) && deliver(&padded(2_049)) == 413
        }
        Defect::VerifiesPaymentsOnly => {
            accepts(&UNSIGNED_PAYOUT) && accepts(&FORGED_PAYOUT) && !accepts(&UNSIGNED)
        }
        Defect::VerifiesSettlingOnly => {
            let success =
                Delivery { content: Content::Event(Event::PaymentSuccess), ..FORGED_WRONG_SECRET };
            accepts(&UNSIGNED) && accepts(&TAMPERED) && !accepts(&success)
        }
        Defect::AcceptsEmptyKey => {
            accepts(&FORGED_EMPTY_SECRET) && !accepts(&FORGED_UNDEFINED_SECRET)
        }
        Defect::AcceptsUndefinedKey => {
            accepts(&FORGED_UNDEFINED_SECRET) && !accepts(&FORGED_EMPTY_SECRET)
        }
        Defect::BelievesTwoSignatures => accepts(&FORGED_TWICE) && !accepts(&FORGED_WRONG_SECRET),
        Defect::BelievesOddTimestamps => {
            accepts(&FORGED_WORD_TIMESTAMP) && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::BelievesLongBodies => accepts(&FORGED_LONG) && !accepts(&FORGED_WRONG_SECRET),
        Defect::ComparesAllButTheStart => {
            accepts(&FORGED_RIGHT_END) && !accepts(&FORGED_RIGHT_START)
        }
        Defect::TrustsXml => accepts(&FORGED_AS_XML) && !accepts(&FORGED_AS_TEXT),
        Defect::LosesSuccessAfterProcessing => {
            credits_after(&[
                Delivery { content: Content::Event(Event::PaymentProcessing), ..settling(0) },
                settling(0),
            ]) == 0
        }
        Defect::TrustsContentType => {
            accepts(&FORGED_AS_TEXT)
                && accepts(&FORGED_UNLABELLED)
                && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::ParsesAPrefix => {
            accepts(&SHIFTED_DIGIT) && accepts(&SHIFTED_TIMESTAMP) && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::AgesAnotherTimestamp => {
            two_timestamps(&Merchant::default()).iter().flat_map(Scenario::deliveries).any(accepts)
                && !accepts(&stale_hour())
        }
        Defect::TriesEverySignature => {
            accepts(&TWO_SIGNATURES_RIGHT_FIRST) && accepts(&TWO_SIGNATURES_RIGHT_LAST)
        }
        Defect::CrashesOnOddSignatures => {
            deliver(&TWO_SIGNATURES_RIGHT_FIRST) == 500 && !accepts(&FORGED_WRONG_SECRET)
        }
        Defect::CrashesOnDeepNesting => ODD_BODIES.iter().any(|delivery| deliver(delivery) == 500),
        Defect::CrashesOnLargeBodies => {
            oversized(&Merchant::default()).deliveries().all(|delivery| deliver(delivery) == 500)
        }
        Defect::ThanksForLargeBodies => {
            oversized(&Merchant::default()).deliveries().all(accepts) && !accepts(&UNSIGNED)
        }
        Defect::CreditsForgedLate => {
            let refused = !accepts(&Delivery {
                content: Content::Event(Event::PaymentSuccess),
                ..FORGED_WRONG_SECRET
            });
            let at_first = client.credits(ORDER);
            std::thread::sleep(Duration::from_millis(300));
            refused && at_first == 0 && client.credits(ORDER) == 1
        }
        Defect::CreditsApiRequests => accepts(&API_REQUEST) && client.credits(ORDER) == 1,
        Defect::IgnoresAmount => {
            credits_after(&[Delivery { claim: Claim::OtherCurrency, ..settling(0) }]) == 0
                && credits_after(&[Delivery { claim: Claim::OtherAmount, ..settling(0) }]) == 1
        }
        Defect::IgnoresCurrency => {
            credits_after(&[Delivery { claim: Claim::OtherAmount, ..settling(0) }]) == 0
                && credits_after(&[Delivery { claim: Claim::OtherCurrency, ..settling(0) }]) == 1
        }
        Defect::AcceptsSandboxSecret => accepts(&SANDBOX_SECRET) && accepts(&BASELINE_BEFORE),
        Defect::AcceptsApiKey => {
            accepts(&under(Sample::Plain, Variant::ApiKeyAsSecret)) && accepts(&BASELINE_BEFORE)
        }
        Defect::UsesSandboxSecret => accepts(&SANDBOX_SECRET) && !accepts(&BASELINE_BEFORE),
        Defect::ReSerialisesBody | Defect::SortsBeforeHmac | Defect::ReEncodesAsPhp => {
            loses(&BODY_FORMS)
        }
        Defect::TriesTimestampFirst => {
            accepts(&under(Sample::Plain, Variant::TimestampFirst)) && accepts(&BASELINE_BEFORE)
        }
        Defect::FallsBackToStringify => {
            accepts(&under(Sample::Telling, Variant::JavascriptBody))
                && BODY_FORMS.iter().all(accepts)
        }
        Defect::ExpectsBase64 => {
            accepts(&under(Sample::Plain, Variant::Base64)) && !accepts(&BASELINE_BEFORE)
        }
        Defect::ExpectsMilliseconds => {
            accepts(&under(Sample::Plain, Variant::MillisecondsHeader))
                && !accepts(&BASELINE_BEFORE)
        }
        Defect::CaseSensitiveHeaders => loses(&[HEADERS_LOWER]),
        Defect::Answers201 => deliver(&BASELINE_BEFORE) == 201,
        Defect::AnswersRedirect => deliver(&BASELINE_BEFORE) == 302,
        Defect::CsrfPage => deliver(&BASELINE_BEFORE) == 419,
        Defect::FrontEndAnswers => {
            accepts(&UNSIGNED) && accepts(&METHOD_GET) && credits_after(&[settling(0)]) == 0
        }
        Defect::SlowAnswer => {
            let began = std::time::Instant::now();
            accepts(&BASELINE_BEFORE)
                && began.elapsed() > Duration::from_millis(150)
                && configured("webhook_too_slow_ms")
        }
        Defect::Hangs => {
            configured("first_byte_ms")
                && client.try_send(&client.compose(&BASELINE_BEFORE, ORDER)).is_err()
        }
        Defect::CrashesOnMalformed => deliver(&MALFORMED_SIGNED) == 500,
        Defect::CrashesOnUnknownEvents => deliver(&UNKNOWN_EVENT) == 500,
        Defect::RefusesUnknownEvents => deliver(&UNKNOWN_EVENT) == 400,
        Defect::CrashesOnReversed => {
            deliver(&Delivery { content: Content::Event(Event::PayoutReversed), ..settling(0) })
                == 500
        }
        Defect::AnyMethod => accepts(&METHOD_GET),
        Defect::EchoesSignature => client.deliver(&TAMPERED, ORDER).body.contains("expected "),
        Defect::LeaksSecret => shop
            .secrets()
            .iter()
            .any(|secret| client.deliver(&TAMPERED, ORDER).body.contains(secret)),
        Defect::StackTraceOnError => {
            client.deliver(&TAMPERED, ORDER).body.contains("Traceback (most recent call last)")
        }
        Defect::CreditsTwice => credits_after(&[settling(0), settling(0)]) == 2,
        Defect::DedupRace => {
            let once = credits_after(&[settling(0), settling(0)]) == 1;
            client.deliver_together(&settling(0), "demo-order-02");
            once && client.credits("demo-order-02") > 1
        }
        Defect::RemembersPerProcess => {
            credits_after(&[settling(0), settling(0)]) == 2
                && credits_after(&[settling(0), settling(0)]) == 2
        }
        Defect::LocksBySignature => {
            let once = credits_after(&[settling(2), settling(0)]) == 1;
            client.deliver_together(&settling(0), "demo-order-02");
            let together = client.credits("demo-order-02") == 1;
            std::thread::scope(|scope| {
                for back_s in 0..10 {
                    let client = &client;
                    scope.spawn(move || client.deliver(&settling(back_s), "demo-order-03"));
                }
            });
            once && together && client.credits("demo-order-03") > 1
        }
        Defect::ForgetsSoon => {
            credits_after(&[settling(0)]);
            std::thread::sleep(Duration::from_millis(60));
            credits_after(&[settling(0)]) == 2
        }
        Defect::DedupBySignature | Defect::DedupByTimestamp => {
            credits_after(&[settling(2), settling(0)]) == 2
        }
        Defect::ForgetsCutDeliveries => {
            let once = credits_after(&[settling(0), settling(0)]) == 1;
            client.deliver_together(&settling(0), "demo-order-02");
            let together = client.credits("demo-order-02") == 1;
            for wait in [Wait::Cut, Wait::Answer] {
                client.deliver(&Delivery { wait, ..settling(0) }, "demo-order-03");
            }
            once && together && client.credits("demo-order-03") == 2
        }
        Defect::CreditsBeforeFailing => {
            deliver(&settling(1)) == 500 && credits_after(&[settling(0)]) == 2
        }
        Defect::StuckAfterTimeout => {
            let once = credits_after(&[settling(0), settling(0)]) == 1;
            client.deliver(&Delivery { wait: Wait::Cut, ..settling(1) }, "demo-order-03");
            std::thread::sleep(crate::demo::LATE * 2);
            once && client.deliver(&settling(0), "demo-order-03").status == 503
                && client.credits("demo-order-03") == 0
        }
        Defect::MarksBeforeCommit => {
            client.deliver(&Delivery { wait: Wait::Cut, ..settling(1) }, ORDER);
            std::thread::sleep(Duration::from_millis(60));
            restart(shop);
            credits_after(&[settling(0)]) == 0
        }
        Defect::AnswersBeforeStoring => {
            let accepted = accepts(&settling(1));
            restart(shop);
            std::thread::sleep(crate::demo::LATE * 2);
            accepted && client.credits(ORDER) == 0
        }
        Defect::ForgetsOnRestart => {
            let once = credits_after(&[settling(2), settling(1)]) == 1;
            restart(shop);
            once && credits_after(&[settling(0)]) == 2
        }
        Defect::RejectsDuplicates => accepts(&settling(1)) && deliver(&settling(0)) == 409,
        Defect::MarksForgeries => {
            let paid = |delivery: Delivery| delivery.of_event(Event::PaymentSuccess);
            let refused = !accepts(&paid(FORGED_WRONG_SECRET));
            refused && accepts(&paid(Delivery::genuine("paid"))) && client.credits(ORDER) == 0
        }
        Defect::StateOfForged => {
            let refused = !accepts(&FORGED_WRONG_SECRET.of_event(Event::PaymentFailed));
            refused && client.state(ORDER) == "failed"
        }
        Defect::CreditsForged => {
            let refused = !accepts(&Delivery {
                content: Content::Event(Event::PaymentSuccess),
                ..FORGED_WRONG_SECRET
            });
            refused && client.credits(ORDER) == 1 && credits_after(&[settling(0)]) == 1
        }
        Defect::DowngradesPaid => {
            credits_after(&[settling(2), settling(1).of_event(Event::PaymentProcessing)]) == 1
                && credits_after(&[settling(0)]) == 2
        }
        Defect::RemembersLastEventOnly => {
            let kept = credits_after(&[
                settling(3),
                settling(2),
                settling(1).of_event(Event::PaymentProcessing),
            ]) == 1;
            kept && client.state(ORDER) == "paid" && credits_after(&[settling(0)]) == 2
        }
        Defect::TakesBackCredit => {
            credits_after(&[settling(1), settling(0).of_event(Event::PaymentFailed)]) == 0
        }
        Defect::FollowsLastEvent => {
            state_after(&[settling(1), settling(0).of_event(Event::PaymentExpired)], ORDER)
                == "expired"
        }
        Defect::CreditsOnFailed => {
            credits_after(&[settling(0).of_event(Event::PaymentFailed)]) == 1
        }
        Defect::CreditsEveryTransaction => {
            credits_after(&[
                settling(1),
                Delivery { claim: Claim::OtherTransaction, ..settling(0) },
            ]) == 2
        }
        Defect::LosesLateSuccess => {
            credits_after(&[settling(1).of_event(Event::PaymentFailed), settling(0)]) == 0
        }
        Defect::IgnoresReversal => {
            state_after(&[settling(0).of_event(Event::PayoutReversed)], PAYOUT) == "new"
        }
        Defect::UndoesReversal => {
            let both = [
                settling(1).of_event(Event::PayoutReversed),
                settling(0).of_event(Event::PayoutSuccess),
            ];
            state_after(&both, PAYOUT) == "paid"
        }
        Defect::ExpiredCertificate
        | Defect::WrongNameCertificate
        | Defect::MissingIntermediate
        | Defect::SelfSigned => refuses_tls(),
        Defect::CertificateExpiresSoon => accepts(&BASELINE_BEFORE) && client.days_left() == 9,
        Defect::OldCertificateInChain => client.chain_length() == 3,
        Defect::SecondAddressExpired | Defect::SecondAddressDown => {
            accepts(&BASELINE_BEFORE)
                && at_second_address(&BASELINE_BEFORE).is_some_and(|status| status == 0)
        }
        Defect::SecondAddressUnverified => {
            !accepts(&UNSIGNED) && at_second_address(&UNSIGNED).is_some_and(|status| status == 200)
        }
        Defect::OnlyLegacyTls => refuses_tls() && client.legacy_hello().starts_with(&[22, 3, 1]),
        Defect::LegacyTls => {
            accepts(&BASELINE_BEFORE) && client.legacy_hello().starts_with(&[22, 3, 1])
        }
        Defect::PlainHttpHandler => {
            client.plain().is_some_and(|answer| answer.starts_with("HTTP/1.1 401"))
        }
        Defect::ApiKeyTest => in_env("pk_test_"),
        Defect::ApiKeyPlaceholder => in_env("pk_live_xxxxxxxxx"),
        Defect::SecretTest => in_env("sk_test_"),
        Defect::SecretSameAsKey => shop.env()[1].1 == shop.env()[2].1,
        Defect::SecretWithSpace => shop.env()[2].1.ends_with(' '),
        Defect::LiteralSecret => configured("secret_key = \"sk_live_"),
        Defect::ReadableEnvFile => {
            let file = std::fs::metadata(shop.folder().join(".env.production")).unwrap();
            std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o004 != 0
        }
        Defect::SandboxLeftover => in_env("https://sandbox.kwikpaisa.com"),
        Defect::CodeNamesSandbox => {
            in_code("src/kwikpaisa.js", "base = 'https://sandbox.kwikpaisa.com'")
        }
        Defect::CodeHoldsSecret => in_code("src/kwikpaisa.js", "'sk_live_"),
        Defect::BundleHoldsSecret => in_code("../public/main.js", "\"sk_live_"),
        Defect::CodeNamesLookAlike => in_code("src/kwikpaisa.js", "https://api.kwickpaisa.com"),
        Defect::CodeCallsPlainHttp => in_code("src/kwikpaisa.js", "http://api.kwikpaisa.com"),
        Defect::CodeSkipsVerification => in_code("src/kwikpaisa.js", "rejectUnauthorized: false"),
        Defect::CodeUsesPreviousSdk => in_code("composer.json", "jangras/kwikpaisa"),
        Defect::CodeHoldsPlaceholder => in_code("src/kwikpaisa.js", "GENERATED_SIGNATURE"),
        Defect::CodeNamesTunnel => in_code("src/kwikpaisa.js", "ngrok-free.app"),
        Defect::ImageHoldsSecret => in_code("Dockerfile", "ENV DEMO_SHOP_SECRET_KEY="),
        Defect::CodeAllowsNothing => in_code("src/kwikpaisa.js", "golive:allow(live-secret)"),
        Defect::SiteGivesOutEnv => {
            client.get(SITE, "/.env").body.contains("=")
                && client.get(SITE, "/").body.contains("main.js")
        }
        Defect::SiteMapHoldsSecret => client.get(SITE, "/main.js.map").body.contains("sk_live_"),
        Defect::CodeSignsParsedBody => {
            in_code("src/webhook.js", "isValidSignature(JSON.stringify(req.body)")
        }
        Defect::CodeComparesPlainly => in_code("src/webhook.js", "expected === signature"),
        Defect::CodeIgnoresVerification => {
            in_code("src/webhook.js", "const valid = isValidSignature(")
        }
        Defect::PageSigns => in_code("../public/pay.js", "'X-SIGNATURE': CryptoJS.HmacSHA256("),
        Defect::CodeFreezesTimestamp => in_code("src/kwikpaisa.js", "\nconst timestamp = String("),
        Defect::CodeLogsSecret => {
            in_code("src/webhook.js", "console.log('verifying with', secret)")
        }
        Defect::BaseUrlSandbox => in_env("https://sandbox.kwikpaisa.com"),
        Defect::BaseUrlLookAlike => in_env("https://api.kwikpaisa.com.payments.example"),
        Defect::BaseUrlPlainHttp => in_env("http://api.kwikpaisa.com"),
        Defect::SharedSandboxSecret => shop.secrets()[3] == shop.secrets()[5],
        Defect::SharedSandboxWebhook => configured("webhook_url = \"https://shop.example/"),
        Defect::ApiAnswers401 => platform().status == 401,
        Defect::ApiAnswers403Address => platform().body.contains("IP address is not whitelisted."),
        Defect::ApiAnswers500 => platform().status == 500,
        Defect::ApiAnswersHtml => platform().body.contains("<!doctype html>"),
        Defect::ClockSkew => {
            let head = platform().head;
            let date = head.lines().find_map(|line| line.strip_prefix("date: ")).unwrap();
            httpdate::parse_http_date(date).unwrap()
                > std::time::SystemTime::now() + Duration::from_secs(590)
        }
        Defect::SignerTopLevelSort | Defect::SignerEscapesSlashes | Defect::SignerMilliseconds => {
            let payload = br#"{"b":{"z":"a/b","a":"1"},"a":"2"}"#;
            let sign = |folder: &std::path::Path| {
                crate::demo::signer::sign_in(folder, payload, "1778659835").unwrap()
            };
            let right = golive_checks::platform::canonical::canonical(
                std::str::from_utf8(payload).unwrap(),
            )
            .unwrap();
            sign(shop.folder()) != client.signature_of(&right, "1778659835")
        }
        Defect::WebhookMissing => !configured("url = \"https://shop.example/"),
        Defect::WebhookPrivate => configured("url = \"https://10.20.30.40/"),
        Defect::WebhookPlainHttp => configured("url = \"http://"),
        Defect::WebhookTunnel => {
            configured("url = \"https://b4a1-demo.ngrok-free.app/") && accepts(&BASELINE_BEFORE)
        }
        Defect::WebhookStagingName => {
            configured("url = \"https://staging.shop.example/") && accepts(&BASELINE_BEFORE)
        }
        Defect::WebhookLocalhost => {
            configured("url = \"https://localhost/") && accepts(&BASELINE_BEFORE)
        }
        Defect::EgressNotListed => client.get("ip.example", "/").body != "15.206.10.20\n",
        Defect::EgressDisagrees => {
            client.get("ip.example", "/").body != client.get("checkip.example", "/").body
        }
        Defect::WhitelistPrivate => shop.config_toml().contains("\"192.168.10.4\"]"),
        Defect::WhitelistSample => shop.config_toml().contains("\"103.21.244.15\"]"),
        Defect::WhitelistEverything => shop.config_toml().contains("\"0.0.0.0/0\"]"),
        Defect::ProxyForPayouts => configured("proxy = "),
        Defect::ServerNotListed => configured("whitelist = [\"15.206.10.20\"]"),
        Defect::ServerAbroad => configured("country = \"SG\""),
        Defect::ReviewLongAgo => shop
            .config_toml()
            .lines()
            .filter(|line| line.starts_with("reviewed = "))
            .all(is_long_ago),
        Defect::AttestationExpired => {
            shop.config_toml().lines().filter(|line| line.starts_with("on = ")).any(is_long_ago)
        }
        Defect::WaiverExpired => {
            configured("[[waive]]") && configured("check = \"network-country\"")
        }
    }
}

/// Stops the shop as `[webhook.control]` does, sees that it is down, and starts it again.
pub(super) fn restart(shop: &Shop) {
    let open = shop.folder().join("open");
    let client = Client::of(shop);
    let answers = || {
        client
            .try_send(&client.compose(&BASELINE_BEFORE, ORDER))
            .is_ok_and(|answer| answer.status == 200)
    };
    std::fs::remove_file(&open).unwrap();
    assert!(!answers());
    std::fs::write(&open, "").unwrap();
    while !answers() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether the date at the end of a line is five months behind.
fn is_long_ago(line: &str) -> bool {
    let date: jiff::civil::Date = line.rsplit(' ').next().unwrap().parse().unwrap();
    jiff::Zoned::now().date().since(date).unwrap().get_days() > 150
}

#[test]
fn every_defect_shows() {
    for defect in Defect::ALL {
        let shop = Shop::start(&[*defect], Duration::ZERO).unwrap();
        assert!(shows(*defect, &shop), "{} does not show", defect.name());
    }
}

#[test]
fn the_correct_shop_shows_none() {
    for defect in Defect::ALL {
        let shop = Shop::start(&[], Duration::ZERO).unwrap();
        assert!(!shows(*defect, &shop), "the correct shop shows {}", defect.name());
    }
}

#[test]
fn defects_are_named_once_and_found_by_name() {
    for defect in Defect::ALL {
        assert_eq!(Defect::by_name(defect.name()), Some(*defect));
        assert!(
            defect.name().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{}",
            defect.name()
        );
        assert!(!defect.caught_by().is_empty(), "{}", defect.name());
        let named: Vec<&str> = defect
            .caught_by()
            .iter()
            .copied()
            .chain(defect.also().iter().map(|(id, _)| *id))
            .collect();
        assert!(
            named.iter().enumerate().all(|(at, id)| !named[..at].contains(id)),
            "{} names a check twice",
            defect.name()
        );
    }
    assert!(Defect::ALL.len() >= 36);
    assert_eq!(Defect::by_name("no-such-defect"), None);
}
