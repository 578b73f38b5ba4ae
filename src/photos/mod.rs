//! Where the bytes of photos live, and how they get there: cleaned on arrival, put into the temporary store, and
//! sorted by a worker into the store of their space.

// Memory that several take together.
mod budget;
// Memory for photos on their way in.
pub mod buffers;
// From an upload to a photo in the temporary store.
pub mod intake;
// Signed, expiring links to photos.
pub mod links;
// What a photo is called, everywhere.
pub mod name;
// In which sizes photos are shown.
pub mod preview;
// Bytes in, a clean picture or a refusal out.
pub mod picture;
// The way of a new photo's name to the worker.
pub mod queue;
// The worker: takes names from the queue and moves photos.
pub mod sorter;
// What the worker does besides: it makes photos small for pages.
pub mod previewer;
// Writes down which photos have previews, and what they look like.
pub mod catalogue;
// What a worker has done so far.
mod tally;
// Amazon's clients.
pub mod aws;
// The temporary store and the stores of the spaces.
pub mod store;
// Sends the names of new photos to a queue outside the database.
pub mod outbox;
// Takes photos from one store to the other.
pub mod mover;
// Sees to the bytes of deleted photos and of uploads that came to nothing.
pub mod sweep;
// Looks whether the store has every photo as it was stored.
pub mod verifier;
