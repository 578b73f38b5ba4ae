//! Pictures of every format and kind, with everything that one can say in them, as a script makes them: what others find
//! in them when they are cleaned, and what becomes of them when they are damaged.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "../tools/python.rs"]
mod python;
#[path = "../process/support.rs"]
#[expect(dead_code, reason = "the tests of processes use more of it")]
mod support;

mod bombs;
mod cleaned;
mod corpus;
mod damaged;
mod deaths;
mod memory;
mod together;
