//! The page of a trial.
fn main() {}
