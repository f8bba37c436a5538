//! `cargo xtask header`: the C header, generated from `src/ffi`.
//!
//! One file of `src/ffi` is one section of the header. cbindgen is run on each file alone, so that the constants,
//! structs and functions of a concept stand together instead of all constants, then all structs, then all functions.
//! The sections stand in the order of the `mod` lines in `src/ffi/mod.rs`, because a C type must come before its use.

use crate::shell::{Result, fresh, root, slurp, spill, target};
use cbindgen::{Builder, Config, DocumentationStyle, Language, SortKey, Style};
use std::path::{Path, PathBuf};

/// The committed header.
pub(crate) fn path() -> PathBuf {
    root().join("include/obligor.h")
}

/// Writes the header.
pub(crate) fn write() -> Result {
    let text = generate(&root().join("src/ffi"))?;
    spill(&path(), &text)?;
    println!("wrote {}", path().display());
    Ok(())
}

/// Compares the committed header with what the sources say, byte for byte.
pub(crate) fn check() -> Result {
    let (fresh, committed) = (generate(&root().join("src/ffi"))?, slurp(&path())?);
    match first_difference(&committed, &fresh) {
        None => Ok(()),
        Some((line, old, new)) => Err(format!(
            "include/obligor.h is not what src/ffi says; run `cargo xtask header` and commit it\n\
             line {line} is       {old}\nline {line} should be {new}"
        )),
    }
}

/// The header as text.
pub(crate) fn generate(ffi: &Path) -> Result<String> {
    let entrance = slurp(&ffi.join("mod.rs"))?;
    let mut names = vec!["mod".to_owned()];
    names.extend(modules(&entrance));
    let scratch = target().join("xtask/header");
    fresh(&scratch)?;
    let mut text = preamble(&slurp(&root().join("include/preamble.txt"))?);
    for name in names {
        let source = unwrap_exports(&slurp(&ffi.join(format!("{name}.rs")))?);
        // Alone in a folder of its own: cbindgen would follow the `mod` lines otherwise.
        let alone = scratch.join(format!("{name}.rs"));
        let (without_texts, texts) = take_texts(&source);
        spill(&alone, &without_texts)?;
        let mut section = section(&alone, structs(&source))?;
        for (constant, text) in texts {
            section = section.replace(&format!("#define {constant} 0"), &format!("#define {constant} {text}"));
        }
        if let Some(lost) = promised(&source).into_iter().find(|name| !section.contains(name.as_str())) {
            return Err(format!("src/ffi/{name}.rs: cbindgen left out `{lost}`; a constant needs a literal value"));
        }
        if !section.is_empty() {
            text += &format!("\n/* ======== {} ======== */\n\n{section}\n", title(&source));
        }
    }
    text += "\n#ifdef __cplusplus\n}\n#endif\n\n#endif /* OBLIGOR_H */\n";
    Ok(text)
}

/// cbindgen does not look into macros: takes the functions out of `export! { ... }` and writes what the macro adds.
fn unwrap_exports(source: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    for line in source.lines() {
        match line {
            "export! {" => inside = true,
            "}" if inside => inside = false,
            _ if inside => {
                let line = line.strip_prefix("    ").unwrap_or(line);
                let name = ["pub unsafe fn ", "pub const unsafe fn "].into_iter().find_map(|it| line.strip_prefix(it));
                match name {
                    Some(rest) => text += &format!("#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn {rest}\n"),
                    None => text += &format!("{line}\n"),
                }
            }
            _ => text += &format!("{line}\n"),
        }
    }
    text
}

/// cbindgen knows no text constants: they go through it as 0. Answers the source so changed, and names and texts.
fn take_texts(source: &str) -> (String, Vec<(String, String)>) {
    let mut texts = Vec::new();
    let mut keep = |line: &str| {
        let text = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(": &str = "));
        match text {
            Some((name, text)) => {
                texts.push((name.to_owned(), text.trim_end_matches(';').to_owned()));
                format!("pub const {name}: i32 = 0;\n")
            }
            None => format!("{line}\n"),
        }
    };
    (source.lines().map(&mut keep).collect(), texts)
}

/// What a source says it gives to C. cbindgen silently leaves out what it cannot evaluate.
fn promised(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in source.lines().map(str::trim) {
        let constant = line.strip_prefix("pub const OBLIGOR_").and_then(|rest| rest.split_once(':'));
        let function = line.split_once("extern \"C\" fn obligor_").and_then(|(_, rest)| rest.split_once('('));
        if let Some((name, _)) = constant {
            names.push(format!("#define OBLIGOR_{name} "));
        } else if let Some((name, _)) = function.filter(|(name, _)| !name.starts_with("test_")) {
            names.push(format!("obligor_{name}("));
        }
    }
    names
}

/// The structs of a source. cbindgen leaves those out that no function beside them takes.
fn structs(source: &str) -> Vec<String> {
    let names = source.lines().filter_map(|line| line.strip_prefix("pub struct ")?.split_once(' '));
    names.map(|(name, _)| name.to_owned()).filter(|name| name.starts_with("obligor_")).collect()
}

fn section(source: &Path, structs: Vec<String>) -> Result<String> {
    let mut config = Config {
        language: Language::C,
        style: Style::Type,
        no_includes: true,
        usize_is_size_t: true,
        sort_by: SortKey::None,
        documentation_style: DocumentationStyle::Doxy,
        tab_width: 4,
        ..Config::default()
    };
    config.export.include = structs;
    // Feature `test-hooks` never ships.
    config.export.exclude = vec!["obligor_test_panic".into()];
    let bindings = Builder::new()
        .with_config(config)
        .with_src(source)
        .generate()
        .map_err(|e| format!("cbindgen cannot read {}: {e}", source.display()))?;
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    let text = String::from_utf8(bytes).map_err(|e| format!("cbindgen wrote something that is not UTF-8: {e}"))?;
    Ok(text.trim().to_owned())
}

