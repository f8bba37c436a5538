//! What an order gets, written down a second time as `docs/CREDIT.md` says it: plain, slow, and without the engine's code.

use obligor::calendar::Day;
use obligor::credit::{Limit, LimitKind};
use obligor::money::{Money, Rounding};
use obligor::policy::{Bucket, Checkpoint, Policy, Rule, Scope, Status, Test};
use obligor::reason::{Code, Outcome};

use super::world::{Sums, Token, World, stops};

/// One reason, as far as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Line {
    pub(crate) code: Code,
    pub(crate) pool: String,
    pub(crate) effect: Outcome,
    pub(crate) by: Option<String>,
    /// How specific the rule is that made it; of no rule, more than any.
    pub(crate) specific: u8,
}

impl Line {
    pub(crate) fn of(code: Code, effect: Outcome) -> Self {
        Self { code, pool: String::new(), effect, by: None, specific: u8::MAX }
    }

    /// What of it the engine tells too.
    pub(crate) fn without_level(&self) -> Self {
        Self { specific: u8::MAX, ..self.clone() }
    }
}

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) account: &'a str,
    pub(crate) increase: i64,
    pub(crate) value: i64,
    pub(crate) comparable: bool,
    pub(crate) lands: usize,
    pub(crate) ships: Option<Day>,
    pub(crate) checkpoint: Checkpoint,
    /// A checkpoint it could not pass before: its rules are asked too.
    pub(crate) stopped_at: Option<Checkpoint>,
    /// The order is asked about as if nothing of it were ordered.
    pub(crate) without: Option<&'a str>,
    pub(crate) forced_hold: bool,
    pub(crate) release: Option<&'a Token>,
}

pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) lines: Vec<Line>,
    /// The exposure before the order.
    pub(crate) owed: i64,
}

/// The limit in force, as `docs/CREDIT.md` says it.
pub(crate) fn in_force(limits: &[Limit], today: Day, grace: u16) -> Option<Limit> {
    let now = |kind| {
        let mut found: Option<Limit> = None;
        for limit in limits.iter().filter(|limit| limit.kind == kind) {
            let begun = limit.from.is_none_or(|from| from <= today);
            let ended = limit.to.is_some_and(|to| to < today);
            if begun && !ended && found.is_none_or(|best| best.from <= limit.from) {
                found = Some(*limit);
            }
        }
        found
    };
    let last = ended_last(limits, today).filter(|limit| limit.to.unwrap().0 + i32::from(grace) >= today.0);
    now(LimitKind::Temporary).or_else(|| now(LimitKind::Base)).or(last)
}

fn ended_last(limits: &[Limit], today: Day) -> Option<Limit> {
    let ended = limits.iter().filter(|limit| limit.kind == LimitKind::Base && limit.to.is_some_and(|to| to < today));
    ended.max_by_key(|limit| limit.to).copied()
}

/// The amount of the limit in force with what insurers cover; the outer option is whether there is one at all.
pub(crate) fn effective(
    limits: &[Limit],
    covering: impl Fn(&Limit) -> i64,
    today: Day,
    grace: u16,
) -> Option<Option<i64>> {
    let limit = in_force(limits, today, grace)?;
    let Some(amount) = limit.amount else { return Some(None) };
    let mut insured = 0;
    for cover in limits.iter().filter(|limit| limit.kind == LimitKind::Insured) {
        let whole = cover.amount.unwrap();
        let counts = if cover.to.is_some_and(|to| to < today) {
            covering(cover).min(whole)
        } else if cover.from.is_some_and(|from| from > today) {
            0
        } else {
            whole
        };
        insured += counts * i64::from(cover.share) / 10_000;
    }
    Some(Some(amount + insured))
}

