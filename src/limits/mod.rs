//! What each client may take of the server, each limit counted by itself: attempts, uploads, connections, memory.

// What counts as one client.
pub mod subnet;
// How many at once for each key.
pub mod per_key;
// How many uploads at once.
pub mod uploads;
// How many streams of events at once.
pub mod streams;
// Browsers in which somebody has signed in before.
pub mod known_browsers;
// Attempts by key, counted in bounded memory.
pub(crate) mod limiter;
// How often somebody may try a password or make an account.
pub mod login_throttle;
// How much memory the decoding of pictures may take at once.
pub(crate) mod memory;
// A limit that many share: when it is reached, the holder of the most is evicted.
pub mod fair;
// All limits on requests.
pub mod request;
