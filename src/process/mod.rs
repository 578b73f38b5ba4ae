//! What concerns this process as a whole: its threads, its memory and its end.

// How a process is asked to stop.
pub mod shutdown;
// How many files may be open.
pub mod files;
// What the service manager is told, and what it passes.
pub mod service;
// How many threads do what is short.
pub mod runtime;
// How this process deals with large pieces of memory.
pub mod allocator;
