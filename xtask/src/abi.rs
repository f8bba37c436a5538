//! `cargo xtask abi`: nobody breaks the C interface by accident.
//!
//! The folder `abi` holds what the interface was when it was last agreed on: `exports.txt` (functions), `status.txt`
//! (status codes), `names.txt` (other constants and typedefs) and `layout.json` (structs). The gate compares the
//! committed header with it. Additions are recorded with `--bless`. A change or a removal is refused unless
//! `OBLIGOR_ABI_VERSION` moves in the same commit; before the first release `--bless --unreleased` takes it as well.
//! What a release tag `v*` holds is compared too, so that editing the folder by hand helps nobody.

use crate::shell::{Result, command, read, root, slurp, spill};
use crate::surface::{Field, Layout, Surface, is_status};
use crate::{header, library};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const FILES: [&str; 4] = ["exports.txt", "status.txt", "names.txt", "layout.json"];

/// A difference between two interfaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    /// A caller built against the old one does not notice.
    Added(String),
    /// A caller built against the old one may break.
    Broken(String),
}

/// The command: compares, or records.
pub(crate) fn run(words: &[&str]) -> Result {
    let surface = Surface::read(&slurp(&header::path())?)?;
    let changes = match words {
        ["--bless", rest @ ..] if rest.is_empty() || *rest == ["--unreleased"] => {
            return bless(&surface, !rest.is_empty());
        }
        [] => compare(&baseline()?, &surface),
        _ => return Err("usage: cargo xtask abi [--bless [--unreleased]]".into()),
    };
    released(&surface)?;
    judge(&changes, baseline()?.abi_version()?, surface.abi_version()?)?;
    if !changes.is_empty() {
        println!("new in the interface; record it with `cargo xtask abi --bless`:\n{}", list(&changes));
    }
    Ok(())
}

/// The gate of `cargo xtask test`: everything is recorded, and nothing that was released is broken.
pub(crate) fn gate() -> Result {
    let surface = Surface::read(&slurp(&header::path())?)?;
    released(&surface)?;
    let old = baseline()?;
    let changes = compare(&old, &surface);
    judge(&changes, old.abi_version()?, surface.abi_version()?)?;
    if changes.is_empty() && render(&old) == render(&surface) {
        return Ok(());
    }
    Err(format!("not recorded yet; run `cargo xtask abi --bless` and commit the folder abi\n{}", list(&changes)))
}