/// Converts with whole numbers: `rate` is a plain decimal, both currencies have the same decimals.
pub(crate) fn converted(minor: i64, rate: &str, rounding: Rounding) -> i64 {
    let (whole, part) = rate.split_once('.').unwrap_or((rate, ""));
    let digits: i128 = format!("{whole}{part}").parse().unwrap();
    let one = 10_i128.pow(u32::try_from(part.len()).unwrap());
    let product = i128::from(minor) * digits;
    let (down, left) = (product / one, (product % one).abs());
    let up = match rounding {
        Rounding::HalfUp => left * 2 >= one,
        Rounding::HalfEven => left * 2 > one || left * 2 == one && down % 2 != 0,
        Rounding::Up => left > 0,
    };
    i64::try_from(if up { down + product.signum() } else { down }).unwrap()
}

pub(crate) fn judge(policy: &Policy, world: &World, ask: &Ask<'_>) -> Verdict {
    let account = world.account(ask.account);
    let sums = world.sums(policy, ask.account, ask.without);
    let owed = sums.exposure(policy);
    let mut verdict = Verdict { outcome: Outcome::Approve, lines: Vec::new(), owed };
    let lines = &mut verdict.lines;
    if ask.increase <= 0 && ask.without.is_none() && !ask.forced_hold {
        lines.push(Line::of(Code::NotAnIncrease, Outcome::Approve));
        return verdict;
    }
    let exempt = account.status == Status::NoCheck;
    if exempt {
        lines.push(Line::of(Code::StatusNoCheck, Outcome::NotChecked));
    }
    if exempt && !ask.forced_hold {
        verdict.outcome = Outcome::NotChecked;
        return verdict;
    }
    if !ask.comparable {
        verdict.outcome = policy.facts.currency_mismatch;
        lines.push(Line::of(Code::CurrencyMismatch, verdict.outcome));
        return verdict;
    }
    let mut asked = ask.forced_hold;
    if ask.forced_hold {
        lines.push(Line::of(Code::ForcedHold, Outcome::Hold));
    }
    let desk = Desk { policy, world, ask, sums };
    if !exempt && ask.increase > 0 {
        for rule in policy.rules.iter().filter(|rule| desk.speaks_of(&rule.scope)) {
            asked |= desk.rule(rule, lines);
        }
    }
    desk.exclude(lines);
    if lines.iter().any(|line| stops(line.effect))
        && ask.release.is_some_and(|token| token.covers(ask.value, world.today()))
    {
        let lifts_stop = ask.release.unwrap().lifts_stop;
        for line in lines.iter_mut().filter(|line| stops(line.effect) && (lifts_stop || line.code != Code::StatusStop))
        {
            line.effect = Outcome::Approve;
        }
        lines.push(Line::of(Code::Released, Outcome::Approve));
    }
    verdict.outcome = match lines.iter().map(|line| line.effect).max() {
        _ if !asked => Outcome::NotChecked,
        None => Outcome::Approve,
        Some(worst) => worst,
    };
    verdict
}

struct Desk<'a> {
    policy: &'a Policy,
    world: &'a World,
    ask: &'a Ask<'a>,
    sums: Sums,
}

