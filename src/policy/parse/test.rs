//! What a rule asks: the key `when`, and the keys that only rules of one kind have.

use super::super::problems::Problems;
use super::super::section::Section;
use super::super::{Bucket, Status, Test};
use super::{MAX_AMOUNTS, MAX_DAYS, MAX_SHARE_BASIS_POINTS, MAX_TOLERANCE_BASIS_POINTS, MAX_UTILISATION_BASIS_POINTS};

/// The most disputed invoices that can be asked for before their share counts.
const MAX_AT_LEAST: u32 = 10_000;

/// What a rule asks, before the keys of its own are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    OverLimit,
    OverdueAmount,
    OverdueDays,
    OverdueShare,
    Utilisation,
    DocumentValue,
    DunningLevel,
    PaymentBehaviour,
    DisputeRate,
    LimitOpenEnded,
    ReviewDue,
    TermsChanged,
    Discount,
    Bucket,
    Score,
    Status,
    Always,
}

impl When {
    pub(super) const WORDS: [(&str, Self); 17] = [
        ("over_limit", Self::OverLimit),
        ("overdue_amount", Self::OverdueAmount),
        ("overdue_days", Self::OverdueDays),
        ("overdue_share", Self::OverdueShare),
        ("utilisation", Self::Utilisation),
        ("document_value", Self::DocumentValue),
        ("dunning_level", Self::DunningLevel),
        ("payment_behaviour", Self::PaymentBehaviour),
        ("dispute_rate", Self::DisputeRate),
        ("limit_open_ended", Self::LimitOpenEnded),
        ("review_due", Self::ReviewDue),
        ("terms_changed", Self::TermsChanged),
        ("discount", Self::Discount),
        ("bucket", Self::Bucket),
        ("score", Self::Score),
        ("status", Self::Status),
        ("always", Self::Always),
    ];

