//! How responses are written.

// Which content coding a client accepts.
pub mod accept_encoding;
// Feeds.
pub mod atom_feed;
// Under which name a photo is saved.
pub mod content_disposition;
// The picture of a user or a space.
pub mod avatar;
// What has been created, and where it is.
pub mod created;
// What events carry.
mod event_data;
// Events as they happen.
pub mod event_stream;
// Plain pages with a button, for links in mails.
pub mod form_page;
// All that a user has made, as files.
pub mod own_export;
// JSON in memory.
mod json_body;
// Pages of lists.
pub mod json_page;
// One object as JSON.
pub mod json_view;
// Memory for what is large.
pub mod large;
// Photos, and the way to them.
pub mod photo;
// Refusals: as text, or as problem details.
pub mod problem;
// Ranges and validators.
pub mod range;
// Uploads, and how far they have come.
pub mod uploaded;
// Which refusals are logged.
pub mod refusal_log;
// The version of a share.
pub mod versioned;
// ZIPs.
pub mod zip;
