//! Reasons in words
//!
//! A reason is data; here is the sentence that a person reads, also for a check, which is on no record.

use std::ffi::c_char;

use super::decision::{
    OBLIGOR_KIND_BASIS_POINTS, OBLIGOR_KIND_COUNT, OBLIGOR_KIND_CURRENCY, OBLIGOR_KIND_DAY, OBLIGOR_KIND_DAYS,
    OBLIGOR_KIND_MONEY, OBLIGOR_KIND_NONE, OBLIGOR_REMEDY_CREATE_CUSTOMER, OBLIGOR_REMEDY_DEPOSIT,
    OBLIGOR_REMEDY_DISCOUNT_AT_MOST, OBLIGOR_REMEDY_FIND_OUT, OBLIGOR_REMEDY_LIFT_STATUS, OBLIGOR_REMEDY_NONE,
    OBLIGOR_REMEDY_PAY, OBLIGOR_REMEDY_PREPAY, OBLIGOR_REMEDY_REDUCE_BY, OBLIGOR_REMEDY_RELEASE, OBLIGOR_REMEDY_REVIEW,
    OBLIGOR_REMEDY_SET_LIMIT, OBLIGOR_REMEDY_USE_CURRENCY, OBLIGOR_REMEDY_USE_TERMS, OBLIGOR_REMEDY_WAIT_UNTIL,
    language, obligor_reason,
};
use super::error::Failure;
use super::plain::take;
use super::text::{self, TextOut};
use crate::calendar::Day;
use crate::money::{Currency, Money};
use crate::reason::{Code, Level, Outcome, Quantity, Reason, Remedy};

/// What a number of the struct means, or which field is wrong.
fn known<T: Copy>(field: &str, number: i32, all: &[T], number_of: impl Fn(T) -> i32) -> Result<T, Failure> {
    let found = all.iter().copied().find(|one| number_of(*one) == number);
    found.ok_or_else(|| {
        Failure::argument(format!("{field} is {number}, which this version of the library does not know"))
    })
}

fn currency(field: &str, code: &str) -> Result<Currency, Failure> {
    Currency::parse(code).map_err(|error| Failure::argument(format!("{field} {code:?}: {error}")))
}

/// Three letters out of one number.
fn unpacked(field: &str, packed: i64) -> Result<Currency, Failure> {
    let letters = i32::try_from(packed).unwrap_or_default().to_be_bytes();
    let [0, letters @ ..] = letters else {
        return Err(Failure::argument(format!("{field} is {packed}, which is no currency")));
    };
    currency(field, &String::from_utf8_lossy(&letters))
}

fn day(field: &str, number: i64) -> Result<Day, Failure> {
    let day = i32::try_from(number).ok().map(Day).filter(|day| (Day::MIN..=Day::MAX).contains(day));
    day.ok_or_else(|| Failure::argument(format!("{field} is {number}, which is not a day of the years 1 to 9999")))
}

fn quantity(field: &str, kind: i32, value: i64, code: &str) -> Result<Option<Quantity>, Failure> {
    Ok(Some(match kind {
        OBLIGOR_KIND_NONE => return Ok(None),
        OBLIGOR_KIND_MONEY => Quantity::Money(Money::new(value, currency("currency", code)?)),
        OBLIGOR_KIND_DAYS => Quantity::Days(value),
        OBLIGOR_KIND_COUNT => Quantity::Count(value),
        OBLIGOR_KIND_BASIS_POINTS => Quantity::BasisPoints(value),
        OBLIGOR_KIND_DAY => Quantity::Day(day(field, value)?),
        OBLIGOR_KIND_CURRENCY => Quantity::Currency(unpacked(field, value)?),
        _ => return Err(Failure::argument(format!("{field}_kind is {kind}; give an OBLIGOR_KIND_ number"))),
    }))
}

