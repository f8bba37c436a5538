//! The tables `[customer]` and `[register]`: how new customers are judged, and how registers are asked.

use super::super::problems::{Problems, quoted};
use super::super::section::Section;
use super::super::{CustomerPolicy, RegisterPolicy, Verdict};
use super::words::identifier;
use super::{MAX_AMOUNTS, MAX_DAYS, MAX_PURPOSES, MAX_REGISTER_AGE_HOURS};

pub(super) fn customer(problems: &mut Problems, mut s: Section<'_>) -> Option<CustomerPolicy> {
    let words = Verdict::ALL.map(|verdict| (verdict.name(), verdict));
    let mut verdict = |key| s.choice(problems, key, &words, "");
    let invalid_identifier = verdict("invalid_identifier");
    let duplicate = verdict("duplicate");
    let not_in_register = verdict("not_in_register");
    let not_active = verdict("not_active");
    let young = verdict("young");
    let remarks = verdict("remarks");
    let unknown = verdict("unknown");
    let young_days = s.number(problems, "young_days", "days", 0..=MAX_DAYS);
    let proposed_limits = s.amounts(problems, "proposed_limits", MAX_AMOUNTS);
    s.finish(problems, |_| None);
    Some(CustomerPolicy {
        invalid_identifier: invalid_identifier?,
        duplicate: duplicate?,
        not_in_register: not_in_register?,
        not_active: not_active?,
        young: young?,
        young_days: young_days?,
        remarks: remarks?,
        unknown: unknown?,
        proposed_limits: proposed_limits?,
    })
}

pub(super) fn register(problems: &mut Problems, mut s: Section<'_>) -> Option<RegisterPolicy> {
    let mut age = |key| {
        let allowed = "whole hours or days of at most 366 days, such as \"24 h\" or \"7 d\"";
        s.duration(problems, key, 3_600_000, MAX_REGISTER_AGE_HOURS, allowed)
    };
    let company_max_age_hours = age("company_max_age");
    let debtor_max_age_hours = age("debtor_max_age");
    let debtor_source_max_age_hours = age("debtor_source_max_age");
    let mut seen = Vec::new();
    let purposes = s.list(problems, "purposes", MAX_PURPOSES, |section, problems, item| {
        let allowed = "a name in small letters, digits and _, such as \"credit_application\"";
        let purpose = section.read_text(problems, "purposes", item, allowed, identifier)?;
        if seen.contains(&purpose) {
            problems.add(&item.span(), format!("the purpose {} is named twice", quoted(&purpose)));
        }
        seen.push(purpose.clone());
        Some(purpose)
    });
    s.finish(problems, |_| None);
    Some(RegisterPolicy {
        company_max_age_hours: company_max_age_hours?,
        debtor_max_age_hours: debtor_max_age_hours?,
        debtor_source_max_age_hours: debtor_source_max_age_hours?,
        purposes: purposes?,
    })
}
