//! The method with which a request was sent, whatever Rocket makes of it on the way.

use rocket::http::Method;
use rocket::request::Request;

struct Sent(Method);

/// Keeps the method that the request has now, unless one is kept already.
pub fn remember(request: &Request<'_>) {
    request.local_cache(|| Sent(request.method()));
}

/// Whether the client requests only the head of the response. Rocket then uses the route for `GET`.
pub fn is_head(request: &Request<'_>) -> bool {
    request.local_cache(|| Sent(request.method())).0 == Method::Head
}