impl Desk<'_> {
    fn effective(&self) -> Option<Option<i64>> {
        self.world.effective(self.policy, self.ask.account)
    }

    /// Whether more than this share of the limit is used with the order; `None` without a limit.
    fn used_above(&self, share: u32) -> Option<bool> {
        let limit = i128::from(self.effective()??);
        let used = i128::from(self.sums.exposure(self.policy) + self.ask.increase);
        Some(used > 0 && used * 10_000 > limit * i128::from(share))
    }

    fn class(&self) -> Option<String> {
        let score = self.world.account(self.ask.account).score?;
        self.policy.classes.iter().find(|class| class.score_from <= score).map(|class| class.name.clone())
    }

    fn speaks_of(&self, scope: &Scope) -> bool {
        let class = self.class();
        let of_class = scope.classes.is_empty() || class.is_some_and(|class| scope.classes.contains(&class));
        let unsaid = [Checkpoint::Entry, Checkpoint::Confirm];
        let moments = if scope.at.is_empty() { &unsaid[..] } else { &scope.at[..] };
        let at = moments.contains(&self.ask.checkpoint)
            || self.ask.stopped_at.is_some_and(|stopped_at| moments.contains(&stopped_at));
        of_class && at
    }

    fn in_currency(&self, amounts: &[Money]) -> Option<i64> {
        let currency = self.world.account(self.ask.account).currency;
        amounts.iter().find(|money| money.currency == currency).map(|money| money.minor)
    }

    fn exclude(&self, lines: &mut Vec<Line>) {
        let mut used = 0;
        for exclusion in &self.policy.exclusions {
            let small = exclusion.up_to.is_empty()
                || self.in_currency(&exclusion.up_to).is_some_and(|most| self.ask.value <= most);
            if !small || !self.speaks_of(&exclusion.scope) {
                continue;
            }
            let level = level_of(&exclusion.scope);
            let mut lifted = false;
            for line in lines.iter_mut() {
                let may = exclusion.lifts == Outcome::Refuse
                    || line.effect < Outcome::Refuse && line.code != Code::StatusStop;
                if stops(line.effect) && may && line.specific < level {
                    line.effect = Outcome::Approve;
                    lifted = true;
                }
            }
            used += usize::from(lifted);
        }
        for _ in 0..used {
            lines.push(Line::of(Code::Excluded, Outcome::Approve));
        }
    }

    /// Asks one rule. Returns whether it had anything to ask.
    fn rule(&self, rule: &Rule, lines: &mut Vec<Line>) -> bool {
        let account = self.world.account(self.ask.account);
        let facts = &self.policy.facts;
        let overdue = self.sums.overdue - if facts.disputed_count_as_overdue { 0 } else { self.sums.disputed_overdue };
        let months = self.world.behaviour(self.ask.account);
        let fired = match &rule.test {
            Test::OverLimit { tolerance_basis_points, dynamic } => {
                self.over_limit(rule, i64::from(*tolerance_basis_points), *dynamic, lines);
                return true;
            }
            Test::OverdueAmount { above } => {
                let Some(most) = self.in_currency(above) else { return false };
                (overdue > most).then_some(Code::OverdueAmount)
            }
            Test::OverdueDays { above, small } => {
                let due = self.world.oldest_overdue(self.policy, self.ask.account);
                let remainder = self.in_currency(small).is_some_and(|most| overdue <= most);
                let days = due.map_or(0, |due| self.world.today().since(due));
                (days > i64::from(*above) && !remainder).then_some(Code::OverdueDays)
            }
            Test::OverdueShare { above } => {
                let all = self.sums.open + self.sums.overdue;
                (overdue * 10_000 > all * i64::from(*above)).then_some(Code::OverdueShare)
            }
            Test::Utilisation { above } => match self.used_above(*above) {
                None => return false,
                Some(used) => used.then_some(Code::Utilisation),
            },
            Test::DocumentValue { above } => {
                let Some(most) = self.in_currency(above) else { return false };
                (self.ask.value > most).then_some(Code::DocumentValue)
            }
            Test::DunningLevel { above } => (account.dunning_level() > *above).then_some(Code::DunningLevel),
            Test::PaymentBehaviour { above } => {
                if months.paid == 0 {
                    return false;
                }
                (months.late / months.paid > i64::from(*above)).then_some(Code::PaymentBehaviour)
            }
            Test::DisputeRate { above, at_least } => {
                if months.invoiced == 0 {
                    return false;
                }
                let rate = months.disputed * 10_000 / months.invoiced;
                let owes = self.sums.open + self.sums.overdue > 0;
                let habit = months.disputed >= i64::from(*at_least);
                (rate > i64::from(*above) && habit && owes).then_some(Code::DisputeRate)
            }
            Test::BucketAmount { bucket, above } => {
                let Some(most) = self.in_currency(above) else { return false };
                let sums = &self.sums;
                let (there, here) = match bucket {
                    Bucket::Ordered => (sums.ordered + sums.later, 0),
                    Bucket::Delivered => (sums.delivered, 1),
                    Bucket::Drafted => (sums.drafted, 2),
                    Bucket::Open => (sums.open + sums.overdue, 3),
                    Bucket::Overdue => (sums.overdue, usize::MAX),
                };
                let more = if here == self.ask.lands { self.ask.increase } else { 0 };
                (there + more > most).then_some(Code::BucketAmount)
            }
            Test::Score { below } => match account.score {
                None => return false,
                Some(score) => (score < *below).then_some(Code::Score),
            },
            Test::Status { is } => match is {
                _ if account.status != *is => None,
                Status::Stop => Some(Code::StatusStop),
                Status::Hold => Some(Code::StatusHold),
                Status::Watch => Some(Code::StatusWatch),
                Status::Ok | Status::NoCheck => return false,
            },
            other => panic!("the model does not know {other:?}"),
        };
        if let Some(code) = fired {
            lines.push(self.line(rule, code, rule.then));
        }
        true
    }

    fn line(&self, rule: &Rule, code: Code, effect: Outcome) -> Line {
        Line { by: rule.release_by.clone(), specific: level_of(&rule.scope), ..Line::of(code, effect) }
    }

    fn over_limit(&self, rule: &Rule, tolerance: i64, dynamic: bool, lines: &mut Vec<Line>) {
        let (facts, today) = (&self.policy.facts, self.world.today());
        let higher = |limit: i64| limit + limit * tolerance / 10_000;
        let account = self.world.account(self.ask.account);
        let mut shared = false;
        for name in &account.pools {
            let pool = &self.world.pools[name];
            let Some(limit) = effective(&pool.limits, |_| 0, today, facts.limit_grace_days) else { continue };
            shared = true;
            let Some(limit) = limit else { continue };
            let exposure =
                |more| self.world.pool_exposure(self.policy, name, self.ask.without, (more, account.currency));
            let effect = match (exposure(0), exposure(self.ask.increase)) {
                (Some(before), Some(after)) if after > higher(limit) && after > before => rule.then,
                (Some(_), Some(_)) => continue,
                _ => facts.currency_mismatch,
            };
            let known = exposure(0).is_some() && exposure(self.ask.increase).is_some();
            let code = if known { Code::OverLimit } else { Code::CurrencyMismatch };
            let by = if known { rule.release_by.clone() } else { None };
            lines.push(Line { pool: name.clone(), by, ..self.line(rule, code, effect) });
        }
        let Some(limit) = self.effective() else {
            if !shared {
                let (code, effect) = match ended_last(&account.limits, today) {
                    Some(_) => (Code::LimitExpired, facts.limit_expired),
                    None => (Code::LimitMissing, facts.limit_missing),
                };
                if lines.iter().all(|line| line.code != code) {
                    lines.push(self.line(rule, code, effect));
                }
            }
            return;
        };
        let Some(limit) = limit else {
            if lines.iter().all(|line| line.code != Code::NoLimit) {
                lines.push(Line { by: None, ..self.line(rule, Code::NoLimit, Outcome::Approve) });
            }
            return;
        };
        let beyond = self.ask.ships.is_some_and(|ships| Some(ships) > self.world.horizon(self.policy));
        let beyond = beyond && self.policy.facts.horizon_days.is_some();
        let left_out = if dynamic { self.sums.later } else { 0 };
        let owed = self.sums.exposure(self.policy) - left_out;
        let after = owed + if dynamic && beyond { 0 } else { self.ask.increase };
        if after > higher(limit) && after > owed {
            lines.push(self.line(rule, Code::OverLimit, rule.then));
            if owed > higher(limit) {
                lines.push(self.line(rule, Code::AlreadyOverLimit, rule.then));
            }
        } else if facts.unapplied_credits_reduce
            && after <= higher(limit)
            && after + self.sums.unapplied > higher(limit)
        {
            lines.push(Line { by: None, ..self.line(rule, Code::CoveredByCredit, Outcome::Approve) });
        }
    }
}

/// Class and company before class before company before everybody.
fn level_of(scope: &Scope) -> u8 {
    match (scope.classes.is_empty(), scope.companies.is_empty()) {
        (true, true) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (false, false) => 3,
    }
}
