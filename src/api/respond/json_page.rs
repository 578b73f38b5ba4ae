//! A piece of a list as an answer.

use std::marker::PhantomData;

use rocket::request::Request;
use rocket::response::Responder;
use serde::Serialize;

use crate::api::respond::json_body::JsonBody;
use crate::api::views::urls::Urls;
use crate::domain::page::Listed;
use crate::error::Result;

/// The rows as JSON, each as the view `V`, and the way to the next piece in the `Link` header (RFC 8288).
pub struct JsonPage<V> {
    json: JsonBody,
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
        let mut json = JsonBody::default();
        json.put_list(list.rows.into_iter().map(view))?;
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
        let mut response = match json.into_response(request) {
            Ok(response) => response,
            Err(busy) => return busy.respond_to(request),
        };
        if let Some(link) = link {
            response.raw_header("Link", link);
        }
        response.ok()
    }
}
