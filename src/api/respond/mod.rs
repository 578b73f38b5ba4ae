//! How answers are written.

// In which codings a client takes an answer.
pub mod accept_encoding;
// Under which name a photo is saved.
pub mod content_disposition;
// What has been created, and where it is.
pub mod created;
// Pieces of lists.
pub mod json_page;
// Refusals: as text, or as problem details.
pub mod problem;
// Ranges and validators.
pub mod range;
// Which errors are logged.
pub mod refusals;
