//! The defects that the shop can be given, and which checks must catch each.

/// What a defect means for going live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// A required check catches it: the verdict is NOT READY or INCOMPLETE.
    Stops,
    /// Recommended checks or warnings catch it: the report shows it, and only `--strict` stops for
    /// it.
    Warns,
}

macro_rules! defects {
    ($( $variant:ident $weight:ident $name:literal : $about:literal
        => [$($caught:literal),+ $(,)?] $(also $($also:literal : $why:literal),+)?; )*) => {
        /// One thing that merchants get wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Defect {
            $( #[doc = $about] $variant, )*
        }

        impl Defect {
            /// All of them, in the order of the catalogue.
            pub(crate) const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The word on the command line.
            pub(crate) const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// What the shop does wrong, in one line.
            pub(crate) const fn about(self) -> &'static str {
                match self { $( Self::$variant => $about, )* }
            }

            /// The checks that must turn red for it.
            pub(crate) const fn caught_by(self) -> &'static [&'static str] {
                match self { $( Self::$variant => &[$($caught),+], )* }
            }

            /// Other checks that may turn red for it, each with why that is right.
            pub(crate) const fn also(self) -> &'static [(&'static str, &'static str)] {
                match self { $( Self::$variant => &[$($(($also, $why)),+)?], )* }
            }

            /// What it means for going live.
            pub(crate) const fn weight(self) -> Weight {
                match self { $( Self::$variant => Weight::$weight, )* }
            }
        }
    };
}

impl Defect {
    /// The defect of that name.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|defect| defect.name() == name)
    }
}

