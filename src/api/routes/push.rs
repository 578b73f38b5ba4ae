//! Browsers that get push messages.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{delete, get, post};

use crate::api::extract::current_user::{Caller, CurrentUser};
use crate::api::extract::json::JsonBody;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::created::Created;
use crate::api::views::push::{PushKey, PushSubscription, Subscribe};
use crate::domain::ids::{PushSubscriptionId, RawId};
use crate::domain::language::Language;
use crate::domain::push_subscriptions::{self, AppInBrowser};
use crate::domain::{profile, quiet_hours};
use crate::error::{NotFound, Result};

#[get("/push-key")]
pub async fn key(app: &AppState, caller: Caller<'_>) -> Result<Json<PushKey>> {
    caller.read(|_, _| Ok(())).await?;
    if !app.config.push.enabled {
        return Err(NotFound::PushKey.into());
    }
    let key = app.push_key.get().await?.public();
    Ok(Json(PushKey { key }))
}

#[post("/push-subscriptions", data = "<body>")]
pub async fn subscribe(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    body: JsonBody<Subscribe>,
) -> Result<Created<PushSubscription>> {
    let push = &app.config.push;
    if !push.enabled {
        return Err(NotFound::PushKey.into());
    }
    let address = body.0.parse(&push.own_services)?;
    let language = body.0.language.as_deref();
    let open = AppInBrowser {
        origin: client.base_url.clone(),
        language: Language::of(language.unwrap_or_default()).tag().to_owned(),
        time_zone: body.0.time_zone.as_deref().and_then(quiet_hours::zone),
    };
    let now = app.now();
    let subscribed = user
        .write(move |conn, session| {
            let subscribed = push_subscriptions::create(conn, session, &address, &open, now)?;
            if subscribed.has_moved {
                profile::reschedule(conn, session.user().id, now)?;
            }
            Ok(subscribed)
        })
        .await?;
    if subscribed.has_moved {
        app.push_wake.notify_one();
        app.mail_wake.notify_one();
    }
    let subscription = subscribed.subscription;
    let path = format!("/push-subscriptions/{}", subscription.id);
    Ok(Created::new(subscription.into(), path))
}

#[delete("/push-subscriptions/<id>")]
pub async fn unsubscribe(user: CurrentUser<'_>, id: RawId<PushSubscriptionId>) -> Result<Status> {
    user.write_making_room(move |conn, session| push_subscriptions::delete(conn, session, &id))
        .await?;
    Ok(Status::NoContent)
}
