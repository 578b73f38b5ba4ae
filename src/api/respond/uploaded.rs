//! Uploads, and how far they have come: as an object, and in the headers of tus.

use rocket::http::{Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder, Response};
use rocket::serde::json::Json;

use crate::api::views::uploads::Upload as View;
use crate::config::Limits;
use crate::domain::uploads::Upload;

/// What tus calls what can be done here.
const EXTENSIONS: &str = "creation,creation-with-upload,expiration,termination,checksum";
/// The checksums that are known here.
const CHECKSUMS: &str = "sha1,sha256";

/// An upload that was made.
pub struct Uploaded {
    upload: Upload,
    /// Whether its client speaks tus.
    is_tus: bool,
}

impl Uploaded {
    /// One that has come as a whole.
    pub fn new(upload: Upload) -> Self {
        Self {
            upload,
            is_tus: false,
        }
    }

    /// One that continues by tus.
    pub fn begun(upload: Upload) -> Self {
        Self {
            upload,
            is_tus: true,
        }
    }
}

impl<'r> Responder<'r, 'static> for Uploaded {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Json(View::new(&self.upload)).respond_to(request)?;
        response.set_status(Status::Created);
        let location = format!("/uploads/{}", self.upload.id);
        response.set_header(Header::new("Location", location));
        if self.is_tus {
            advance(&mut response, &self.upload);
        }
        Ok(response)
    }
}

/// How far an upload has come.
pub struct Progress {
    upload: Upload,
    status: Status,
}

impl Progress {
    /// For a client that queries it.
    pub fn of(upload: &Upload) -> Self {
        Self {
            upload: upload.clone(),
            status: Status::Ok,
        }
    }

    /// For a client that has sent more.
    pub fn after(upload: &Upload) -> Self {
        Self {
            upload: upload.clone(),
            status: Status::NoContent,
        }
    }
}

impl<'r> Responder<'r, 'static> for Progress {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let mut response = Response::new();
        response.set_status(self.status);
        if self.status == Status::Ok {
            response.set_raw_header("Upload-Length", self.upload.length.to_string());
        }
        advance(&mut response, &self.upload);
        Ok(response)
    }
}

fn advance(response: &mut Response<'_>, upload: &Upload) {
    response.set_raw_header("Upload-Offset", upload.received.to_string());
    if let Some(date) = upload.expires_at.http_date() {
        response.set_raw_header("Upload-Expires", date);
    }
}

/// What this server can do of tus.
pub struct Capabilities {
    max: u64,
}

impl Capabilities {
    /// Within these limits.
    pub fn new(limits: &Limits) -> Self {
        Self {
            max: limits.upload_bytes(),
        }
    }
}

impl<'r> Responder<'r, 'static> for Capabilities {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Response::build()
            .status(Status::NoContent)
            .raw_header("Tus-Extension", EXTENSIONS)
            .raw_header("Tus-Checksum-Algorithm", CHECKSUMS)
            .raw_header("Tus-Max-Size", self.max.to_string())
            .ok()
    }
}