fn preamble(manual: &str) -> String {
    let mut text = String::from("/*\n");
    for line in manual.trim_end().lines() {
        text += format!(" * {line}").trim_end();
        text.push('\n');
    }
    text + " *\n * Generated from src/ffi by `cargo xtask header`. Do not edit.\n */\n\
        #ifndef OBLIGOR_H\n#define OBLIGOR_H\n\n#include <stddef.h>\n#include <stdint.h>\n\n\
        #ifdef __cplusplus\nextern \"C\" {\n#endif\n"
}

/// The names in the `mod name;` lines of a module file, in their order; those compiled for tests only are left out.
fn modules(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut tests_only = false;
    for line in source.lines().map(str::trim) {
        let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
        match line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            Some(name) if !tests_only => found.push(name.to_owned()),
            _ => {}
        }
        tests_only = line == "#[cfg(test)]";
    }
    found
}

/// The first line of a file's module documentation.
fn title(source: &str) -> &str {
    let line = source.lines().find_map(|line| line.strip_prefix("//! ")).unwrap_or("more");
    line.trim_end_matches('.')
}

fn first_difference<'a>(old: &'a str, new: &'a str) -> Option<(usize, &'a str, &'a str)> {
    if old == new {
        return None;
    }
    let (mut old, mut new) = (old.split('\n'), new.split('\n'));
    for line in 1.. {
        match (old.next(), new.next()) {
            (None, None) => break,
            (left, right) if left != right => {
                return Some((line, left.unwrap_or("(missing)"), right.unwrap_or("(nothing)")));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_follow_the_mod_lines() {
        let source = "//! The door.\nmod status;\npub mod money;\n\npub(crate) mod engine;\n#[cfg(test)]\nmod tests;\nmod b {\n}\n";
        assert_eq!(modules(source), ["status", "money", "engine"]);
        assert_eq!(title(source), "The door");
    }

    #[test]
    fn a_difference_is_found_by_its_line() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(first_difference("a\n", "a"), Some((2, "", "(nothing)")));
    }

    #[test]
    fn a_small_ffi_becomes_a_header() {
        let folder = std::env::temp_dir().join(format!("obligor-header-{}", std::process::id()));
        spill(&folder.join("mod.rs"), SMALL_MOD).unwrap();
        spill(&folder.join("order.rs"), SMALL_ORDER).unwrap();
        let text = generate(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        for expected in [
            "/* ======== Versions ======== */",
            "#define OBLIGOR_ABI_VERSION 1\n",
            "#define OBLIGOR_VERSION \"0.1.0\"\n",
            "/* ======== Orders ======== */",
            "typedef struct {",
            "    char currency[4];",
            "} obligor_order;",
            "int32_t obligor_order_check(uint32_t engine, const obligor_order *order, size_t count);",
        ] {
            assert!(text.contains(expected), "no `{expected}` in\n{text}");
        }
        assert!(!text.contains("obligor_test_panic"), "{text}");
    }

    #[test]
    fn what_cbindgen_leaves_out_is_noticed() {
        let source = "pub const OBLIGOR_A: i32 = Code::A as i32;\npub unsafe extern \"C\" fn obligor_a(x: i32) {}\n\
                      pub extern \"C\" fn obligor_test_panic() {}\n";
        assert_eq!(promised(source), ["#define OBLIGOR_A ", "obligor_a("]);
    }

    #[test]
    fn exports_come_out_of_their_macro() {
        let source = "fn a() {\n}\nexport! {\n    /// About.\n    pub unsafe fn obligor_x(a: u32) -> i32 {\n        a()\n    }\n}\nfn b() {\n}\n";
        let expected = "fn a() {\n}\n/// About.\n#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn obligor_x(a: u32) -> i32 {\n    a()\n}\nfn b() {\n}\n";
        assert_eq!(unwrap_exports(source), expected);
    }

    const SMALL_MOD: &str = "//! Versions.\nmod order;\n\
        /// The version.\npub const OBLIGOR_ABI_VERSION: u32 = 1;\n\
        /// The same as text.\npub const OBLIGOR_VERSION: &str = \"0.1.0\";\n\
        /// A length.\npub const OBLIGOR_CURRENCY_LEN: usize = 4;\n\
        /// Status.\npub type obligor_status = i32;\n\
        /// Test only.\n#[cfg(feature = \"test-hooks\")]\n#[unsafe(no_mangle)]\npub extern \"C\" fn obligor_test_panic() -> i32 { 0 }\n";
    const SMALL_ORDER: &str = "//! Orders.\n//!\n//! More.\nuse core::ffi::c_char;\n\
        /// An order.\n#[repr(C)]\npub struct obligor_order {\n  /// Its size.\n  pub struct_size: u32,\n  \
        /// Currency.\n  pub currency: [c_char; 4],\n}\n\
        /// Checks.\n#[unsafe(no_mangle)]\n\
        pub unsafe extern \"C\" fn obligor_order_check(engine: u32, order: *const obligor_order, count: usize) -> i32 { 0 }\n\
        /// Alias.\n#[unsafe(no_mangle)]\n\
        pub unsafe extern \"C\" fn obligor_x(engine: u32, m: *const obligor_money, cb: Option<unsafe extern \"C\" fn(level: i32, user: *mut c_void)>) -> obligor_status { 0 }\n";
}
