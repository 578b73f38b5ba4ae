//! Members of spaces.

use rocket::{delete, get, post, put};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::json_page::JsonPage;
use crate::api::views::members::{Add, Member, SetAdmin};
use crate::api::views::urls::Urls;
use crate::domain::ids::{RawId, SpaceId, UserId};
use crate::domain::page::Page;
use crate::domain::text::GivenLogin;
use crate::domain::{access, member_rights, members};
use crate::error::{FieldName, Malformed, Result};
use crate::logging::audit;

#[get("/spaces/<id>/members")]
pub async fn list(
    caller: Caller<'_>,
    page: Page,
    id: RawId<SpaceId>,
    links: Urls,
) -> Result<JsonPage<Member>> {
    let list = caller
        .read(move |conn, session| {
            let member = access::space(conn, session, &id)?.member()?;
            members::list(conn, &member, &page)
        })
        .await?;
    JsonPage::new(&links, "", list, |member| Member::new(member, &links))
}

#[post("/spaces/<id>/members", data = "<body>")]
pub async fn add(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    body: JsonBody<Add>,
) -> Result<&'static str> {
    let typed = audit::beginning(&body.0.login);
    let (login, now) = (GivenLogin::new(body.0.login), app.now());
    let added = user
        .write(move |conn, session| {
            let admin = access::space(conn, session, &id)?.admin()?;
            members::add(conn, &admin, &login, now)?;
            Ok(admin.space())
        })
        .await?;
    audit::member_added(user.at(client), added, &typed);
    Ok("Member added")
}

/// With `?end_invitations=true`, a removed member leaves no open link behind.
#[delete("/spaces/<id>/members/<user_id>?<end_invitations>")]
pub async fn remove(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    user_id: RawId<UserId>,
    end_invitations: Vec<&str>,
) -> Result<&'static str> {
    // Where it is there twice, Rocket's option of a value has none.
    let links = match end_invitations.as_slice() {
        [] | ["false"] => member_rights::Links::Stay,
        ["true"] => member_rights::Links::End,
        _ => {
            return Err(Malformed::NotOneOf {
                field: FieldName::EndInvitations,
                values: &["true", "false"],
            }
            .into());
        }
    };
    let now = app.now();
    let (space, member) = user
        .write_making_room(move |conn, session| {
            let removal = access::space(conn, session, &id)?.remove(conn, &user_id)?;
            member_rights::remove(conn, &removal, links, now)?;
            Ok((removal.space(), removal.user()))
        })
        .await?;
    audit::member_removed(user.at(client), space, member);
    Ok("Member deleted")
}

#[put("/spaces/<id>/members/<user_id>", data = "<body>")]
pub async fn set_admin(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    user_id: RawId<UserId>,
    body: JsonBody<SetAdmin>,
) -> Result<&'static str> {
    let now = app.now();
    let is_admin = body.0.is_admin.as_bool();
    let (space, member) = user
        .write(move |conn, session| {
            let admin = access::space(conn, session, &id)?.admin()?;
            member_rights::set_admin(conn, &admin, &user_id, is_admin, now)?;
            Ok((admin.space(), user_id.parse()?))
        })
        .await?;
    audit::admin_changed(user.at(client), space, member, is_admin == Some(true));
    Ok("Admin permission changed")
}
