//! The executable as a process: what happens when it is killed, asked to end, started twice, or used by hand.

mod support;

mod crash;
mod settings;
mod shutdown;
mod users;
mod worker;
