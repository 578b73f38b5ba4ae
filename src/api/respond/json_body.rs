//! JSON in memory, and the response that sends it from there.

use std::io::Cursor;
use std::mem;

use anyhow::Context;
use bytes::Bytes;
use rocket::http::ContentType;
use rocket::request::Request;
use rocket::response::{Builder, Response};
use serde::Serialize;

use crate::api::respond::large;
use crate::error::Result;
use crate::server::DirectBody;

/// The capacity that a text begins with: a few rows of a list.
const FIRST: usize = 4096;
/// The capacity of further chunks. Freeing 64 KiB at once makes glibc's allocator consolidate its free lists.
const CHUNK: usize = 32 * 1024;
/// The length from which on a chunk gets nothing more, so that the next row fits into what is left of it.
const ENOUGH: usize = 24 * 1024;

/// A text that is written in chunks, so that it isn't copied as it grows, and sent as it is.
pub struct JsonBody {
    full: Vec<Vec<u8>>,
    current: Vec<u8>,
}

impl Default for JsonBody {
    fn default() -> Self {
        Self {
            full: Vec::new(),
            current: Vec::with_capacity(FIRST),
        }
    }
}

impl JsonBody {
    /// Puts a value behind what is there.
    ///
    /// # Errors
    /// It can't be written as JSON.
    pub fn put(&mut self, value: &impl Serialize) -> Result<()> {
        let mut serializer = sonic_rs::Serializer::new(self.tail());
        let put = value.serialize(&mut serializer);
        Ok(put.context("A response can't be written")?)
    }

    /// Puts a list behind what is there.
    ///
    /// # Errors
    /// A row can't be written as JSON.
    pub fn put_list(&mut self, rows: impl IntoIterator<Item = impl Serialize>) -> Result<()> {
        self.tail().push(b'[');
        for (index, row) in rows.into_iter().enumerate() {
            if index > 0 {
                self.tail().push(b',');
            }
            self.put(&row)?;
        }
        self.tail().push(b']');
        Ok(())
    }

    /// Where the text goes on.
    fn tail(&mut self) -> &mut Vec<u8> {
        if self.current.len() >= ENOUGH {
            let full = mem::replace(&mut self.current, Vec::with_capacity(CHUNK));
            self.full.push(full);
        }
        &mut self.current
    }

    /// The response with this text. A large one waits for its reader in the memory that large responses share.
    ///
    /// # Errors
    /// [`crate::error::Overload::Busy`] if others have all of that memory.
    pub fn into_response(self, request: &Request<'_>) -> Result<Builder<'static>> {
        let chunks = self.into_chunks();
        let length = chunks.iter().map(Bytes::len).sum();
        large::reserve(request, length)?;
        let body = match request.local_cache(DirectBody::default).carry(chunks) {
            Ok(()) => Vec::new(),
            Err(chunks) => chunks.concat(),
        };
        let mut response = Response::build();
        response
            .header(ContentType::JSON)
            .sized_body(length, Cursor::new(body));
        Ok(response)
    }

    fn into_chunks(self) -> Vec<Bytes> {
        let Self { mut full, current } = self;
        full.push(current);
        full.into_iter().map(Into::into).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_same_text_in_however_many_chunks() {
        for count in [0, 1, 2, 100, 5_000] {
            let rows: Vec<_> = (0..count).map(|row| format!("row \"{row}\"")).collect();
            let mut json = JsonBody::default();
            json.put_list(&rows).unwrap();
            let chunks = json.into_chunks();
            assert_eq!(chunks.concat(), serde_json::to_vec(&rows).unwrap());
            assert!(chunks.iter().all(|chunk| chunk.len() < CHUNK));
            assert_eq!(chunks.len() > 1, count > 4_000);
        }
    }

    #[test]
    fn a_row_that_is_longer_than_a_chunk_is_whole() {
        let rows = ["a".repeat(3 * CHUNK), String::from("b")];
        let mut json = JsonBody::default();
        json.put_list(&rows).unwrap();
        let text = json.into_chunks().concat();
        assert_eq!(text, serde_json::to_vec(&rows).unwrap());
    }
}
