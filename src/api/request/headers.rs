//! The headers of a request, each looked at in turn: Rocket's map hashes a name letter by letter to look it up, which takes longer
//! than comparing it with the few that a request has.

use std::borrow::Cow;

use rocket::request::Request;

/// The values of a header, in the order in which they came.
pub fn values<'r>(request: &'r Request<'_>, name: &str) -> impl Iterator<Item = &'r str> {
    let headers = request.headers().iter();
    headers.filter_map(move |header| match header.value {
        Cow::Borrowed(value) if header.name == name => Some(value),
        _ => None,
    })
}

/// The first value of a header.
pub fn first<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    values(request, name).next()
}
