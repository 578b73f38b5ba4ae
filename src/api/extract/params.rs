//! Parameters: ids in paths, the idempotency key, and the page of a list.

use std::convert::Infallible;

use rocket::request::{FromParam, FromRequest, Outcome, Request};

use crate::api::request::headers;
use crate::api::request::refusal::reject;
use crate::api::views::cursor;
use crate::domain::client_key::ClientKey;
use crate::domain::ids::{Id, RawId};
use crate::domain::page::{Order, Page};
use crate::domain::photos::{DatedBy, KindFilter};
use crate::domain::spaces::SpaceOrder;
use crate::error::Result;

impl<'r, T: Id> FromParam<'r> for RawId<T> {
    type Error = Infallible;

    /// Never fails: a malformed id is refused in the order of the checks, with the error for an id that doesn't exist.
    fn from_param(param: &'r str) -> std::result::Result<Self, Infallible> {
        Ok(Self::new(param))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Page {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let cursor = value(request, "cursor").map(cursor::decode);
        match Self::parse(value(request, "limit"), cursor) {
            Ok(page) => Outcome::Success(page),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Order {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Self::parse(value(request, "order")) {
            Ok(order) => Outcome::Success(order),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for SpaceOrder {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Self::parse(value(request, "order")) {
            Ok(order) => Outcome::Success(order),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for DatedBy {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Self::parse(value(request, "by")) {
            Ok(by) => Outcome::Success(by),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for KindFilter {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Self::parse(value(request, "kind")) {
            Ok(kinds) => Outcome::Success(kinds),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

/// What the query says under a name, if it does.
fn value<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    request
        .query_fields()
        .find(|field| field.name == name)
        .map(|field| field.value)
}

/// The last event that a client has received, as browsers name it when they reconnect.
pub struct LastEventId<'r>(pub Option<&'r str>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LastEventId<'r> {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        let named = headers::first(request, "Last-Event-ID");
        Outcome::Success(Self(named.filter(|id| !id.is_empty())))
    }
}

/// What a client calls its request, so that it can send it again.
pub struct IdempotencyKey<'r>(Option<&'r str>);

impl IdempotencyKey<'_> {
    /// The key, if one came.
    ///
    /// # Errors
    /// It is malformed.
    pub fn parse(&self) -> Result<Option<ClientKey>> {
        self.0.map(ClientKey::parse).transpose()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IdempotencyKey<'r> {
    type Error = Infallible;

    /// Never fails: who isn't signed in is refused first, and that is found out later, with the form.
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self(headers::first(request, "Idempotency-Key")))
    }
}
