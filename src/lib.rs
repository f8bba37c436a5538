//! obligor.
#![deny(unsafe_code)]
