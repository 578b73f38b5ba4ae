//! Web push: messages to browsers, by the push services that they name.

// Which addresses messages may be sent to.
pub mod endpoint;
// What only the browser can read.
pub mod encryption;
// Whose messages these are.
pub mod vapid;
// The key that is kept.
pub mod key;
// What messages say, in the language of their reader.
pub mod words;
// What they are made of.
pub mod message;
// Leads to public addresses only.
mod resolver;
// Sends them.
pub mod sender;
