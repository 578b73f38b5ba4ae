//! The form of a share, a text and perhaps photos, as `multipart/form-data` or
//! `application/x-www-form-urlencoded`.
//!
//! A photo over its limit is recorded and not yet refused, because the checks of the text and of the
//! space come first. The sender is looked up here and not by a guard, because a photo must be read to its end
//! before its sender is refused: most clients only listen when they have sent everything.

use std::sync::OnceLock;

use multer::{Constraints, Field, Multipart, SizeLimit};
use rocket::data::{Data, FromData};
use rocket::outcome::Outcome;
use rocket::request::Request;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, timeout_at};

use crate::api::extract::body::{Opened, open};
use crate::api::extract::chunks::{Pace, chunks};
use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::form_media::FormMedia;
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::json::{cut_off, uncoded};
use crate::api::extract::malformed_form::{malformed, unreadable};
use crate::api::extract::part_disposition::Disposition;
use crate::api::extract::share_fields::{self, ShareFields};
use crate::api::extract::spilled_photos::SpillFile;
use crate::api::extract::{text_field, urlencoded};
use crate::api::request::headers;
use crate::api::request::refusal::reject;
use crate::app::App;
use crate::config::Limits;
use crate::error::{BodyType, Error, FieldName, Invalid, Malformed, Overload, Result};
use crate::limits::fair::Stage;
use crate::limits::uploads::UploadPermit;
use crate::uploads::ingest::UploadKind;

/// The longest boundary that there may be (RFC 2046, section 5.1.1).
const LONGEST_BOUNDARY: usize = 70;
/// The parts that any form may have: each costs some work, also where it is empty.
const PARTS: usize = 128;
/// The parts of a photo: its file or id, a poster, its caption and when it was taken.
const PARTS_OF_PHOTO: usize = 4;
/// The parts of what isn't a photo, with some to spare.
const OTHER_PARTS: usize = 8;
/// The most bytes that a character of a text can have, with combining marks that NFC joins.
const BYTES_OF_ONE: u64 = 16;
/// What is read and thrown away beyond a photo's limit, so that a client with a photo somewhat too large, or one who
/// isn't signed in, gets to read the sentence that says so.
const MAX_DRAINED: u64 = 64 * 1024 * 1024;

/// A new share, and its author.
pub struct ShareForm<'r> {
    pub user: CurrentUser<'r>,
    pub text: Option<String>,
    pub media: FormMedia,
    /// Its permit among the uploads, until the share is created.
    pub under_way: Option<UploadPermit>,
}

#[rocket::async_trait]
impl<'r> FromData<'r> for ShareForm<'r> {
    type Error = ();

    async fn from_data(
        request: &'r Request<'_>,
        data: Data<'r>,
    ) -> rocket::data::Outcome<'r, Self> {
        let Some(app) = request.rocket().state::<App>() else {
            return Outcome::Error(reject(
                request,
                Error::internal(anyhow::anyhow!("no application is managed")),
            ));
        };
        let limits = &app.config.limits;
        // One byte more than is allowed, so that too much can be distinguished from too little.
        let mut body = open(request, data, max_bytes(limits) + 1);
        let user = match request.guard::<CurrentUser<'_>>().await {
            Outcome::Success(user) => user,
            Outcome::Error(refusal) => {
                body.discard(app).await;
                return Outcome::Error(refusal);
            }
            Outcome::Forward(status) => return Outcome::Error((status, ())),
        };
        let form = match too_large(limits, size(request)) {
            None => Self::read(app, user, request, &mut body).await,
            Some(refusal) => {
                // A little of it is read all the same, as of a photo that is too large.
                body.set_limit(MAX_DRAINED);
                Err(refusal)
            }
        };
        // Also after a complete form, so that the connection can be used again.
        body.discard(app).await;
        match form {
            Ok(form) => Outcome::Success(form),
            Err(error) => Outcome::Error(reject(request, error)),
        }
    }
}

