//! What is known about a request, and what is kept with it until its response: below everything else of the API.

use rocket::State;

use crate::app::App;

// The client's address and scheme, behind proxies.
pub mod client_info;
// A cookie besides that of the session.
pub mod extra_cookie;
// The headers, compared and not looked up.
pub mod headers;
// The method as it was sent.
pub mod original_method;
// Whether the page that sends a request is ours.
pub mod page_origin;
// Why a guard refused.
pub mod refusal;

/// The application, as handlers get it.
pub type AppState = State<App>;
