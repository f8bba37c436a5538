//! One thing that was asked about a customer, and what came of it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Instant};

/// Declares an enum of stable names once: variant, name, what it means.
macro_rules! named {
    ($(#[doc = $about:literal])+ $enum:ident { $($(#[doc = $doc:literal])+ $variant:ident = $name:literal;)+ }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $enum { $($(#[doc = $doc])+ #[serde(rename = $name)] $variant,)+ }

        impl $enum {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name, as in JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }

        impl fmt::Display for $enum {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

named! {
    /// What was asked.
    CheckCode {
        /// Whether an identifier follows the rules of its scheme.
        IdentifierSyntax = "identifier_syntax";
        /// Whether an identifier fits the country and the kind of subject.
        IdentifierKind = "identifier_kind";
        /// Whether the customer is in the books already.
        Duplicate = "duplicate";
        /// Whether the company register knows it.
        RegisterExistence = "register_existence";
        /// Whether the company register has it as active.
        RegisterState = "register_state";
        /// Whether the name is the one in the company register.
        RegisterNameMatch = "register_name_match";
        /// Whether it is older than the policy's threshold for young companies.
        YoungCompany = "young_company";
        /// Whether a debtor register holds payment remarks.
        DebtorRegister = "debtor_register";
    }
}

named! {
    /// What came of it. Three values, never two: what could not be found out is neither good nor bad.
    CheckResult {
        /// It is as it should be.
        Pass = "pass";
        /// It is not.
        Fail = "fail";
        /// It could not be found out.
        Unknown = "unknown";
    }
}

named! {
    /// Why a check failed, or why it is unknown.
    Because {
        /// The customer carries no identifier that could be checked.
        NoIdentifier = "no_identifier";
        /// The identifier breaks the rules of its scheme; the evidence is the name of the fault.
        BadIdentifier = "bad_identifier";
        /// The identifier has the right form, but its scheme has no check digit to prove it.
        FormatOnly = "format_only";
        /// The identifier is of another country.
        OtherCountry = "other_country";
        /// The identifier is one that this kind of subject does not carry.
        OtherKind = "other_kind";
        /// The identifier must not be kept, such as a Dutch BSN.
        MustNotBeKept = "must_not_be_kept";
        /// A customer with the same identifier is in the books; the evidence is its number.
        SameIdentifier = "same_identifier";
        /// A customer with the same name and country is in the books, which may be another one.
        SameName = "same_name";
        /// No source is configured that could be asked.
        NoSource = "no_source";
        /// The source was never imported.
        NeverImported = "never_imported";
        /// What the source holds is older than the policy allows.
        SourceTooOld = "source_too_old";
        /// The source could not answer.
        SourceFailed = "source_failed";
        /// The register knows no such company.
        NotFound = "not_found";
        /// The register is known not to hold subjects of this kind, so that not finding it says nothing.
        NotCovered = "not_covered";
        /// The register has it as bankrupt.
        Bankrupt = "bankrupt";
        /// The register has it as being wound up.
        Liquidating = "liquidating";
        /// The register has it as being restructured under a court's protection.
        Restructuring = "restructuring";
        /// The register has it as dissolved.
        Dissolved = "dissolved";
        /// The register tells a state that we do not know, or none.
        StateNotTold = "state_not_told";
        /// The name is not the one in the register; it may be a trade name or a former one.
        OtherName = "other_name";
        /// No name was given.
        NoName = "no_name";
        /// It was registered too short a time ago.
        Young = "young";
        /// The register does not tell when it was registered.
        AgeNotTold = "age_not_told";
        /// The debtor register holds payment remarks.
        Remarks = "remarks";
        /// The request names no purpose and no user, so the debtor register was not asked.
        NotAsked = "not_asked";
        /// The law does not allow to ask; the evidence is the rule.
        NotLawful = "not_lawful";
        /// The subject carries no identifier under which a debtor register could be asked.
        SubjectNotIdentified = "subject_not_identified";
    }
}

/// What a check's result rests on, in the source's own words where it has any. Never a person's number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// What is wrong with an identifier.
    Fault {
        /// Its scheme.
        scheme: String,
        /// The stable name of what is wrong.
        fault: String,
    },
    /// The scheme of the identifier it is about.
    Scheme(String),
    /// The host's numbers of customers.
    Customers(Vec<String>),
    /// A name in a register.
    Name(String),
    /// A state in a register.
    State(String),
    /// A day in a register.
    Day(Day),
    /// How many payment remarks may be used.
    Remarks(u64),
    /// The id of a legal rule.
    Rule(String),
}

/// One check of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// What was asked.
    pub code: CheckCode,
    /// What came of it.
    pub result: CheckResult,
    /// Why it did not simply pass; a check that passed may carry a remark here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Because>,
    /// Who says so: `identifier` for our own arithmetic, `books` for the host's customers, otherwise the register's name;
    /// empty when nobody was asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// The moment the source's data is true for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Instant>,
    /// What the result rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Check {
    /// A check that passed.
    pub fn pass(code: CheckCode, source: impl Into<String>) -> Self {
        Self { code, result: CheckResult::Pass, because: None, source: source.into(), as_of: None, evidence: None }
    }

    /// A check that failed.
    pub fn fail(code: CheckCode, because: Because, source: impl Into<String>) -> Self {
        Self { result: CheckResult::Fail, because: Some(because), ..Self::pass(code, source) }
    }

    /// A check that could not be made.
    pub fn unknown(code: CheckCode, because: Because, source: impl Into<String>) -> Self {
        Self { result: CheckResult::Unknown, because: Some(because), ..Self::pass(code, source) }
    }

    /// The same with a remark.
    #[must_use]
    pub fn because(self, because: Because) -> Self {
        Self { because: Some(because), ..self }
    }

    /// The same with the age of the source's data.
    #[must_use]
    pub fn as_of(self, as_of: Instant) -> Self {
        Self { as_of: Some(as_of), ..self }
    }

    /// The same with what it rests on.
    #[must_use]
    pub fn with(self, evidence: Evidence) -> Self {
        Self { evidence: Some(evidence), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_in_json_are_the_stable_names() {
        for code in CheckCode::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{}\"", code.name()));
        }
        for because in Because::ALL {
            assert_eq!(serde_json::to_string(because).unwrap(), format!("\"{}\"", because.name()));
        }
        let check = Check::fail(CheckCode::Duplicate, Because::SameIdentifier, "books")
            .with(Evidence::Customers(vec!["10012".into()]));
        assert_eq!(
            serde_json::to_string(&check).unwrap(),
            r#"{"code":"duplicate","result":"fail","because":"same_identifier","source":"books","evidence":{"customers":["10012"]}}"#
        );
    }
}
