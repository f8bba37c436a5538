//! A trial as a page: nothing but this one file is needed to read or print it.

use askama::Template;
use obligor::engine::backtests::TrialAnswer;
use obligor::error::{Error, ErrorKind, Result};
use obligor::money::Money;
use obligor::portfolio::backtest::{CurrencyReport, Report, RuleSums, Sum, Totals};
use obligor::reason::{Language, Outcome, Text};

use crate::backtest::{OUTCOMES, WORTH, differ, number, orders, rejected, rule_name, span};
use crate::backtest_chart::{Shade, bars};
use crate::backtest_text as texts;
use crate::backtest_text::filled;

/// The colours of outcomes, in the order of [`OUTCOMES`]; told apart by their lightness, too.
const SHADES: [Shade; 6] = [
    Shade(0xa9, 0xcf, 0xb8),
    Shade(0xe8, 0xc3, 0x6a),
    Shade(0xc9, 0xce, 0xd6),
    Shade(0x6f, 0xa3, 0xd0),
    Shade(0x7a, 0x5c, 0x9e),
    Shade(0xa8, 0x2c, 0x3c),
];
/// The bar of all outcomes is so wide.
const WIDTH: i128 = 9_800;

/// The page, in a language.
///
/// # Errors
/// `Internal` when it cannot be made.
pub(crate) fn page(answer: &TrialAnswer, language: Language) -> Result<String> {
    let report = &answer.report;
    let version = |version: &str| filled(&texts::VERSION, language, &[("version", version)]);
    let mut sections = Vec::with_capacity(report.currencies.len());
    for one in &report.currencies {
        sections.push(Section::of(report, one, language)?);
    }
    let page = Page {
        say: Words(language),
        lang: language.tag(),
        tried: &report.tried.name,
        tried_version: version(&report.tried.version),
        against: &report.against.name,
        against_version: version(&report.against.version),
        span: span(report, language),
        sections,
        warnings: report.warnings.iter().chain(&answer.file.warnings).collect(),
        rejected: (answer.file.rejected > 0).then(|| rejected(answer, language)),
        faults: answer.file.faults.iter().map(|one| (one.line, &*one.column, &*one.reason)).collect(),
    };
    page.render().map_err(|error| Error::new(ErrorKind::Internal, format!("the page cannot be made: {error}")))
}

#[derive(Template)]
#[template(path = "backtest_page.html")]
struct Page<'a> {
    say: Words,
    lang: &'static str,
    tried: &'a str,
    tried_version: String,
    against: &'a str,
    against_version: String,
    span: String,
    sections: Vec<Section<'a>>,
    warnings: Vec<&'a String>,
    rejected: Option<String>,
    faults: Vec<(u64, &'a str, &'a str)>,
}

/// The texts of the page in its language.
struct Words(Language);

impl Words {
    fn it(&self, text: Text) -> &'static str {
        text.get(self.0)
    }
}

/// What it came to in one currency.
struct Section<'a> {
    currency: String,
    cards: Vec<Card>,
    shares: Vec<Share<'a>>,
    legend: Vec<(String, &'static str)>,
    outcomes: Vec<Row>,
    worth: Vec<Row>,
    all: Row,
    charts: Vec<(&'a str, String)>,
    classes: Vec<Split<'a>>,
    rules: Vec<(&'a str, Vec<Ruled>)>,
    differ: Option<String>,
    changes: Vec<Changed>,
    largest: Vec<Largest<'a>>,
}

/// A key figure on both sides, and by how much they differ.
struct Card {
    name: &'static str,
    tried: String,
    against: String,
    change: String,
    /// `good`, `bad` or nothing.
    mood: &'static str,
}

/// All outcomes of one policy as one bar.
struct Share<'a> {
    name: &'a str,
    parts: Vec<(i128, i128, String)>,
}

/// A sum on both sides.
struct Row {
    name: &'static str,
    color: String,
    tried: (String, String),
    against: (String, String),
}

struct Split<'a> {
    name: &'a str,
    all: (String, String),
    lost: String,
    tried: [String; 3],
    against: [String; 3],
}

