//! What a delivery is, in the words of a plan.

use std::time::Duration;

use golive_checks::model::{
    AddressForm, Change, Claim, Content, Copies, Delivery, Form, Framing, Label, Release, Search,
    Show as _, Signed, Spelling, Stamp, StopPoint, Wait, Way,
};

/// When the receiver is stopped, in words.
pub(super) const fn stopped(point: StopPoint) -> &'static str {
    match point {
        StopPoint::Answered => "the receiver is stopped once it has answered",
        StopPoint::Sent => "the receiver is stopped as soon as this is sent",
        StopPoint::Halfway => "the receiver is stopped after half of the usual answer time",
    }
}

/// Where a search looks.
pub(super) fn range(search: &Search) -> String {
    let most = Duration::from_secs(search.most_s).show();
    match search.way {
        Way::Past => format!("signed up to {most} ago"),
        Way::Future => format!("signed up to {most} ahead of time"),
    }
}

/// How deliveries of one event go out together, in words.
pub(super) const fn together(copies: Copies, release: Release) -> &'static str {
    match (copies, release) {
        (Copies::Same, Release::AtOnce) => ", all at once",
        (Copies::Same, Release::Close) => ", close together",
        (Copies::Same, Release::Apart) => ", a little apart",
        (Copies::SignedAfresh, Release::AtOnce) => ", each re-signed, all at once",
        (Copies::SignedAfresh, Release::Close) => ", each re-signed, close together",
        (Copies::SignedAfresh, Release::Apart) => ", each re-signed, a little apart",
    }
}

