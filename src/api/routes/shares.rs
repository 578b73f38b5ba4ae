//! Shares, with or without photos.

use rocket::serde::json::Json;
use rocket::{delete, get, post, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::if_match::IfMatch;
use crate::api::extract::multipart::ShareForm;
use crate::api::extract::params::IdempotencyKey;
use crate::api::extract::share_body::ShareBody;
use crate::api::request::AppState;
use crate::api::respond::json_page::JsonPage;
use crate::api::respond::versioned::Versioned;
use crate::api::routes::uploads::taking::{self, Taking};
use crate::api::views::shares::{EditShare, NewShare, Share, ShareInList};
use crate::api::views::urls::Urls;
use crate::app::App;
use crate::db::Connection;
use crate::domain::access;
use crate::domain::client_key::ClientKey;
use crate::domain::ids::{RawId, ShareId, SpaceId};
use crate::domain::page::Page;
use crate::domain::photos::{self, Listed, MediaChange, NewPhoto};
use crate::domain::shares::{self, Created, Edited};
use crate::domain::text::ShareText;
use crate::error::{Error, Failure, Invalid, NotFound, Result};
use crate::queue::PhotoQueue;
use crate::uploads::ingest::PhotoTarget;
use crate::uploads::several::{Brought, NewUpload, store_all};

#[post("/spaces/<id>/shares", data = "<body>")]
pub async fn create(
    app: &AppState,
    id: RawId<SpaceId>,
    links: Urls,
    key: IdempotencyKey<'_>,
    body: ShareBody<'_, NewShare>,
) -> Result<Json<Share>> {
    let key = key.parse()?;
    let limits = &app.config.limits;
    let (words, has_photo) = match &body {
        ShareBody::Form(form) => (form.text.as_deref(), form.media.has_new()),
        ShareBody::Json(_, said) => (said.text.as_deref(), said.has_media()),
    };
    let text = if has_photo && !app.config.compatibility.original_clients {
        ShareText::beside_a_photo(words, limits)?
    } else {
        ShareText::parse(words, limits)?
    };
    // With its permit among the uploads, as long as there is one.
    let (user, change, _under_way) = match body {
        ShareBody::Form(form) => (form.user, form.media.into_change(limits)?, form.under_way),
        ShareBody::Json(user, said) => (user, said.change(limits)?, None),
    };
    let named = taking::named(&change)?;
    let share = app.reserve_share();
    let mut taking = Taking::default();
    let photos = match new_photos(change) {
        Ok(photos) if photos.is_empty() => Vec::new(),
        photos => {
            // So that nothing is done with photos that aren't welcome, or are here already.
            let (space, before) = find_before(&user, &id, key.as_ref()).await?;
            if let Some(before) = before {
                return Ok(Json(Share::new(before, &links)));
            }
            let photos = photos?;
            if photos.len() > limits.media_per_share {
                let max = limits.media_per_share;
                return Err(Invalid::SeveralPhotos { max }.into());
            }
            app.db.check_room()?;
            match Taking::begin(app, &user, named).await {
                Ok(taken) => taking = taken,
                // Of two at once with one key, the other may have taken them.
                Err(refusal) => {
                    return match find_before(&user, &id, key.as_ref()).await? {
                        (_, Some(before)) => Ok(Json(Share::new(before, &links))),
                        _ => Err(refusal),
                    };
                }
            }
            let photos = photos.into_iter().map(|photo| taking.resolve(photo));
            let photos = photos.collect::<Result<_>>()?;
            keep(app, photos, space, share, false).await?
        }
    };

    let (queue, now, kept) = (app.queue.clone(), app.now(), photos.clone());
    let take = taking.in_transaction(now);
    let created = user
        .write(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            let created = shares::create(conn, &member, share, &text, &kept, key.as_ref(), now)?;
            if let Created::Now(_) = &created {
                take(conn, session)?;
                enqueue(&queue, conn, &kept)?;
            }
            Ok(created)
        })
        .await;
    // Of two at once with one key, the second has brought its photos for nothing.
    let fate = match &created {
        Ok(Created::Now(_)) => Fate::Written,
        Ok(_) => Fate::NotWritten,
        Err(error) => Fate::after(error),
    };
    settle(app, &photos, fate).await;
    if matches!(fate, Fate::Written) {
        taking.end(app).await;
    }
    Ok(Json(Share::new(created?.share(), &links)))
}

