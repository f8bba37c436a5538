//! The README shows code that runs and errors that are real: its samples are files that the tests of each language run,
//! and its tables of bad input are made by tests. `OBLIGOR_BLESS=1` writes them into it.

use std::path::Path;

/// A part of the README that is a copy: the lines it stands between, the file it is a copy of, and its language.
const COPIES: [(&str, &str, &str, Option<&str>); 5] = [
    ("<!-- c: begin -->", "<!-- c: end -->", "tests/c/readme.c", Some("c")),
    ("<!-- csharp: begin -->", "<!-- csharp: end -->", "bindings/csharp/Samples/Readme.cs", Some("csharp")),
    ("<!-- python: begin -->", "<!-- python: end -->", "samples/readme.py", Some("python")),
    ("<!-- bad requests: begin -->", "<!-- bad requests: end -->", "tests/golden/bad-requests.md", None),
    ("<!-- bad input: begin -->", "<!-- bad input: end -->", "tests/golden/bad-input.md", None),
];

#[test]
fn what_the_readme_shows_is_what_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut wanted = readme.clone();
    for (begin, end, file, language) in COPIES {
        let source = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        // What comes before the mark is what any program of its language needs: includes, licences, the test's own set-up.
        let shown = source.split_once("readme: begin").map_or(source.as_str(), |(_, rest)| {
            let rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            rest.rsplit_once("readme: end")
                .map_or(rest, |(shown, _)| shown.rsplit_once('\n').map_or(shown, |(shown, _)| shown))
        });
        let shown = outdented(shown.trim_matches('\n'));
        let copy = match language {
            Some(language) => format!("\n```{language}\n{shown}\n```\n"),
            None => format!("\n{shown}\n"),
        };
        let (before, rest) = wanted.split_once(begin).unwrap_or_else(|| panic!("the README has no {begin}"));
        let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("the README has no {end}"));
        wanted = format!("{before}{begin}{copy}{end}{after}");
    }
    if std::env::var_os("OBLIGOR_BLESS").is_some() {
        std::fs::write(root.join("README.md"), wanted).unwrap();
    } else {
        assert!(readme == wanted, "README.md is not what the samples are: run this test with OBLIGOR_BLESS=1");
    }
}

/// The lines with what they all begin with taken away.
fn outdented(text: &str) -> String {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let least = text.lines().filter(|line| !line.trim().is_empty()).map(margin).min().unwrap_or(0);
    text.lines().map(|line| line.get(least..).unwrap_or("")).collect::<Vec<_>>().join("\n")
}
