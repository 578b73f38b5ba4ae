//! What a request contains, read once and bounded: its user, its client, its body, its path and its headers.

// The bytes of a form, a chunk at a time.
pub mod chunks;
// The address and the scheme by which a client has come, behind proxies.
pub mod client_info;
// The authenticated user.
pub mod current_user;
// Where a piece of a list begins.
pub mod cursor;
// Header values with parameters.
pub mod header_params;
// JSON bodies.
pub mod json;
// JSON objects, without what nobody looks at.
pub mod json_object;
// The cookie that proves that a browser is known.
pub mod known_browser;
// What is said of a form that can't be read.
pub mod malformed_form;
// Forms with a file.
pub mod multipart;
// Ids in paths, keys of requests, pages of lists.
pub mod params;
// What a part of a form says of itself.
pub mod part_disposition;
// A photo that a form has more than once.
pub mod repeated_photo;
// The cookie of a session.
pub mod session_cookie;
// Forms of a text alone.
pub mod urlencoded;
