//! Invitation links.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, post};
use serde_json::Value;

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::created::Created;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::invitations::{
    Held, Invitation, InvitationPreview, InvitationWithLink, NewInvitation,
};
use crate::api::views::spaces::Space;
use crate::api::views::urls::Urls;
use crate::api::views::whole_number::whole_number;
use crate::domain::access;
use crate::domain::ids::{InvitationId, RawId, SpaceId};
use crate::domain::invitations::{self, InvitationOptions, Role};
use crate::domain::page::Page;
use crate::domain::tokens::Token;
use crate::error::{Conflict, FieldName, Malformed, Result};
use crate::logging::audit;
use crate::qr;

/// The default number of uses and days of an invitation.
pub(super) const USES: i64 = 1;
pub(super) const DAYS: i64 = 7;

fn options(asked: &NewInvitation) -> Result<InvitationOptions> {
    let role = match asked.role.as_deref() {
        None | Some("member") => Role::Member,
        Some("admin") => Role::Admin,
        Some(_) => {
            return Err(Malformed::NotOneOf {
                field: FieldName::Role,
                values: &["member", "admin"],
            }
            .into());
        }
    };
    let (uses, days) = (asked.uses.as_ref(), asked.days.as_ref());
    InvitationOptions::parse(role, number(uses, USES), number(days, DAYS))
}

/// Anything but a number counts as out of bounds.
pub(super) fn number(value: Option<&Value>, default: i64) -> i64 {
    match value {
        None => default,
        Some(value) => whole_number(value).unwrap_or(i64::MIN),
    }
}

#[post("/spaces/<id>/invitations", data = "<body>")]
pub async fn create(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    links: Urls,
    body: JsonBody<NewInvitation>,
) -> Result<Created<InvitationWithLink>> {
    let (terms, now, token) = (options(&body.0)?, app.now(), Token::random()?);
    let url = links.page_with_secret("invitation", &token);
    let qr = qr::svg(&url)?;
    let (invitation, space) = user
        .write(move |conn, session| {
            let admin = access::space(conn, session, &id)?.admin()?;
            let invitation = invitations::create(conn, Some(&admin), terms, &token, now)?;
            Ok((invitation, admin.space()))
        })
        .await?;
    audit::invitation_made(user.at(client), &invitation);
    let path = format!("/spaces/{space}/invitations/{}", invitation.id);
    Ok(Created::new(
        InvitationWithLink {
            invitation: Invitation::new(invitation, &links),
            url,
            qr,
        },
        path,
    ))
}

#[get("/spaces/<id>/invitations")]
pub async fn list(
    app: &AppState,
    caller: Caller<'_>,
    page: Page,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<JsonPage<Invitation>> {
    let now = app.now();
    let list = caller
        .read(move |conn, session| {
            let admin = access::space(conn, session, &id)?.admin()?;
            invitations::list(conn, &admin, &page, now)
        })
        .await?;
    JsonPage::new(&links, "", list, |invitation| {
        Invitation::new(invitation, &links)
    })
}

#[delete("/spaces/<id>/invitations/<invitation_id>")]
pub async fn revoke(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    invitation_id: RawId<InvitationId>,
) -> Result<Status> {
    let now = app.now();
    let revoked = user
        .write_making_room(move |conn, session| {
            let admin = access::space(conn, session, &id)?.admin()?;
            invitations::revoke(conn, &admin, &invitation_id, now)?;
            invitation_id.parse()
        })
        .await?;
    audit::invitation_revoked(user.at(client), revoked);
    Ok(Status::NoContent)
}

/// What a link offers, for the page that it leads to.
#[post("/invitations/offer", data = "<body>")]
pub async fn offer(
    app: &AppState,
    body: JsonBody<Held>,
    links: Urls,
) -> Result<Json<InvitationPreview>> {
    let (token, now) = (Token::given(&body.0.token), app.now());
    let offer = app
        .db
        .read(move |conn| invitations::offer(conn, &token, now))
        .await?;
    Ok(Json(InvitationPreview::new(offer, &links)))
}

/// Joins with an account that is there already.
#[post("/invitations/accept", data = "<body>")]
pub async fn accept(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    body: JsonBody<Held>,
    links: Urls,
) -> Result<Json<Space>> {
    let (token, now) = (Token::given(&body.0.token), app.now());
    let space = user
        .write(move |conn, session| {
            // An invitation to an account alone is not used up by who has one.
            let joined = invitations::accept(conn, &token, session.user().id, now)?;
            Ok(joined.ok_or(Conflict::InvitationToAccount)?)
        })
        .await?;
    audit::invitation_used(user.at(client), &user.user, Some(space.id));
    Ok(Json(Space::new(space, &links)))
}