/// What is exported, declared, recorded and imported must be one and the same list.
pub(crate) fn exports() -> Result {
    let library = library::build(library::Kind::Release)?;
    let header = slurp(&header::path())?;
    let surface = Surface::read(&header)?;
    let declared: BTreeSet<String> = surface.functions.keys().cloned().collect();
    let known: BTreeSet<String> =
        declared.iter().chain(surface.structs.keys()).chain(surface.types.keys()).cloned().collect();
    let mut wrong = Vec::new();
    let mut same = |what: &str, found: &BTreeSet<String>, wanted: &BTreeSet<String>| {
        wrong.extend(wanted.difference(found).map(|name| format!("{name} is in the header, not in {what}")));
        wrong.extend(found.difference(wanted).map(|name| format!("{name} is in {what}, not in the header")));
    };
    same("the release library", &library::exports(&library)?, &declared);
    same("abi/exports.txt", &baseline()?.functions.into_keys().collect(), &declared);
    for (what, folder, extension) in
        [("the Python package", "bindings/python/obligor", "py"), ("the C# library", "bindings/csharp/Obligor", "cs")]
    {
        let mut words = BTreeSet::new();
        for file in crate::shell::files(&root().join(folder), extension) {
            words.extend(our_names(&slurp(&file)?));
        }
        let types: BTreeSet<String> = known.difference(&declared).cloned().collect();
        same(what, &words.difference(&types).cloned().collect(), &declared);
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// Every whole word of a source that begins with `obligor_`; `obligor_order_*` in a comment is not one.
fn our_names(source: &str) -> BTreeSet<String> {
    let words = source.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("obligor_") && !word.ends_with('_')).map(str::to_owned).collect()
}

/// Every difference that a caller could notice.
pub(crate) fn compare(old: &Surface, new: &Surface) -> Vec<Change> {
    let mut changes = Vec::new();
    compare_maps("function", &old.functions, &new.functions, &mut changes);
    compare_maps("type", &old.types, &new.types, &mut changes);
    compare_maps("constant", &lasting(&old.constants), &lasting(&new.constants), &mut changes);
    for (code, names) in new.statuses().into_iter().filter(|(_, names)| names.len() > 1) {
        changes.push(Change::Broken(format!("status {code} has {} names: {}", names.len(), names.join(", "))));
    }
    let statuses = new.statuses();
    for (code, names) in old.statuses() {
        if let Some(now) = statuses.get(&code).filter(|now| **now != names) {
            changes.push(Change::Broken(format!("status {code} was {}, is {}", names.join(", "), now.join(", "))));
        }
    }
    for (name, layout) in &old.structs {
        match new.structs.get(name) {
            Some(now) => compare_layouts(name, layout, now, &mut changes),
            None => changes.push(Change::Broken(format!("struct {name} is gone"))),
        }
    }
    let fresh = new.structs.keys().filter(|name| !old.structs.contains_key(*name));
    changes.extend(fresh.map(|name| Change::Added(format!("struct {name}"))));
    changes.sort();
    changes.dedup();
    changes
}

/// The version numbers are there to move.
fn lasting(constants: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let lasts = |name: &str| name != "OBLIGOR_ABI_VERSION" && !name.starts_with("OBLIGOR_VERSION");
    constants.iter().filter(|(name, _)| lasts(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn compare_maps(what: &str, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>, changes: &mut Vec<Change>) {
    for (name, was) in old {
        match new.get(name) {
            Some(is) if is == was => {}
            Some(is) => changes.push(Change::Broken(format!("{what} {name} was `{was}`, is `{is}`"))),
            None => changes.push(Change::Broken(format!("{what} {name} is gone"))),
        }
    }
    let fresh = new.keys().filter(|name| !old.contains_key(*name));
    changes.extend(fresh.map(|name| Change::Added(format!("{what} {name}"))));
}

fn compare_layouts(name: &str, old: &Layout, new: &Layout, changes: &mut Vec<Change>) {
    for (index, was) in old.fields.iter().enumerate() {
        if new.fields.get(index) != Some(was) {
            changes.push(Change::Broken(format!("struct {name}: field {} is not what and where it was", was.name)));
        }
    }
    if old.align != new.align {
        changes.push(Change::Broken(format!("struct {name}: alignment was {}, is {}", old.align, new.align)));
    }
    let fresh = new.fields.iter().skip(old.fields.len());
    changes.extend(fresh.map(|field| Change::Added(format!("struct {name}: field {}", field.name))));
}

/// Breaking is allowed only together with a new ABI version, which never goes back.
pub(crate) fn judge(changes: &[Change], old_version: u32, new_version: u32) -> Result {
    let breaks: Vec<Change> = changes.iter().filter(|change| matches!(change, Change::Broken(_))).cloned().collect();
    if new_version < old_version {
        return Err(format!("OBLIGOR_ABI_VERSION went back from {old_version} to {new_version}"));
    }
    if breaks.is_empty() || new_version > old_version {
        return Ok(());
    }
    Err(format!(
        "this breaks programs built against ABI {old_version}; undo it, or move OBLIGOR_ABI_VERSION in the same commit:\n{}",
        list(&breaks)
    ))
}

fn list(changes: &[Change]) -> String {
    let line = |change: &Change| match change {
        Change::Added(what) => format!("  added   {what}\n"),
        Change::Broken(what) => format!("  BROKEN  {what}\n"),
    };
    changes.iter().map(line).collect()
}

fn bless(surface: &Surface, unreleased: bool) -> Result {
    let folder = root().join("abi");
    if folder.exists() {
        let old = baseline()?;
        let changes = compare(&old, surface);
        if !(unreleased && release_tag().is_none()) {
            judge(&changes, old.abi_version()?, surface.abi_version()?)?;
        }
        print!("{}", list(&changes));
    }
    released(surface)?;
    for (name, text) in FILES.iter().zip(render(surface)) {
        spill(&folder.join(name), &text)?;
    }
    println!("recorded in the folder abi; commit it");
    Ok(())
}

/// Compares with the last release, when this checkout knows one.
fn released(surface: &Surface) -> Result {
    let Some(tag) = release_tag() else { return Ok(()) };
    let file = |name: &str| read(command("git").args(["show", &format!("{tag}:abi/{name}")]));
    let [exports, status, names, layout] = FILES.map(file);
    let old = parse(&[exports?, status?, names?, layout?])?;
    judge(&compare(&old, surface), old.abi_version()?, surface.abi_version()?)
        .map_err(|why| format!("since {tag}: {why}"))
}

fn release_tag() -> Option<String> {
    let tag = read(command("git").args(["describe", "--tags", "--abbrev=0", "--match", "v*"])).ok()?;
    Some(tag.trim().to_owned())
}

/// The interface as the folder `abi` has it.
pub(crate) fn baseline() -> Result<Surface> {
    let read = |name: &str| slurp(&root().join("abi").join(name));
    let [exports, status, names, layout] = FILES.map(read);
    parse(&[exports?, status?, names?, layout?])
}

/// The four files, in the order of `FILES`.
pub(crate) fn render(surface: &Surface) -> [String; 4] {
    let exports = surface.functions.iter().map(|(name, text)| format!("{name}: {text}\n")).collect();
    let status = surface.statuses().iter().map(|(code, names)| format!("{code} {}\n", names.join(" "))).collect();
    let constants = surface.constants.iter().filter(|(name, _)| !is_status(name));
    let names = constants.map(|(name, value)| format!("{name}: {value}\n"));
    let types = surface.types.iter().map(|(name, text)| format!("{name}: {text}\n"));
    let layout: BTreeMap<&str, Value> =
        surface.structs.iter().map(|(name, it)| (name.as_str(), layout_json(it))).collect();
    let layout = serde_json::to_string_pretty(&layout).unwrap_or_default() + "\n";
    [exports, status, names.chain(types).collect(), layout]
}

fn layout_json(layout: &Layout) -> Value {
    let field =
        |it: &Field| json!({"name": it.name, "type": it.kind, "count": it.count, "offset": it.offset, "size": it.size});
    let fields: Vec<Value> = layout.fields.iter().map(field).collect();
    json!({"size": layout.size, "align": layout.align, "fields": fields})
}

/// Reads the four files back.
pub(crate) fn parse(files: &[String; 4]) -> Result<Surface> {
    let [exports, status, names, layout] = files;
    let mut surface = Surface::default();
    let pair = |line: &str| match line.split_once(": ") {
        Some((name, text)) => Ok((name.to_owned(), text.to_owned())),
        None => Err(format!("the folder abi has an odd line: {line}")),
    };
    surface.functions = exports.lines().map(pair).collect::<Result<_>>()?;
    (surface.types, surface.constants) = names
        .lines()
        .map(pair)
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .partition(|(_, text)| text.starts_with("typedef "));
    for line in status.lines() {
        let (code, names) = line.split_once(' ').ok_or_else(|| format!("abi/status.txt has an odd line: {line}"))?;
        surface.constants.extend(names.split(' ').map(|name| (name.to_owned(), code.to_owned())));
    }
    let layout: BTreeMap<String, Value> =
        serde_json::from_str(layout).map_err(|e| format!("abi/layout.json cannot be read: {e}"))?;
    for (name, value) in layout {
        let it = layout_from(&value).ok_or_else(|| format!("abi/layout.json: {name} cannot be read"))?;
        surface.structs.insert(name, it);
    }
    Ok(surface)
}

fn layout_from(value: &Value) -> Option<Layout> {
    let number = |value: &Value, key: &str| value.get(key)?.as_u64();
    let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let field = |it: &Value| {
        let (name, kind) = (text(it, "name")?, text(it, "type")?);
        Some(Field {
            name,
            kind,
            count: number(it, "count")?,
            offset: number(it, "offset")?,
            size: number(it, "size")?,
        })
    };
    let fields = value.get("fields")?.as_array()?.iter().map(field).collect::<Option<_>>()?;
    Some(Layout { size: number(value, "size")?, align: number(value, "align")?, fields })
}

/// A C and C++ program that asks the compiler where everything lies.
pub(crate) fn layout_program(surface: &Surface) -> String {
    let mut facts = String::new();
    for (name, layout) in &surface.structs {
        facts += &format!("    {{\"{name}\", sizeof({name}), {}}},\n", layout.size);
        for field in &layout.fields {
            let (field, offset) = (&field.name, field.offset);
            facts += &format!("    {{\"{name}.{field}\", offsetof({name}, {field}), {offset}}},\n");
        }
    }
    format!(
        "#include \"obligor.h\"\n#include <stdio.h>\n\
         struct fact {{ const char *what; size_t is; size_t should; }};\n\
         static const struct fact facts[] = {{\n{facts}}};\n\
         int main(void) {{\n    size_t i, wrong = 0;\n\
         \x20   for (i = 0; i < sizeof facts / sizeof facts[0]; i++) {{\n\
         \x20       if (facts[i].is != facts[i].should) {{\n            wrong++;\n\
         \x20           printf(\"%s is %lu, abi/layout.json says %lu\\n\", facts[i].what, (unsigned long)facts[i].is, (unsigned long)facts[i].should);\n\
         \x20       }}\n    }}\n    return wrong != 0;\n}}\n"
    )
}

/// The loader's view of the release library: its own name, and the flag that keeps it loaded.
pub(crate) fn loader_view() -> Result {
    let surface = Surface::read(&slurp(&header::path())?)?;
    let dynamic = read(command("readelf").args(["-d", "-W"]).arg(library::build(library::Kind::Release)?))?;
    let name = format!("Library soname: [libobligor.so.{}]", surface.abi_version()?);
    match [name.as_str(), "NODELETE"].into_iter().find(|wanted| !dynamic.contains(wanted)) {
        Some(wanted) => Err(format!("`readelf -d` on the release library does not say {wanted}:\n{dynamic}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::tests::HEADER;

    fn surface() -> Surface {
        Surface::read(HEADER).unwrap()
    }

    /// What the gate says when the baseline was made from a doctored header.
    fn against(from: &str, to: &str) -> Vec<Change> {
        let doctored = HEADER.replacen(from, to, 1);
        assert_ne!(doctored, HEADER, "`{from}` is not in the header");
        compare(&Surface::read(&doctored).unwrap(), &surface())
    }

    fn breaks(changes: &[Change]) -> bool {
        judge(changes, 1, 1).is_err()
    }

    #[test]
    fn the_files_hold_everything() {
        assert_eq!(parse(&render(&surface())), Ok(surface()));
        assert_eq!(compare(&surface(), &surface()), []);
    }

    #[test]
    fn a_doctored_baseline_is_noticed() {
        for (from, to) in [
            ("int32_t obligor_order_check", "int64_t obligor_order_check"),
            ("size_t count", "uint32_t count"),
            ("obligor_version(void)", "obligor_old_version(void)"),
            ("#define OBLIGOR_E_BUFFER 7", "#define OBLIGOR_E_BUFFER 8"),
            ("#define OBLIGOR_E_BUFFER 7", "#define OBLIGOR_E_SPACE 7"),
            ("#define OBLIGOR_KEY_SIZE 64", "#define OBLIGOR_KEY_SIZE 32"),
            ("int64_t amount", "uint64_t amount"),
            ("int64_t amount", "int64_t sum"),
            ("(int32_t level,", "(int64_t level,"),
            ("} obligor_order;", "} obligor_order_old;"),
        ] {
            assert!(breaks(&against(from, to)), "{from} -> {to}");
        }
    }

    #[test]
    fn additions_pass_and_are_named() {
        let changes = against("    /** Key. */\n    char key[OBLIGOR_KEY_SIZE];\n", "");
        assert_eq!(changes, [Change::Added("struct obligor_order: field key".into())]);
        assert!(!breaks(&changes));
        assert!(!breaks(&against("/** Version. */\nconst char *obligor_version(void);\n", "")));
        assert!(!breaks(&against("/** Too small. */\n#define OBLIGOR_E_BUFFER 7\n", "")));
    }

    #[test]
    fn a_number_with_two_meanings_is_a_break() {
        let doubled = HEADER
            .replacen("#define OBLIGOR_KEY_SIZE 64", "#define OBLIGOR_E_TWIN 7", 1)
            .replace("OBLIGOR_KEY_SIZE", "64");
        let changes = compare(&Surface::read(&doubled).unwrap(), &Surface::read(&doubled).unwrap());
        assert!(breaks(&changes), "{changes:?}");
    }

    #[test]
    fn a_break_needs_a_new_version_that_never_goes_back() {
        let changes = [Change::Broken("x".into())];
        assert!(judge(&changes, 1, 1).unwrap_err().contains("OBLIGOR_ABI_VERSION"));
        assert!(judge(&changes, 1, 2).is_ok());
        assert!(judge(&[], 2, 1).is_err());
    }

    #[test]
    fn names_are_whole_words() {
        let source = "lib.obligor_open(); // obligor_order_* and my_obligor_thing\nEntryPoint = \"obligor_close\"";
        assert_eq!(our_names(source).into_iter().collect::<Vec<_>>(), ["obligor_close", "obligor_open"]);
    }
}
