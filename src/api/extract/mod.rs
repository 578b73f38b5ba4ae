//! What a request contains, read once and bounded: its user, its client, its body, its path and its headers.

// The language that a browser asks for.
pub mod accepted_language;
// The body of a request, read up to a limit.
pub mod body;
// The picture of a user or a space.
pub mod avatar_body;
// The bytes of a form, a chunk at a time.
pub mod chunks;
// The authenticated user.
pub mod current_user;
// The files of a form.
mod form_files;
// The photos of a form.
pub mod form_media;
// Header values with parameters.
pub mod header_params;
// For which version of a share a change is made.
pub mod if_match;
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
// Photos that a form has more than once.
pub mod repeated_photos;
// A selection of photos.
pub mod selection;
// A page where a user can stay signed in.
pub mod secure_page;
// The cookie of a session.
pub mod session_cookie;
// A share, as a form or as JSON.
pub mod share_body;
// The fields of a share's form.
pub mod share_fields;
// Bytes that are uploaded, with what their headers say.
pub mod incoming;
// Where the larger photos of a form are kept.
pub mod spilled_photos;
// The text of a share in a form.
pub mod text_field;
// Forms of a text alone.
pub mod urlencoded;
