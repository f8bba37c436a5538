//! obligor: credit checks inside the ERP's own process.
#![deny(unsafe_code)]

pub mod calendar;
pub mod error;
pub mod money;