fn remedy(kind: i32, value: i64, code: &str) -> Result<Option<Remedy>, Failure> {
    let money = || currency("currency", code).map(|currency| Money::new(value, currency));
    Ok(Some(match kind {
        OBLIGOR_REMEDY_NONE => return Ok(None),
        OBLIGOR_REMEDY_PAY => Remedy::Pay(money()?),
        OBLIGOR_REMEDY_REDUCE_BY => Remedy::ReduceBy(money()?),
        OBLIGOR_REMEDY_WAIT_UNTIL => Remedy::WaitUntil(day("remedy", value)?),
        OBLIGOR_REMEDY_USE_CURRENCY => Remedy::UseCurrency(unpacked("remedy", value)?),
        OBLIGOR_REMEDY_LIFT_STATUS => Remedy::LiftStatus,
        OBLIGOR_REMEDY_SET_LIMIT => Remedy::SetLimit,
        OBLIGOR_REMEDY_CREATE_CUSTOMER => Remedy::CreateCustomer,
        OBLIGOR_REMEDY_PREPAY => Remedy::Prepay(money()?),
        OBLIGOR_REMEDY_DEPOSIT => Remedy::Deposit(money()?),
        OBLIGOR_REMEDY_RELEASE => Remedy::Release,
        OBLIGOR_REMEDY_USE_TERMS => Remedy::UseTerms(value),
        OBLIGOR_REMEDY_DISCOUNT_AT_MOST => Remedy::DiscountAtMost(value),
        OBLIGOR_REMEDY_REVIEW => Remedy::Review,
        OBLIGOR_REMEDY_FIND_OUT => Remedy::FindOut,
        _ => return Err(Failure::argument(format!("remedy_kind is {kind}; give an OBLIGOR_REMEDY_ number"))),
    }))
}

/// The reason that a struct of ours was made from. An older host's struct has no currencies: its amounts are in `code`.
fn understood(row: &obligor_reason, code: &str) -> Result<Reason, Failure> {
    let own = |name, field| match text::field(name, field) {
        Ok("") => Ok(code),
        said => said,
    };
    let (of_values, of_remedy) = (own("currency", &row.currency)?, own("remedy_currency", &row.remedy_currency)?);
    let release_by = text::field("release_by", &row.release_by)?;
    Ok(Reason {
        code: known("code", row.code, Code::ALL, Code::number)?,
        level: known("level", row.level, &Level::ALL, Level::number)?,
        pool: text::field("pool", &row.pool)?.to_owned(),
        effect: known("effect", row.effect, &Outcome::ALL, Outcome::number)?,
        measured: quantity("measured", row.measured_kind, row.measured, of_values)?,
        threshold: quantity("threshold", row.threshold_kind, row.threshold, of_values)?,
        remedy: remedy(row.remedy_kind, row.remedy, of_remedy)?,
        release_by: (!release_by.is_empty()).then(|| release_by.to_owned()),
        rule: text::field("rule", &row.rule)?.to_owned(),
    })
}

