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
use crate::api::respond::json_view::JsonView;
use crate::api::respond::versioned::Versioned;
use crate::api::routes::share_media::{
    BroughtBytes, Fate, enqueue, find_before, keep, new_photos, settle, split, within_quotas,
};
use crate::api::routes::uploads::taking::{self, Taking};
use crate::api::views::shares::{EditShare, NewShare, Share, ShareInList};
use crate::api::views::urls::Urls;
use crate::app::App;
use crate::domain::access;
use crate::domain::ids::{RawId, ShareId, SpaceId};
use crate::domain::page::Page;
use crate::domain::photos::{self, MediaChange};
use crate::domain::shares::{self, Created, Edited};
use crate::domain::text::ShareText;
use crate::domain::{share_deletion, share_version};
use crate::error::{Error, Invalid, Result};

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
    let brought = BroughtBytes::of(&change, &named);
    let share = app.reserve_share().await?;
    let _on_their_way = app.shares_under_way.begin(share);
    let mut taking = Taking::default();
    let photos = match new_photos(change) {
        Ok(photos) if photos.is_empty() => Vec::new(),
        photos => {
            // So that nothing is done with photos that aren't welcome, or are here already.
            let before = find_before(app, &user, &id, key.as_ref(), &brought).await?;
            if let Some(made) = before.made {
                return Ok(Json(Share::new(made, &links)));
            }
            let photos = photos?;
            if photos.len() > limits.media_per_share {
                let max = limits.media_per_share;
                return Err(Invalid::SeveralPhotos { max }.into());
            }
            before.fits?;
            app.check_room(brought.sent)?;
            match Taking::begin(app, &user, named).await {
                Ok(taken) => taking = taken,
                // Of two at once with one key, the other may have taken them.
                Err(refusal) => {
                    let before = find_before(app, &user, &id, key.as_ref(), &brought).await?;
                    return match before.made {
                        Some(made) => Ok(Json(Share::new(made, &links))),
                        None => Err(refusal),
                    };
                }
            }
            let photos = photos.into_iter().map(|photo| taking.resolve(photo));
            let photos = photos.collect::<Result<_>>()?;
            keep(app, photos, before.space, share, false).await?
        }
    };

    let (queue, now, kept) = (app.queue.clone(), app.now(), photos.clone());
    let quotas = app.config.quotas;
    let take = taking.in_transaction(now);
    let created = user
        .write(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            let of = (member.space(), session.user().id);
            within_quotas(conn, of, &quotas, &kept, || {
                let created =
                    shares::create(conn, &member, share, &text, &kept, key.as_ref(), now)?;
                if let Created::Now(_) = &created {
                    take(conn, session)?;
                    enqueue(&queue, conn, &kept)?;
                }
                Ok(created)
            })
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
) -> Result<Versioned<JsonView<Share>>> {
    let found = caller
        .read(move |conn, session| {
            let readable = access::share(conn, session, &id)?.read()?;
            shares::get(conn, &readable)
        })
        .await?;
    let version = links.version(found.version);
    let share = JsonView::new(&Share::new(found, &links))?;
    Ok(Versioned::new(share, &version))
}

#[put("/shares/<id>", data = "<edit>")]
pub async fn edit(
    app: &AppState,
    id: RawId<ShareId>,
    if_match: IfMatch,
    edit: ShareBody<'_, EditShare>,
) -> Result<Versioned<&'static str>> {
    let expected = if_match.parse(&app.epoch)?;
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
            let (words, change) = (body.text()?, body.change(limits)?);
            let has_new = change.as_ref().is_some_and(MediaChange::has_new);
            let words = Words::of(app, words, has_new, change.is_some())?;
            (user, words, change.unwrap_or(nothing), None)
        }
    };
    let given = id.clone();
    let named = taking::named(&change)?;
    let brought = BroughtBytes::of(&change, &named);
    let (new, outline) = split(change);
    let quotas = app.config.quotas;
    let (space, share) = user
        .read({
            let (outline, expected) = (outline.clone(), expected.clone());
            let (has_new, brought) = (!new.is_empty(), brought.clone());
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
                let freed = photos::check(conn, &editable, outline, max)?;
                // So that nothing is done with photos that there is no room for.
                if has_new {
                    let of = (editable.space(), session.user().id);
                    brought.check(conn, of, freed, &quotas)?;
                }
                Ok((editable.space(), editable.share()))
            }
        })
        .await?;
    let taking = Taking::begin(app, &user, named).await?;
    let _on_their_way = app.shares_under_way.begin(share);
    let photos = if new.is_empty() {
        Vec::new()
    } else {
        app.check_room(brought.sent)?;
        let new = new.into_iter().map(|photo| taking.resolve(photo));
        keep(app, new.collect::<Result<_>>()?, space, share, true).await?
    };

    let (queue, now, kept) = (app.queue.clone(), app.now(), photos.clone());
    let take = taking.in_transaction(now);
    let edited = user
        .write(move |conn, session| {
            let editable = access::share(conn, session, &id)?.edit()?;
            expected.check(conn, editable.space(), editable.share())?;
            let of = (editable.space(), session.user().id);
            within_quotas(conn, of, &quotas, &kept, || {
                take(conn, session)?;
                let mut new = kept.iter().cloned();
                let change = outline.with(|()| new.next());
                let edited = shares::edit(conn, &editable, text.as_ref(), (change, max), now)?;
                enqueue(&queue, conn, &kept)?;
                Ok(edited)
            })
        })
        .await;
    let fate = edited.as_ref().map_or_else(Fate::after, |_| Fate::Written);
    settle(app, &photos, fate).await;
    if matches!(fate, Fate::Written) {
        taking.end(app).await;
    }
    let Edited { removed, version } = edited?;
    app.cleanup().delete_now(&removed).await;
    let version = share_version::name(&app.epoch, version);
    Ok(Versioned::new("Share edited", &version))
}

#[delete("/shares/<id>")]
pub async fn delete(
    app: &AppState,
    user: CurrentUser<'_>,
    id: RawId<ShareId>,
    if_match: IfMatch,
) -> Result<&'static str> {
    let (now, expected) = (app.now(), if_match.parse(&app.epoch)?);
    let (key, begun) = user
        .write_making_room(move |conn, session| {
            let deletable = access::share(conn, session, &id)?.delete()?;
            let key = (deletable.space(), deletable.share());
            expected.check(conn, key.0, key.1)?;
            Ok((key, share_deletion::begin(conn, &deletable, now)?))
        })
        .await?;
    app.space_deletion().finish_share(key, begun).await?;
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
