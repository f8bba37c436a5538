//! Folders as lists, zips and sums. All are sorted by name, and nothing of the day or the machine gets in.

use crate::shell::{Result, spill};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use zip::write::SimpleFileOptions;

/// The sums of a folder.
const SUMS: &str = "SHA256SUMS";

/// The paths of all files and links below a folder, with `/` between the names, sorted. Python's own are left out.
pub(super) fn tree(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(next) = left.pop() {
        let entries = std::fs::read_dir(&next).map_err(|e| format!("cannot read {}: {e}", next.display()))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if entry.file_name() == "__pycache__" {
                continue;
            }
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(path),
                _ => found.extend(path.strip_prefix(folder).map(|path| path.to_string_lossy().into_owned())),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Packs a folder. The names begin with `prefix`, and no file is of another day than the first that a zip can say.
pub(super) fn pack(folder: &Path, prefix: &str, to: &Path) -> Result {
    let say = |e: &dyn std::fmt::Display| format!("cannot write {}: {e}", to.display());
    let mut zip = zip::ZipWriter::new(File::create(to).map_err(|e| say(&e))?);
    for name in tree(folder)? {
        let (path, entry) = (folder.join(&name), format!("{prefix}{name}"));
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        if let Ok(goal) = std::fs::read_link(&path) {
            zip.add_symlink(entry, goal.to_string_lossy(), options).map_err(|e| say(&e))?;
            continue;
        }
        let program = [".so", ".dll"].iter().any(|end| name.contains(end));
        let options = options.unix_permissions(if program { 0o755 } else { 0o644 });
        let bytes = std::fs::read(&path).map_err(|e| say(&e))?;
        zip.start_file(entry, options).map_err(|e| say(&e))?;
        zip.write_all(&bytes).map_err(|e| say(&e))?;
    }
    zip.finish().map_err(|e| say(&e))?;
    Ok(())
}

/// The sum of some bytes, as `sha256sum` writes it.
pub(super) fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every file below a folder, and its sum.
pub(super) fn sums(folder: &Path) -> Result<BTreeSet<(String, String)>> {
    let sum = |name: String| {
        let bytes = std::fs::read(folder.join(&name)).map_err(|e| format!("cannot read {name}: {e}"))?;
        Ok((name, sum(&bytes)))
    };
    tree(folder)?.into_iter().map(sum).collect()
}

/// Writes the sums of the files of a folder into it, in the form that `sha256sum -c` reads.
pub(super) fn write_sums(folder: &Path, below: bool) -> Result {
    let sums = sums(folder)?;
    let listed = sums.iter().filter(|(name, _)| below || !name.contains('/'));
    let text: String = listed.map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    spill(&folder.join(SUMS), &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_sha256sum() {
        assert_eq!(sum(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_zip_does_not_tell_when_it_was_made() {
        let folder = crate::shell::target().join("xtask/archive-test");
        crate::shell::fresh(&folder).unwrap();
        let make = |name: &str, order: [&str; 2]| {
            let from = folder.join(name);
            for file in order {
                spill(&from.join(file), file).unwrap();
            }
            pack(&from, "sdk/", &folder.join(name).with_extension("zip")).unwrap();
            std::fs::read(folder.join(name).with_extension("zip")).unwrap()
        };
        assert_eq!(make("one", ["b/c", "a"]), make("two", ["a", "b/c"]));
        assert_eq!(tree(&folder.join("one")).unwrap(), ["a", "b/c"]);
    }
}
