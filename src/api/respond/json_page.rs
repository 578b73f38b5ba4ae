//! A piece of a list as an answer.

use std::io::Cursor;
use std::marker::PhantomData;

use anyhow::Context;
use rocket::http::ContentType;
use rocket::request::Request;
use rocket::response::{Responder, Response};
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use crate::api::respond::large::{self, LARGE};
use crate::api::views::urls::Urls;
use crate::domain::page::Listed;
use crate::error::Result;

/// The initial capacity of a list: a few rows.
const INITIAL_CAPACITY: usize = 4096;
const WRITING: &str = "A list can't be written";

/// The rows as JSON, each as the view `V`, and the way to the next piece in the `Link` header (RFC 8288).
pub struct JsonPage<V> {
    json: Vec<u8>,
    link: Option<String>,
    view: PhantomData<V>,
}

impl<V: Serialize> JsonPage<V> {
    /// The response with these rows, each as `view` shows it. `query` is the query string of the list besides its page,
    /// such as `&order=newest`.
    ///
    /// # Errors
    /// The list can't be written.
    pub fn new<T>(
        urls: &Urls,
        query: &str,
        list: Listed<T>,
        view: impl Fn(T) -> V,
    ) -> Result<Self> {
        let mut json = Vec::with_capacity(INITIAL_CAPACITY);
        let mut serializer = sonic_rs::Serializer::new(&mut json);
        let mut rows = serializer.serialize_seq(None).context(WRITING)?;
        for row in list.rows {
            rows.serialize_element(&view(row)).context(WRITING)?;
        }
        rows.end().context(WRITING)?;
        if json.len() > LARGE {
            json.shrink_to_fit();
        }
        let link = list.next.map(|next| urls.next(&next, query));
        Ok(Self {
            json,
            link,
            view: PhantomData,
        })
    }
}

impl<'r, V> Responder<'r, 'static> for JsonPage<V> {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let Self { json, link, .. } = self;
        if let Err(busy) = large::reserve(request, json.len()) {
            return busy.respond_to(request);
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
