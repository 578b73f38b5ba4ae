//! How many threads the program has for what is short.

use std::io;
use std::num::NonZero;
use std::thread;

use tokio::runtime::{Builder, Runtime};

/// The cores that this process may use.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// The runtime: one thread more than there are cores, because as many as there are cores may be reading the database
/// (see [`Db::read`](crate::db::Db::read)), and then one is left for all others.
///
/// # Errors
/// The system refuses threads.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(cores() + 1)
        .enable_all()
        .build()
}