struct Ruled {
    rule: String,
    outcome: &'static str,
    orders: String,
    amount: String,
    avoided: String,
    sales_lost: String,
}

struct Changed {
    against: &'static str,
    tried: &'static str,
    orders: String,
    amount: String,
    lost: String,
    paid: String,
}

struct Largest<'a> {
    document: &'a str,
    customer: &'a str,
    entered: String,
    class: &'a str,
    amount: String,
    against: &'static str,
    against_rule: &'a str,
    tried: &'static str,
    tried_rule: &'a str,
    fate: String,
}

impl<'a> Section<'a> {
    fn of(report: &'a Report, one: &'a CurrencyReport, language: Language) -> Result<Self> {
        let say = |text: &Text| text.get(language);
        let pair = |sum: Sum| (orders(sum, language), number(sum.amount, language));
        let row = |name: &Text, color: String, tried: Sum, against: Sum| Row {
            name: say(name),
            color,
            tried: pair(tried),
            against: pair(against),
        };
        let outcomes = OUTCOMES
            .iter()
            .zip(SHADES)
            .map(|((name, sum), shade)| row(name, shade.css(), sum(&one.tried), sum(&one.against)));
        let worth = WORTH.iter().map(|(name, sum)| row(name, String::new(), sum(&one.tried), sum(&one.against)));
        let three = |totals: &Totals| {
            [totals.stopped(), totals.losses_avoided, totals.sales_lost].map(|sum| number(sum.amount, language))
        };
        let classes = one.by_class.iter().map(|split| Split {
            name: if split.class.is_empty() { say(&texts::NONE) } else { &split.class },
            all: pair(split.recorded.all),
            lost: number(split.recorded.lost.amount, language),
            tried: three(&split.tried),
            against: three(&split.against),
        });
        let outcome = |outcome: Outcome| outcome.text(language);
        let ruled = |rules: &[RuleSums]| {
            let ruled = rules.iter().map(|rule| Ruled {
                rule: rule_name(&rule.rule, rule.code.name()),
                outcome: outcome(rule.effect),
                orders: orders(rule.orders, language),
                amount: number(rule.orders.amount, language),
                avoided: number(rule.losses_avoided.amount, language),
                sales_lost: number(rule.sales_lost.amount, language),
            });
            ruled.collect()
        };
        let changes = one.differences.changes.iter().map(|change| Changed {
            against: outcome(change.against),
            tried: outcome(change.tried),
            orders: orders(change.orders, language),
            amount: number(change.orders.amount, language),
            lost: number(change.lost.amount, language),
            paid: number(change.paid.amount, language),
        });
        let largest = one.differences.largest.iter().map(|order| Largest {
            document: &order.document,
            customer: &order.customer,
            entered: language.day(order.entered),
            class: &order.class,
            amount: number(order.amount, language),
            against: outcome(order.against),
            against_rule: &order.against_rule,
            tried: outcome(order.tried),
            tried_rule: &order.tried_rule,
            fate: texts::fate(order.fate, &number(order.lost, language), language),
        });
        Ok(Self {
            currency: one.currency.to_string(),
            cards: cards(one, language),
            shares: vec![
                share(&report.tried.name, &one.tried, language),
                share(&report.against.name, &one.against, language),
            ],
            legend: OUTCOMES.iter().zip(SHADES).map(|((name, _), shade)| (shade.css(), say(name))).collect(),
            outcomes: outcomes.collect(),
            worth: worth.collect(),
            all: row(&texts::ALL, String::new(), one.recorded.all, one.recorded.all),
            charts: charts(report, one, language)?,
            classes: classes.collect(),
            rules: vec![
                (&report.tried.name, ruled(&one.rules_tried)),
                (&report.against.name, ruled(&one.rules_against)),
            ],
            differ: (one.differences.all.orders > 0).then(|| differ(one, language)),
            changes: changes.collect(),
            largest: largest.collect(),
        })
    }
}

