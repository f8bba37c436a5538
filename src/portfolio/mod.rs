//! What is asked of many orders at once. Pure: no I/O, no clock, no locks.

pub mod backtest;
pub mod compare;
