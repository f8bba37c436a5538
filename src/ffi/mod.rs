//! The C ABI: pointers in, one safe call, a status out. No decisions are made here.
//!
//! One file is one section of `include/obligor.h`, and the documentation of its items is the header's manual. Every
//! export is written with [`export!`](guard), which adds what nobody may forget: the calling convention, the catching
//! of panics, the status and the last error. The unsafe part of an export is its first lines, where raw pointers become
//! the types of [`plain`] and [`text`]: those check everything that can be checked, and from then on the code is safe.
//!
//! The rules, in short. Nothing is written to an out-parameter unless the call succeeds (`needed` is the exception, it
//! always is). All arguments are checked before anything is done, so that nothing is done and then not told. Pointers
//! may be unaligned. No allocator, no panic, no borrowed pointer and no lock ever crosses the boundary. What a host can
//! hold of us is a number. `docs/ABI.md` has the rules in full.

#![allow(unsafe_code, non_camel_case_types, clippy::missing_safety_doc)]

#[macro_use]
mod guard;

pub mod version;

pub mod status;

pub mod error;

mod handle;
mod plain;
mod text;

mod fork;
mod pin;

pub mod engine;

pub mod account;

pub mod decision;

pub mod reason;

pub mod order;

mod answers;

pub mod customer;

pub mod debtor;

pub mod import;

pub mod source;

pub mod upkeep;

pub mod call;
