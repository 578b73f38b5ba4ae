//! The executable as a process, as people and programs use it: one test binary, so that it is linked once.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "tools/python.rs"]
mod python;
mod support;

mod aws;
mod backup;
mod films;
mod pictures;
mod process;
mod zips;
