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
}
