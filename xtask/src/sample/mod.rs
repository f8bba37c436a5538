//! The sample export: a Nordic wholesaler on 22 November 2026, as its ERP writes it out.
//!
//! Four companies that sell (Denmark in DKK, Norway in NOK, Sweden in SEK, Finland and the Netherlands in EUR), 2,400
//! customers, some 22,000 open items, open orders, a company register, a debtor register, and a pile of new orders
//! waiting at the desk. Everything comes from one fixed seed: the files are the same, byte for byte, on every machine.
//! Semicolons and decimal commas, as a Nordic spreadsheet has them. No person in it is real, see `numbers`.

mod chance;
mod numbers;
mod words;

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use chance::{Chance, Day};
use words::{COUNTRIES, Country, ENDINGS, FANCIES};

/// 2026-11-22: the day the sample is true for.
const TODAY: Day = Day(20_779);
const SEED: u64 = 0x0b11_60b2_0261_1122;

/// Writes the sample's files into `dir`, which is made if it is not there.
///
/// `customers.csv`, `limits.csv`, `open_items.csv`, `orders.csv`, `companies.csv` and `remarks.csv` are for import;
/// `new_orders.csv` (`document;company;customer;currency;amount;about`) is for the order desk to enter.
///
/// # Errors
/// When a file cannot be written.
pub(crate) fn write(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for (name, text) in files() {
        std::fs::write(dir.join(name), text)?;
    }
    Ok(())
}

/// A customer's account and what is on it, in minor units.
struct Account {
    country: &'static Country,
    number: String,
    name: String,
    orgnr: String,
    person: String,
    status: &'static str,
    /// How good it pays: 0 always, 9 hardly ever.
    lateness: i64,
    items: i64,
    exposure: i64,
    overdue: i64,
    on_account: i64,
    /// The limit in force; `None` for an account without one.
    limit: Option<i64>,
    kind: LimitKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LimitKind {
    Plain,
    Zero,
    None,
    Missing,
    /// A temporary limit is in force, or was until yesterday.
    Temporary,
    Ended,
}

impl Account {
    fn room(&self) -> i64 {
        self.limit.unwrap_or(0) - self.exposure
    }

