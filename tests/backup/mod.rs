//! Backups as processes: made while a server runs, damaged, killed, checked and restored.

mod damage;
mod file;
mod fixture;
mod hostile;
mod kills;
mod lost;
pub mod memory;
mod place;
mod s3;
mod schedule;
mod sound;
mod takeover;
mod world;
