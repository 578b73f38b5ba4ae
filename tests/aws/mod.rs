//! Photos in S3 and the queue in SQS, as moto plays them: servers and workers as processes, and faults in between.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod cloud;
mod engine;
mod gates;
#[expect(dead_code, reason = "the tests of backups use more of it")]
mod proxy;
#[path = "../tools/python.rs"]
mod python;
#[path = "../process/support.rs"]
#[expect(dead_code, reason = "the tests of processes use more of it")]
mod support;

mod contract;
mod deletion;
mod doctor;
mod failed;
mod faults;
mod folder;
mod habits;
mod journey;
mod moving;
mod refused;
mod secrets;
mod untrue;
mod verifying;
mod workers;
