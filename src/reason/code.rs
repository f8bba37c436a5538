//! The list of reason codes. Numbers are part of the C ABI: they are added to, never reused and never changed.

/// Declares the codes once: variant, number, stable text name, what it means.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $number:literal, $name:literal;)+) => {
        /// What a reason is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[repr(i32)]
        pub enum Code {
            $($(#[doc = $doc])+ #[serde(rename = $name)] $variant = $number,)+
        }

        impl Code {
            /// Every code there is, in order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The number, as in the C header.
            pub const fn number(self) -> i32 {
                self as i32
            }

            /// The stable name, as in JSON and in policy files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

codes! {
    /// Exposure with the document would be above the effective limit.
    OverLimit = 1, "over_limit";
    /// The account has no limit in force and is not marked as having none.
    LimitMissing = 2, "limit_missing";
    /// More is overdue than the policy allows.
    OverdueAmount = 3, "overdue_amount";
    /// The oldest overdue item is older than the policy allows.
    OverdueDays = 4, "overdue_days";
    /// The account is stopped by hand: nothing new goes through.
    StatusStop = 5, "status_stop";
    /// The account is on hold by hand: new documents wait for a person.
    StatusHold = 6, "status_hold";
    /// The account is excluded from checks by hand.
    StatusNoCheck = 7, "status_no_check";
    /// No such customer, or no credit account in this company.
    UnknownCustomer = 8, "unknown_customer";
    /// The document's currency is not the account's and no rate was given.
    CurrencyMismatch = 9, "currency_mismatch";
    /// The customer's own money on account covers what the limit does not.
    CoveredByCredit = 10, "covered_by_credit";
    /// The document does not increase the exposure; such documents always go through.
    NotAnIncrease = 11, "not_an_increase";
    /// The account is marked as having no limit.
    NoLimit = 12, "no_limit";
    /// The account was over its limit before this document.
    AlreadyOverLimit = 13, "already_over_limit";
    /// The account is watched by hand.
    StatusWatch = 14, "status_watch";
    /// The last limit is past its last day, and no other is in force.
    LimitExpired = 15, "limit_expired";
    /// The limit in force has no last day, and the policy asks for one.
    LimitOpenEnded = 16, "limit_open_ended";
    /// The day the account was to be reviewed is past.
    ReviewDue = 17, "review_due";
    /// Too large a share of what is open is overdue.
    OverdueShare = 18, "overdue_share";
    /// Too much of the limit is used, counting the document.
    Utilisation = 19, "utilisation";
    /// The document alone is too large.
    DocumentValue = 20, "document_value";
    /// An open item has reached too high a dunning level.
    DunningLevel = 21, "dunning_level";
    /// The customer has paid too late, weighted by amount.
    PaymentBehaviour = 22, "payment_behaviour";
    /// Too large a share of the invoices was disputed, and something is still owed.
    DisputeRate = 23, "dispute_rate";
    /// The document's payment terms are longer than agreed.
    TermsChanged = 24, "terms_changed";
    /// The document's discount is too high.
    Discount = 25, "discount";
    /// Too much is in one stage of the way from order to payment.
    BucketAmount = 26, "bucket_amount";
    /// The customer's score is too low.
    Score = 27, "score";
    /// The rule speaks of everything in its scope.
    Always = 28, "always";
    /// A fact that a rule needs is not known.
    FactUnknown = 29, "fact_unknown";
    /// A person has put this very order on hold.
    ForcedHold = 30, "forced_hold";
    /// A person has let this order through; the release still covers it.
    Released = 31, "released";
    /// A role that may let the order through has done so in the same call.
    Overridden = 32, "overridden";
    /// An exclusion of the policy takes the document out of the rules.
    Excluded = 33, "excluded";
    /// The customer belongs to the own group of companies.
    InternalCustomer = 34, "internal_customer";
    /// The part that is prepaid, paid in cash or secured stays outside.
    Secured = 35, "secured";
    /// More was delivered or invoiced than was ordered.
    OverDelivery = 36, "over_delivery";
    /// A person has turned the order down.
    Rejected = 37, "rejected";
    /// The release waits for a second person.
    SecondPerson = 38, "second_person";
}
