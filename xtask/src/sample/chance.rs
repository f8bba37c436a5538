//! Chance with a fixed seed, and days: the same on every machine and with every version of every package.

/// Marsaglia's xorshift64*.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    /// A number from `from` to `to`, both included.
    pub(super) fn range(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).expect("from is not above to");
        from + i64::try_from(self.next() % span).expect("a span of i64")
    }

    /// Whether something of this many in a thousand happens.
    pub(super) fn permille(&mut self, of: i64) -> bool {
        self.range(0, 999) < of
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[usize::try_from(self.range(0, from.len() as i64 - 1)).expect("an index")]
    }

    /// Many small, few large: `least` times up to 2^`doublings`.
    pub(super) fn skewed(&mut self, least: i64, doublings: i64) -> i64 {
        let power = self.range(0, doublings - 1).min(self.range(0, doublings - 1));
        (least << power) + self.range(0, least << power)
    }
}

/// A civil day, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day(pub(super) i64);

impl std::fmt::Display for Day {
    /// Howard Hinnant's algorithm `civil_from_days`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        write!(f, "{:04}-{month:02}-{day:02}", year + era * 400)
    }
}

#[test]
fn days_are_civil_days() {
    for (day, text) in [(0, "1970-01-01"), (20_779, "2026-11-22"), (11_016, "2000-02-29"), (-1, "1969-12-31")] {
        assert_eq!(Day(day).to_string(), text);
    }
}
