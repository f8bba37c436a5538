//! What the samples declare of the C interface, read out of their text and compared with the folder `abi`: constants
//! everywhere; fields and parameters in VBA and ABL, which are neither compiled nor run here.

use super::STRUCTS;
use crate::abi;
use crate::shell::{Result, slurp};
use crate::surface::{Field, Surface};
use std::collections::BTreeMap;
use std::path::Path;

const VBA: &str = "vba/FirstOrder.bas";
const ABL: &str = "abl/first-order.p";

/// Every text that says constants itself.
const TEXTS: [&str; 5] = [VBA, ABL, "pascal/Obligor.pas", "cobol/obligor.cpy", "java/Obligor.java"];

/// Checks all texts in `samples/hosts`; answers how many.
pub(super) fn check(folder: &Path) -> Result<usize> {
    let surface = abi::baseline()?;
    for name in TEXTS {
        let text = slurp(&folder.join(name))?;
        let checked = match name {
            VBA => vba(&text, &surface),
            ABL => abl(&text, &surface),
            _ => constants(&text, &surface),
        };
        checked.map_err(|why| format!("samples/hosts/{name}: {why}"))?;
    }
    Ok(TEXTS.len())
}

/// Every line that gives an `OBLIGOR_` name a number gives it the number of the header.
fn constants(text: &str, surface: &Surface) -> Result {
    let mut found = 0;
    for line in text.lines() {
        let mut words = line.split([' ', ';']).filter(|word| !word.is_empty());
        let Some(name) = words.find(|word| word.starts_with("OBLIGOR_") || word.starts_with("OBLIGOR-")) else {
            continue;
        };
        let value = words.find(|word| !["=", "VALUE", "As", "Long"].contains(word));
        let Some(Ok(value)) = value.map(|word| word.trim_end_matches('.').parse::<i64>()) else { continue };
        let name = name.replace('-', "_");
        match surface.constants.get(&name) {
            Some(should) if *should == value.to_string() => found += 1,
            Some(should) => return Err(format!("{name} is {value}, not {should}")),
            None => return Err(format!("the header has no {name}")),
        }
    }
    // The statuses and outcomes that each needs.
    if found < 9 { Err(format!("only {found} constants were found in it")) } else { Ok(()) }
}

/// A `Type` for each struct, with the offset behind each field, and `Declare` for functions.
fn vba(text: &str, surface: &Surface) -> Result {
    constants(text, surface)?;
    for (name, short) in STRUCTS {
        let head = format!("Private Type {}\n", super::camel(name, true));
        let body = text.split_once(&head).and_then(|(_, rest)| rest.split_once("End Type"));
        let (body, _) = body.ok_or_else(|| format!("it has no `{}`", head.trim_end()))?;
        let mut lines = body.lines().filter(|line| !line.trim().is_empty());
        let layout = &surface.structs[name];
        let mut place = 0;
        for field in &layout.fields {
            let line = lines.next().unwrap_or("").trim();
            vba_field(line, field, &mut place).map_err(|why| format!("{name}.{}: `{line}` {why}", field.name))?;
        }
        if let Some(line) = lines.next() {
            return Err(format!("{name} has no field for `{}`", line.trim()));
        }
        let guard = format!("LenB({}) <> {}", short.to_lowercase(), layout.size);
        if place != layout.size || !text.contains(&guard) {
            return Err(format!("{name} comes to {place} bytes, of {}; `{guard}` must be asked", layout.size));
        }
    }
    let joined = text.replace(" _\n", " ");
    let mut declared = BTreeMap::new();
    for line in joined.lines().filter(|line| line.contains("Declare PtrSafe Function obligor_")) {
        let (head, rest) = line.split_once('(').ok_or_else(|| format!("`{line}` has no parameters"))?;
        let (parameters, result) = rest.split_once(')').ok_or_else(|| format!("`{line}` has no end"))?;
        let name = head.split(' ').find(|word| word.starts_with("obligor_")).unwrap_or_default();
        let widths = parameters.split(',').map(str::trim).filter(|text| !text.is_empty()).map(|parameter| {
            match (parameter.starts_with("ByRef "), parameter.rsplit(' ').next()) {
                (true, _) | (false, Some("LongPtr")) => 'p',
                (false, Some("Long")) => '4',
                (false, Some("LongLong")) => '8',
                _ => '?',
            }
        });
        declared
            .insert(name.to_owned(), widths.chain(if result.trim() == "As Long" { Some('4') } else { None }).collect());
    }
    functions(&declared, surface)
}