/// The space of a member, and the share that they have made there under this key, if they have.
async fn find_before(
    user: &CurrentUser<'_>,
    space: &RawId<SpaceId>,
    key: Option<&ClientKey>,
) -> Result<(SpaceId, Option<shares::Share>)> {
    let (space, key) = (space.clone(), key.cloned());
    user.read(move |conn, session| {
        let member = access::space(conn, session, &space)?.member()?;
        let before = shares::find_made(conn, &member, key.as_ref())?;
        Ok((member.space(), before))
    })
    .await
}

/// The photos of a new share, which has none that it could keep.
fn new_photos(change: MediaChange<NewUpload<Brought>>) -> Result<Vec<NewUpload<Brought>>> {
    let listed = match change {
        MediaChange::Replace(photos) => return Ok(photos),
        MediaChange::List(listed) => listed,
    };
    let new = |listed| match listed {
        Listed::New(photo) => Ok(photo),
        Listed::Kept(id, _) => Err(NotFound::PhotoOfShare { id: id.to_string() }.into()),
    };
    listed.into_iter().map(new).collect()
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
    JsonPage::new(&links, "", list, |share| ShareInList::new(share, &links))
}

#[get("/shares/<id>")]
pub async fn get(
    caller: Caller<'_>,
    id: RawId<ShareId>,
    links: Urls,
) -> Result<Versioned<Json<Share>>> {
    let found = caller
        .read(move |conn, session| {
            let readable = access::share(conn, session, &id)?.read()?;
            shares::get(conn, &readable)
        })
        .await?;
    let version = found.version;
    Ok(Versioned::new(Json(Share::new(found, &links)), version))
}

#[put("/shares/<id>", data = "<edit>")]
pub async fn edit(
    app: &AppState,
    id: RawId<ShareId>,
    if_match: IfMatch,
    edit: ShareBody<'_, EditShare>,
) -> Result<Versioned<&'static str>> {
    let expected = if_match.parse()?;
    let limits = &app.config.limits;
    let max = limits.media_per_share;
    let nothing = MediaChange::Replace(Vec::new());
    // With its permit among the uploads, as long as there is one.
    let (user, Words { text, alone }, change, _under_way) = match edit {
        ShareBody::Form(form) => {
            let words = Words::of(
                app,
                form.text.as_deref(),
                form.media.has_new(),
                form.media.is_list(),
            )?;
            let ShareForm {
                user,
                media,
                under_way,
                ..
            } = form;
            (user, words, media.into_change(limits)?, under_way)
        }
        ShareBody::Json(user, body) => {
            let (words, change) = (body.text.as_deref(), body.change(limits)?);
            if words.is_none() && change.is_none() {
                return Err(Invalid::MissingKey { key: "text" }.into());
            }
            let words = Words::of(app, words, false, change.is_some())?;
            (user, words, change.unwrap_or(nothing), None)
        }
    };
    let given = id.clone();
    let named = taking::named(&change)?;
    let (new, outline) = split(change);
    let (space, share) = user
        .read({
            let (outline, expected) = (outline.clone(), expected.clone());
            move |conn, session| {
                let editable = access::share(conn, session, &given).and_then(|share| share.edit());
                if let Some(refusal) = alone {
                    let is_beside_a_photo = match &editable {
                        Ok(editable) => photos::has_any(conn, editable)?,
                        Err(_) => false,
                    };
                    if !is_beside_a_photo {
                        return Err(refusal);
                    }
                }
                let editable = editable?;
                expected.check(conn, editable.space(), editable.share())?;
                photos::check(conn, &editable, outline, max)?;
                Ok((editable.space(), editable.share()))
            }
        })
        .await?;
    let taking = Taking::begin(app, &user, named).await?;
    let photos = if new.is_empty() {
        Vec::new()
    } else {
        app.db.check_room()?;
        let new = new.into_iter().map(|photo| taking.resolve(photo));
        keep(app, new.collect::<Result<_>>()?, space, share, true).await?
    };

    let (queue, now, kept) = (app.queue.clone(), app.now(), photos.clone());
    let take = taking.in_transaction(now);
    let edited = user
        .write(move |conn, session| {
            let editable = access::share(conn, session, &id)?.edit()?;
            expected.check(conn, editable.space(), editable.share())?;
            take(conn, session)?;
            let mut new = kept.iter().cloned();
            let change = outline.with(|()| new.next());
            let edited = shares::edit(conn, &editable, text.as_ref(), (change, max), now)?;
            enqueue(&queue, conn, &kept)?;
            Ok(edited)
        })
        .await;
    let fate = edited.as_ref().map_or_else(Fate::after, |_| Fate::Written);
    settle(app, &photos, fate).await;
    if matches!(fate, Fate::Written) {
        taking.end(app).await;
    }
    let Edited { removed, version } = edited?;
    app.cleanup().delete_now(&removed).await;
    Ok(Versioned::new("Share edited", version))
}

