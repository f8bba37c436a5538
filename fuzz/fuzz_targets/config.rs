//! The configuration: a JSON document, or the same as a TOML file.
//!
//! The two say the same, and no error repeats a secret.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use obligor::engine::Config;
use obligor::error::{Error, ErrorKind};
use obligor_fuzz::{must_be_clear, scratch, text};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| -> Corpus { text(bytes).map_or_else(|corpus| corpus, run) });

fn run(input: &str) -> Corpus {
    // What another file says is not this input's.
    if input.contains("file:") {
        return Corpus::Reject;
    }
    if !input.trim_start().starts_with('{') {
        let _judged = judge(read_file(input));
        return Corpus::Keep;
    }
    let read = judge(Config::read(input));
    let Ok(document) = serde_json::from_str::<Value>(input) else { return Corpus::Keep };
    if let Some(secret) = document["secret"].as_str().filter(|secret| secret.len() > 8)
        && input.matches(secret).count() == 1
        && let Err(message) = &read
    {
        assert!(!message.contains(secret) || secret.starts_with("env:"), "{message}");
    }
    // TOML has no null, and reads a document with a double key as an error.
    if let (Ok(mut read), Ok(file)) = (read, toml::to_string(&document)) {
        let same = read_file(&file).unwrap_or_else(|error| panic!("{error}: {file}"));
        // Paths of a file are relative to it.
        if let obligor::engine::StorePlace::File(path) = &mut read.store {
            *path = scratch().join(&*path);
        }
        if let obligor::engine::PolicySource::File(path) = &mut read.policy {
            *path = scratch().join(&*path);
        }
        assert_eq!(same, read, "{file}");
    }
    Corpus::Keep
}

fn read_file(content: &str) -> Result<Config, Error> {
    let path = scratch().join("obligor.toml");
    std::fs::create_dir_all(scratch()).expect("there is room");
    std::fs::write(&path, content).expect("there is room");
    Config::read(path.to_str().expect("it is UTF-8"))
}

fn judge(read: Result<Config, Error>) -> Result<Config, String> {
    read.map_err(|error| {
        must_be_clear(&error);
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        error.message().to_owned()
    })
}
