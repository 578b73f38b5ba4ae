//! Links that begin with our own address.

use rocket::State;
use rocket::outcome::try_outcome;
use rocket::request::{FromRequest, Outcome, Request};

use super::visitor::Visitor;
use crate::app::App;
use crate::clock::Timestamp;
use crate::domain::page::{Listing, Order, Page};
use crate::domain::tokens::Token;
use crate::photos::links::{LinkSigner, PhotoLinks};
use crate::photos::name::PhotoName;

/// Makes absolute links for the one who asks.
pub struct Links {
    signer: LinkSigner,
    now: Timestamp,
    origin: String,
    path: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Links {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let app = try_outcome!(request.guard::<&State<App>>().await);
        Outcome::Success(Self {
            signer: app.links.signer(),
            now: app.now(),
            origin: Visitor::of(app, request).origin.clone(),
            path: request.uri().path().to_string(),
        })
    }
}

impl Links {
    /// Links to a photo that anybody who has them can fetch for a while; as paths, for [`Self::absolute`].
    pub fn photo(&self, name: &PhotoName) -> PhotoLinks {
        self.signer.links(name, self.now)
    }

    /// A path of this server as a link that works everywhere.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// A link to a page of the app that is handed a secret. It stands behind the `#`, which browsers keep to themselves,
    /// so that no log and no proxy reads it.
    pub fn page_with_secret(&self, page: &str, token: &Token) -> String {
        link_with_secret(&self.origin, page, token)
    }

    /// The `Link` header to the next piece of a list, if there is one.
    pub fn next<T>(&self, listing: &Listing<T>, order: Option<Order>) -> Option<String> {
        listing.next.as_ref().map(|next| {
            let (limit, cursor) = (next.limit(), Page::cursor(next).unwrap_or_default());
            let order = order.map_or(String::new(), |order| format!("&order={}", order.as_str()));
            format!(
                "<{}{}?limit={limit}&cursor={cursor}{order}>; rel=\"next\"",
                self.origin, self.path
            )
        })
    }
}

/// A link to a page of the app that is handed a secret, on the server at `origin`.
pub fn link_with_secret(origin: &str, page: &str, token: &Token) -> String {
    format!("{origin}/app/{page}#{}", token.as_str())
}