    fn is_quiet(&self) -> bool {
        self.status.is_empty() && self.overdue == 0 && self.kind == LimitKind::Plain
    }
}

fn files() -> Vec<(&'static str, String)> {
    let mut chance = Chance::new(SEED);
    let mut accounts = Vec::new();
    let customers = customers(&mut chance, &mut accounts);
    let items = open_items(&mut chance, &mut accounts);
    let orders = orders(&mut chance, &mut accounts);
    let limits = limits(&mut chance, &mut accounts);
    let companies = companies(&mut chance, &accounts);
    let remarks = remarks(&mut chance, &accounts);
    let new_orders = new_orders(&mut chance, &accounts);
    vec![
        ("customers.csv", customers),
        ("limits.csv", limits),
        ("open_items.csv", items),
        ("orders.csv", orders),
        ("companies.csv", companies),
        ("remarks.csv", remarks),
        ("new_orders.csv", new_orders),
    ]
}

/// `1250,00`
fn money(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{},{:02}", minor.abs() / 100, minor.abs() % 100)
}

fn customers(chance: &mut Chance, accounts: &mut Vec<Account>) -> String {
    let mut text = "customer;name;country;legal_form;street;postcode;city;phone;email;orgnr;vat;personal_number;company;currency;status\n".to_owned();
    let mut number = 10_000;
    for country in COUNTRIES {
        for _ in 0..country.customers {
            number += chance.range(1, 7);
            let form = chance.range(0, 999);
            let mut below = 0;
            let company = country.forms.iter().find(|(_, _, permille)| {
                below += permille;
                form < below
            });
            let (name, form) = match company {
                Some((form, suffix, _)) => {
                    let fancy = format!("{}{}", chance.pick(FANCIES), chance.pick(ENDINGS));
                    (format!("{fancy} {} {suffix}", chance.pick(country.trades)), *form)
                }
                None => {
                    let person = format!("{} {}", chance.pick(country.first_names), chance.pick(country.last_names));
                    let name =
                        if chance.permille(500) { person } else { format!("{} {person}", chance.pick(country.trades)) };
                    (name, country.sole_trader)
                }
            };
            let sole_trader = company.is_none();
            // A Swedish sole trader's organisation number is the owner's personal number.
            let person = if sole_trader && country.code != "NL" && (country.code == "SE" || chance.permille(300)) {
                numbers::person(country.code, chance)
            } else {
                String::new()
            };
            let swedish = sole_trader && country.code == "SE";
            let orgnr = if swedish { person.clone() } else { numbers::company(country.code, chance) };
            let vat = if sole_trader || chance.permille(150) {
                String::new()
            } else {
                numbers::vat(country.code, &orgnr, chance)
            };
            let (postcode, city) =
                country.places[usize::try_from(chance.range(0, country.places.len() as i64 - 1)).expect("an index")];
            let status = match chance.range(0, 999) {
                0..=7 => "stop",
                8..=17 => "hold",
                18..=37 => "watch",
                38..=41 => "no_check",
                _ => "",
            };
            let personal = if swedish { "" } else { &person };
            let _ = writeln!(
                text,
                "{number};{name};{};{form};{} {};{postcode};{city};{} {:02} {:02} {:02};post@k{number}.example;{orgnr};{vat};{personal};{};{};{status}",
                country.code,
                chance.pick(country.streets),
                chance.range(1, 148),
                country.phone,
                chance.range(10, 99),
                chance.range(0, 99),
                chance.range(0, 99),
                country.company,
                country.currency,
            );
            let lateness = if chance.permille(820) { 0 } else { chance.range(1, 9) };
            accounts.push(Account {
                country,
                number: number.to_string(),
                name,
                orgnr,
                person,
                status,
                lateness,
                items: 0,
                exposure: 0,
                overdue: 0,
                on_account: 0,
                limit: None,
                kind: LimitKind::Plain,
            });
        }
    }
    text
}

fn open_items(chance: &mut Chance, accounts: &mut [Account]) -> String {
    let mut text =
        "company;customer;number;kind;currency;amount;residual;posted;due;disputed;dunning_level\n".to_owned();
    let mut number = 2_600_000;
    for account in accounts {
        // Some customers buy every other day, some have nothing open.
        let count = if chance.permille(60) { 0 } else { chance.skewed(2, 4) + chance.range(0, 6) };
        let size = chance.skewed(40_000, 6) * account.country.scale / 1_000;
        let terms = chance.range(1, 4) * 14 - 6;
        for _ in 0..count {
            number += chance.range(1, 3);
            let amount = size * chance.range(20, 180) / 100 + chance.range(0, 99);
            let (company, customer, currency) = (account.country.company, &account.number, account.country.currency);
            if chance.permille(45) {
                let kind = if chance.permille(600) { "credit_note" } else { "payment" };
                let (amount, posted) = (amount / 4 + 1, Day(TODAY.0 - chance.range(0, 40)));
                let _ = writeln!(
                    text,
                    "{company};{customer};{number};{kind};{currency};{0};{0};{posted};{posted};;",
                    money(-amount)
                );
                account.exposure -= amount;
                account.on_account += amount;
                continue;
            }
            let late = account.lateness > 0 && chance.range(0, 9) < account.lateness;
            let due = if late {
                Day(TODAY.0 - chance.range(1, 9 * account.lateness))
            } else {
                Day(TODAY.0 + chance.range(0, terms))
            };
            let posted = Day((due.0 - terms).min(TODAY.0));
            let residual = if chance.permille(60) { amount * chance.range(10, 90) / 100 + 1 } else { amount };
            let disputed = if chance.permille(12) { "yes" } else { "" };
            let dunning = match TODAY.0 - due.0 {
                ..=10 => "",
                11..=24 => "1",
                25..=44 => "2",
                _ => "3",
            };
            let _ = writeln!(
                text,
                "{company};{customer};{number};invoice;{currency};{};{};{posted};{due};{disputed};{dunning}",
                money(amount),
                money(residual)
            );
            account.exposure += residual;
            account.items += 1;
            if due < TODAY {
                account.overdue += residual;
            }
        }
    }
    text
}

fn orders(chance: &mut Chance, accounts: &mut [Account]) -> String {
    let mut text = "company;customer;document;currency;ordered;delivered;drafted;since;expires\n".to_owned();
    let mut number = 700_000;
    for account in accounts {
        for _ in 0..if chance.permille(550) { chance.range(1, 3) } else { 0 } {
            number += chance.range(1, 4);
            let total = chance.skewed(60_000, 5) * account.country.scale / 1_000 + chance.range(0, 99);
            let (delivered, drafted) = match chance.range(0, 9) {
                0..=5 => (0, 0),
                6..=7 => (total / 3, 0),
                8 => (total, 0),
                _ => (total / 4, total / 2),
            };
            let ordered = total - delivered - drafted;
            let expires =
                if chance.permille(200) { Day(TODAY.0 + chance.range(1, 60)).to_string() } else { String::new() };
            let _ = writeln!(
                text,
                "{};{};SO-{number};{};{};{};{};{}T{:02}:{:02}:00Z;{expires}",
                account.country.company,
                account.number,
                account.country.currency,
                money(ordered),
                money(delivered),
                money(drafted),
                Day(TODAY.0 - chance.range(0, 30)),
                chance.range(7, 16),
                chance.range(0, 59),
            );
            account.exposure += total;
        }
    }
    text
}

fn limits(chance: &mut Chance, accounts: &mut [Account]) -> String {
    let mut text = "company;customer;currency;limit;no_limit;kind;from;to\n".to_owned();
    for account in accounts {
        account.kind = match chance.range(0, 999) {
            0..=9 => LimitKind::None,
            10..=24 => LimitKind::Zero,
            25..=34 => LimitKind::Missing,
            35..=49 => LimitKind::Temporary,
            50..=56 => LimitKind::Ended,
            _ => LimitKind::Plain,
        };
        // Most have room; a few are over, because a limit was lowered or an invoice was dearer than its order.
        let used = if chance.permille(30) { chance.range(101, 140) } else { chance.range(15, 92) };
        let step = 500_000 * if account.country.currency == "EUR" { 1 } else { 5 };
        let limit = ((account.exposure.max(0) * 100 / used) / step + 1) * step;
        let limit = if used > 100 { (account.exposure.max(0) * 100 / used) / step * step } else { limit };
        let (company, customer, currency) = (account.country.company, &account.number, account.country.currency);
        let mut line = |limit: &str, no_limit: &str, rest: &str| {
            let _ = writeln!(text, "{company};{customer};{currency};{limit};{no_limit};{rest}");
        };
        match account.kind {
            LimitKind::Missing => {}
            LimitKind::None => line("", "yes", "base;;"),
            LimitKind::Zero => {
                account.limit = Some(0);
                line("0", "", "base;;");
            }
            LimitKind::Plain => {
                account.limit = Some(limit);
                line(&money(limit), "", "base;;");
            }
            LimitKind::Temporary => {
                account.limit = Some(limit + 20 * step);
                line(&money(limit), "", "base;;");
                line(&money(limit + 20 * step), "", "temporary;2026-11-01;2026-12-31");
            }
            LimitKind::Ended => {
                account.limit = Some(limit);
                line(&money(limit), "", "base;;");
                line(&money(limit + 20 * step), "", "temporary;2026-10-01;2026-11-21");
            }
        }
    }
    text
}

fn companies(chance: &mut Chance, accounts: &[Account]) -> String {
    let mut text =
        "country;orgnr;name;state;legal_form;registered;street;postcode;city;phone;industry;no_marketing\n".to_owned();
    let mut row = |chance: &mut Chance, country: &Country, orgnr: &str, name: &str| {
        let state = match chance.range(0, 999) {
            0..=5 => "bankrupt",
            6..=9 => "liquidating",
            10..=12 => "restructuring",
            13..=19 => "dissolved",
            _ => "active",
        };
        let (postcode, city) =
            country.places[usize::try_from(chance.range(0, country.places.len() as i64 - 1)).expect("an index")];
        let _ = writeln!(
            text,
            "{};{orgnr};{name};{state};{};{};{} {};{postcode};{city};;{};{}",
            country.code,
            country.forms[0].0,
            Day(TODAY.0 - chance.range(90, 14_000)),
            chance.pick(country.streets),
            chance.range(1, 148),
            chance.pick(&["41.20", "43.21", "43.22", "46.74", "25.62", "31.09"]),
            if chance.permille(300) { "yes" } else { "" },
        );
    };
    for account in accounts {
        // Sole traders by personal number are in no register of companies; a few others are missing, too.
        if account.country.code == "SE" && !account.person.is_empty() || chance.permille(8) {
            continue;
        }
        row(chance, account.country, &account.orgnr, &account.name);
    }
    for country in COUNTRIES {
        for _ in 0..country.customers / 4 {
            let name = format!(
                "{}{} {} {}",
                chance.pick(FANCIES),
                chance.pick(ENDINGS),
                chance.pick(country.trades),
                country.forms[0].1
            );
            let orgnr = numbers::company(country.code, chance);
            row(chance, country, &orgnr, &name);
        }
    }
    text
}

fn remarks(chance: &mut Chance, accounts: &[Account]) -> String {
    let mut text = "number;country;orgnr;personal_number;kind;amount;currency;registered;expires\n".to_owned();
    let mut number = 50_000;
    for account in accounts {
        let (of_thousand, swedish) = (if account.lateness > 4 { 350 } else { 12 }, account.country.code == "SE");
        if account.country.code == "NL" || !chance.permille(of_thousand) {
            continue;
        }
        for _ in 0..chance.range(1, 3) {
            number += chance.range(1, 9);
            let (orgnr, person) = match account.person.as_str() {
                "" => (account.orgnr.as_str(), ""),
                person if swedish || chance.permille(500) => ("", person),
                _ => (account.orgnr.as_str(), ""),
            };
            let registered = TODAY.0 - chance.range(5, 900);
            let _ = writeln!(
                text,
                "R{number};{};{orgnr};{person};{};{};{};{};{}",
                account.country.code,
                chance.pick(&["payment_default", "payment_default", "judgment", "enforcement", "distraint"]),
                money(chance.skewed(30_000, 7) * account.country.scale / 1_000),
                account.country.currency,
                Day(registered),
                Day(registered + 1_095),
            );
        }
    }
    text
}

/// The pile at the desk: each order is there to show something, and says what.
fn new_orders(chance: &mut Chance, accounts: &[Account]) -> String {
    let mut text = "document;company;customer;currency;amount;about\n".to_owned();
    let mut number = 900_100;
    let mut taken: Vec<usize> = Vec::new();
    let mut order = |company: &str, customer: &str, currency: &str, amount: i64, about: &str| {
        number += 1;
        let _ = writeln!(text, "SO-{number};{company};{customer};{currency};{};{about}", money(amount));
    };
    // Customers are looked for from a random place on, so that all countries come up.
    let mut find = |chance: &mut Chance, fits: &dyn Fn(&Account) -> bool| -> &Account {
        let from = usize::try_from(chance.range(0, accounts.len() as i64 - 1)).expect("an index");
        let at = (0..accounts.len())
            .map(|step| (from + step) % accounts.len())
            .find(|at| !taken.contains(at) && fits(&accounts[*at]))
            .expect("the sample has every sort of customer");
        taken.push(at);
        &accounts[at]
    };
    let mut put = |account: &Account, amount: i64, about: &str| {
        order(account.country.company, &account.number, account.country.currency, amount, about);
    };
    let quiet = |a: &Account| a.is_quiet() && a.room() > 2_000_000 && a.items > 2;

    for country in ["DK", "NO", "SE", "FI", "NL", "DK", "NO", "SE"] {
        let a = find(chance, &|a| quiet(a) && a.country.code == country);
        put(a, a.room() * chance.range(10, 60) / 100, "well within the limit");
    }
    for _ in 0..2 {
        let a = find(chance, &quiet);
        put(a, a.room(), "reaches the limit exactly");
        let a = find(chance, &quiet);
        put(a, a.room() + 1, "one hundredth above the limit");
    }
    for country in ["DK", "SE", "FI"] {
        let a = find(chance, &|a| quiet(a) && a.country.code == country);
        put(a, a.room() * 2, "twice what is left of the limit");
    }
    let a = find(chance, &quiet);
    put(a, a.room() * 7 / 10, "first of two: fits");
    put(a, a.room() * 6 / 10, "second of two: would have fitted alone");
    let a = find(chance, &|a| a.status.is_empty() && a.kind == LimitKind::Plain && a.room() < 0 && a.overdue == 0);
    put(a, 100_000, "over its limit already");
    put(a, -250_000, "a return of that customer");
    let a = find(chance, &|a| a.kind == LimitKind::Zero && a.exposure > 0 && a.status.is_empty());
    put(a, 50_000, "a limit of zero");
    let a = find(chance, &|a| a.kind == LimitKind::None && a.overdue == 0 && a.status.is_empty());
    put(a, 250_000_000, "an account without a limit");
    let a = find(chance, &|a| a.kind == LimitKind::Missing && a.overdue == 0 && a.status.is_empty());
    put(a, 150_000, "no limit on record");
    let a = find(chance, &|a| a.kind == LimitKind::Temporary && a.overdue == 0 && a.status.is_empty());
    put(a, a.room() - 100, "fits the temporary limit only");
    let a = find(chance, &|a| a.kind == LimitKind::Ended && a.overdue == 0 && a.status.is_empty());
    put(a, a.room() + 100_000, "the temporary limit ended yesterday");
    for _ in 0..2 {
        let a = find(chance, &|a| {
            a.status.is_empty()
                && a.kind == LimitKind::Plain
                && a.lateness > 6
                && a.overdue > 5_000_000
                && a.room() > 200_000
        });
        put(a, 200_000, "much overdue, for long");
    }
    let a = find(chance, &|a| {
        a.status.is_empty()
            && a.kind == LimitKind::Plain
            && a.overdue > 0
            && a.overdue < 100_000
            && a.lateness < 4
            && a.room() > 200_000
    });
    put(a, 200_000, "a little overdue, for a few days");
    for (status, about) in [
        ("stop", "stopped by a person"),
        ("hold", "on hold by a person"),
        ("watch", "watched"),
        ("no_check", "excluded from checks"),
    ] {
        let a =
            find(chance, &|a| a.status == status && a.kind == LimitKind::Plain && a.overdue == 0 && a.room() > 200_000);
        put(a, 150_000, about);
    }
    let a = find(chance, &|a| {
        a.status.is_empty() && a.kind == LimitKind::Plain && a.overdue == 0 && a.on_account > 200_000 && a.room() > 0
    });
    put(a, a.room() - a.on_account / 2, "fits because of money on account");
    let a = find(chance, &|a| quiet(a) && a.country.code == "DK");
    put(a, 0, "an order of nothing");
    order("NW01", "99999", "DKK", 500_000, "nobody knows this customer");
    let a = find(chance, &|a| quiet(a) && a.country.code == "DK");
    order("NW02", &a.number, "NOK", 500_000, "a customer of another company");
    let a = find(chance, &|a| quiet(a) && a.country.code == "DK");
    order("NW01", &a.number, "EUR", 500_000, "in another currency than the account");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_as_large_as_promised_and_the_same_every_time() {
        let files = files();
        assert_eq!(files, super::files());
        let rows = |name: &str| files.iter().find(|(file, _)| *file == name).expect(name).1.lines().count() - 1;
        assert_eq!(rows("customers.csv"), 2_400);
        assert!(rows("open_items.csv") >= 20_000, "{}", rows("open_items.csv"));
        assert!((30..=60).contains(&rows("new_orders.csv")), "{}", rows("new_orders.csv"));
        // The digest of all files, FNV-1a: a change of the sample is a change of the demo, and is made on purpose.
        let digest = files
            .iter()
            .flat_map(|(name, text)| name.bytes().chain(text.bytes()))
            .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        assert_eq!(format!("{digest:016x}"), "dd6447e2aa560125");
        for (name, text) in &files {
            let columns = text.lines().next().expect(name).matches(';').count();
            assert!(text.lines().all(|line| line.matches(';').count() == columns), "{name}");
        }
    }

    #[test]
    fn writing_twice_gives_the_same_files() {
        let dir = std::env::temp_dir().join(format!("obligor-sample-{}", std::process::id()));
        write(&dir).expect("the sample is written");
        write(&dir).expect("the sample is written again");
        let text = std::fs::read_to_string(dir.join("limits.csv")).expect("limits.csv");
        assert_eq!(files()[1], ("limits.csv", text));
        std::fs::remove_dir_all(&dir).expect("the sample is removed");
    }
}
