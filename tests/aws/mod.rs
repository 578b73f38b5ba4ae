//! Photos in S3 and the queue in SQS, as moto plays them: servers and workers as processes, and faults in between.

pub mod cloud;
mod engine;
mod gates;
pub mod proxy;

mod cleanup;
mod contract;
mod deletion;
mod doctor;
mod failed;
mod faults;
mod folder;
mod habits;
mod journey;
mod large;
mod moving;
mod refused;
mod secrets;
mod untrue;
mod verifying;
mod workers;
