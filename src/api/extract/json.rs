//! JSON bodies. Missing keys come first, then nulls, then wrong types, each in the order in which the
//! contract lists the keys.

use std::fmt::Display;
use std::io;
use std::net::IpAddr;

use rocket::data::{Data, FromData, Outcome, ToByteUnit};
use rocket::request::Request;
use serde_json::{Map, Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use crate::api::extract::body::open;
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::json_object::{self, Keep};
use crate::api::request::client_info::ClientInfo;
use crate::api::request::headers;
use crate::api::request::refusal::reject;
use crate::api::views::payload::{Field, Payload};
use crate::app::App;
use crate::error::{BodyType, Error, FieldName, Invalid, Malformed, Most, Overload, Result};
use crate::limits::fair::{Reservation, Stage};
use crate::limits::subnet::client_subnet;

/// The largest JSON body.
const LIMIT_MIB: u64 = 1;
/// What every connection may have of one in memory: more than those of our own clients have.
const ORDINARY: u64 = 64 * 1024;

/// A JSON body that has all its keys.
pub struct JsonBody<T>(pub T);

#[rocket::async_trait]
impl<'r, T: Payload> FromData<'r> for JsonBody<T> {
    type Error = ();

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        match read(request, data).await {
            Ok(body) => Outcome::Success(Self(body)),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

async fn read<T: Payload>(request: &Request<'_>, data: Data<'_>) -> Result<T> {
    let kind = Parameterized::content_type(request);
    let may_be_absent = T::MAY_BE_ABSENT && kind.is_none();
    if !may_be_absent && !kind.is_some_and(|kind| kind.is("application/json")) {
        return Err(Invalid::WrongContentType {
            reason: BodyType::Json,
        }
        .into());
    }
    let Received {
        bytes,
        _reservation,
    } = receive(request, data).await?;
    if may_be_absent {
        return match bytes.is_empty() {
            true => serde_json::from_value(json!({})).map_err(Error::internal),
            false => Err(Invalid::WrongContentType {
                reason: BodyType::Json,
            }
            .into()),
        };
    }
    // Some clients begin with a byte order mark, which RFC 8259 (section 8.1) allows to be ignored.
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let invalid = |why: &dyn Display| Malformed::Json {
        why: why.to_string(),
    };
    let text = std::str::from_utf8(text).map_err(|error| invalid(&error))?;
    let known = |key: &str| {
        let field = T::FIELDS.iter().find(|field| field.key == key)?;
        let values = field.values.map_or(Keep::Shallow, Keep::Values);
        let values = field.keys.map_or(values, Keep::Keys);
        Some(field.entries.map_or(values, Keep::List))
    };
    let object = json_object::parse(text, known).map_err(|error| invalid(&error))?;
    let object = object.ok_or(Malformed::NotAnObject)?;
    check(&object, T::FIELDS)?;
    serde_json::from_value(Value::Object(object)).map_err(Error::internal)
}

/// A complete body that isn't a file.
///
/// # Errors
/// It is compressed, too large, breaks off or is too slow; too many are under way.
pub async fn receive(request: &Request<'_>, data: Data<'_>) -> Result<Received> {
    uncoded(request)?;
    let app = request
        .rocket()
        .state::<App>()
        .ok_or_else(|| Error::internal(anyhow::anyhow!("no application is managed")))?;
    let body = read_all(app, request, data);
    // A valid body has a few kilobytes, and its sender may be anybody.
    let body = timeout(app.config.connections.stall_timeout, body).await;
    body.map_err(|_| Invalid::TooSlow)?
}

/// Refuses a compressed body: its size says nothing about what it decompresses to.
///
/// # Errors
/// [`Invalid::CodedBody`].
pub fn uncoded(request: &Request<'_>) -> Result<()> {
    let codings = headers::values(request, "Content-Encoding");
    let mut codings = codings.flat_map(|value| value.split(',')).map(str::trim);
    if codings.all(|coding| coding.is_empty() || coding.eq_ignore_ascii_case("identity")) {
        Ok(())
    } else {
        Err(Invalid::CodedBody.into())
    }
}

fn check(object: &Map<String, Value>, fields: &[Field]) -> Result<()> {
    let required = || fields.iter().filter(|field| field.is_required);
    for field in required() {
        object
            .get(field.key)
            .ok_or(Invalid::MissingKey { key: field.key })?;
    }
    if let Some(field) = required().find(|field| object.get(field.key).is_some_and(Value::is_null))
    {
        return Err(Invalid::NotProvided { field: field.name }.into());
    }
    let value = |field: &Field| object.get(field.key).filter(|value| !value.is_null());
    let is_no_list = |field: &&Field| {
        (field.entries.is_some() || field.values.is_some())
            && value(field).is_some_and(|value| !value.is_array())
    };
    if let Some(Field { name: field, .. }) = fields.iter().find(is_no_list) {
        return Err(Malformed::NotList { field: *field }.into());
    }
    let wrong =
        |field: &&Field| field.is_text && value(field).is_some_and(|value| !value.is_string());
    fields.iter().find(wrong).map_or(Ok(()), |field| {
        Err(Invalid::NotText { field: field.name }.into())
    })
}

/// A complete body, with the memory that it takes.
pub struct Received {
    pub bytes: Vec<u8>,
    _reservation: Option<Reservation<IpAddr>>,
}

/// All bytes of a body. One that is larger than any of ours needs memory from a budget that all unauthenticated clients
/// share.
async fn read_all(app: &App, request: &Request<'_>, data: Data<'_>) -> Result<Received> {
    let told = headers::first(request, "Content-Length");
    let told = told.and_then(|length| length.parse().ok());
    let limit = LIMIT_MIB.mebibytes().as_u64();
    let too_large = || Invalid::TooLarge {
        field: FieldName::Body,
        max: Most::Bytes(limit),
    };
    if told.is_some_and(|length: u64| length > limit) {
        return Err(too_large().into());
    }
    let mut body = open(request, data, limit + 1);
    let mut bytes = Vec::new();
    let mut beginning = (&mut body).take(ORDINARY);
    let read = beginning.read_to_end(&mut bytes).await;
    read.map_err(|error| cut_off(&error))?;
    if (bytes.len() as u64) < ORDINARY {
        return Ok(Received {
            bytes,
            _reservation: None,
        });
    }
    let address = client_subnet(ClientInfo::of(app, request).address);
    let size = told.unwrap_or(limit + 1);
    let reservation = app
        .limits
        .bodies
        .reserve(Some(address), size)
        .map_err(|_| Overload::Busy)?;
    reservation.is_at(Stage::Moving);
    bytes.reserve_exact(
        usize::try_from(size)
            .unwrap_or(0)
            .saturating_sub(bytes.len()),
    );
    let rest = async {
        loop {
            match body.read_buf(&mut bytes).await? {
                0 => return Ok(()),
                read => reservation.add_progress(read),
            }
        }
    };
    tokio::select! {
        rest = rest => rest.map_err(|error| cut_off(&error))?,
        () = reservation.preempted() => return Err(Overload::GaveWay.into()),
    }
    if bytes.len() as u64 > limit {
        return Err(too_large().into());
    }
    Ok(Received {
        bytes,
        _reservation: Some(reservation),
    })
}

/// The refusal of a body that ends too early, or takes too long.
pub fn cut_off(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::TimedOut => Invalid::TooSlow.into(),
        _ => Malformed::Incomplete.into(),
    }
}
