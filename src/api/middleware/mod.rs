//! What is done to every request and every response.

// What is returned where no handler responds.
pub mod catcher;
// Undoes what Rocket does to a request's method.
pub mod original_method;
// What every request and response of uploads carries.
pub mod tus;
// What every response carries.
pub mod security_headers;
