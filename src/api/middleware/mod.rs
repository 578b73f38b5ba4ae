//! What is done to every request and every answer.

// What is answered where no handler has.
pub mod catcher;
// Which method a request has.
pub mod original_method;
// What every answer carries.
pub mod security_headers;
