//! Where python-stdnum 2.2 and the identifiers of this crate differ, and why.
//!
//! A predicate looks at the number only, and works its dates and remainders out again in its own way: one that asked the
//! judged code what it thought would excuse every mistake of that code.

/// A place where the two may differ.
pub(super) struct Known {
    /// What it is, and who is right.
    pub(super) name: &'static str,
    /// Whether the number belongs to it.
    pub(super) is: fn(&Number<'_>) -> bool,
}

/// What a predicate may look at.
pub(super) struct Number<'a> {
    /// As generated.
    pub(super) raw: &'a str,
    /// In capitals and without separators.
    pub(super) bare: &'a str,
    /// Its digits.
    pub(super) digits: &'a [u32],
    /// Whether we accept it and python-stdnum does not; otherwise it is the other way round.
    pub(super) looser: bool,
}

impl Number<'_> {
    /// Two digits as a number; a hundred if they are not there.
    fn two(&self, at: usize) -> u32 {
        self.digits.get(at..at + 2).map_or(100, |pair| pair[0] * 10 + pair[1])
    }

    fn three(&self, at: usize) -> u32 {
        self.digits.get(at..at + 3).map_or(1000, |three| three[0] * 100 + three[1] * 10 + three[2])
    }
}

const ALL_ZEROS: Known = Known {
    name: "all zeros pass every sum, and are nobody's number",
    is: |n| !n.looser && n.digits.iter().all(|d| *d == 0),
};

/// Whether these are two digits that MOD 97-10 never yields as check digits.
fn impossible_pair(n: &Number<'_>, at: usize) -> bool {
    n.bare.get(at..at + 2).is_some_and(|pair| ["00", "01", "99"].contains(&pair))
}

const FH_NUMBER: Known = Known {
    name: "FH-numbers, which begin with 8 or 9 and hold no date, are not known to python-stdnum",
    is: |n| n.looser && n.two(0) >= 80,
};

const SYNTHETIC: Known = Known {
    name: "synthetic numbers (Tenor) are not known to python-stdnum",
    is: |n| n.looser && n.two(0) < 80 && (81..=92).contains(&n.two(2)),
};

pub(super) const NOTHING: &[Known] = &[];

pub(super) const DK_VAT: &[Known] = &[Known {
    name: "without DK: the scheme says the country, as python-stdnum has it in FI and SE",
    is: |n| n.looser && n.bare.len() == 8 && n.digits.len() == 8,
}];

pub(super) const NO_ORGNR: &[Known] = &[ALL_ZEROS];

pub(super) const NO_PERSONNR: &[Known] = &[FH_NUMBER, SYNTHETIC];

