//! The command-line program `obligor`.
#![forbid(unsafe_code)]

fn main() {}