defects! {
    // Signatures
    VerifiesNothing Stops "verifies-nothing": "the webhook acts on whatever it gets and never looks at the signature"
        => ["webhook-rejects-unsigned", "webhook-rejects-forged", "webhook-rejects-tampered", "webhook-rejects-retimed"]
        also "webhook-rejects-sandbox-secret": "nothing is verified, whatever signed it",
             "webhook-rejects-disguised": "nothing is verified, whatever it says its body is",
             "webhook-refused-without-effect": "what should be refused is acted on",
             "webhook-rejects-spoofed": "nothing is verified, whatever a request claims";
    IgnoresMissingSignature Stops "ignores-missing-signature": "the signature is verified only when the header is there"
        => ["webhook-rejects-unsigned"]
        also "webhook-refused-without-effect": "unsigned events are acted on",
             "webhook-rejects-forged": "a signature that is not ASCII cannot be read and counts as missing",
             "webhook-verifies-every-event": "unsigned events of every kind are believed";
    AcceptsEmptySignature Stops "accepts-empty-signature": "an empty X-SIGNATURE header counts as verified"
        => ["webhook-rejects-unsigned"]
        also "webhook-refused-without-effect": "events with an empty signature are acted on",
             "webhook-rejects-forged": "an empty signature is a forged one";
    ChecksSignatureShapeOnly Stops "checks-signature-shape-only": "any 64 hex digits count as a signature; the HMAC was never finished"
        => ["webhook-rejects-forged", "webhook-rejects-tampered", "webhook-rejects-retimed", "webhook-rejects-sandbox-secret"]
        also "webhook-refused-without-effect": "forged events are acted on",
             "webhook-rejects-disguised": "forged events are acted on, whatever they say their body is",
             "webhook-rejects-spoofed": "nothing is verified, whatever a request claims";
    ComparesPrefixOnly Stops "compares-prefix-only": "the signature is compared only as far as the sender's goes"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "an event with half a signature is acted on";
    AcceptsBodyOnlySignature Stops "accepts-body-only-signature": "a signature over the body without the timestamp is accepted too"
        => ["webhook-rejects-forged"]
        also "webhook-rejects-retimed": "a signature that leaves the timestamp out fits any timestamp",
             "webhook-refused-without-effect": "wrongly signed events are acted on";
    VerifiesOwnCopy Stops "verifies-own-copy": "the signature is verified over the amount from the shop's own order, not over the bytes that came"
        => ["webhook-rejects-tampered"]
        also "webhook-refused-without-effect": "changed events are acted on",
             "webhook-matches-order": "an amount that was replaced by the shop's own always fits",
             "webhook-rejects-reused": "the amount is replaced by the shop's own before it is verified";
    ToleratesRetiming Stops "tolerates-retiming": "neighbouring seconds are tried until the signature fits"
        => ["webhook-rejects-retimed"]
        also "webhook-refused-without-effect": "retimed events are acted on";
    DefaultsTimestampToNow Stops "defaults-timestamp-to-now": "without X-TIMESTAMP the shop's own clock is used"
        => ["webhook-rejects-retimed"]
        also "webhook-refused-without-effect": "events without a timestamp are acted on";
    TrustsAnyTimestamp Warns "trusts-any-timestamp": "no timestamp is too old or too far ahead, so recorded deliveries can be replayed"
        => ["webhook-rejects-stale", "webhook-rejects-future"];
    TwoHourWindow Warns "two-hour-window": "deliveries signed two hours ago are still accepted"
        => ["webhook-rejects-stale"];
    RejectsOnlyPast Warns "rejects-only-past": "old timestamps are refused, future ones are not"
        => ["webhook-rejects-future"];
    FiveSecondWindow Warns "five-second-window": "deliveries that were under way for more than five seconds are refused"
        => ["webhook-tolerates-delay"];
    TrustsContentType Stops "trusts-content-type": "only what is labelled as JSON is verified; the route takes the rest as it comes"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events under another label are acted on";
    ParsesAPrefix Warns "parses-a-prefix": "JSON is read as far as the first document goes, as Go's Decoder does, and no timestamp is looked at"
        => ["webhook-rejects-shifted"]
        also "webhook-rejects-stale": "no timestamp is looked at",
             "webhook-rejects-future": "no timestamp is looked at";
    AgesAnotherTimestamp Warns "ages-another-timestamp": "the first X-TIMESTAMP is verified, and the last must be fresh"
        => ["webhook-rejects-two-timestamps"];
    TriesEverySignature Warns "tries-every-signature": "every X-SIGNATURE of a delivery is tried until one fits"
        => ["webhook-odd-signatures"];
    CrashesOnOddSignatures Warns "crashes-on-odd-signatures": "a signature that is no hex makes the decoder throw, and the answer is 500"
        => ["webhook-odd-signatures"]
        also "webhook-rejects-forged": "it rejects by crashing";
    // Ways around the verification, one for each value of the forgery space
    TrustsForwardedFor Stops "trusts-forwarded-for": "a loopback address in X-Forwarded-For counts as internal"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsForwardedPrivate Stops "trusts-forwarded-private": "a private address in X-Forwarded-For counts as internal"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsForwardedPlatform Stops "trusts-forwarded-platform": "the platform's address in X-Forwarded-For counts as proof"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsRealIp Stops "trusts-real-ip": "X-Real-IP is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsClientIp Stops "trusts-client-ip": "X-Client-IP is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsForwarded Stops "trusts-forwarded": "the Forwarded header is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsForwardedIpv6 Stops "trusts-forwarded-ipv6": "an IPv6 address in X-Forwarded-For is let through"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsForwardedChain Stops "trusts-forwarded-chain": "the last address in X-Forwarded-For is believed"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsCdnAddress Stops "trusts-cdn-address": "CF-Connecting-IP counts as proof that a CDN verified the request"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsTrueClient Stops "trusts-true-client": "True-Client-IP is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsUserAgent Stops "trusts-user-agent": "a User-Agent that names the platform skips verification"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsRetries Stops "trusts-retries": "a retry by X-Retry-Count counts as verified before"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsAttempts Stops "trusts-attempts": "a retry by X-Webhook-Attempt counts as verified before"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsDebugHeader Stops "trusts-debug-header": "X-Debug switches verification off"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsTestHeader Stops "trusts-test-header": "X-Test-Mode switches verification off"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsEnvironmentHeader Stops "trusts-environment-header": "X-Environment names a sandbox whose events are believed"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsAlgorithmNone Stops "trusts-algorithm-none": "X-Signature-Algorithm of `none` switches verification off"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsAlgNone Stops "trusts-alg-none": "X-Alg of `none` switches verification off"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsInternalHeader Stops "trusts-internal-header": "X-Internal-Request is believed"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsVerifiedHeader Stops "trusts-verified-header": "X-Signature-Verified is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsClientCertHeader Stops "trusts-client-cert-header": "a proxy's word for a client certificate is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsAuthorization Stops "trusts-authorization": "any Authorization header counts as a login"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsCookie Stops "trusts-cookie": "any cookie counts as a login"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsMethodOverride Stops "trusts-method-override": "X-HTTP-Method-Override selects a route that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsOriginalUrl Stops "trusts-original-url": "X-Original-URL selects a route that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsQuerySwitch Stops "trusts-query-switch": "skip_verify=1 in the query skips verification"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsPathCase Stops "trusts-path-case": "the path in upper case reaches a handler that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsRetryWords Stops "trusts-retry-words": "a retry by X-Delivery-Attempt counts as verified before"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsDebugWords Stops "trusts-debug-words": "X-Skip-Verification switches verification off"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsInternalWords Stops "trusts-internal-words": "X-Envoy-Internal is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsVerifiedWords Stops "trusts-verified-words": "X-Webhook-Verified is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsClientCertWords Stops "trusts-client-cert-words": "X-Forwarded-Client-Cert is believed, whoever sends it"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsOrigin Stops "trusts-origin": "an Origin of the platform skips verification"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsMethodWords Stops "trusts-method-words": "X-HTTP-Method selects a route that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsUrlWords Stops "trusts-url-words": "X-Rewrite-URL selects a route that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsDoubleSlash Stops "trusts-double-slash": "two slashes at the start of the path lead past what verifies"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsEncodedPath Stops "trusts-encoded-path": "a path that is percent-encoded leads past what verifies"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsPathSuffix Stops "trusts-path-suffix": "the path with .json at its end reaches a handler that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsPathParameter Stops "trusts-path-parameter": "a parameter of the path leads past what verifies"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesDeflate Stops "believes-deflate": "a body compressed as deflate has no raw body to verify"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesFormPayload Stops "believes-form-payload": "the payload of a form is unpacked and not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesBatches Stops "believes-batches": "the events of a batch are applied and not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsTrailingSlash Stops "trusts-trailing-slash": "the path with a slash at its end reaches an older handler that does not verify"
        => ["webhook-rejects-spoofed"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesLists Stops "believes-lists": "a list of events is applied one by one, and only single events are verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesForms Stops "believes-forms": "the form callback of the previous generation lives at the same address"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesMultipart Stops "believes-multipart": "multipart bodies are applied and not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesGzip Stops "believes-gzip": "a compressed body has no raw body to verify"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesByteOrderMark Stops "believes-byte-order-mark": "a body with a byte-order mark is not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNotUtf8 Stops "believes-not-utf8": "decoding a body that is not UTF-8 raises an error that lets it through"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesUtf16 Stops "believes-utf16": "a body in UTF-16 is not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesRepeatedKeys Stops "believes-repeated-keys": "a body with repeated members is not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesDataAsText Stops "believes-data-as-text": "an event whose data is a string is unpacked and not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesTestFlags Stops "believes-test-flags": "a member is_test of true skips verification"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesJsonSuffix Stops "believes-json-suffix": "a content type that ends with +json is not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesMultipartLabel Stops "believes-multipart-label": "everything but multipart is verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesChunked Stops "believes-chunked": "a body in chunks is not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesExpect Stops "believes-expect": "a request that asks to be told to go on is not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesCutCharacter Stops "believes-cut-character": "a character cut between two pieces of a body skips verification"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesOldHttp Stops "believes-old-http": "requests by HTTP/1.0 are not verified"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesPut Stops "believes-put": "PUT reaches the handler past verification"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesPatch Stops "believes-patch": "PATCH reaches the handler past verification"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesDelete Stops "believes-delete": "DELETE reaches the handler past verification"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesReturnPage Stops "believes-return-page": "the return page of the checkout credits what its query says"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNullKey Stops "believes-null-key": "`null` signs too, as Java writes an unset secret"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNoneKey Stops "believes-none-key": "`None` signs too, as Python writes an unset secret"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNilKey Stops "believes-nil-key": "`nil` signs too, as Ruby writes an unset secret"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesFalseKey Stops "believes-false-key": "`false` signs too, as PHP frameworks write an unset secret"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesDefaultKey Stops "believes-default-key": "the default of the template, changeme, signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesTestKey Stops "believes-test-key": "the secret of the tests signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesPasswordKey Stops "believes-password-key": "a default password signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesVariableName Stops "believes-variable-name": "the variable's name signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesUnexpandedKey Stops "believes-unexpanded-key": "a variable that nobody expanded signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesSampleTestKey Stops "believes-sample-test-key": "the documentation's sk_test_xxxxxxxxx signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesSampleLiveKey Stops "believes-sample-live-key": "the documentation's sk_live_xxxxxxxxx signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesSampleSecret Stops "believes-sample-secret": "the documentation's sk_test_example_secret signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesSampleWallet Stops "believes-sample-wallet": "the documentation's wallet id signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesWalletId Stops "believes-wallet-id": "the wallet id signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesOwnVariable Stops "believes-own-variable": "the name of the secret's variable signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesUnknownKeyId Stops "believes-unknown-key-id": "X-KEY-ID selects the key, and an unknown id the empty one"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesWordNone Stops "believes-word-none": "a signature of `none` is accepted"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesWordNull Stops "believes-word-null": "a signature of `null` counts as no signature, which is accepted"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesWordTrue Stops "believes-word-true": "a signature of `true` is accepted"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNotHex Stops "believes-not-hex": "64 characters that are not hex decode to nothing, which equals nothing"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesOddLength Stops "believes-odd-length": "an odd number of digits ends the comparison early"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesZeros Stops "believes-zeros": "64 zeros are what a failed decoding leaves"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesScheme Stops "believes-scheme": "`sha256=` without digits is compared as empty"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesWildcard Stops "believes-wildcard": "`*` is matched as a pattern"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNotAscii Stops "believes-not-ascii": "comparing letters beyond ASCII raises an error that lets it through"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesTimestampZero Stops "believes-timestamp-zero": "a timestamp of 0 counts as not set, and nothing is verified"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesNegativeTimestamp Stops "believes-negative-timestamp": "a negative timestamp skips verification"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesHugeTimestamp Stops "believes-huge-timestamp": "a timestamp that overflows skips verification"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesMilliseconds Stops "believes-milliseconds": "a timestamp in milliseconds skips verification"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesBothHeadersAbsent Stops "believes-both-headers-absent": "without both headers a call counts as internal"
        => ["webhook-rejects-unsigned"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesOtherCase Stops "believes-other-case": "events whose name is spelled in another case are handled and not verified"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesTestTransactions Stops "believes-test-transactions": "transactions that begin with UAT are believed"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    HashesTheBeginning Stops "hashes-the-beginning": "bodies of more than 20 KB are not hashed"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on",
             "webhook-rejects-tampered": "long bodies are not hashed";
    VerifiesGoliveOnly Stops "verifies-golive-only": "only requests whose User-Agent names golive are verified"
        => ["webhook-rejects-unmarked"]
        also "webhook-refused-without-effect": "forged events are acted on",
             "webhook-rejects-spoofed": "a request that calls itself the platform is not verified";
    VerifiesPaymentsAlone Stops "verifies-payments-alone": "the handlers of payout.reversed and payment.failed forgot to verify"
        => ["webhook-verifies-every-event"];
    CachesSignatures Stops "caches-signatures": "verified signatures are cached by the signature alone"
        => ["webhook-rejects-reused"]
        also "webhook-rejects-forged": "a signature that was right once is right for any body",
             "webhook-rejects-unmarked": "a signature that was right once is right for any body",
             "webhook-refused-without-effect": "a signature that was right once is right for any body",
             "webhook-rejects-tampered": "a signature that was right once is right for any body";
    AcceptsSandboxSecret Stops "accepts-sandbox-secret": "the handler tries the sandbox secret when the live one does not fit"
        => ["webhook-rejects-sandbox-secret"]
        also "webhook-refused-without-effect": "sandbox events are acted on";
    AcceptsApiKey Stops "accepts-api-key": "the API key is tried as the secret when the secret does not fit"
        => ["webhook-one-reading"]
        also "webhook-refused-without-effect": "what anybody can sign who knows the API key is acted on";
    UsesSandboxSecret Stops "uses-sandbox-secret": "production still verifies with the sandbox secret"
        => ["webhook-reachable"]
        also "webhook-answers-200": "genuine events are refused",
             "webhook-rejects-sandbox-secret": "sandbox events are accepted";
    ReSerialisesBody Warns "re-serialises-body": "the HMAC is taken over JSON.stringify(req.body), as the platform's Node sample does"
        => ["webhook-verifies-raw-body"];
    SortsBeforeHmac Stops "sorts-before-hmac": "keys are sorted before the HMAC, as requests have it and webhooks do not"
        => ["webhook-verifies-raw-body"]
        also "webhook-handles-events": "events come in the order of the page, which is not sorted";
    ReEncodesAsPhp Warns "re-encodes-as-php": "the HMAC is taken over json_encode of the parsed body, with its \\/ and \\u escapes"
        => ["webhook-verifies-raw-body"];
    TriesTimestampFirst Warns "tries-timestamp-first": "a signature over timestamp and body, in that order, is accepted beside the right one"
        => ["webhook-one-reading"];
    FallsBackToStringify Warns "falls-back-to-stringify": "when the raw body does not verify, JSON.stringify of the parsed one is tried"
        => ["webhook-one-reading"];
    ExpectsBase64 Stops "expects-base64": "the signature is compared in Base64, as the previous API generation has it"
        => ["webhook-reachable"]
        also "webhook-answers-200": "genuine events are refused";
    ExpectsMilliseconds Stops "expects-milliseconds": "X-TIMESTAMP is compared with a clock in milliseconds"
        => ["webhook-reachable"]
        also "webhook-answers-200": "genuine events are refused";
    CaseSensitiveHeaders Warns "case-sensitive-headers": "the signature is found only under the exact spelling X-SIGNATURE"
        => ["webhook-header-case"];

    // Answers
    Answers201 Stops "answers-201": "genuine events are answered 201 Created, which the platform takes for a failure"
        => ["webhook-answers-200"]
        also "webhook-reachable": "the control is not answered 200";
    AnswersRedirect Stops "answers-redirect": "the webhook sends every sender to the login page"
        => ["webhook-reachable"]
        also "webhook-answers-200": "genuine events are not answered 200";
    CsrfPage Stops "csrf-page": "the framework's CSRF protection answers 419 before the handler \
                                 runs"
        => ["webhook-reachable"]
        also "webhook-answers-200": "genuine events are not answered 200";
    FrontEndAnswers Stops "front-end-answers": "the single-page app answers 200 and HTML to every \
                                                request; no handler is behind the URL"
        => ["webhook-rejects-unsigned", "webhook-rejects-forged", "webhook-rejects-tampered", "webhook-rejects-retimed", "webhook-post-only"]
        also "webhook-rejects-sandbox-secret": "nothing is refused",
             "webhook-rejects-disguised": "nothing is refused",
             "webhook-ignores-api-requests": "with no genuine effect to compare with, nothing can be told",
             "webhook-matches-order": "nothing is ever credited",
             "webhook-applies-once": "nothing is ever credited",
             "webhook-applies-once-concurrently": "nothing is ever credited",
             "webhook-cut-redelivered": "nothing is ever credited",
             "webhook-retried-applied-once": "nothing is ever credited",
             "webhook-timed-out-redelivered": "nothing is ever credited",
             "webhook-survives-restart": "nothing is ever credited",
             "webhook-refused-without-effect": "with no genuine effect to compare with, nothing can be told",
             "webhook-reachable": "a page of HTML is not a handler's answer",
             "webhook-answers-200": "a page of HTML is not a handler's answer",
             "webhook-handles-events": "nothing is ever credited",
             "webhook-credits-success-only": "nothing is ever credited",
             "webhook-keeps-success": "nothing is ever credited",
             "webhook-one-order-one-credit": "nothing is ever credited",
             "webhook-credits-late-success": "nothing is ever credited",
             "webhook-keeps-state": "no state ever changes",
             "webhook-notices-reversals": "no state ever changes",
             "webhook-survives-malformed": "malformed bodies are taken for events",
             "webhook-rejects-spoofed": "nothing is verified, whatever a request claims";
    SlowAnswer Stops "slow-answer": "the order is fulfilled before the answer is sent, which takes longer than the limit"
        => ["webhook-prompt"];
    Hangs Stops "hangs": "the handler waits for a lock that nobody releases and never answers"
        => ["webhook-reachable"]
        also "webhook-answers-200": "genuine events are never answered",
             "webhook-prompt": "genuine events are never answered";
    CrashesOnMalformed Stops "crashes-on-malformed": "a malformed body ends in a 500"
        => ["webhook-survives-malformed"]
        also "webhook-survives-odd-bodies": "with bytes behind it, JSON is malformed too";
    CrashesOnDeepNesting Warns "crashes-on-deep-nesting": "the parser calls itself for every list, and 10,000 of them end in a 500"
        => ["webhook-survives-odd-bodies"];
    CrashesOnLargeBodies Warns "crashes-on-large-bodies": "a body over the limit throws where nobody catches it"
        => ["webhook-survives-odd-bodies"];
    ThanksForLargeBodies Warns "thanks-for-large-bodies": "a body over the limit is thrown away and answered 200"
        => ["webhook-survives-odd-bodies"];
    CrashesOnUnknownEvents Warns "crashes-on-unknown-events": "an event that the code does not know ends in a 500"
        => ["webhook-ignores-unknown-events"];
    RefusesUnknownEvents Warns "refuses-unknown-events": "an event that the code does not know is answered 400, and sent again and again"
        => ["webhook-ignores-unknown-events"];
    CrashesOnReversed Stops "crashes-on-reversed": "payout.reversed has no handler and ends in a 500"
        => ["webhook-handles-events"];
    AnyMethod Warns "any-method": "the route takes every method and answers 200 to a GET"
        => ["webhook-post-only"]
        also "webhook-rejects-disguised": "other methods are answered 200";
    EchoesSignature Stops "echoes-signature": "a refusal tells which signature would have been \
                                               right"
        => ["webhook-leaks-nothing"];
    LeaksSecret Stops "leaks-secret": "a refusal prints the configuration, the secret included"
        => ["webhook-leaks-nothing"];
    StackTraceOnError Warns "stack-trace-on-error": "debug mode is on, and refusals carry a stack \
                                                     trace"
        => ["webhook-leaks-nothing"];
    FailsOpenUnderLoad Stops "fails-open-under-load": "with more than thirty requests at work signatures are not verified"
        => ["webhook-rejects-under-load"];
    FailsUnderLoad Warns "fails-under-load": "the pool has thirty connections to the database, \
                                              and every event beyond them ends in a 500"
        => ["webhook-takes-bursts"];
    LocksUnderLoad Warns "locks-under-load": "all events wait for one row lock, so that the last \
                                              of a burst waits for all others"
        => ["webhook-takes-bursts"];
    SmallBodyLimit Warns "small-body-limit": "bodies of more than 2 KiB are answered 413"
        => ["webhook-takes-long-bodies"];

    // Duplicates
    CreditsTwice Stops "credits-twice": "every delivery credits the order, however often the \
                                         event came before"
        => ["webhook-applies-once", "webhook-applies-once-concurrently"]
        also "webhook-cut-redelivered": "the second delivery credits again";
    DedupRace Stops "dedup-race": "looks whether the event is new, then credits, then notes it: \
                                   duplicates at the same time slip through"
        => ["webhook-applies-once-concurrently"]
        also "webhook-cut-redelivered": "the second delivery arrives while the first is at work",
             "webhook-timed-out-redelivered": "the delivery after the time-out arrives while the \
                                               first is at work";
    DedupBySignature Stops "dedup-by-signature": "duplicates are told by their signature, and the \
                                                  platform may re-sign a retry"
        => ["webhook-applies-once", "webhook-applies-once-concurrently"]
        also "webhook-cut-redelivered": "the re-signed delivery credits again";
    DedupByTimestamp Stops "dedup-by-timestamp": "duplicates are told by order, event and \
                                                  timestamp, and a retry may carry a new one"
        => ["webhook-applies-once", "webhook-applies-once-concurrently"]
        also "webhook-cut-redelivered": "the re-signed delivery credits again";
    ForgetsCutDeliveries Stops "forgets-cut-deliveries": "the event is credited first and noted \
                                                          only when the sender is still there"
        => ["webhook-cut-redelivered"]
        also "webhook-survives-restart": "what is credited and not yet noted when the shop stops \
                                          is credited again",
             "webhook-timed-out-redelivered": "the sender is gone before the event is noted";
    CreditsBeforeFailing Stops "credits-before-failing": "the order is credited, then the handler \
                                                          fails with a 500, and it is credited \
                                                          again on the retry"
        => ["webhook-retried-applied-once"]
        also "webhook-applies-once": "what comes again after the failure is applied again",
             "webhook-applies-once-concurrently": "what comes again after the failure is applied again",
             "webhook-cut-redelivered": "what comes again after the failure is applied again";
    StuckAfterTimeout Stops "stuck-after-timeout": "the lock on an event is not released when the sender hangs up, and later deliveries are answered 503"
        => ["webhook-timed-out-redelivered", "webhook-cut-redelivered"];
    MarksBeforeCommit Stops "marks-before-commit": "the event is marked as handled in one transaction and credited in the next"
        => ["webhook-survives-restart"];
    AnswersBeforeStoring Stops "answers-before-storing": "200 is answered before anything is stored; what is credited later waits in memory"
        => ["webhook-survives-restart"]
        also "webhook-keeps-state": "the state may change after it was read";
    ForgetsOnRestart Stops "forgets-on-restart": "which events were handled is remembered in the process alone"
        => ["webhook-survives-restart"];
    RemembersPerProcess Stops "remembers-per-process": "each of two workers remembers the events it has seen, and the load balancer takes turns"
        => ["webhook-applies-once-concurrently"]
        also "webhook-applies-once": "the duplicate may come to the other worker",
             "webhook-cut-redelivered": "the duplicate may come to the other worker",
             "webhook-retried-applied-once": "the duplicate may come to the other worker",
             "webhook-timed-out-redelivered": "the duplicate may come to the other worker",
             "webhook-survives-restart": "the duplicate may come to the other worker",
             "webhook-keeps-success": "the duplicate may come to the other worker",
             "webhook-one-order-one-credit": "the duplicate may come to the other worker";
    LocksBySignature Stops "locks-by-signature": "the lock is by signature, so that the same \
                                                  event, re-signed, is at work beside itself"
        => ["webhook-applies-once-concurrently"]
        also "webhook-cut-redelivered": "the re-signed delivery may arrive while the first is at \
                                         work",
             "webhook-timed-out-redelivered": "the delivery after the time-out may arrive while \
                                               the first is at work";
    ForgetsSoon Stops "forgets-soon": "an event is remembered for a moment only, as in a cache \
                                       that expires"
        => ["webhook-applies-once"]
        also "webhook-applies-once-concurrently": "the last duplicates may come after that moment",
             "webhook-cut-redelivered": "the second delivery may come after that moment";
    RejectsDuplicates Stops "rejects-duplicates": "a duplicate is answered 409, so the platform delivers it again and again"
        => ["webhook-duplicate-answered", "webhook-redelivery-answered"]
        also "webhook-cut-redelivered": "the delivery after the cut one is answered 409";
    VerifiesPaymentsOnly Stops "verifies-payments-only": "payouts have a handler of their own, which verifies nothing"
        => ["webhook-rejects-unsigned", "webhook-rejects-forged"]
        also "webhook-verifies-every-event": "no event of payouts is verified",
             "webhook-refused-without-effect": "forged payouts are acted on";
    VerifiesSettlingOnly Stops "verifies-settling-only": "events that settle nothing are believed as they come"
        => ["webhook-rejects-unsigned", "webhook-rejects-forged", "webhook-rejects-tampered", "webhook-rejects-retimed", "webhook-rejects-disguised"]
        also "webhook-rejects-sandbox-secret": "nothing is verified, whatever signed it",
             "webhook-rejects-spoofed": "nothing is verified, whatever a request claims";
    AcceptsEmptyKey Stops "accepts-empty-key": "a second key, for rotation, is empty where none is set, and signs too"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    AcceptsUndefinedKey Stops "accepts-undefined-key": "where the secret is not set, the word undefined is one"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesTwoSignatures Stops "believes-two-signatures": "two headers make a list, and a list is not compared"
        => ["webhook-odd-signatures"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesOddTimestamps Stops "believes-odd-timestamps": "a timestamp that is no number ends the verification early"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    BelievesLongBodies Stops "believes-long-bodies": "bodies of more than 4 KiB are not hashed"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on",
             "webhook-rejects-tampered": "the end of a long body is not verified";
    ComparesAllButTheStart Stops "compares-all-but-the-start": "the first digits of a signature are cut off before it is compared"
        => ["webhook-rejects-forged"]
        also "webhook-refused-without-effect": "forged events are acted on";
    TrustsXml Stops "trusts-xml": "a body that is labelled as XML takes another way, past the verification"
        => ["webhook-rejects-disguised"]
        also "webhook-refused-without-effect": "forged events under another label are acted on";
    CreditsForged Stops "credits-forged": "the order is credited before the signature is verified, then 401 is answered"
        => ["webhook-refused-without-effect"];
    CreditsForgedLate Stops "credits-forged-late": "a refused event stays in the queue, which credits what it finds there a moment later"
        => ["webhook-refused-without-effect"];
    MarksForgeries Stops "marks-forgeries": "an event is marked as seen before its signature is verified, so that a forgery keeps the genuine one out"
        => ["webhook-refused-without-effect"];
    StateOfForged Stops "state-of-forged": "a forged failure, answered 401, changes the state of the order"
        => ["webhook-verifies-every-event"];
    CreditsApiRequests Stops "credits-api-requests": "whatever is signed and names an order counts as its payment, an API request too"
        => ["webhook-ignores-api-requests"];
    IgnoresAmount Warns "ignores-amount": "an order counts as paid whatever amount the event names"
        => ["webhook-matches-order"];
    IgnoresCurrency Warns "ignores-currency": "an order counts as paid whatever currency the event names"
        => ["webhook-matches-order"];

    // Contradictions
    DowngradesPaid Stops "downgrades-paid": "payment.processing makes a paid order an open one, and the next success credits it again"
        => ["webhook-keeps-success", "webhook-keeps-state"];
    RemembersLastEventOnly Stops "remembers-last-event-only": "a duplicate is told from the order's last event, so that one in between hides it"
        => ["webhook-keeps-success"];
    TakesBackCredit Warns "takes-back-credit": "payment.failed after the success takes the credit back and leaves the order paid"
        => ["webhook-keeps-success"];
    FollowsLastEvent Warns "follows-last-event": "an order's state is what its last event says, however stale that is"
        => ["webhook-keeps-state"];
    CreditsOnFailed Stops "credits-on-failed": "payment.failed credits an order that has no credit yet, as payment.success does"
        => ["webhook-credits-success-only"];
    CreditsEveryTransaction Warns "credits-every-transaction": "an order is credited once for each transaction id that comes with it"
        => ["webhook-one-order-one-credit"];
    LosesSuccessAfterProcessing Stops "loses-success-after-processing": "an order with a payment in process is taken for handled, and the success that follows is dropped"
        => ["webhook-credits-late-success"];
    LosesLateSuccess Warns "loses-late-success": "an order that failed or expired stays so, also when its payment succeeds after all"
        => ["webhook-credits-late-success"];
    IgnoresReversal Warns "ignores-reversal": "payout.reversed is answered 200 and forgotten"
        => ["webhook-notices-reversals"];
    UndoesReversal Warns "undoes-reversal": "a payout.success that comes late makes a reversed payout a paid one"
        => ["webhook-notices-reversals"];

    // TLS and the plain port
    ExpiredCertificate Stops "expired-certificate": "the webhook's certificate ended yesterday"
        => ["webhook-certificate-expiry"]
        also "webhook-reachable": "no sender gets past the certificate";
    WrongNameCertificate Stops "wrong-name-certificate": "the webhook's certificate is for another name"
        => ["webhook-certificate"]
        also "webhook-reachable": "no sender gets past the certificate";
    MissingIntermediate Stops "missing-intermediate": "the server sends its certificate without the intermediate"
        => ["webhook-certificate"]
        also "webhook-reachable": "no sender gets past the certificate";
    SelfSigned Stops "self-signed": "the webhook's certificate signed itself"
        => ["webhook-certificate"]
        also "webhook-reachable": "no sender gets past the certificate";
    CertificateExpiresSoon Warns "certificate-expires-soon": "the webhook's certificate ends in nine days"
        => ["webhook-certificate-expiry"];
    OldCertificateInChain Warns "old-certificate-in-chain": "the chain still carries the authority's old root with a 1024-bit RSA key"
        => ["webhook-certificate-strength"];
    SecondAddressExpired Stops "second-address-expired": "of two addresses of the webhook's name, one still shows a certificate that ended yesterday"
        => ["webhook-certificate-expiry"];
    OnlyLegacyTls Stops "only-legacy-tls": "the server speaks TLS 1.0 and nothing newer"
        => ["webhook-tls-version"]
        also "webhook-reachable": "no sender agrees to TLS 1.0",
             "webhook-legacy-tls": "TLS 1.0 is all there is";
    LegacyTls Warns "legacy-tls": "the server still agrees to TLS 1.0"
        => ["webhook-legacy-tls"];
    PlainHttpHandler Warns "plain-http-handler": "port 80 runs the handler too, over plain HTTP"
        => ["webhook-plain-http"];

    // Keys
    ApiKeyTest Stops "api-key-test": "the production configuration has a pk_test_ key"
        => ["api-live-key"]
        also "api-sandbox-removed": "a sandbox credential is left",
             "api-keys-accepted": "production does not know the key",
             "network-egress-admitted": "the platform's answer says nothing of the address",
             "authentication-signer": "the platform did not accept the call";
    ApiKeyPlaceholder Stops "api-key-placeholder": "the API key is the one that the documentation prints"
        => ["api-live-key"]
        also "api-keys-accepted": "production does not know the key",
             "network-egress-admitted": "the platform's answer says nothing of the address";
    SecretTest Stops "secret-test": "the production configuration has an sk_test_ secret"
        => ["api-live-secret"]
        also "api-sandbox-removed": "a sandbox credential is left",
             "api-keys-accepted": "production does not know the secret",
             "network-egress-admitted": "the platform's answer says nothing of the address",
             "webhook-reachable": "the shop does not know the secret";
    SecretSameAsKey Stops "secret-same-as-key": "the API key was pasted into both places"
        => ["api-live-secret"]
        also "api-live-key": "the two are equal",
             "api-keys-accepted": "production does not know the secret",
             "network-egress-admitted": "the platform's answer says nothing of the address",
             "webhook-reachable": "the shop does not know the secret";
    SecretWithSpace Stops "secret-with-space": "the secret was pasted with a space at its end"
        => ["api-live-secret"]
        also "api-keys-accepted": "production does not know the secret",
             "network-egress-admitted": "the platform's answer says nothing of the address",
             "webhook-reachable": "the shop does not know the secret";
    LiteralSecret Stops "literal-secret": "the secret stands in golive.toml itself"
        => ["security-no-literal-secrets"];
    ReadableEnvFile Stops "readable-env-file": "every user of the machine can read .env.production"
        => ["security-secret-files"];
    SandboxLeftover Stops "sandbox-leftover": "the application's env file still names the sandbox"
        => ["api-sandbox-removed"];

    // Source
    CodeNamesSandbox Stops "code-names-sandbox": "the base URL is written out in the code, and is \
                                                  the sandbox's"
        => ["source-no-sandbox"];
    CodeHoldsSecret Stops "code-holds-secret": "the secret is written out in the code"
        => ["source-no-exposed-keys"];
    BundleHoldsSecret Stops "bundle-holds-secret": "the page that customers get signs by itself, \
                                                    with the secret in it"
        => ["source-public-clean"]
        also "source-site-clean": "the site gives out the same script";
    CodeNamesLookAlike Stops "code-names-look-alike": "the code calls a host that only looks like \
                                                       the platform's"
        => ["source-genuine-hosts"];
    CodeCallsPlainHttp Stops "code-calls-plain-http": "the code calls the platform over http://"
        => ["source-https"];
    CodeSkipsVerification Stops "code-skips-verification": "the client that calls the platform \
                                                            does not verify certificates"
        => ["source-tls-verified"];
    CodeUsesPreviousSdk Warns "code-uses-previous-sdk": "the code depends on an SDK of a previous \
                                                         API generation"
        => ["source-current-generation"];
    CodeHoldsPlaceholder Warns "code-holds-placeholder": "the documentation's GENERATED_SIGNATURE \
                                                          is still in the code"
        => ["source-no-placeholders"];
    CodeNamesTunnel Warns "code-names-tunnel": "a developer's tunnel is written out in the code"
        => ["source-no-tunnels"];
    ImageHoldsSecret Stops "image-holds-secret": "the Dockerfile sets the secret, so that every \
                                                  copy of the image has it"
        => ["source-secrets-stored"];
    CodeAllowsNothing Warns "code-allows-nothing": "a golive:allow in the code outlived the key \
                                                    it was written for"
        => ["source-allowances-used"];
    SiteGivesOutEnv Stops "site-gives-out-env": "the web server's folder is the application's, \
                                                 and .env comes to everybody who asks"
        => ["source-site-clean"];
    SiteMapHoldsSecret Stops "site-map-holds-secret": "the page's script is clean, and its source \
                                                       map, published beside it, is not"
        => ["source-site-clean"];
    CodeSignsParsedBody Warns "code-signs-parsed-body": "the code that receives events verifies \
                                                         JSON.stringify(req.body)"
        => ["source-signs-raw-body"];
    CodeComparesPlainly Warns "code-compares-plainly": "the code that receives events compares \
                                                        signatures by ==="
        => ["source-compares-in-constant-time"];
    CodeIgnoresVerification Warns "code-ignores-verification": "the code that receives events \
                                                                verifies them and ignores the \
                                                                result"
        => ["source-uses-verification-result"];
    PageSigns Warns "page-signs": "the page that customers get computes X-SIGNATURE itself"
        => ["source-signs-server-side"];
    CodeFreezesTimestamp Warns "code-freezes-timestamp": "the code makes its timestamp once, when it starts"
        => ["source-fresh-timestamps"];
    CodeLogsSecret Warns "code-logs-secret": "the code that receives events logs the secret"
        => ["source-logs-no-secret"];

    // API
    BaseUrlSandbox Stops "base-url-sandbox": "the base URL is the sandbox's"
        => ["api-base-url"]
        also "api-sandbox-removed": "a sandbox host is left",
             "api-sandbox-separate": "production and sandbox are the same host",
             "api-keys-accepted": "production was not asked",
             "api-clock": "production was not asked",
             "network-egress-admitted": "production was not asked";
    BaseUrlLookAlike Stops "base-url-look-alike": "the base URL only looks like the platform's"
        => ["api-base-url"]
        also "api-keys-accepted": "production was not asked",
             "api-clock": "production was not asked",
             "network-egress-admitted": "production was not asked";
    BaseUrlPlainHttp Stops "base-url-plain-http": "the base URL is http://"
        => ["api-https"]
        also "api-base-url": "the base URL is not https",
             "api-keys-accepted": "production was not asked",
             "api-clock": "production was not asked",
             "network-egress-admitted": "production was not asked";
    SharedSandboxSecret Stops "shared-sandbox-secret": "the sandbox uses the live secret"
        => ["api-sandbox-separate"]
        also "api-sandbox-removed": "a credential of the sandbox is in production",
             "webhook-rejects-sandbox-secret": "the sandbox secret is the live one";
    SharedSandboxWebhook Warns "shared-sandbox-webhook": "sandbox events go to the production webhook"
        => ["api-sandbox-separate"];
    ApiAnswers401 Stops "api-answers-401": "the platform answers 401 Invalid signature."
        => ["api-keys-accepted"]
        also "network-egress-admitted": "the platform's answer says nothing of the address";
    ApiAnswers403Address Stops "api-answers-403-address": "the platform answers 403 IP address is not whitelisted."
        => ["network-egress-admitted"]
        also "api-keys-accepted": "the platform looked at the address alone";
    ApiAnswers500 Stops "api-answers-500": "the platform answers 500, so nothing is known of the keys"
        => ["api-keys-accepted"]
        also "network-egress-admitted": "nothing is known of the address either";
    ApiAnswersHtml Stops "api-answers-html": "a proxy on the way answers 200 and HTML in the platform's place"
        => ["api-keys-accepted"]
        also "network-egress-admitted": "the platform was not reached";
    ClockSkew Warns "clock-skew": "this machine's clock is ten minutes off the platform's"
        => ["api-clock"];
    SignerTopLevelSort Stops "signer-top-level-sort": "the signing code sorts keys at the top level only, as the platform's Node sample does"
        => ["authentication-signer"];
    SignerEscapesSlashes Stops "signer-escapes-slashes": "the signing code writes / as \\/, as PHP does by default"
        => ["authentication-signer"];
    SignerMilliseconds Stops "signer-milliseconds": "the signing code counts time in milliseconds"
        => ["authentication-signer"];

    // Webhook address
    WebhookMissing Stops "webhook-missing": "golive.toml names no webhook"
        => ["webhook-url"];
    WebhookPrivate Stops "webhook-private-address": "the webhook's URL is the server's address within its own network"
        => ["webhook-public-address"]
        also "webhook-public-name": "an address is no name";
    WebhookPlainHttp Stops "webhook-plain-http-url": "the webhook's URL is http://"
        => ["webhook-https"]
        also "api-https": "a URL of the configuration is not https",
             "webhook-plain-http": "the handler is served over plain HTTP",
             "webhook-certificate": "without TLS there is no certificate",
             "webhook-certificate-expiry": "without TLS there is no certificate",
             "webhook-certificate-strength": "without TLS there is no certificate",
             "webhook-tls-version": "there is no TLS",
             "webhook-legacy-tls": "there is no TLS",
             "webhook-reachable": "nothing is delivered over plain HTTP";
    SecondAddressUnverified Stops "second-address-unverified": "of two addresses of the webhook's name, one runs a release that verifies nothing"
        => ["webhook-addresses-agree"];
    SecondAddressDown Stops "second-address-down": "of two addresses of the webhook's name, one takes no connections"
        => ["webhook-addresses-agree"];
    WebhookTunnel Stops "webhook-tunnel": "the webhook's URL goes through a developer's tunnel"
        => ["webhook-public-name"];
    WebhookStagingName Warns "webhook-staging-name": "the webhook's URL looks like a staging system's"
        => ["webhook-public-name"];
    WebhookLocalhost Stops "webhook-localhost": "the webhook's URL points to localhost"
        => ["webhook-public-name"]
        also "webhook-public-address": "localhost has no public address";

    // Network
    EgressNotListed Stops "egress-not-listed": "this machine calls from an address that is not on the whitelist"
        => ["network-egress-listed"]
        also "network-egress-admitted": "the platform let an address in that is not listed";
    EgressDisagrees Stops "egress-disagrees": "calls leave through two addresses, one of them not on the whitelist"
        => ["network-egress-listed"];
    WhitelistPrivate Warns "whitelist-private": "a private address is on the whitelist"
        => ["network-whitelist-valid"]
        also "network-inventory": "no server has that address";
    WhitelistSample Warns "whitelist-sample": "the address from the documentation is on the whitelist"
        => ["network-whitelist-valid"]
        also "network-inventory": "no server has that address";
    WhitelistEverything Warns "whitelist-everything": "0.0.0.0/0 is on the whitelist"
        => ["network-whitelist-valid"]
        also "network-inventory": "no server has that address";
    ProxyForPayouts Warns "proxy-for-payouts": "calls to the platform go through a proxy"
        => ["network-proxy"];
    ServerNotListed Warns "server-not-listed": "the backup server is not on the whitelist"
        => ["network-inventory"];
    ServerAbroad Warns "server-abroad": "payouts are called from a server in another country"
        => ["network-country"];
    ReviewLongAgo Warns "review-long-ago": "nobody has looked at the server inventory for half a year"
        => ["network-inventory"];

    // People
    AttestationExpired Stops "attestation-expired": "what was attested on reconciliation has run out"
        => ["operations-reconciliation"];
    WaiverExpired Warns "waiver-expired": "a waiver ended last month and still stands in golive.toml"
        => ["operations-exceptions"];
}
