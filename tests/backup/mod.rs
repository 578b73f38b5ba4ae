//! Backups as processes: made beside a running server, damaged, killed, checked and restored.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "../aws/cloud.rs"]
#[expect(dead_code, reason = "the tests of S3 and SQS use more of it")]
mod cloud;
#[path = "../aws/proxy.rs"]
#[expect(dead_code, reason = "the tests of S3 and SQS use more of it")]
mod proxy;
#[path = "../tools/python.rs"]
mod python;
#[path = "../process/support.rs"]
#[expect(dead_code, reason = "the tests of processes use more of it")]
mod support;

mod damage;
mod file;
mod fixture;
mod hostile;
mod kills;
mod lost;
mod memory;
mod place;
mod s3;
mod schedule;
mod sound;
mod takeover;
mod world;
