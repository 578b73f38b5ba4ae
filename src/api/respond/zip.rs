//! A ZIP as a response: with its length, so that clients can show progress, and can't take half of it for a complete one.

use std::net::IpAddr;

use rocket::request::Request;
use rocket::response::{Responder, Response};

use crate::api::respond::content_disposition::attachment;
use crate::downloads::ZipStream;
use crate::limits::fair::Reservation;
use crate::server::WaitingAnswer;

/// A ZIP, and under which name a browser saves it.
pub struct Zip {
    zip: ZipStream,
    disposition: String,
    memory: Reservation<IpAddr>,
}

impl Zip {
    /// `wish`: its name, without the extension. `memory`: what it takes until it is sent.
    pub fn new(zip: ZipStream, wish: &str, memory: Reservation<IpAddr>) -> Self {
        Self {
            zip,
            disposition: attachment(wish, "photos", "zip"),
            memory,
        }
    }
}

impl<'r> Responder<'r, 'static> for Zip {
    fn respond_to(self, request: &'r Request<'_>) -> rocket::response::Result<'static> {
        // Until it is sent, or evicted because its reader is slow.
        request
            .local_cache(WaitingAnswer::default)
            .keep(self.memory);
        Response::build()
            .raw_header("Content-Type", "application/zip")
            .raw_header("Content-Length", self.zip.length().to_string())
            .raw_header("Content-Disposition", self.disposition)
            // Nginx would read ahead of a slow reader, up to a gigabyte, and keep it on its own disk.
            .raw_header("X-Accel-Buffering", "no")
            .streamed_body(Box::pin(self.zip.into_reader()))
            .ok()
    }
}
