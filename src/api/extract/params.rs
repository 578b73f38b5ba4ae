//! What is asked: ids in paths, whether for the second time, and which piece of a list; and that piece as an answer.

use std::convert::Infallible;
use std::io::Cursor;

use anyhow::Context;
use rocket::http::{ContentType, Header};
use rocket::request::{FromParam, FromRequest, Outcome, Request};
use rocket::response::{Responder, Response};
use rocket::serde::json::Json;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::api::extract::client_info::ClientInfo;
use crate::api::extract::current_user::reject;
use crate::api::respond::urls::Urls;
use crate::app::App;
use crate::domain::ids::{Id, RawId};
use crate::domain::page::{Order, Page};
use crate::domain::shares::ClientKey;
use crate::error::{Error, Result};
use crate::limits::subnet::client_subnet;
use crate::server::WaitingAnswer;

impl<'r, T: Id> FromParam<'r> for RawId<T> {
    type Error = Infallible;

    /// Never fails: what is no id is refused in the order of the checks, in the words of an id that doesn't exist.
    fn from_param(param: &'r str) -> std::result::Result<Self, Infallible> {
        Ok(Self::new(param))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Page {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        match Self::parse(value(request, "limit"), value(request, "cursor")) {
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

/// What the query says under a name, if it does.
fn value<'r>(request: &'r Request<'_>, name: &str) -> Option<&'r str> {
    request
        .query_fields()
        .find(|field| field.name == name)
        .map(|field| field.value)
}

/// What a client calls its request, so that it can send it again.
pub struct IdempotencyKey<'r>(Option<&'r str>);

impl IdempotencyKey<'_> {
    /// The key, if one came.
    ///
    /// # Errors
    /// It is no key.
    pub fn parse(&self) -> Result<Option<ClientKey>> {
        self.0.map(ClientKey::parse).transpose()
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IdempotencyKey<'r> {
    type Error = Infallible;

    /// Never fails: who isn't signed in is refused first, and that is found out later, with the form.
    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(Self(request.headers().get_one("Idempotency-Key")))
    }
}

/// Something new, with the place where it is (RFC 9110, section 15.3.2).
#[derive(Responder)]
#[response(status = 201)]
pub struct Created<T> {
    body: Json<T>,
    location: Header<'static>,
}

impl<T> Created<T> {
    /// `path`: where it is on this server.
    pub fn new(body: T, path: String) -> Self {
        Self {
            body: Json(body),
            location: Header::new("Location", path),
        }
    }
}

/// What a list has room for at first: a few rows.
const INITIAL_CAPACITY: usize = 4096;
/// A list that is larger waits for its reader in a memory that all have together.
const LARGE: usize = 64 * 1024;

/// A piece of a list: the rows as JSON, and the way to the next piece in the `Link` header (RFC 8288).
pub struct JsonPage {
    json: Vec<u8>,
    link: Option<String>,
}

/// The rows of a piece that is being written.
pub struct Rows<'a>(<&'a mut ToJson<'a> as Serializer>::SerializeSeq);

type ToJson<'a> = sonic_rs::Serializer<&'a mut Vec<u8>>;

impl Rows<'_> {
    /// Writes a row behind those before.
    ///
    /// # Errors
    /// It can't be written.
    pub fn push(&mut self, row: &impl Serialize) -> Result<()> {
        Ok(self.0.serialize_element(row).context(WRITING)?)
    }
}

const WRITING: &str = "A list can't be written";

impl JsonPage {
    /// The answer with the rows that `list` puts, in `order` if the list comes in two. `list` gives what to ask for next.
    ///
    /// # Errors
    /// What `list` answers, or the list can't be written.
    pub fn write(
        links: &Urls,
        order: Option<Order>,
        list: impl FnOnce(&mut Rows<'_>) -> Result<Option<Page>>,
    ) -> Result<Self> {
        let mut json = Vec::with_capacity(INITIAL_CAPACITY);
        let mut serializer = sonic_rs::Serializer::new(&mut json);
        let mut rows = Rows(serializer.serialize_seq(None).context(WRITING)?);
        let next = list(&mut rows)?;
        rows.0.end().context(WRITING)?;
        let link = next.map(|next| links.next(&next, order));
        if json.len() > LARGE {
            json.shrink_to_fit();
        }
        Ok(Self { json, link })
    }
}

impl<'r> Responder<'r, 'static> for JsonPage {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let Self { json, link } = self;
        if json.len() > LARGE
            && let Some(app) = request.rocket().state::<App>()
        {
            let address = client_subnet(ClientInfo::of(app, request).address);
            match app.answers.reserve(Some(address), json.len() as u64) {
                Ok(room) => request.local_cache(WaitingAnswer::default).keep(room),
                Err(_) => return Error::Busy.respond_to(request),
            }
        }
        let mut response = Response::build();
        response
            .header(ContentType::JSON)
            .sized_body(json.len(), Cursor::new(json));
        if let Some(link) = link {
            response.raw_header("Link", link);
        }
        response.ok()
    }
}