impl<'r> ShareForm<'r> {
    async fn read(
        app: &App,
        user: CurrentUser<'r>,
        request: &Request<'_>,
        body: &mut Opened<'_>,
    ) -> Result<Self> {
        let size = size(request);
        // It has, or may have, more than a text.
        let is_large =
            size.is_none_or(|size| size as u64 > text_field::max_bytes(&app.config.limits));
        let under_way = if is_large {
            Some(app.limits.uploads.acquire(user.user.id)?)
        } else {
            None
        };
        uncoded(request)?;
        let parts = async {
            match Parameterized::content_type(request) {
                Some(kind) => read(app, &kind, size, body, under_way.as_ref()).await,
                None => read_nothing(body).await,
            }
        };
        let ShareFields { text, media } = match &under_way {
            None => parts.await?,
            Some(reservation) => tokio::select! {
                parts = parts => {
                    // All of it is there, so it is never evicted.
                    reservation.is_at(Stage::Settled);
                    parts?
                }
                () = reservation.preempted() => return Err(Overload::GaveWay.into()),
            },
        };
        Ok(Self {
            user,
            text,
            media,
            under_way,
        })
    }
}

/// The bytes that a form says it has.
fn size(request: &Request<'_>) -> Option<usize> {
    headers::first(request, "Content-Length")?.parse().ok()
}

/// The refusal of a form that says it has more bytes than are read of one: whatever is in it, it can't be taken.
fn too_large(limits: &Limits, size: Option<usize>) -> Option<Error> {
    let max = max_bytes(limits);
    let is_too_large = size.is_some_and(|size| size as u64 > max);
    is_too_large.then(|| Invalid::FormTooLarge { max }.into())
}

/// The most bytes of a body that are read: as many photos as a share has and one more, because the first client of the
/// original system sends a new photo twice; and as much again as one film has. More films come as uploads, each by itself.
pub fn max_bytes(limits: &Limits) -> u64 {
    let photos = limits
        .photo_bytes
        .saturating_mul(limits.media_per_share as u64 + 1);
    let all = photos.saturating_add(limits.video_bytes);
    all.saturating_add(text_field::max_bytes(limits) + MAX_DRAINED)
}

/// The most parts of a form: as many photos as [`max_bytes`] counts, with all that can be said of each.
fn max_parts(limits: &Limits) -> usize {
    let photos = limits.media_per_share.saturating_add(1);
    let parts = photos.saturating_mul(PARTS_OF_PHOTO) + OTHER_PARTS;
    parts.max(PARTS)
}

/// A body without a type, which is a form only where it is empty.
async fn read_nothing(body: &mut Opened<'_>) -> Result<ShareFields> {
    let read = body.read(&mut [0]).await.map_err(|error| cut_off(&error))?;
    if read == 0 {
        Ok(ShareFields::default())
    } else {
        Err(Invalid::WrongContentType {
            reason: BodyType::Form,
        }
        .into())
    }
}

async fn read(
    app: &App,
    kind: &Parameterized<'_>,
    size: Option<usize>,
    body: &mut Opened<'_>,
    under_way: Option<&UploadPermit>,
) -> Result<ShareFields> {
    let limits = &app.config.limits;
    if kind.is("multipart/form-data") {
        let boundary = kind
            .get("boundary")
            .filter(|boundary| (1..=LONGEST_BOUNDARY).contains(&boundary.len()))
            .ok_or(Invalid::WrongContentType {
                reason: BodyType::Form,
            })?;
        let bounds =
            Constraints::new().size_limit(SizeLimit::new().whole_stream(max_bytes(limits)));
        let (stream, pace) = chunks(body, size);
        let parts = Multipart::with_constraints(stream, boundary, bounds);
        let form = Multi {
            app,
            size,
            pace,
            under_way,
            unwanted: OnceLock::new(),
        };
        form.read(parts).await
    } else if kind.is("application/x-www-form-urlencoded") {
        urlencoded::read(limits, body).await
    } else {
        Err(Invalid::WrongContentType {
            reason: BodyType::Form,
        }
        .into())
    }
}