    /// The keys that only some rules have; this kind has them.
    pub(super) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::OverLimit => &["tolerance", "exposure"],
            Self::OverdueDays => &["above", "small"],
            Self::OverdueAmount
            | Self::OverdueShare
            | Self::Utilisation
            | Self::DocumentValue
            | Self::DunningLevel
            | Self::Discount => &["above"],
            Self::PaymentBehaviour => &["above", "unknown", "unknown_up_to"],
            Self::DisputeRate => &["above", "at_least", "unknown", "unknown_up_to"],
            Self::ReviewDue => &["buffer_days", "unknown", "unknown_up_to"],
            Self::TermsChanged => &["unknown", "unknown_up_to"],
            Self::Bucket => &["bucket", "above"],
            Self::Score => &["below", "unknown", "unknown_up_to"],
            Self::Status => &["is"],
            Self::LimitOpenEnded | Self::Always => &[],
        }
    }

    /// Whether the fact it asks about can be missing.
    pub(super) fn can_be_unknown(self) -> bool {
        self.keys().contains(&"unknown")
    }

    /// Reads the keys of its own.
    pub(super) fn read(self, problems: &mut Problems, s: &mut Section<'_>) -> Option<Test> {
        let amounts = |problems: &mut Problems, s: &mut Section<'_>| s.some_amounts(problems, "above", MAX_AMOUNTS);
        let days = |problems: &mut Problems, s: &mut Section<'_>| s.number(problems, "above", "days", 0..=MAX_DAYS);
        let share = |problems: &mut Problems, s: &mut Section<'_>, most| s.share(problems, "above", most);
        match self {
            Self::OverLimit => {
                let tolerance = s.share(problems, "tolerance", MAX_TOLERANCE_BASIS_POINTS);
                let words = [("static", false), ("dynamic", true)];
                let dynamic = s.or("exposure", false, |s, key| s.choice(problems, key, &words, ""));
                Some(Test::OverLimit { tolerance_basis_points: tolerance?, dynamic: dynamic? })
            }
            Self::OverdueAmount => amounts(problems, s).map(|above| Test::OverdueAmount { above }),
            Self::OverdueDays => {
                let above = days(problems, s);
                let small = s.or("small", Vec::new(), |s, key| s.some_amounts(problems, key, MAX_AMOUNTS));
                Some(Test::OverdueDays { above: above?, small: small? })
            }
            Self::OverdueShare => share(problems, s, MAX_SHARE_BASIS_POINTS).map(|above| Test::OverdueShare { above }),
            Self::Utilisation => {
                share(problems, s, MAX_UTILISATION_BASIS_POINTS).map(|above| Test::Utilisation { above })
            }
            Self::DocumentValue => amounts(problems, s).map(|above| Test::DocumentValue { above }),
            Self::DunningLevel => {
                let level = s.number(problems, "above", "dunning levels", 0..=u32::from(u8::MAX));
                level.and_then(|level| u8::try_from(level).ok()).map(|above| Test::DunningLevel { above })
            }
            Self::PaymentBehaviour => days(problems, s).map(|above| Test::PaymentBehaviour { above }),
            Self::DisputeRate => {
                let above = share(problems, s, MAX_SHARE_BASIS_POINTS);
                let at_least = s.or("at_least", 1, |s, key| s.number(problems, key, "invoices", 1..=MAX_AT_LEAST));
                Some(Test::DisputeRate { above: above?, at_least: at_least? })
            }
            Self::LimitOpenEnded => Some(Test::LimitOpenEnded),
            Self::ReviewDue => {
                let buffer = s.or("buffer_days", 0, |s, key| s.number(problems, key, "days", 0..=MAX_DAYS));
                buffer.map(|buffer_days| Test::ReviewDue { buffer_days })
            }
            Self::TermsChanged => Some(Test::TermsChanged),
            Self::Discount => share(problems, s, MAX_SHARE_BASIS_POINTS).map(|above| Test::Discount { above }),
            Self::Bucket => {
                let words = Bucket::ALL.map(|bucket| (bucket.name(), bucket));
                let bucket = s.choice(problems, "bucket", &words, "");
                let above = amounts(problems, s);
                Some(Test::BucketAmount { bucket: bucket?, above: above? })
            }
            Self::Score => s.signed(problems, "below").map(|below| Test::Score { below }),
            Self::Status => {
                let states = [("watch", Status::Watch), ("hold", Status::Hold), ("stop", Status::Stop)];
                let why = "an account that is ok or not checked gives a rule nothing to ask";
                s.choice(problems, "is", &states, why).map(|is| Test::Status { is })
            }
            Self::Always => Some(Test::Always),
        }
    }
}

impl Test {
    /// What stands after `when` in a file.
    pub fn word(&self) -> &'static str {
        let when = match self {
            Self::OverLimit { .. } => When::OverLimit,
            Self::OverdueAmount { .. } => When::OverdueAmount,
            Self::OverdueDays { .. } => When::OverdueDays,
            Self::OverdueShare { .. } => When::OverdueShare,
            Self::Utilisation { .. } => When::Utilisation,
            Self::DocumentValue { .. } => When::DocumentValue,
            Self::DunningLevel { .. } => When::DunningLevel,
            Self::PaymentBehaviour { .. } => When::PaymentBehaviour,
            Self::DisputeRate { .. } => When::DisputeRate,
            Self::LimitOpenEnded => When::LimitOpenEnded,
            Self::ReviewDue { .. } => When::ReviewDue,
            Self::TermsChanged => When::TermsChanged,
            Self::Discount { .. } => When::Discount,
            Self::BucketAmount { .. } => When::Bucket,
            Self::Score { .. } => When::Score,
            Self::Status { .. } => When::Status,
            Self::Always => When::Always,
        };
        When::WORDS.iter().find(|(_, other)| *other == when).map_or("", |(word, _)| word)
    }
}

impl Bucket {
    /// Every bucket, in the order value moves through them.
    pub const ALL: [Self; 5] = [Self::Ordered, Self::Delivered, Self::Drafted, Self::Open, Self::Overdue];

    /// The stable name, as in policy files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Delivered => "delivered",
            Self::Drafted => "drafted",
            Self::Open => "open",
            Self::Overdue => "overdue",
        }
    }
}
