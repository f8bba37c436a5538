//! `obligor policy try` as people run it: the table, the JSON, and the page, which needs nothing but itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sample(name: &str) -> String {
    root().join("samples/backtest").join(name).display().to_string()
}

fn obligor(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_obligor")).current_dir(folder).args(words).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn page(folder: &Path, orders: &str, language: &str) -> String {
    let policy = sample("cautious.toml");
    let words = ["policy", "try", &policy, "--orders", orders, "--against", "standard", "--html", "page.html"];
    let out = obligor(folder, &[&words[..], &["--language", language]].concat());
    assert!(matches!(out.status.code(), Some(0 | 39)), "{}", text(&out.stderr));
    std::fs::read_to_string(folder.join("page.html")).unwrap()
}

/// Every element is closed in its order, every attribute is quoted, and no bare `&` or `<` stands in the text.
fn well_formed(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let body = page.strip_prefix("<!DOCTYPE html>").expect("a document type");
    let mut parts = body.split('<');
    let between = |text: &str| {
        for after in text.split('&').skip(1) {
            assert!(after.find(';').is_some_and(|end| end < 8), "a bare & before {after:.20}");
        }
    };
    between(parts.next().unwrap());
    for part in parts {
        let (tag, rest) = part.split_once('>').unwrap_or_else(|| panic!("<{part:.40} is not closed"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim()), "</{name}> closes something else");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        assert!(tag.matches('"').count() % 2 == 0, "<{tag}> has a quote too many");
        between(rest);
    }
    assert_eq!(open, Vec::<&str>::new(), "elements are left open");
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    for language in ["en", "da", "nb", "sv", "fi", "nl"] {
        let page = page(folder.path(), &sample("last-year.csv"), language);
        well_formed(&page);
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
        for word in ["http", "<script", "<link", "<img", "<iframe", "url(", "@import", "src=", "href=", " on"] {
            let found = page
                .to_lowercase()
                .find(word)
                .map(|at| page[at.saturating_sub(20)..].chars().take(60).collect::<String>());
            if word == " on" {
                assert!(!page.contains(" onload=") && !page.contains(" onclick="));
            } else {
                assert_eq!(found, None, "{language}: the page has {word}");
            }
        }
        // Two charts of bars, and two bars of all outcomes.
        assert_eq!((page.matches("class=\"chart\"").count(), page.matches("class=\"share\"").count()), (2, 2));
        assert!(page.contains("@media print"));
    }
    let danish = page(folder.path(), &sample("last-year.csv"), "da");
    assert!(danish.contains("Undgåede tab") && danish.contains("2.261.327,84"));
}

#[test]
fn what_stands_in_the_files_is_text_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let orders = folder.path().join("orders.csv");
    let evil = "<script>alert('1')</script>";
    let rows = format!(
        "company,customer,order,entered,amount,currency,invoiced,due,paid,limit,risk_class\n\
         10,{evil},\"A & \"\"B\"\"\",2025-01-02,900.00,DKK,2025-01-03,2025-02-02,2025-02-01,100.00,<b>\n\
         10,C2,\"&lt;\",2025-01-02,much,DKK,,,,,\n"
    );
    std::fs::write(&orders, rows).unwrap();
    let page = page(folder.path(), orders.to_str().unwrap(), "en");
    well_formed(&page);
    assert!(!page.contains("<script") && !page.contains("<b>&#60;") && page.contains("alert"), "{page}");
    assert!(page.contains("1 of 2 rows"));
}

#[test]
fn the_table_and_the_json_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, orders) = (sample("cautious.toml"), sample("last-year.csv"));
    let words = ["policy", "try", &policy, "--orders", &orders, "--against", "standard"];
    let table = text(&obligor(folder.path(), &words).stdout);
    assert!(table.lines().all(|line| line.chars().count() <= 120), "{table}");
    let out = obligor(folder.path(), &[&words[..], &["--json"]].concat());
    let answer: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(answer["report"]["orders"], 205);
    let avoided = answer["report"]["currencies"][0]["tried"]["losses_avoided"]["amount"].as_str().unwrap();
    assert_eq!(avoided, "78158.18 DKK");
    assert!(table.contains("78,158.18"), "{table}");
}

#[test]
fn without_another_policy_it_is_held_against_the_one_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, orders) = (sample("cautious.toml"), sample("last-year.csv"));
    let words = ["policy", "try", &policy, "--orders", &orders];
    let out = obligor(folder.path(), &words);
    assert_eq!(out.status.code(), Some(8));
    assert!(text(&out.stderr).contains("obligor init"), "{}", text(&out.stderr));
    assert_eq!(obligor(folder.path(), &["init"]).status.code(), Some(0));
    let out = obligor(folder.path(), &words);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("against standard, version 1"), "{}", text(&out.stdout));
}
