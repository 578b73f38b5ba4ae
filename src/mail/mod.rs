//! Mail to users: what it says and looks like, and how it is sent.

// What mails say.
mod words;
// HTML as mail programs show it.
mod html;
// A mail with all its parts.
mod message;
// What is new, as text and as HTML.
mod digest;
// What is to be sent, as a mail.
mod letter;
// How much a server may say.
mod replies;
// Hands a mail to the server.
pub mod smtp;

pub use digest::picture_id;
pub use html::escape;
pub use letter::{Letters, Picture};
