//! Shares, with or without a photo.

use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::multipart::ShareForm;
use crate::api::extract::params::IdempotencyKey;
use crate::api::request::AppState;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::shares::{Share, ShareInList};
use crate::api::views::urls::Urls;
use crate::app::App;
use crate::domain::access;
use crate::domain::ids::{RawId, ShareId, SpaceId};
use crate::domain::page::Page;
use crate::domain::photos::NewPhoto;
use crate::domain::shares::{self, Created};
use crate::domain::text::ShareText;
use crate::error::{Error, Failure, Result};
use crate::uploads::ingest::{CleanPhoto, PhotoTarget};

#[post("/spaces/<id>/shares", data = "<form>")]
pub async fn create(
    app: &AppState,
    id: RawId<SpaceId>,
    links: Urls,
    key: IdempotencyKey<'_>,
    form: ShareForm<'_>,
) -> Result<Json<Share>> {
    let key = key.parse()?;
    let words = form.text.as_deref();
    let text = if form.photo.is_some() && !app.config.compatibility.original_clients {
        ShareText::beside_a_photo(words, &app.config.limits)?
    } else {
        ShareText::parse(words, &app.config.limits)?
    };
    let user = &form.user;
    let share = app.reserve_share();
    let photo = match form.photo {
        None => None,
        Some(upload) => {
            let (given, again) = (id.clone(), key.clone());
            // So that nothing is done with a photo that isn't welcome, or is here already.
            let (space, before) = user
                .read(move |conn, session| {
                    let member = access::space(conn, session, &given)?.member()?;
                    let before = shares::find_made(conn, &member, again.as_ref())?;
                    Ok((member.space(), before))
                })
                .await?;
            if let Some(before) = before {
                return Ok(Json(Share::new(before, &links)));
            }
            app.db.check_room()?;
            Some(keep(app, app.ingest.clean(upload).await?, space, share, false).await?)
        }
    };

    let (queue, now, kept) = (app.queue.clone(), app.now(), photo.clone());
    let created = user
        .write(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            let (photo, key) = (kept.as_ref(), key.as_ref());
            let created = shares::create(conn, &member, share, &text, photo, key, now)?;
            if let (Created::Now(_), Some(photo)) = (&created, photo) {
                queue.enqueue(conn, &photo.name)?;
            }
            Ok(created)
        })
        .await;
    // Of two at once with one key, the second has brought its photo for nothing.
    let fate = match &created {
        Ok(Created::Now(_)) => Fate::Written,
        Ok(_) => Fate::NotWritten,
        Err(error) => Fate::after(error),
    };
    settle(app, photo.as_ref(), fate).await;
    Ok(Json(Share::new(created?.share(), &links)))
}

#[get("/spaces/<id>/shares")]
pub async fn list(
    caller: Caller<'_>,
    page: Page,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<JsonPage<ShareInList>> {
    let list = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            shares::list(conn, &member, &page)
        })
        .await?;
    JsonPage::new(&links, None, list, |share| ShareInList::new(share, &links))
}

#[get("/shares/<id>")]
pub async fn get(caller: Caller<'_>, id: RawId<ShareId>, links: Urls) -> Result<Json<Share>> {
    let found = caller
        .read(move |conn, session| {
            let readable = access::share(conn, session, &id)?.read()?;
            shares::get(conn, &readable)
        })
        .await?;
    Ok(Json(Share::new(found, &links)))
}