/// `Company(0 To 31) As Byte    ' 48`: its name begins as the header's, since VBA keeps some words for itself.
fn vba_field(line: &str, field: &Field, place: &mut u64) -> Result {
    let (code, offset) = line.split_once('\'').ok_or("does not tell its offset")?;
    let (name, kind) = code.trim().split_once(" As ").ok_or("has no type")?;
    let (name, size) = match (name.split_once("(0 To "), kind) {
        (None, "Long") => (name, Some(4)),
        (None, "LongLong") => (name, Some(8)),
        (Some((name, last)), "Byte") => {
            (name, last.trim_end_matches(')').parse::<u64>().ok().and_then(|last| last.checked_add(1)))
        }
        _ => (name, None),
    };
    if !name.to_lowercase().starts_with(&field.name.replace('_', "")) {
        return Err("has another name".into());
    }
    if offset.trim() != field.offset.to_string() || *place != field.offset {
        return Err(format!("is not at {}", field.offset));
    }
    if size != Some(field.size) {
        return Err(format!("is not {} bytes wide", field.size));
    }
    *place += field.size;
    Ok(())
}

/// A definition for the place of each field, counted from 1; accesses as wide as the field; `EXTERNAL` procedures.
fn abl(text: &str, surface: &Surface) -> Result {
    constants(text, surface)?;
    let places = text.lines().filter_map(|line| line.strip_prefix("&SCOPED-DEFINE ")?.split_once(' '));
    let ours = |name: &str| STRUCTS.iter().any(|(_, short)| name.starts_with(&format!("{short}-")));
    let mut is: Vec<_> =
        places.filter(|(name, _)| ours(name)).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut should = Vec::new();
    let mut widths = BTreeMap::new();
    for (name, short) in STRUCTS {
        let layout = &surface.structs[name];
        should.push((format!("{short}-BYTES"), layout.size.to_string()));
        for field in &layout.fields {
            let name = format!("{short}-{}", field.name.to_uppercase().replace('_', "-"));
            should.push((name.clone(), (field.offset + 1).to_string()));
            widths.insert(name, field);
        }
    }
    is.sort();
    should.sort();
    if let Some((is, should)) = is.iter().zip(&should).find(|(is, should)| is != should) {
        return Err(format!("it defines {} {}, and abi/layout.json says {} {}", is.0, is.1, should.0, should.1));
    }
    if is.len() != should.len() {
        return Err(format!("it defines {} places, and abi/layout.json has {}", is.len(), should.len()));
    }
    accesses(text, &widths)?;
    let mut declared = BTreeMap::new();
    for part in text.split("\nPROCEDURE ").filter(|part| part.contains(" EXTERNAL ")) {
        let name = part.split(' ').next().unwrap_or_default().to_owned();
        let width = |line: &str| match line.trim().trim_end_matches('.').rsplit(' ').next() {
            Some("MEMPTR") => 'p',
            Some("LONG" | "UNSIGNED-LONG") => '4',
            Some("INT64") => '8',
            _ => '?',
        };
        declared.insert(name, part.lines().filter(|line| line.contains(" PARAMETER ")).map(width).collect());
    }
    functions(&declared, surface)
}

/// `GET-INT64(memory, {&ORDER-AMOUNT})` must be used for a field of eight bytes, and so on.
fn accesses(text: &str, fields: &BTreeMap<String, &Field>) -> Result {
    for line in text.lines() {
        for (at, _) in line.match_indices("{&") {
            let (before, after) = (&line[..at], &line[at + 2..]);
            let Some((name, after)) = after.split_once('}') else { continue };
            let Some(field) = fields.get(name) else { continue };
            let verb = before.rsplit('(').nth(1).and_then(|text| text.trim_end().rsplit([' ', '(']).next());
            let fits = match verb {
                Some("GET-LONG" | "PUT-LONG" | "GET-UNSIGNED-LONG" | "PUT-UNSIGNED-LONG") => field.size == 4,
                Some("GET-INT64" | "PUT-INT64") => field.size == 8,
                Some("put-text") => after.trim_start_matches(", ").split(',').next() == Some(&field.size.to_string()),
                _ => false,
            };
            if !fits || (field.kind == "char") != (verb == Some("put-text")) {
                return Err(format!("`{}`: {name} is {} bytes of {}", line.trim(), field.size, field.kind));
            }
        }
    }
    Ok(())
}

