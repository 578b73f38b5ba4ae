//! A selection of photos: as JSON, or as the form by which a page has its browser download something.

use rocket::data::{Data, FromData, Outcome};
use rocket::http::RawStr;
use rocket::request::Request;

use crate::api::extract::header_params::Parameterized;
use crate::api::extract::json::{JsonBody, receive};
use crate::api::request::refusal::reject;
use crate::api::views::photos::SelectMedia;
use crate::error::{FieldName, Invalid, Malformed, Result};

/// Photos that were chosen, as far as one can say so far.
pub struct Selection(pub SelectMedia);

#[rocket::async_trait]
impl<'r> FromData<'r> for Selection {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let kind = Parameterized::content_type(request);
        if !kind.is_some_and(|kind| kind.is("application/x-www-form-urlencoded")) {
            let body = JsonBody::<SelectMedia>::from_data(request, data).await;
            return body.map(|JsonBody(selected)| Self(selected));
        }
        match read_form(request, data).await {
            Ok(selected) => Outcome::Success(Self(selected)),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

/// The fields `media` of a form.
async fn read_form(request: &Request<'_>, data: Data<'_>) -> Result<SelectMedia> {
    let body = receive(request, data).await?;
    let not_utf8 = || Malformed::NotUtf8 {
        field: FieldName::Media,
    };
    let form = std::str::from_utf8(&body.bytes).map_err(|_| not_utf8())?;
    let mut ids = Vec::new();
    for field in form.split('&') {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        if name == "media" && ids.len() <= SelectMedia::MAX {
            let id = RawStr::new(value).url_decode().map_err(|_| not_utf8())?;
            ids.push(id.into_owned());
        }
    }
    if ids.is_empty() {
        return Err(Invalid::MissingKey { key: "media" }.into());
    }
    Ok(SelectMedia::of_form(ids))
}