fn cards(one: &CurrencyReport, language: Language) -> Vec<Card> {
    let card = |name: &Text, of: &dyn Fn(&Totals) -> Money, more_is_good: Option<bool>| {
        let (tried, against) = (of(&one.tried), of(&one.against));
        let change = tried.minor.saturating_sub(against.minor);
        let told = number(Money::new(change, one.currency), language);
        Card {
            name: name.get(language),
            tried: number(tried, language),
            against: number(against, language),
            change: if change > 0 { format!("+{told}") } else { told },
            mood: match more_is_good {
                Some(good) if change != 0 => {
                    if (change > 0) == good {
                        "good"
                    } else {
                        "bad"
                    }
                }
                _ => "",
            },
        }
    };
    let saved = |totals: &Totals| {
        let minor = totals.losses_avoided.amount.minor.saturating_add(totals.losses_prepaid.amount.minor);
        Money::new(minor, one.currency)
    };
    vec![
        card(&texts::LOSSES_LEFT, &|totals| totals.losses.amount, Some(false)),
        card(&texts::LOSSES_SAVED, &saved, Some(true)),
        card(&texts::SALES_LOST, &|totals| totals.sales_lost.amount, Some(false)),
        card(&texts::STOPPED, &|totals| totals.stopped().amount, None),
        card(&texts::PREPAYMENTS, &|totals| totals.prepayments, None),
    ]
}

/// The outcomes of one policy by their value, as parts of one bar.
fn share<'a>(name: &'a str, totals: &Totals, language: Language) -> Share<'a> {
    let value = |sum: Sum| i128::from(sum.amount.minor.max(0));
    let all: i128 = OUTCOMES.iter().map(|(_, sum)| value(sum(totals))).sum();
    let mut from = 0;
    let parts = OUTCOMES.iter().map(|(name, sum)| {
        let sum = sum(totals);
        let start = from * WIDTH / all.max(1);
        from += value(sum);
        let width = from * WIDTH / all.max(1) - start;
        let told = format!("{}: {} ({})", name.get(language), language.money(sum.amount), orders(sum, language));
        (start, width, told)
    });
    Share { name, parts: parts.collect() }
}

/// The value by month that was not simply approved, one chart for each policy, both with the same axis.
fn charts<'a>(report: &'a Report, one: &CurrencyReport, language: Language) -> Result<Vec<(&'a str, String)>> {
    let unit = 10_i64.pow(u32::from(one.currency.decimals()));
    let of = |side: fn(&obligor::portfolio::backtest::MonthSplit) -> &Totals| -> Vec<(String, Vec<i64>)> {
        let month = |split: &obligor::portfolio::backtest::MonthSplit| {
            let parts = OUTCOMES.iter().skip(1).map(|(_, sum)| (sum(side(split)).amount.minor / unit).max(0));
            (split.month.clone(), parts.collect())
        };
        one.by_month.iter().map(month).collect()
    };
    let (tried, against) = (of(|split| &split.tried), of(|split| &split.against));
    let height = |(_, parts): &(String, Vec<i64>)| parts.iter().fold(0_i64, |sum, part| sum.saturating_add(*part));
    let most = tried.iter().chain(&against).map(height).max().unwrap_or(0);
    if most == 0 {
        return Ok(Vec::new());
    }
    let shades = SHADES.get(1..).unwrap_or_default();
    let most = most.saturating_add(most / 12);
    let chart = |name: &'a str, months: &[(String, Vec<i64>)]| -> Result<(&'a str, String)> {
        let label = format!("{}: {name}", texts::BY_MONTH.get(language));
        Ok((name, bars(months, shades, most, &label, language)?))
    };
    Ok(vec![chart(&report.tried.name, &tried)?, chart(&report.against.name, &against)?])
}