/// A form in parts. Only one is read at a time.
pub(super) struct Multi<'a> {
    pub(super) app: &'a App,
    /// The bytes that the form says it has.
    pub(super) size: Option<usize>,
    pace: Pace,
    under_way: Option<&'a UploadPermit>,
    /// How long what is too large is read on, once it is known to be.
    pub(super) unwanted: OnceLock<(Instant, UploadKind)>,
}

impl Multi<'_> {
    async fn read(&self, mut parts: Multipart<'_>) -> Result<ShareFields> {
        let limits = &self.app.config.limits;
        let mut form = ShareFields::default();
        let mut spill = SpillFile::new(self.app);
        let (mut count, max_parts) = (0, max_parts(limits));
        while let Some(mut part) = self.next_part(&mut parts).await? {
            count += 1;
            if count > max_parts {
                return Err(unreadable(&format!("it has more than {max_parts} parts")));
            }
            let disposition = Disposition::of(&part)?;
            match disposition.name.as_deref() {
                Some("text") if form.text.is_none() => {
                    let (max, max_bytes) = (limits.text_max, text_field::max_bytes(limits));
                    form.text = Some(
                        self.read_text(&mut part, FieldName::Text, max, max_bytes)
                            .await?,
                    );
                }
                Some("file") if disposition.file_name.is_some() => {
                    let media = &mut form.media;
                    self.read_file(&mut part, &disposition, media, &mut spill)
                        .await?;
                }
                Some("poster") if disposition.file_name.is_some() => {
                    let media = &mut form.media;
                    self.read_poster(&mut part, &disposition, media, &mut spill)
                        .await?;
                }
                Some(name) => {
                    // Other parts are not ours.
                    if let Some((field, max)) = share_fields::word(name, limits) {
                        let word = self.read_word(&mut part, field, max).await?;
                        form.take(name, word)?;
                    }
                }
                None => {}
            }
            while self.next_chunk(&mut part).await?.is_some() {}
        }
        Ok(form)
    }

    async fn next_part<'r>(&self, parts: &mut Multipart<'r>) -> Result<Option<Field<'r>>> {
        self.pace.look_for_part();
        self.in_time(parts.next_field()).await
    }

    pub(super) async fn next_chunk(
        &self,
        part: &mut Field<'_>,
    ) -> Result<Option<impl AsRef<[u8]> + use<>>> {
        self.pace.look_for_content();
        let chunk = self.in_time(part.chunk()).await?;
        if let (Some(under_way), Some(chunk)) = (self.under_way, &chunk) {
            under_way.add_progress(chunk.len());
        }
        Ok(chunk)
    }

    async fn in_time<T>(&self, step: impl Future<Output = multer::Result<T>>) -> Result<T> {
        let limits = &self.app.config.limits;
        let (done, unwanted) = match self.unwanted.get() {
            Some((until, kind)) => {
                let done = timeout_at(*until, step).await;
                let done = done.map_err(|_| kind.too_many_bytes(limits))?;
                (done, Some(kind))
            }
            None => (step.await, None),
        };
        done.map_err(|error| match (error, unwanted) {
            (multer::Error::StreamSizeExceeded { .. }, Some(kind)) => kind.too_many_bytes(limits),
            (error, _) => malformed(max_bytes(limits), error),
        })
    }

    /// A text of at most `max` characters. At most `max_bytes` bytes of it are read.
    async fn read_text(
        &self,
        part: &mut Field<'_>,
        field: FieldName,
        max: usize,
        max_bytes: u64,
    ) -> Result<String> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next_chunk(part).await? {
            bytes.extend_from_slice(chunk.as_ref());
            if bytes.len() as u64 > max_bytes {
                return Err(Invalid::TooLong { field, max }.into());
            }
        }
        String::from_utf8(bytes).map_err(|_| Malformed::NotUtf8 { field }.into())
    }

    /// A text that is short, whatever it is.
    async fn read_word(
        &self,
        part: &mut Field<'_>,
        field: FieldName,
        max: usize,
    ) -> Result<String> {
        let max_bytes = (max as u64).saturating_mul(BYTES_OF_ONE);
        self.read_text(part, field, max, max_bytes).await
    }
}
