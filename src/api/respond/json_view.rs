//! One object as a response, however large it is.

use std::marker::PhantomData;

use rocket::request::Request;
use rocket::response::Responder;
use serde::Serialize;

use crate::api::respond::json_body::JsonBody;
use crate::error::Result;

/// The object as JSON, as the view `V`.
pub struct JsonView<V> {
    json: JsonBody,
    view: PhantomData<V>,
}

impl<V: Serialize> JsonView<V> {
    /// The response with this object.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new(view: &V) -> Result<Self> {
        let mut json = JsonBody::default();
        json.put(view)?;
        Ok(Self {
            json,
            view: PhantomData,
        })
    }
}

impl<'r, V> Responder<'r, 'static> for JsonView<V> {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        match self.json.into_response(request) {
            Ok(mut response) => response.ok(),
            Err(busy) => busy.respond_to(request),
        }
    }
}