#[put("/shares/<id>", data = "<form>")]
pub async fn edit(app: &AppState, id: RawId<ShareId>, form: ShareForm<'_>) -> Result<&'static str> {
    let Words { text, alone } = Words::of(app, &form)?;
    let (user, given) = (&form.user, id.clone());
    let (space, share) = user
        .read(move |conn, session| {
            let editable = access::share(conn, session, &given).and_then(|share| share.edit());
            if let Some(refusal) = alone {
                let is_beside_a_photo = match &editable {
                    Ok(editable) => shares::has_photo(conn, editable)?,
                    Err(_) => false,
                };
                if !is_beside_a_photo {
                    return Err(refusal);
                }
            }
            editable.map(|editable| (editable.space(), editable.share()))
        })
        .await?;
    let photo = match form.photo {
        None => None,
        Some(upload) => {
            app.db.check_room()?;
            Some(keep(app, app.ingest.clean(upload).await?, space, share, true).await?)
        }
    };

    let (queue, now, kept) = (app.queue.clone(), app.now(), photo.clone());
    let edited = user
        .write(move |conn, session| {
            let editable = access::share(conn, session, &id)?.edit()?;
            let replaced = shares::edit(conn, &editable, text.as_ref(), kept.as_ref(), now)?;
            kept.iter()
                .try_for_each(|photo| queue.enqueue(conn, &photo.name))?;
            Ok(replaced)
        })
        .await;
    let fate = edited.as_ref().map_or_else(Fate::after, |_| Fate::Written);
    settle(app, photo.as_ref(), fate).await;
    app.cleanup().delete_now(&edited?).await;
    Ok("Share edited")
}

#[delete("/shares/<id>")]
pub async fn delete(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<ShareId>,
) -> Result<&'static str> {
    let now = app.now();
    let deleted = user
        .write_making_room(move |conn, session| {
            let deletable = access::share(conn, session, &id)?.delete()?;
            shares::delete(conn, &deletable, now)
        })
        .await?;
    app.cleanup().delete_now(&deleted).await;
    Ok("Share deleted")
}

/// What becomes of the text of a share that is edited.
struct Words {
    /// The new one; that of before stays where there is only a new photo.
    text: Option<ShareText>,
    /// What is answered before all else if the share has no photo.
    alone: Option<Error>,
}

impl Words {
    fn of(app: &App, form: &ShareForm<'_>) -> Result<Self> {
        let limits = &app.config.limits;
        let needs_text = app.config.compatibility.original_clients;
        match (
            form.text.as_deref(),
            ShareText::parse(form.text.as_deref(), limits),
        ) {
            (_, Ok(text)) => Ok(Self {
                text: Some(text),
                alone: None,
            }),
            (None, Err(_)) if form.photo.is_some() && !needs_text => Ok(Self {
                text: None,
                alone: None,
            }),
            (Some(words), Err(refusal)) if !needs_text => Ok(Self {
                text: Some(ShareText::beside_a_photo(Some(words), limits)?),
                alone: form.photo.is_none().then_some(refusal),
            }),
            (_, Err(refusal)) => Err(refusal),
        }
    }
}

async fn keep(
    app: &App,
    clean: CleanPhoto,
    space: SpaceId,
    share: ShareId,
    revision: bool,
) -> Result<NewPhoto> {
    app.ingest
        .store(
            clean,
            PhotoTarget {
                space,
                share,
                photo: app.reserve_photo(),
                revision,
            },
        )
        .await
}

/// What became of the row of a photo.
#[derive(Clone, Copy)]
enum Fate {
    Written,
    NotWritten,
    Unknown,
}

impl Fate {
    /// What a disk or a folder that fails during the commit has kept is known only when the database is read again.
    fn after(error: &Error) -> Self {
        match error {
            Error::Failure(Failure::Internal(_) | Failure::DataGone) => Self::Unknown,
            _ => Self::NotWritten,
        }
    }
}

/// After the transaction: wakes the worker for the photo, or deletes it if the share was refused. If that isn't known, its
/// bytes stay until the cleanup has looked whether a share has them.
async fn settle(app: &App, photo: Option<&NewPhoto>, fate: Fate) {
    match (photo, fate) {
        (Some(_), Fate::Written) => app.queue.notify(),
        (Some(photo), Fate::NotWritten) => app.ingest.rollback(photo).await,
        (Some(_), Fate::Unknown) | (None, _) => {}
    }
}
