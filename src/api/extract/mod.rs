//! What a request contains, read once and bounded: its user, its client, its body, its path and its headers.

// The bytes of a form, a chunk at a time.
pub mod chunks;
// The authenticated user.
pub mod current_user;
// Header values with parameters.
pub mod header_params;
// JSON bodies.
pub mod json;
// JSON objects, without the values that no handler looks at.
pub mod json_object;
// The cookie that proves that a browser is known.
pub mod known_browser;
// The refusals of forms that can't be read.
pub mod malformed_form;
// Forms with a file.
pub mod multipart;
// Ids in paths, idempotency keys, pages of lists.
pub mod params;
// The name of a part of a form, and of the file in it.
pub mod part_disposition;
// A photo that a form has more than once.
pub mod repeated_photo;
// A page in which somebody can stay signed in.
pub mod secure_page;
// The cookie of a session.
pub mod session_cookie;
// The text of a share in a form.
pub mod text_field;
// Forms of a text alone.
pub mod urlencoded;
