//! `cargo xtask demo`: an order desk in Python, over a wholesaler's export.

use crate::library::{self, Kind};
use crate::shell::{Result, command, fresh, root, run, target};
use crate::{sample, tools};

/// The order desk. Its one argument is a folder: the export lies in `export`, and it may write beside it.
const SCRIPT: &str = "samples/order_desk.py";

/// Builds what ships, writes the export, runs the desk.
pub(crate) fn run_desk() -> Result {
    if !root().join(SCRIPT).is_file() {
        return Err(format!("{SCRIPT} is not in this checkout; nothing was run"));
    }
    tools::need(&[tools::CC, tools::PYTHON])?;
    println!("building the release library (the first time takes a few minutes) ...");
    let library = library::build(Kind::Release)?;
    let folder = target().join("demo");
    fresh(&folder)?;
    sample::write(&folder.join("export")).map_err(|e| format!("the sample export cannot be written: {e}"))?;
    let mut desk = command("python3");
    desk.arg(SCRIPT).arg(folder).env("PYTHONPATH", root().join("bindings/python")).env("OBLIGOR_LIBRARY", library);
    // Nothing may lie between the desk and the terminal, nor be left in the source tree.
    run(desk.env("PYTHONUNBUFFERED", "1").env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONUTF8", "1"))
}
