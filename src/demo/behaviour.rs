//! How a shop behaves: its defects, its variants, its pace.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Defect;

/// What sets one shop apart from another.
#[derive(Clone, Debug, Default)]
pub(crate) struct Behaviour {
    /// What it does wrong.
    pub(crate) defects: BTreeSet<Defect>,
    /// What it does right in an unusual way.
    pub(crate) variants: BTreeSet<ShopVariant>,
    /// What is added to each answer of the webhook, the platform's stand-in and the address echo.
    pub(crate) delay: Duration,
}

impl Behaviour {
    /// A shop with these defects.
    pub(crate) fn with_defects(defects: &[Defect], delay: Duration) -> Self {
        Self { defects: defects.iter().copied().collect(), variants: BTreeSet::new(), delay }
    }

    /// A correct shop with these variants.
    pub(crate) fn with_variants(variants: &[ShopVariant], delay: Duration) -> Self {
        Self { defects: BTreeSet::new(), variants: variants.iter().copied().collect(), delay }
    }

    /// Whether there is a second address behind the webhook's name.
    pub(super) fn has_second_address(&self) -> bool {
        self.does(ShopVariant::TwoAddresses)
            || [
                Defect::SecondAddressUnverified,
                Defect::SecondAddressDown,
                Defect::SecondAddressExpired,
            ]
            .iter()
            .any(|defect| self.has(*defect))
    }

    /// How the server behind that one behaves.
    pub(super) fn at_second_address(&self) -> Self {
        let mut there = self.clone();
        if self.has(Defect::SecondAddressUnverified) {
            there.defects.insert(Defect::VerifiesNothing);
        }
        there
    }

    /// Whether the shop has the defect.
    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }

    /// Whether the shop has the variant.
    pub(super) fn does(&self, variant: ShopVariant) -> bool {
        self.variants.contains(&variant)
    }
}

macro_rules! variants {
    ($( $variant:ident $name:literal : $about:literal
        $(also $also:literal : $why:literal)?; )*) => {
        /// Something that a correct shop may do otherwise: none of them may keep it from READY.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum ShopVariant {
            $( #[doc = $about] $variant, )*
        }

        impl ShopVariant {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$( Self::$variant, )*];

            /// The word in the matrix.
            pub(crate) const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }

            /// The recommended check that fails for it all the same, and why that is right.
            pub(crate) const fn also(self) -> &'static [(&'static str, &'static str)] {
                match self { $( Self::$variant => &[$(($also, $why))?], )* }
            }

            /// The variant of that name.
            pub(crate) fn by_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|variant| variant.name() == name)
            }

            /// What the shop does, in one line.
            pub(crate) const fn about(self) -> &'static str {
                match self { $( Self::$variant => $about, )* }
            }
        }
    };
}

variants! {
    CreditsLate "credits-late": "answers at once and credits from a queue 300 ms later";
    FailsFirst "fails-first": "answers 503 to the first delivery of each event that moves money, and applies it when it comes again";
    NarrowWindow "narrow-window": "accepts timestamps of the last and next 30 seconds only";
    NotFoundForOtherMethods "not-found-for-other-methods": "answers 404 instead of 405 to anything but POST";
    Refuses403 "refuses-with-403": "answers 403 instead of 401 to what it does not believe";
    ReadsBeforeVerifying "reads-before-verifying": "answers 400 to malformed bodies before it looks at the signature";
    TwoAddresses "two-addresses": "has two addresses behind the webhook's name, and one set of books";
    TalksALot "talks-a-lot": "answers with a body of several kilobytes and headers of its own";
    AnswersEmpty "answers-empty": "answers 200 with no body at all";
    AnswersInChunks "answers-in-chunks": "sends the answer in chunks, with a pause between them";
    Unhurried "unhurried": "takes 60 ms longer to answer";
    SingleThreaded "single-threaded": "does one thing at a time and takes 20 ms for each";
    TwoClocks "two-clocks": "answers from two machines in turn, whose clocks are five seconds \
                             apart";
    ClosesConnections "closes-connections": "closes the connection after each answer";
    ReplayCache "replay-cache": "refuses a delivery whose bytes it has seen, and accepts it \
                                 re-signed";
    TakesTheLastHeader "takes-the-last-header": "reads the last of two headers of one name, as \
                                                 PHP behind nginx does";
    ReadsHexAsNode "reads-hex-as-node": "reads a signature up to its first character that is no \
                                         hex digit, as Node's Buffer does";
    ThanksForWhateverIsSigned "thanks-for-whatever-is-signed": "answers 200 to signed bodies that \
                                                                are no event, and does nothing";
    VerifiesLater "verifies-later": "answers 200 to every POST and verifies when its queue comes \
                                     to it";
    HoldsForReview "holds-for-review": "puts an order aside for good when an event names another \
                                        amount or currency";
    KnownOrdersOnly "known-orders-only": "answers 404 to events about orders it does not know";
    Tls12Only "tls12-only": "speaks TLS 1.2 and nothing newer";
    ClosedPort80 "closed-port-80": "has nothing on port 80";
    PaymentsOnly "payments-only": "takes payments and makes no payouts";
    PayoutsOnly "payouts-only": "makes payouts and takes no payments";
    // Each framework with its own answers to odd methods, content types, sizes and bodies.
    AsExpressRaw "as-express-raw": "answers as Express with express.raw does: 500 to bodies \
                                    that are not labelled as JSON"
        also "webhook-survives-odd-bodies": "a signed body under another label gets a 500";
    AsExpressJson "as-express-json": "answers as Express with express.json and its verify hook \
                                      does: parses first, 500 to other content types"
        also "webhook-survives-odd-bodies": "a signed body under another label gets a 500";
    AsFastify "as-fastify": "answers as Fastify does: 404 to other methods, 415 to other content \
                             types";
    AsFlask "as-flask": "answers as Flask does: HTML error pages, 500 to very deep nesting"
        also "webhook-survives-odd-bodies": "Python's parser gives up on very deep nesting";
    AsDjango "as-django": "answers as Django does: empty errors, 400 to bodies over 2.5 MB"
        also "webhook-survives-odd-bodies": "Python's parser gives up on very deep nesting";
    AsFastApi "as-fastapi": "answers as FastAPI does: 422 where a header is missing"
        also "webhook-survives-odd-bodies": "Python's parser gives up on very deep nesting";
    AsPhp "as-php": "answers as plain PHP does: reads php://input, which is empty for multipart";
    AsGo "as-go": "answers as Go's net/http does: plain text errors, 413 above 1 MiB";
    AsLaravel "as-laravel": "answers as Laravel does: JSON messages, 419 to forms, 302 to other \
                             content types";
    AsSpring "as-spring": "answers as Spring does: 415 to other content types, 400 where a header \
                           is missing, 406 to who takes no JSON";
}
