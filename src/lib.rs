//! obligor: credit checks inside the ERP's own process.
#![deny(unsafe_code)]

#[cfg(panic = "abort")]
compile_error!("obligor must not be built with panic = \"abort\": a panic would end the host's process");

pub mod cache;
pub mod calendar;
pub mod credit;
pub mod customer;
pub mod engine;
pub mod error;
pub mod ffi;
mod hex;
pub mod identifier;
pub mod import;
pub mod money;
pub mod policy;
pub mod portfolio;
pub mod reason;
pub mod register;
pub mod store;
