//! Secrets and what they prove: passwords, and signed URLs of photos.

// Argon2id, off the async threads.
pub mod passwords;
// Signed, expiring links to photos.
pub mod signed_urls;
// Signed links that end digests.
pub mod unsubscribe;
