//! Links that begin with our own address.

use rocket::State;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use super::visitor::Visitor;
use crate::app::App;
use crate::domain::page::{Listing, Page};
use crate::photos::name::PhotoName;

/// Makes absolute links for the one who asks.
pub struct Links {
    app: App,
    origin: String,
    path: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Links {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        Outcome::Success(Self {
            app: app.inner().clone(),
            origin: Visitor::of(app, request).origin.clone(),
            path: request.uri().path().to_string(),
        })
    }
}

impl Links {
    /// A link to a photo that anybody who has it can fetch for a while.
    pub fn photo(&self, name: &PhotoName) -> String {
        format!(
            "{}{}",
            self.origin,
            self.app.links.link(name, self.app.now())
        )
    }

    /// The `Link` header to the next piece of a list, if there is one.
    pub fn next<T>(&self, listing: &Listing<T>) -> Option<String> {
        listing.next.as_ref().map(|next| {
            let (limit, cursor) = (next.limit(), Page::cursor(next).unwrap_or_default());
            format!(
                "<{}{}?limit={limit}&cursor={cursor}>; rel=\"next\"",
                self.origin, self.path
            )
        })
    }
}
