//! The executable as a process: what happens when it is killed, asked to end, started twice, or used by hand.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

mod another;
mod commands;
mod crash;
mod disk;
mod doctor;
mod door;
mod folder;
mod full;
mod handles;
mod keys;
mod kills;
mod locked;
mod lost;
mod memory;
mod methods;
mod nginx;
mod power;
mod private;
mod read_only;
mod record;
mod request_log;
mod said;
mod secrets;
mod settings;
mod shutdown;
mod terminal;
mod uploads;
mod users;
mod verifying;
mod worker;