/// What a delivery is, in words.
pub(super) fn kind(delivery: &Delivery) -> String {
    let ago = |by_s: u64| Duration::from_secs(by_s).show();
    let content = match delivery.content {
        Content::Event(event) => event.name(),
        Content::UnknownEvent => "an event that does not exist",
        Content::OtherCase => "`Payment.Processing`",
        Content::NotJson => "half a JSON document",
        Content::NotAnEvent => "JSON that is not an event",
        Content::ApiRequest => "the body of a read-only API request",
        Content::Empty => "an empty body",
    };
    let mut parts = vec![content.to_owned()];
    parts.push(
        match delivery.signed {
            Signed::Genuine if delivery.is_validly_signed() => "validly signed",
            Signed::Genuine => "signed",
            Signed::Missing => "not signed",
            Signed::Empty => "with an empty signature",
            Signed::WrongSecret => "signed with a made-up secret",
            Signed::SandboxSecret => "signed with the sandbox secret",
            Signed::BodyOnly => "signed without the timestamp",
            Signed::OtherBody => "with the signature of another body",
            Signed::Truncated => "with half a signature",
            Signed::RightStart => "with a signature whose last two digits are made up",
            Signed::RightEnd => "with a signature whose first two digits are made up",
            Signed::Digits(_) => "with the beginning of a signature",
            Signed::TimestampOnly => "signed without the body",
            Signed::Nothing => "with the signature of nothing",
            Signed::Text(_) => "with a text in place of a signature",
            Signed::StandIn("") => "signed with an empty secret",
            Signed::StandIn(_) => "signed with a word that stands in for a secret",
            Signed::WalletId => "signed with the wallet id",
            Signed::VariableName => "signed with the name of the secret's variable",
            Signed::Under(_) => "signed under a wrong reading of the rule",
        }
        .to_owned(),
    );
    match delivery.stamp {
        Stamp::Now { .. } => {}
        Stamp::Stale { by_s } => parts.push(format!("{} ago", ago(by_s))),
        Stamp::Future { by_s } => parts.push(format!("{} ahead of time", ago(by_s))),
        Stamp::Missing => parts.push("no timestamp".to_owned()),
        Stamp::Milliseconds => parts.push("timestamp in milliseconds".to_owned()),
        Stamp::Word(_) => parts.push("a timestamp that is no number".to_owned()),
    }
    let rest = [
        match delivery.claim {
            Claim::Own => "",
            Claim::OtherAmount => "another amount than the order's",
            Claim::OtherCurrency => "another currency than the order's",
            Claim::OtherTransaction => "another transaction than before",
            Claim::TestTransaction => "a transaction whose id begins with UAT",
        },
        match delivery.change {
            Change::Nothing => "",
            Change::BodyByte => "amount changed after signing",
            Change::LastByte => "one of the last bytes changed after signing",
            Change::Timestamp => "timestamp changed after signing",
            Change::Shifted { digits: 0..=1 } => {
                "the first digit of the timestamp moved to the body"
            }
            Change::Shifted { digits: 2..=9 } => "digits of the timestamp moved to the body",
            Change::Shifted { digits: 10.. } => "the whole timestamp moved to the body",
            Change::UpperCase => "signature in upper case",
            Change::SpacedSignature => "signature with a space in it",
            Change::LongerSignature => "signature with characters behind it",
            Change::SecondSignature { right_first: true } => "with a second, made-up signature",
            Change::SecondSignature { right_first: false } => {
                "with a second, made-up signature before it"
            }
            Change::SecondTimestamp { signed_first: true } => {
                "with the present time as a second timestamp"
            }
            Change::SecondTimestamp { signed_first: false } => {
                "with the present time as a second timestamp before it"
            }
            Change::Labelled(Label::Text) => "labelled text/plain",
            Change::Labelled(Label::Form) => "labelled as a form",
            Change::Labelled(Label::Xml) => "labelled as XML",
            Change::Labelled(Label::Utf16) => "labelled as UTF-16",
            Change::Labelled(Label::Suffixed) => "labelled application/vnd.kwikpaisa+json",
            Change::Labelled(Label::Multipart) => "labelled multipart/form-data",
            Change::Labelled(Label::None) => "without a content type",
        },
        match delivery.form {
            Form::Sorted => "",
            Form::AsPrinted => "keys unsorted",
            Form::Spaced => "with spaces",
            Form::EscapedSlashes => "with \\/",
            Form::EscapedUnicode => "with \\u escapes",
            Form::RawUnicode => "with Hindi text",
            Form::DecimalNumber => "amount as a number",
            Form::RepeatedKeys => "with every key twice",
            Form::TrailingBytes => "with bytes behind the JSON",
            Form::Nested { .. } => "with lists deep in one another",
            Form::Padded { .. } => "",
            Form::Telling => "spelled as no language would",
            Form::List => "in a list",
            Form::UrlEncoded => "as a form",
            Form::Multipart => "as multipart/form-data",
            Form::Gzip => "compressed",
            Form::ByteOrderMark => "with a byte-order mark",
            Form::NotUtf8 => "with a byte that is not UTF-8",
            Form::Utf16 => "in UTF-16",
            Form::DataAsText => "with `data` as a string",
            Form::TestFlags => "with members that call it a test",
            Form::Deflate => "compressed as deflate",
            Form::FormPayload => "as the payload of a form",
            Form::Batch => "in a batch",
        },
        match delivery.address {
            AddressForm::Registered => "",
            AddressForm::TrailingSlash => "with a slash at the end of the path",
            AddressForm::OtherCase => "with the path in another case",
            AddressForm::DoubleSlash => "with the path's first slash twice",
            AddressForm::EncodedLetter => "with a letter of the path percent-encoded",
            AddressForm::Suffix(_) => "with more at the end of the path",
            AddressForm::Query(_) => "with switches in the query",
            AddressForm::EventInQuery => "with the event in the query",
        },
        match delivery.framing {
            Framing::Length => "",
            Framing::Chunked => "in chunks",
            Framing::Expect => "with Expect: 100-continue",
            Framing::TwoPieces => "in two pieces",
            Framing::Http10 => "by HTTP/1.0",
        },
        match delivery.spelling {
            Spelling::Platform => "",
            Spelling::Lower => "header names in lower case",
            Spelling::Title => "header names in title case",
        },
        match delivery.wait {
            Wait::Answer => "",
            Wait::Cut => "connection closed before the answer is read",
            Wait::TimeOut => "connection closed after half of the usual answer time",
        },
    ];
    if let Some((name, _)) = delivery.sender.first() {
        parts.push(format!("with `{name}`"));
    }
    parts.extend(rest.into_iter().filter(|part| !part.is_empty()).map(str::to_owned));
    if let Form::Padded { bytes } = delivery.form {
        parts.push(if bytes % 1_024 == 0 {
            format!("in a body of {} KiB", bytes / 1_024)
        } else {
            format!("in a body of {bytes} bytes")
        });
    }
    parts.join(", ")
}