/// The new photos of a change, and where they go.
fn split(change: MediaChange<NewUpload<Brought>>) -> (Vec<NewUpload<Brought>>, MediaChange<()>) {
    let mut new = Vec::new();
    let outline = change.with(|photo| {
        new.push(photo);
        Some(())
    });
    (new, outline)
}

#[delete("/shares/<id>")]
pub async fn delete(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<ShareId>,
    if_match: IfMatch,
) -> Result<&'static str> {
    let (now, expected) = (app.now(), if_match.parse()?);
    let deleted = user
        .write_making_room(move |conn, session| {
            let deletable = access::share(conn, session, &id)?.delete()?;
            expected.check(conn, deletable.space(), deletable.share())?;
            shares::delete(conn, &deletable, now)
        })
        .await?;
    app.cleanup().delete_now(&deleted).await;
    Ok("Share deleted")
}

/// What becomes of the text of a share that is edited.
struct Words {
    /// The new one; the previous one stays if there is only a new photo.
    text: Option<ShareText>,
    /// What is answered before all else if the share has no photo.
    alone: Option<Error>,
}

impl Words {
    /// `has_photo`: whether a photo comes with the text. `has_list`: whether it is said which photos the share has.
    fn of(app: &App, words: Option<&str>, has_photo: bool, has_list: bool) -> Result<Self> {
        let limits = &app.config.limits;
        let needs_text = app.config.compatibility.original_clients;
        match (words, ShareText::parse(words, limits)) {
            (_, Ok(text)) => Ok(Self {
                text: Some(text),
                alone: None,
            }),
            (None, Err(_)) if has_list || (has_photo && !needs_text) => Ok(Self {
                text: None,
                alone: None,
            }),
            (Some(words), Err(refusal)) if !needs_text => Ok(Self {
                text: Some(ShareText::beside_a_photo(Some(words), limits)?),
                alone: (!has_photo).then_some(refusal),
            }),
            (_, Err(refusal)) => Err(refusal),
        }
    }
}

/// Cleans and stores new photos of a share, which was there `before` or is new.
async fn keep(
    app: &App,
    photos: Vec<NewUpload>,
    space: SpaceId,
    share: ShareId,
    before: bool,
) -> Result<Vec<NewPhoto>> {
    let target = |position: usize| PhotoTarget {
        space,
        share,
        photo: app.reserve_photo(),
        revision: before || position > 0,
    };
    let photos = photos.into_iter().enumerate();
    let targets = photos.map(|(position, photo)| (photo, target(position)));
    store_all(&app.ingest, targets.collect()).await
}

/// Queues new photos, in the transaction that writes them.
fn enqueue(queue: &PhotoQueue, conn: &Connection, photos: &[NewPhoto]) -> Result<()> {
    let mut photos = photos.iter();
    Ok(photos.try_for_each(|photo| queue.enqueue(conn, &photo.name))?)
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

/// After the transaction: wakes the worker for the photos, or deletes them if the share was refused. If that isn't known, their
/// bytes stay until the cleanup has looked whether a share has them.
async fn settle(app: &App, photos: &[NewPhoto], fate: Fate) {
    match fate {
        _ if photos.is_empty() => {}
        Fate::Written => app.queue.notify(),
        Fate::NotWritten => {
            for photo in photos {
                app.ingest.rollback(photo).await;
            }
        }
        Fate::Unknown => {}
    }
}
