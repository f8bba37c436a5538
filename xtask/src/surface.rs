//! What the header promises, read back from its text: functions, constants, types and the layout of every struct.
//!
//! Only our own generated header is read here, so a line-by-line reader is enough. Layouts are computed, because the
//! rules for structs (fixed-width integers and `char` arrays, no implicit padding) leave a compiler no choice; that a
//! compiler agrees is proved by the C and Rust tests.

use crate::shell::Result;
use std::collections::BTreeMap;

/// The C interface, as data.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Surface {
    /// Name to `result (parameter types)`.
    pub(crate) functions: BTreeMap<String, String>,
    /// Name to value.
    pub(crate) constants: BTreeMap<String, String>,
    /// Name of a typedef that is not a struct, to its text.
    pub(crate) types: BTreeMap<String, String>,
    /// Name to layout.
    pub(crate) structs: BTreeMap<String, Layout>,
}

/// Where the fields of a struct lie.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) size: u64,
    pub(crate) align: u64,
    pub(crate) fields: Vec<Field>,
}

/// One field; `count` is 1 unless it is an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) count: u64,
    pub(crate) offset: u64,
    pub(crate) size: u64,
}

impl Surface {
    /// Reads a generated header; an error lists everything that breaks a rule of the interface.
    pub(crate) fn read(header: &str) -> Result<Surface> {
        let mut surface = Surface::default();
        let mut wrong = Vec::new();
        let mut lines = Lines { lines: header.lines(), documented: false };
        while let Some((line, documented)) = lines.next() {
            let name = if let Some(rest) = line.strip_prefix("#define ") {
                let Some((name, value)) = rest.split_once(' ') else { continue };
                surface.constants.insert(name.to_owned(), value.trim().to_owned());
                name.to_owned()
            } else if line == "typedef struct {" {
                surface.read_struct(&mut lines, &mut wrong)
            } else if line.starts_with("typedef ") {
                let text = lines.statement(line);
                let name = type_name(&text);
                surface.types.insert(name.clone(), text);
                name
            } else if line.contains("obligor_") {
                let text = lines.statement(line);
                let Some((head, parameters)) = text.trim_end_matches(')').split_once('(') else {
                    wrong.push(format!("cannot read `{text}`"));
                    continue;
                };
                let name = last_word(head).to_owned();
                let result = head.trim_end_matches(&name).trim();
                surface.functions.insert(name.clone(), format!("{result} ({})", parameter_types(parameters)));
                name
            } else {
                continue;
            };
            if !documented {
                wrong.push(format!("{name} has no documentation"));
            }
        }
        if wrong.is_empty() { Ok(surface) } else { Err(format!("the header breaks rules:\n  {}", wrong.join("\n  "))) }
    }

    /// The number that moves when the interface breaks.
    pub(crate) fn abi_version(&self) -> Result<u32> {
        let text = self.constants.get("OBLIGOR_ABI_VERSION").ok_or("the header has no OBLIGOR_ABI_VERSION")?;
        text.parse().map_err(|_| format!("OBLIGOR_ABI_VERSION is `{text}`, not a number"))
    }

    /// The status codes: number to names. More than one name for a number is a mistake that the gate reports.
    pub(crate) fn statuses(&self) -> BTreeMap<i32, Vec<&str>> {
        let mut found: BTreeMap<i32, Vec<&str>> = BTreeMap::new();
        for (name, value) in self.constants.iter().filter(|(name, _)| is_status(name)) {
            if let Ok(code) = value.parse() {
                found.entry(code).or_default().push(name);
            }
        }
        found
    }

    fn read_struct(&mut self, lines: &mut Lines<'_>, wrong: &mut Vec<String>) -> String {
        let mut layout = Layout { align: 1, ..Layout::default() };
        let mut faults = Vec::new();
        let name = loop {
            let Some((line, documented)) = lines.next() else { break String::new() };
            if let Some(rest) = line.strip_prefix('}') {
                break rest.trim_matches([' ', ';']).to_owned();
            }
            let text = lines.statement(line);
            if !documented {
                faults.push(format!("field `{text}` has no documentation"));
            }
            if let Err(why) = self.place(&mut layout, &text) {
                faults.push(format!("field `{text}`: {why}"));
            }
        };
        if !layout.size.is_multiple_of(layout.align) {
            faults.push(format!("ends at {}, which leaves padding behind it; add a reserved field", layout.size));
        }
        if layout.fields.first().is_none_or(|first| first.name != "struct_size" || first.kind != "uint32_t") {
            faults.push("the first field must be `uint32_t struct_size`".into());
        }
        wrong.extend(faults.into_iter().map(|fault| format!("{name}: {fault}")));
        self.structs.insert(name.clone(), layout);
        name
    }

    /// Puts one more field at the end of a struct.
    fn place(&self, layout: &mut Layout, text: &str) -> Result {
        let (text, length) = match text.split_once('[') {
            Some((text, length)) => (text, length.trim_end_matches(']')),
            None => (text, "1"),
        };
        let (kind, name) = text.rsplit_once(' ').ok_or("not a type and a name")?;
        let value = self.constants.get(length).map_or(length, String::as_str);
        let count: u64 = value.parse().map_err(|_| format!("unknown length `{length}`"))?;
        let (size, align) = match kind {
            "char" | "int8_t" | "uint8_t" => (1, 1),
            "int16_t" | "uint16_t" => (2, 2),
            "int32_t" | "uint32_t" => (4, 4),
            "int64_t" | "uint64_t" => (8, 8),
            other => {
                let inner =
                    self.structs.get(other).ok_or("only fixed-width integers, `char` arrays and our structs")?;
                (inner.size, inner.align)
            }
        };
        if !layout.size.is_multiple_of(align) {
            return Err(format!("would lie at {} after padding; put a reserved field before it", layout.size));
        }
        let field =
            Field { name: name.to_owned(), kind: kind.to_owned(), count, offset: layout.size, size: size * count };
        layout.size += field.size;
        layout.align = layout.align.max(align);
        layout.fields.push(field);
        Ok(())
    }
}

