//! `cargo xtask demo`: the order desk, on a sample export.

use crate::shell::{Result, root};

/// Where the order desk lives.
const SCRIPT: &str = "samples/order_desk.py";

pub(crate) fn run() -> Result {
    if !root().join(SCRIPT).is_file() {
        return Err(format!("{SCRIPT} is not in this checkout; nothing was run"));
    }
    Err("the sample export cannot be written yet; nothing was run".into())
}
