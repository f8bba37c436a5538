//! The baselines for people: `docs/BENCHMARKS.md`, and a chart for each suite beside it.

use std::path::PathBuf;

use plotters::prelude::*;

use crate::result::{self, Better, Contest, Ratio, Suite as Found, number, root};
use crate::suites::{SUITES, Suite};

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench` from `benches/baselines`; do not edit.

Only ratios inside one run are told, since only they travel: every suite lets the sides take turns in one process, in
rounds of slices of a second or less, and takes the median of the rounds' ratios. A round counts when the floor (the
least that anybody has to do: a flush of the disk, a sum in a register) moved by less than half and the first side was as
fast at the end as at the beginning, within 15 %; when too few rounds count there is no verdict. Beside the median stand
the least and the most of the rounds. Disks are memory with a flush of one millisecond put in, which is what a block
device of a cloud takes; real ones change their pace from minute to minute. Paths that wait for nobody are timed by the
thread's time on a processor. The longest wait is told because the usual measure, the time that 99 of 100 answers took,
does not see a caller who waits for seconds: he makes few calls.

| command | what it does |
|---|---|
| `cargo xtask bench` | runs all suites, or those that are named |
| `cargo xtask bench --quick` | everything once and shortly, to see that it runs; says nothing of the numbers |
| `cargo xtask bench --gate` | fails when a ratio is below 0.85 of what stands here (an instruction count: more than 2 % above it), or misses its goal; ends with 2 when the machine did not hold still |
| `cargo xtask bench --bless` | writes the baselines, the charts and this page; not those of a suite that was too noisy |
| `cargo xtask bench --page` | writes the charts and this page from the baselines that are there |
";

/// Writes the page and the charts from the baselines that are there.
pub(crate) fn write() -> Result<(), String> {
    files()?.iter().try_for_each(|(path, text)| crate::write_file(path, text))
}

/// The page and the charts: where they lie, and what is in them.
fn files() -> Result<Vec<(PathBuf, String)>, String> {
    let mut page = HEAD.to_owned();
    let mut files = Vec::new();
    for suite in &SUITES {
        let path = result::baseline(suite.name);
        if path.exists() {
            let found = result::read(&path)?;
            let chart = draw(&found)?;
            page += &section(&found, suite, chart.is_some());
            let place = root().join("docs/benchmarks").join(suite.name).with_extension("svg");
            files.extend(chart.map(|chart| (place, chart)));
        }
    }
    files.push((root().join("docs/BENCHMARKS.md"), page));
    Ok(files)
}

fn section(found: &Found, suite: &Suite, has_chart: bool) -> String {
    let made = &found.made;
    let programs = [("SQLite", Some(&made.sqlite)), ("PostgreSQL", made.postgresql.as_ref())];
    let others = [("Python", made.python.as_ref()), ("", made.valgrind.as_ref())];
    let versions: Vec<String> = programs
        .into_iter()
        .chain(others)
        .filter_map(|(name, version)| version.map(|version| format!("{name} {version}").trim().to_owned()))
        .collect();
    let title = capital(suite.about);
    let mut text = format!(
        "\n## {title}\n\n`cargo xtask bench {0}`: {1}, {2} cores, load {3}; {4}; {5}; commit {6}.\n\n\
         {7}\n",
        suite.name,
        made.cpu,
        made.cores,
        made.load,
        made.rustc,
        versions.join(", "),
        made.commit,
        suite.note,
    );
    if has_chart {
        text += &format!("\n![{title}](benchmarks/{}.svg)\n", suite.name);
    }
    for contest in &found.contests {
        text += &told(contest);
    }
    text
}

fn told(contest: &Contest) -> String {
    let floor = contest.floor.as_ref().map_or_else(String::new, |floor| {
        format!(
            " {} rounds count, {} do not; the floor, {}, is {} microseconds.",
            contest.rounds,
            contest.uncounted,
            floor.name,
            number(floor.microseconds)
        )
    });
    let mut text =
        format!("\n**{}.**{floor}\n\n| | median | least to most | wanted | |\n|---|--:|--:|---|---|\n", contest.title);
    for ratio in &contest.ratios {
        let word = match (ratio.goal, ratio.missed()) {
            (None, _) => "",
            (_, true) => "**missed**",
            (_, false) => "met",
        };
        text += &format!(
            "| {} | {} | {} to {} | {} | {word} |\n",
            ratio.what,
            number(ratio.median),
            number(ratio.least),
            number(ratio.most),
            ratio.wanted()
        );
    }
    if contest.paces.iter().any(|pace| pace.longest_ms.is_some()) {
        text += "\n| | calls a second | p50 ms | p99 ms | longest ms |\n|---|--:|--:|--:|--:|\n";
        let cell = |milliseconds: Option<f64>| milliseconds.map_or_else(String::new, number);
        for pace in &contest.paces {
            let (p50, p99, longest) = (cell(pace.p50_ms), cell(pace.p99_ms), cell(pace.longest_ms));
            text += &format!("| {} | {} | {p50} | {p99} | {longest} |\n", pace.name, number(pace.per_second));
        }
    }
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

const INK: RGBColor = RGBColor(0x33, 0x3b, 0x45);
const GRID: RGBColor = RGBColor(0xdf, 0xe3, 0xe8);
const MET: RGBColor = RGBColor(0x2f, 0x7d, 0x5b);
const MISSED: RGBColor = RGBColor(0xb5, 0x4a, 0x3a);
const SMALL: RGBColor = RGBColor(0x7a, 0x8a, 0x9a);
const WIDTH: u32 = 980;
const ROW: u32 = 26;
const NAMES: i32 = 560;

/// How many times as good as its goal a ratio is. Larger is better.
fn goodness(ratio: &Ratio) -> f64 {
    let goal = ratio.goal.unwrap_or(ratio.median);
    match ratio.better {
        Better::More => ratio.median / goal,
        Better::Less => goal / ratio.median.max(f64::MIN_POSITIVE),
    }
}

/// One bar for each ratio that has a goal, to the right of the line where the goal is met, to the left of it where it is
/// missed; the scale is logarithmic. A suite without goals has no chart.
fn draw(found: &Found) -> Result<Option<String>, String> {
    let ratios: Vec<&Ratio> =
        found.contests.iter().flat_map(|contest| &contest.ratios).filter(|ratio| ratio.goal.is_some()).collect();
    if ratios.is_empty() {
        return Ok(None);
    }
    let mut svg = String::new();
    paint(&mut svg, &ratios).map_err(|why| format!("the chart of {} cannot be drawn: {why}", found.suite))?;
    Ok(Some(svg))
}

fn paint(svg: &mut String, ratios: &[&Ratio]) -> Result<(), Box<dyn std::error::Error>> {
    let height = ROW * u32::try_from(ratios.len())? + ROW;
    let root = SVGBackend::with_string(svg, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    let most = ratios.iter().map(|ratio| goodness(ratio).log10().abs()).fold(0.3, f64::max);
    let (left, right) = (NAMES + 60, i32::try_from(WIDTH)? - 110);
    let middle = (left + right) / 2;
    let style = |colour: &RGBColor| ("sans-serif", 12).into_font().color(colour);
    root.draw(&PathElement::new([(middle, 4), (middle, i32::try_from(height - ROW)?)], GRID.stroke_width(2)))?;
    for (row, ratio) in ratios.iter().enumerate() {
        let top = i32::try_from(row)? * i32::try_from(ROW)? + 6;
        let share = goodness(ratio).log10() / most;
        let end = middle + (share * f64::from((right - left) / 2)) as i32;
        let colour = if ratio.missed() { MISSED } else { MET };
        root.draw(&Text::new(ratio.what.clone(), (4, top), style(&INK)))?;
        let (from, to) = (middle.min(end), middle.max(end).max(middle.min(end) + 2));
        root.draw(&Rectangle::new([(from, top), (to, top + 14)], colour.filled()))?;
        let value = format!("{} ({})", number(ratio.median), number(ratio.goal.unwrap_or_default()));
        root.draw(&Text::new(value, (right + 6, top), style(&colour)))?;
    }
    let foot = i32::try_from(height - ROW)? + 6;
    root.draw(&Text::new("missed < goal > met", (middle - 58, foot), style(&SMALL)))?;
    root.present()?;
    drop(root);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::Made;

    #[test]
    fn a_chart_shows_what_has_a_goal() {
        let ratio = |what: &str, goal| Ratio::of(what.to_owned(), Better::More, goal, vec![2.0]);
        let mut contest = Contest::of_figures("a contest", vec![ratio("without", None)]);
        let suite = |contest: &Contest| Found {
            suite: "some".to_owned(),
            made: Made::default(),
            contests: vec![contest.clone()],
        };
        assert_eq!(draw(&suite(&contest)).unwrap(), None);
        contest.ratios.extend([ratio("reached", Some(1.0)), ratio("not reached", Some(4.0))]);
        let chart = draw(&suite(&contest)).unwrap().unwrap();
        assert!(chart.contains("not reached") && !chart.contains("without"), "{chart}");
        assert!(chart.contains("#2F7D5B") && chart.contains("#B54A3A"), "{chart}");
    }

    /// Whoever changes a baseline or the page by hand is found out.
    #[test]
    fn the_page_and_the_charts_are_what_the_baselines_say() {
        for (path, text) in files().unwrap() {
            let written = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(written == text, "{} is not what the baselines say: cargo xtask bench --page", path.display());
        }
    }
}