export! {
    /// Says a reason in a sentence: what is the matter and, where it stops the order, what would make the order pass and
    /// who may release it. `reason` is as the library filled it in. `currency` is that of its decision (empty if that is);
    /// it counts only where the struct does not say its own. The language is as for obligor_decision_explain(). Needs no
    /// engine. Any thread.
    ///
    /// Errors: OBLIGOR_E_ARGUMENT (something in the struct is not as the library fills it in), OBLIGOR_E_ENCODING,
    /// OBLIGOR_E_BUFFER.
    pub unsafe fn obligor_reason_text(
        reason: *const obligor_reason,
        currency: *const c_char,
        currency_length: i64,
        language: *const c_char,
        language_length: i64,
        buf: *mut c_char,
        cap: usize,
        needed: *mut usize,
    ) -> i32 {
        let out = TextOut::new(buf, cap, needed)?;
        let row = take("reason", reason)?;
        let code = text::read_key("currency", currency, currency_length)?;
        let language = self::language(text::read_key("language", language, language_length)?)?;
        out.fill(&understood(&row, code)?.sentence(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::decision::reason;

    fn money(text: &str) -> Money {
        Money::parse(text).unwrap()
    }

    #[test]
    fn every_reason_comes_back_as_it_went_out() {
        let quantities = [
            None,
            Some(Quantity::Money(money("-0.01 DKK"))),
            Some(Quantity::Days(i64::MAX)),
            Some(Quantity::Count(0)),
            Some(Quantity::BasisPoints(-1)),
            Some(Quantity::Day(Day::MAX)),
            Some(Quantity::Currency(money("1 JPY").currency)),
        ];
        let remedies = [
            None,
            Some(Remedy::Pay(money("1.00 DKK"))),
            Some(Remedy::ReduceBy(money("2.00 DKK"))),
            Some(Remedy::WaitUntil(Day(-1))),
            Some(Remedy::UseCurrency(money("1.000 KWD").currency)),
            Some(Remedy::LiftStatus),
            Some(Remedy::SetLimit),
            Some(Remedy::CreateCustomer),
            Some(Remedy::Prepay(money("3.00 DKK"))),
            Some(Remedy::Deposit(money("4.00 DKK"))),
            Some(Remedy::Release),
            Some(Remedy::UseTerms(0)),
            Some(Remedy::DiscountAtMost(i64::MAX)),
            Some(Remedy::Review),
            Some(Remedy::FindOut),
        ];
        // Miri, which takes a minute for all, looks at how memory is used, and that is the same for each.
        for (at, code) in Code::ALL.iter().enumerate().step_by(if cfg!(miri) { 8 } else { 1 }) {
            for (quantity, remedy) in quantities.iter().cycle().zip(remedies) {
                let said = Reason {
                    code: *code,
                    level: Level::ALL[at % Level::ALL.len()],
                    pool: if at % 3 == 0 { "NORD".to_owned() } else { String::new() },
                    effect: Outcome::ALL[at % Outcome::ALL.len()],
                    measured: *quantity,
                    threshold: quantities[at % quantities.len()],
                    remedy,
                    release_by: (at % 2 == 0).then(|| "credit_manager".to_owned()),
                    rule: "over the limit".to_owned(),
                };
                assert_eq!(understood(&reason(&said), "SEK").unwrap(), said);
                // An older host hands back what it has room for.
                let older =
                    obligor_reason { pool: [0; 64], currency: [0; 4], remedy_currency: [0; 4], ..reason(&said) };
                assert_eq!(understood(&older, "DKK").unwrap(), Reason { pool: String::new(), ..said });
            }
        }
    }

    #[test]
    fn a_pool_s_limit_has_its_own_currency_and_the_prepayment_the_account_s() {
        let said = Reason {
            code: Code::OverLimit,
            level: Level::Group,
            pool: "NORD".to_owned(),
            effect: Outcome::Prepay,
            measured: Some(Quantity::Money(money("1400.00 EUR"))),
            threshold: Some(Quantity::Money(money("1000.00 EUR"))),
            remedy: Some(Remedy::Prepay(money("3000.00 DKK"))),
            release_by: None,
            rule: "over the limit".to_owned(),
        };
        let row = reason(&said);
        assert_eq!(text::field("currency", &row.currency).unwrap(), "EUR");
        assert_eq!(text::field("remedy_currency", &row.remedy_currency).unwrap(), "DKK");
        assert_eq!(understood(&row, "DKK").unwrap(), said);
        let unpaid = Reason { measured: Some(Quantity::Count(3)), threshold: None, remedy: None, ..said };
        assert_eq!((reason(&unpaid).currency, reason(&unpaid).remedy_currency), ([0; 4], [0; 4]));
    }

    #[test]
    fn what_the_library_never_writes_is_refused() {
        let said = Reason {
            code: Code::OverLimit,
            level: Level::Own,
            pool: String::new(),
            effect: Outcome::Refuse,
            measured: Some(Quantity::Money(money("1.00 DKK"))),
            threshold: None,
            remedy: Some(Remedy::UseCurrency(money("1.00 DKK").currency)),
            release_by: None,
            rule: String::new(),
        };
        let good = reason(&said);
        let older = obligor_reason { currency: [0; 4], ..good };
        assert!(understood(&older, "XXX").is_err() && understood(&older, "").is_err());
        let mut odd = good;
        text::put(&mut odd.currency, "XXX");
        assert!(understood(&odd, "DKK").is_err());
        for wrong in [i32::MIN, -1, 99, i32::MAX] {
            for bad in [
                obligor_reason { code: wrong, ..good },
                obligor_reason { level: wrong, ..good },
                obligor_reason { effect: wrong, ..good },
                obligor_reason { measured_kind: wrong, ..good },
                obligor_reason { threshold_kind: wrong, ..good },
                obligor_reason { remedy_kind: wrong, ..good },
                obligor_reason { remedy: wrong.into(), ..good },
                obligor_reason { remedy_kind: OBLIGOR_REMEDY_WAIT_UNTIL, remedy: i64::MAX, ..good },
            ] {
                assert!(understood(&bad, "DKK").is_err(), "{bad:?}");
            }
        }
    }
}
