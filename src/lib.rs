//! obligor: credit checks inside the ERP's own process.
#![deny(unsafe_code)]

pub mod cache;
pub mod calendar;
pub mod credit;
pub mod customer;
pub mod error;
pub mod money;
pub mod policy;
pub mod reason;
pub mod store;
