//! What is recorded in the folder `abi` is what the compiler makes of `src/ffi`. That it is what the header says, and that
//! nothing is taken away from it, is proved by `cargo xtask test abi`.

use std::collections::BTreeMap;
use std::mem::offset_of;
use std::path::Path;

use obligor::ffi::account::obligor_account;
use obligor::ffi::decision::{obligor_decision, obligor_reason};
use obligor::ffi::order::obligor_order;
use obligor::ffi::status::STATUSES;

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Size and fields of a struct as the compiler lays it out.
macro_rules! layout {
    ($name:ident: $($field:ident)+) => {
        (stringify!($name), size_of::<$name>(), vec![$((stringify!($field), offset_of!($name, $field))),+])
    };
}

#[test]
fn structs_lie_as_recorded() {
    let compiled = [
        layout!(obligor_account: struct_size account currency status ordered delivered drafted open overdue unapplied
            exposure limit available has_limit oldest_overdue_day facts_at_ms later),
        layout!(obligor_decision: struct_size outcome decision_id increase increase_currency currency exposure_before
            exposure_after limit available_before available_after prepay facts_at_ms has_account has_limit order_state
            source repeated reason_count status reserved deposit),
        layout!(obligor_order: struct_size account amount currency flags expires_ms stage_from stage_to due_day
            deadline_ms company customer document key item user rate
            secured ships_day terms_days discount_basis_points checkpoint role reason),
        layout!(obligor_reason: struct_size code level effect measured_kind threshold_kind remedy_kind reserved measured
            threshold remedy release_by rule pool currency remedy_currency),
    ];
    let recorded: BTreeMap<String, serde_json::Value> = serde_json::from_str(&file("abi/layout.json")).unwrap();
    assert_eq!(recorded.len(), compiled.len());
    for (name, size, fields) in compiled {
        let recorded = &recorded[name];
        assert_eq!(recorded["size"], size, "{name}");
        let places: Vec<(&str, u64)> = recorded["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| (field["name"].as_str().unwrap(), field["offset"].as_u64().unwrap()))
            .collect();
        let fields: Vec<(&str, u64)> =
            fields.into_iter().map(|(name, at)| (name, u64::try_from(at).unwrap())).collect();
        assert_eq!(places, fields, "{name}");
    }
}

#[test]
fn every_recorded_status_has_words_and_no_other() {
    let recorded: Vec<(i32, String)> = file("abi/status.txt")
        .lines()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(code, name)| (code.parse().unwrap(), name.to_owned()))
        .collect();
    let told: Vec<(i32, String)> = STATUSES.iter().map(|(code, name, _)| (*code, format!("OBLIGOR_{name}"))).collect();
    assert_eq!(recorded, told);
    assert!(STATUSES.iter().all(|(_, _, words)| !words.is_empty()));
}

#[test]
fn exports_are_written_with_the_macro_only() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi");
    let mut exports = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = source.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).collect();
        let is_guard = path.ends_with("guard.rs");
        let unguarded = code.iter().filter(|line| line.contains("no_mangle") || line.contains("export_name")).count();
        assert_eq!(unguarded, if is_guard { 2 } else { 0 }, "{}: use export!", path.display());
        exports += code.iter().filter(|line| **line == "export! {").count();
    }
    // The one for tests is not recorded.
    assert_eq!(exports, file("abi/exports.txt").lines().count() + 1);
}