pub(super) const NO_PERSONNR_2032: &[Known] = &[
    FH_NUMBER,
    SYNTHETIC,
    Known {
        name: "the remainders 1 to 3 of 2032 are not known to python-stdnum",
        is: |n| {
            let sum: u32 = n.digits.iter().zip([3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).map(|(d, w)| d * w).sum();
            n.looser && (1..=3).contains(&(sum % 11))
        },
    },
    Known {
        name: "from 2032 the individual number does not tell the century",
        is: |n| {
            let (year, individual) = (n.two(4), n.three(6));
            let untold = (500..900).contains(&individual) && (40..54).contains(&year)
                || (750..900).contains(&individual) && year >= 40;
            let leap = n.two(0) % 40 == 29 && n.two(2) == 2;
            let to_come = individual >= 500 && (33..40).contains(&year);
            n.looser && (untold || leap || to_come)
        },
    },
];

/// Whether a Swedish birth date, YYMMDD at `at`, exists in its century (1900 was no leap year, 2000 was).
fn se_date_exists(n: &Number<'_>, at: usize) -> bool {
    let (year, month, day) = (n.two(at), n.two(at + 2), n.two(at + 4));
    let day = if day > 60 { day - 60 } else { day };
    let days = match month {
        2 if year % 4 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

const SE_NO_DATE: Known = Known {
    name: "python-stdnum takes any ten digits with a Luhn digit; below 20 in the middle they must be a birth date",
    is: |n| !n.looser && n.two(2) < 20 && !se_date_exists(n, 0),
};

const SE_BIRTH_NUMBER: Known = Known {
    name: "birth number 000 (the vectors of personnummer/meta refuse it)",
    is: |n| !n.looser && n.two(2) < 20 && n.three(6) == 0,
};

pub(super) const SE_ORGNR: &[Known] = &[
    SE_NO_DATE,
    SE_BIRTH_NUMBER,
    Known {
        name: "twelve digits with 16 or, of a sole trader, the century in front",
        is: |n| {
            let person = n.two(4) < 20;
            n.looser && n.digits.len() == 12 && ((n.two(0) == 16 && !person) || (18..=20).contains(&n.two(0)) && person)
        },
    },
];

pub(super) const SE_VAT: &[Known] = &[SE_NO_DATE, SE_BIRTH_NUMBER];

pub(super) const SE_PERSONNR: &[Known] = &[
    Known {
        name: "samordningsnummer are not known to python-stdnum",
        is: |n| n.looser && (61..=91).contains(&n.two(n.digits.len().saturating_sub(10) + 4)),
    },
    Known {
        name: "python-stdnum accepts a birth date in the future: twelve digits, or later this year",
        is: |n| {
            let far = n.digits.len() == 12 && (n.two(0), n.two(2), n.two(4), n.two(6)) > (20, 26, 1, 15);
            // Whoever was born in 1926 turns a hundred this year and has a plus.
            let this_year = n.bare.find('-') == Some(6) && n.two(0) == 26 && (n.two(2), n.two(4)) > (1, 15);
            !n.looser && (far || this_year)
        },
    },
    Known {
        name: "signs elsewhere than before the last four, which python-stdnum drops",
        is: |n| {
            let signs: Vec<usize> =
                n.bare.char_indices().filter(|(_, c)| !c.is_ascii_digit()).map(|(at, _)| at).collect();
            !n.looser && (signs.len() > 1 || signs.iter().any(|at| at + 5 != n.bare.len()))
        },
    },
    Known {
        name: "years before 1800, when nobody alive in 1947 was born",
        is: |n| !n.looser && n.digits.len() == 12 && n.two(0) < 18,
    },
    Known {
        name: "birth number 000 (the vectors of personnummer/meta refuse it), in a personal number",
        is: |n| !n.looser && n.three(n.digits.len().saturating_sub(4)) == 0,
    },
];

pub(super) const FI_YTUNNUS: &[Known] = &[
    ALL_ZEROS,
    Known {
        name: "the old form, six digits and one, gets its zero",
        is: |n| n.looser && n.digits.len() == 7 && n.raw.trim().len() == 8 && n.raw.trim().find('-') == Some(6),
    },
    Known {
        name: "python-stdnum takes FI in front; with it, it is the VAT number",
        is: |n| !n.looser && n.bare.starts_with("FI"),
    },
];

pub(super) const FI_VAT: &[Known] = &[ALL_ZEROS];

pub(super) const FI_HETU: &[Known] = &[
    Known { name: "temporary numbers, 900 to 999, which python-stdnum refuses", is: |n| n.looser && n.three(6) >= 900 },
    Known {
        name: "python-stdnum accepts a birth date in the future",
        is: |n| {
            let of_this_century = n.bare.as_bytes().get(6).is_some_and(|sign| (b'A'..=b'F').contains(sign));
            !n.looser && of_this_century && (n.two(4), n.two(2), n.two(0)) > (26, 1, 15)
        },
    },
];

pub(super) const NL_RSIN: &[Known] = &[Known {
    name: "python-stdnum pads any short number; an RSIN has nine digits",
    is: |n| !n.looser && n.digits.len() < 9,
}];

pub(super) const NL_BSN: &[Known] = &[Known {
    name: "python-stdnum pads any short number; a BSN has eight or nine digits",
    is: |n| !n.looser && n.digits.len() < 8,
}];

pub(super) const NL_BTW: &[Known] = &[Known {
    name: "python-stdnum pads a short number; a btw-id has nine digits before its B",
    is: |n| !n.looser && n.digits.len() < 11,
}];

pub(super) const IBAN: &[Known] = &[
    Known { name: "MOD 97-10 never yields 00, 01 or 99", is: |n| !n.looser && impossible_pair(n, 2) },
    Known {
        name: "national check digits of Belgium and Spain, which the IBAN registry does not ask for",
        is: |n| n.looser && (n.bare.starts_with("BE") || n.bare.starts_with("ES")),
    },
];

pub(super) const LEI: &[Known] = &[
    Known {
        name: "MOD 97-10 never yields 00, 01 or 99",
        is: |n| !n.looser && n.bare.len() == 20 && impossible_pair(n, 18),
    },
    Known { name: "python-stdnum does not look at the length", is: |n| !n.looser && n.bare.len() != 20 },
    Known {
        name: "python-stdnum takes letters for check digits",
        is: |n| !n.looser && n.bare.len() == 20 && n.bare[18..].chars().any(|c| c.is_ascii_alphabetic()),
    },
];

pub(super) const GLN: &[Known] = &[
    ALL_ZEROS,
    Known {
        name: "python-stdnum knows no GLN, only article numbers of 8, 12, 13 and 14 digits",
        is: |n| !n.looser && [8, 12, 14].contains(&n.digits.len()),
    },
];
