//! What is asked: JSON bodies. Missing keys come first, then nulls, then wrong types, each in the order in which the
//! contract lists the keys.

use std::io;

use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::request::Request;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, Take};
use tokio::time::timeout;

use super::guards::refused;
use super::parameters::Parameterized;
use crate::app::App;
use crate::error::{Error, Result};
use crate::server::{Arrival, Arriving};

/// The largest JSON body.
const LIMIT_MIB: u64 = 1;

/// A key of a body.
pub struct Field {
    key: &'static str,
    /// What sentences call it.
    name: &'static str,
    is_text: bool,
    is_required: bool,
}

/// A key whose value is text.
pub const fn text(key: &'static str, name: &'static str) -> Field {
    Field {
        key,
        name,
        is_text: true,
        is_required: true,
    }
}

/// A key whose value is text, and which may be left out or null.
pub const fn optional_text(key: &'static str, name: &'static str) -> Field {
    Field {
        is_required: false,
        ..text(key, name)
    }
}

/// A key whose value the handler looks at itself.
pub const fn any(key: &'static str, name: &'static str) -> Field {
    Field {
        key,
        name,
        is_text: false,
        is_required: true,
    }
}

/// A key whose value the handler looks at itself, and which may be left out or null.
pub const fn optional(key: &'static str, name: &'static str) -> Field {
    Field {
        is_required: false,
        ..any(key, name)
    }
}

/// A request's body as a type.
pub trait Payload: DeserializeOwned {
    /// Its keys, in the order in which they are checked.
    const FIELDS: &'static [Field];
}

/// A JSON body that has all its keys.
pub struct Body<T>(pub T);

#[rocket::async_trait]
impl<'r, T: Payload> FromData<'r> for Body<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(body) => Outcome::Success(Self(body)),
            Err(error) => Outcome::Error(refused(request, error)),
        }
    }
}

async fn read<T: Payload>(request: &Request<'_>, data: Data<'_>) -> Result<T> {
    uncoded(request)?;
    if !Parameterized::content_type(request).is_some_and(|kind| kind.is("application/json")) {
        return Err(Error::WrongContentType(
            "The body must be JSON, with Content-Type: application/json",
        ));
    }
    let limit = LIMIT_MIB.mebibytes().as_u64();
    let body = read_all(open(request, data, limit + 1), limit);
    // Nobody has more to say than a few kilobytes, and who says it may be anybody.
    let stall = request
        .rocket()
        .state::<App>()
        .map(|app| app.config.connections.stall());
    let body = timeout(stall.unwrap_or_default(), body).await;
    let Some(body) = body.map_err(|_| Error::TooSlow)?? else {
        return Err(Error::TooLarge {
            what: "Body",
            limit: format!("{LIMIT_MIB} MiB"),
        });
    };
    // Some clients begin with a byte order mark, which RFC 8259 (section 8.1) lets be passed over.
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&body);
    let object: Map<String, Value> = match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => object,
        Ok(_) => {
            return Err(Error::Malformed(String::from(
                "The body must be a JSON object",
            )));
        }
        Err(error) => {
            return Err(Error::Malformed(format!(
                "The body isn't valid JSON: {error}"
            )));
        }
    };
    check(&object, T::FIELDS)?;
    serde_json::from_value(Value::Object(object)).map_err(|error| Error::Internal(error.into()))
}

/// Refuses a body that is packed: what it unpacks to has no bound that its size tells.
///
/// # Errors
/// [`Error::CodedBody`].
pub fn uncoded(request: &Request<'_>) -> Result<()> {
    let codings = request.headers().get("Content-Encoding");
    let mut codings = codings.flat_map(|value| value.split(',')).map(str::trim);
    if codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity")) {
        Ok(())
    } else {
        Err(Error::CodedBody)
    }
}

fn check(object: &Map<String, Value>, fields: &[Field]) -> Result<()> {
    let required = || fields.iter().filter(|field| field.is_required);
    for field in required() {
        object.get(field.key).ok_or(Error::MissingKey(field.key))?;
    }
    if let Some(field) = required().find(|field| object.get(field.key).is_some_and(Value::is_null))
    {
        return Err(Error::NotProvided(field.name));
    }
    let wrong = |field: &&Field| {
        let value = object.get(field.key).filter(|value| !value.is_null());
        field.is_text && value.is_some_and(|value| !value.is_string())
    };
    fields
        .iter()
        .find(wrong)
        .map_or(Ok(()), |field| Err(Error::NotText(field.name)))
}

/// The body of a request, of which only so much is read.
pub type Opened<'d> = Take<Arrival<'d>>;

/// The body of a request, at most `most` bytes of it: from the network, or from where Rocket has it.
pub fn open<'d>(request: &Request<'_>, data: Data<'d>, most: u64) -> Opened<'d> {
    let body: Arrival<'d> = match request.local_cache(Arriving::default).take() {
        Some(arriving) => arriving,
        None => Box::pin(data.open(most.bytes())),
    };
    body.take(most)
}

/// All bytes of a body; `None` if they are more than `limit`.
pub async fn read_all(mut body: Opened<'_>, limit: u64) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)
        .await
        .map_err(|error| cut_off(&error))?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// The refusal of a body that ends too early, or takes too long.
pub fn cut_off(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut => Error::TooSlow,
        _ => Error::Malformed(String::from("The body ends before it is complete")),
    }
}
