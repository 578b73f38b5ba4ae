//! One object as a response, however large it is.

use std::io::Cursor;
use std::marker::PhantomData;

use anyhow::Context;
use rocket::http::ContentType;
use rocket::request::Request;
use rocket::response::{Responder, Response};
use serde::Serialize;

use crate::api::respond::large;
use crate::error::Result;

/// The object as JSON, as the view `V`. A large one waits for its reader in the memory that large responses share.
pub struct JsonView<V> {
    json: Vec<u8>,
    view: PhantomData<V>,
}

impl<V: Serialize> JsonView<V> {
    /// The response with this object.
    ///
    /// # Errors
    /// It can't be written.
    pub fn new(view: &V) -> Result<Self> {
        Ok(Self {
            json: sonic_rs::to_vec(view).context("A response can't be written")?,
            view: PhantomData,
        })
    }
}

impl<'r, V> Responder<'r, 'static> for JsonView<V> {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        let Self { json, .. } = self;
        if let Err(busy) = large::reserve(request, json.len()) {
            return busy.respond_to(request);
        }
        Response::build()
            .header(ContentType::JSON)
            .sized_body(json.len(), Cursor::new(json))
            .ok()
    }
}