/// The width of each parameter, the result last: `p` for a pointer, 4 or 8 bytes.
fn functions(declared: &BTreeMap<String, String>, surface: &Surface) -> Result {
    for (name, is) in declared {
        let text = surface.functions.get(name).ok_or_else(|| format!("the header has no {name}"))?;
        let (result, parameters) = text.trim_end_matches(')').split_once(" (").unwrap_or((text, ""));
        let should: String = parameters.split(", ").chain([result]).filter_map(width).collect();
        if *is != should {
            return Err(format!("{name} is declared as {is}, and is {should}: {text}"));
        }
    }
    if declared.len() < 10 { Err(format!("only {} functions were found in it", declared.len())) } else { Ok(()) }
}

fn width(kind: &str) -> Option<char> {
    match kind {
        "void" => None,
        "int32_t" | "uint32_t" => Some('4'),
        "int64_t" | "uint64_t" | "size_t" => Some('8'),
        _ => Some('p'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::root;

    fn text(name: &str) -> String {
        slurp(&root().join("samples/hosts").join(name)).unwrap()
    }

    #[test]
    fn what_a_text_says_wrongly_is_found() {
        let surface = abi::baseline().unwrap();
        for (name, from, to, complaint) in [
            (VBA, "' 48", "' 52", "is not at 48"),
            (VBA, "Company(0 To 31) As Byte", "Company(0 To 30) As Byte", "is not 32 bytes wide"),
            (VBA, "Amount As LongLong", "Amount As Long", "is not 8 bytes wide"),
            (VBA, "    Outcome As Long", "    Verdict As Long", "has another name"),
            (VBA, "ByVal cap As LongLong", "ByVal cap As Long", "is declared as"),
            (VBA, "OBLIGOR_OUTCOME_REFUSE As Long = 5", "OBLIGOR_OUTCOME_REFUSE As Long = 4", "is 4, not 5"),
            (ABL, "ORDER-COMPANY 49", "ORDER-COMPANY 48", "abi/layout.json says ORDER-COMPANY 49"),
            (ABL, "&SCOPED-DEFINE DECISION-DEPOSIT 121\n", "", "abi/layout.json"),
            (ABL, "GET-INT64(memAccount, {&ACC", "GET-LONG(memAccount, {&ACC", "is 8 bytes"),
            (ABL, "{&ORDER-KEY}, 64", "{&ORDER-KEY}, 65", "is 64 bytes"),
            (ABL, "    DEFINE INPUT PARAMETER pCap AS INT64.\n", "", "is declared as"),
            (ABL, "OBLIGOR-E-BUFFER 3", "OBLIGOR-E-BUFFERS 3", "has no OBLIGOR_E_BUFFERS"),
        ] {
            let whole = text(name);
            let doctored = whole.replacen(from, to, 1);
            assert_ne!(doctored, whole, "{from}");
            let read = if name == VBA { vba } else { abl };
            assert_eq!(read(&whole, &surface), Ok(()), "{name}");
            let why = read(&doctored, &surface).unwrap_err();
            assert!(why.contains(complaint), "{complaint}: {why}");
        }
    }

    #[test]
    fn constants_are_read_in_every_notation() {
        let surface = abi::baseline().unwrap();
        for name in TEXTS {
            let whole = text(name);
            assert_eq!(constants(&whole, &surface), Ok(()), "{name}");
            let doctored = whole.replacen("-REFUSE", "-HOLD", 1).replacen("_REFUSE", "_HOLD", 1);
            assert!(constants(&doctored, &surface).is_err_and(|why| why.contains("OUTCOME_HOLD")), "{name}");
        }
    }
}