/// Whether a constant is a status code.
pub(crate) fn is_status(name: &str) -> bool {
    name == "OBLIGOR_OK" || name.starts_with("OBLIGOR_E_")
}

/// The lines of a header without comments and blanks, each with whether documentation stands right before it.
struct Lines<'a> {
    lines: std::str::Lines<'a>,
    documented: bool,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<(&'a str, bool)> {
        loop {
            let line = self.lines.next()?.trim();
            if line.starts_with("/*") {
                self.documented = line.starts_with("/**");
                let mut end = line;
                while !end.ends_with("*/") {
                    end = self.lines.next()?.trim();
                }
            } else if !line.is_empty() {
                return Some((line, std::mem::take(&mut self.documented)));
            }
        }
    }

    /// A declaration from its first line to its semicolon, on one line.
    fn statement(&mut self, first: &str) -> String {
        let mut text = first.to_owned();
        while !text.ends_with(';') {
            let Some((line, _)) = self.next() else { break };
            text += " ";
            text += line;
        }
        text.trim_end_matches(';').split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn last_word(text: &str) -> &str {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let end = text.trim_end_matches(|letter| !is_letter(letter));
    end.rsplit(|letter| !is_letter(letter)).next().unwrap_or(end)
}

/// The new name in a typedef: inside `(*name)` for a function, the last word otherwise.
fn type_name(text: &str) -> String {
    let name = text.split_once("(*").and_then(|(_, rest)| rest.split(')').next()).unwrap_or_else(|| last_word(text));
    name.to_owned()
}

/// Parameters without their names: a caller does not see those.
fn parameter_types(parameters: &str) -> String {
    let nameless = |parameter: &str| {
        let parameter = parameter.trim();
        if parameter == "void" || parameter.contains('(') || parameter.ends_with(')') {
            return parameter.to_owned();
        }
        parameter.strip_suffix(last_word(parameter)).unwrap_or(parameter).trim().to_owned()
    };
    parameters.split(',').map(nameless).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const HEADER: &str = "\
/*
 * obligor
 */
#ifndef OBLIGOR_H
#define OBLIGOR_H
#ifdef __cplusplus
extern \"C\" {
#endif

/* ======== Status ======== */

/** The interface. */
#define OBLIGOR_ABI_VERSION 1

/**
 * Done.
 */
#define OBLIGOR_OK 0

/** Too small. */
#define OBLIGOR_E_BUFFER 7

/** Length. */
#define OBLIGOR_KEY_SIZE 64

/** A line of the log. */
typedef void (*obligor_log_fn)(int32_t level, const char *text, void *user);

/**
 * An order; see obligor_order_check().
 */
typedef struct {
    /** Size. */
    uint32_t struct_size;
    /** Reserved. */
    uint32_t reserved;
    /** Amount. */
    int64_t amount;
    /** Key. */
    char key[OBLIGOR_KEY_SIZE];
} obligor_order;

/**
 * Checks.
 */
int32_t obligor_order_check(uint32_t engine,
                            const obligor_order *orders,
                            size_t count);

/** Version. */
const char *obligor_version(void);

#ifdef __cplusplus
}
#endif
#endif /* OBLIGOR_H */
";

    #[test]
    fn a_header_is_read_back() {
        let surface = Surface::read(HEADER).unwrap();
        assert_eq!(surface.functions["obligor_order_check"], "int32_t (uint32_t, const obligor_order *, size_t)");
        assert_eq!(surface.functions["obligor_version"], "const char * (void)");
        assert_eq!(surface.functions.len(), 2);
        assert_eq!(surface.abi_version(), Ok(1));
        assert_eq!(surface.constants.len(), 4);
        assert_eq!(surface.types.keys().collect::<Vec<_>>(), ["obligor_log_fn"]);
        assert_eq!(surface.statuses()[&7], ["OBLIGOR_E_BUFFER"]);
        let layout = &surface.structs["obligor_order"];
        assert_eq!((layout.size, layout.align), (80, 8));
        let places: Vec<_> =
            layout.fields.iter().map(|field| (field.name.as_str(), field.offset, field.size)).collect();
        assert_eq!(places, [("struct_size", 0, 4), ("reserved", 4, 4), ("amount", 8, 8), ("key", 16, 64)]);
    }

    #[test]
    fn broken_rules_are_named() {
        for (from, to, complaint) in [
            ("    /** Reserved. */\n    uint32_t reserved;\n", "", "after padding"),
            ("uint32_t struct_size", "uint32_t size", "first field"),
            ("int64_t amount", "double amount", "fixed-width"),
            ("int64_t amount", "const char *amount", "fixed-width"),
            ("    /** Amount. */\n", "", "has no documentation"),
            ("/** Version. */\n", "", "obligor_version has no documentation"),
            ("/** Too small. */\n", "", "OBLIGOR_E_BUFFER has no documentation"),
            ("key[OBLIGOR_KEY_SIZE]", "key[63]", "padding behind"),
        ] {
            let doctored = HEADER.replacen(from, to, 1);
            assert_ne!(doctored, HEADER);
            let why = Surface::read(&doctored).unwrap_err();
            assert!(why.contains(complaint), "{complaint}: {why}");
        }
    }
}
