//! The pictures of users and of spaces: set by them and their admins, and their bytes by signed links.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, put};

use super::uploads::receive_photo;
use crate::api::extract::avatar_body::AvatarBody;
use crate::api::extract::current_user::CurrentUser;
use crate::api::request::AppState;
use crate::api::respond::avatar::AvatarImage;
use crate::api::views::spaces::Space;
use crate::api::views::urls::Urls;
use crate::api::views::users::User;
use crate::app::App;
use crate::domain::avatar_name::AvatarName;
use crate::domain::ids::{RawId, SpaceId};
use crate::domain::{access, avatars, spaces, users};
use crate::error::{Denied, FieldName, Invalid, NotFound, Result};

#[put("/me/avatar", data = "<body>")]
pub async fn set_own(app: &AppState, mut body: AvatarBody<'_>, links: Urls) -> Result<Json<User>> {
    let jpeg = take(app, &mut body).await?;
    let user = body
        .user()
        .write(move |conn, session| {
            avatars::set_of_user(conn, session, &jpeg)?;
            let user = users::find(conn, session.user().id)?;
            Ok(user.ok_or(Denied::Unauthorized { token: true })?)
        })
        .await?;
    Ok(Json(User::new(user, &links)))
}

#[delete("/me/avatar")]
pub async fn remove_own(user: CurrentUser<'_>) -> Result<Status> {
    user.write_making_room(avatars::remove_of_user).await?;
    Ok(Status::NoContent)
}

#[put("/spaces/<id>/avatar", data = "<body>")]
pub async fn set_of_space(
    app: &AppState,
    id: RawId<SpaceId>,
    mut body: AvatarBody<'_>,
    links: Urls,
) -> Result<Json<Space>> {
    let wanted = id.clone();
    let may_be_set = body
        .user()
        .read(move |conn, session| access::space(conn, session, &wanted)?.admin())
        .await;
    if may_be_set.is_err() {
        read_on(app, &mut body).await;
    }
    may_be_set?;
    let jpeg = take(app, &mut body).await?;
    let space = body
        .user()
        .write(move |conn, session| {
            let access = access::space(conn, session, &id)?;
            avatars::set_of_space(conn, &access.admin()?, &jpeg)?;
            Ok(spaces::get(conn, &access.member()?)?.space)
        })
        .await?;
    Ok(Json(Space::new(space, &links)))
}

#[delete("/spaces/<id>/avatar")]
pub async fn remove_of_space(user: CurrentUser<'_>, id: RawId<SpaceId>) -> Result<Status> {
    user.write_making_room(move |conn, session| {
        let admin = access::space(conn, session, &id)?.admin()?;
        avatars::remove_of_space(conn, &admin)
    })
    .await?;
    Ok(Status::NoContent)
}

/// The bytes of a picture, for the holder of a link that we have signed, while it is somebody's.
#[get("/avatars/<name>?<expires>&<signature>")]
pub async fn get(
    app: &AppState,
    name: &str,
    expires: Option<&str>,
    signature: Option<&str>,
) -> Result<AvatarImage> {
    let (Some(expires), Some(signature)) = (expires, signature) else {
        return Err(Denied::BadLink.into());
    };
    let name = AvatarName::parse(name).ok_or(Denied::BadLink)?;
    let (now, signer) = (app.now(), app.signing_key.signer());
    let expires = signer.check_avatar(&name, expires, signature, now)?;
    let jpeg = app
        .db
        .read(move |conn| Ok(avatars::find(conn, &name)?))
        .await?
        .ok_or(NotFound::Photo)?;
    Ok(AvatarImage::new(jpeg, expires - now.seconds()))
}

/// Takes a picture in, and makes what is kept of it.
async fn take(app: &App, body: &mut AvatarBody<'_>) -> Result<Vec<u8>> {
    app.check_room(0)?;
    let upload = match body {
        AvatarBody::Form(form) => {
            let field = FieldName::Photo;
            form.media
                .take_first()
                .ok_or(Invalid::NotProvided { field })?
        }
        AvatarBody::Bytes(incoming) => {
            let arrived = receive_photo(app, incoming).await;
            if arrived.is_err() {
                incoming.read_on(app).await;
            }
            arrived?
        }
    };
    app.ingest.make_avatar(upload).await
}

/// Discards what is left of a body, so that its sender gets to read why.
async fn read_on(app: &App, body: &mut AvatarBody<'_>) {
    if let AvatarBody::Bytes(incoming) = body {
        incoming.read_on(app).await;
    }
}
