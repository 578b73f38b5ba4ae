//! Photos to download: those of a space, or a selection, as a ZIP; and all that a user has made.

use std::net::IpAddr;

use rocket::{get, post};

use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::selection::Selection;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::own_export;
use crate::api::respond::zip::Zip;
use crate::app::App;
use crate::domain::ids::{PhotoId, RawId, SpaceId};
use crate::domain::photos::KindFilter;
use crate::domain::{access, own_data, photos, spaces};
use crate::downloads::{
    Contents, ContentsPlanner, MAX_PHOTOS, Receiver, Right, Source, ZipStream, memory_for,
};
use crate::error::{Invalid, Overload, Result};
use crate::limits::fair::{FairLimit, Refused, Reservation};
use crate::limits::subnet::client_subnet;

/// The bytes that a share or a comment takes while an export is made.
const EACH_TEXT: u64 = 32;

#[get("/spaces/<id>/archive")]
pub async fn of_space(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    kinds: KindFilter,
) -> Result<Zip> {
    zip(app, &user, client, id, Chosen::All(kinds)).await
}

#[post("/spaces/<id>/archive", data = "<selection>")]
pub async fn of_selection(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    selection: Selection,
) -> Result<Zip> {
    let ids = selection.0.ids()?;
    zip(app, &user, client, id, Chosen::These(ids)).await
}

/// Which photos of a space are to be sent.
enum Chosen {
    All(KindFilter),
    These(Vec<RawId<PhotoId>>),
}

/// A ZIP of these photos of a space. Nothing of any photo is read before it is due.
async fn zip(
    app: &App,
    user: &CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    chosen: Chosen,
) -> Result<Zip> {
    let (zips, address) = (app.limits.zips.clone(), client_subnet(client.address));
    let planned = user.read_long(move |conn, session| {
        let member = access::space(conn, session, &id)?.member()?;
        let name = spaces::get(conn, &member)?.space.name;
        let count = match &chosen {
            Chosen::These(ids) => ids.len() as u64,
            Chosen::All(kinds) => photos::count_in_space(conn, &member, *kinds)?,
        };
        if count > MAX_PHOTOS as u64 {
            return Err(Invalid::ZipOfTooMany { max: MAX_PHOTOS }.into());
        }
        let memory = reserve(&zips, address, memory_for(count))?;
        let mut planner = ContentsPlanner::default();
        match chosen {
            Chosen::All(kinds) => {
                photos::for_each_archived(conn, &member, kinds, |photo| planner.add(&photo))?;
            }
            Chosen::These(ids) => {
                let found = photos::find_archived(conn, &member, &ids)?;
                found.iter().try_for_each(|photo| planner.add(photo))?;
            }
        }
        Ok((member.space(), name, planner.finish(), memory))
    });
    let (space, name, contents, memory) = planned.await?;
    send(app, user, Right::Member(space), (contents, memory), &name).await
}

/// All that the caller has made, as a ZIP. What is written for it lies on the disk until it is sent.
#[get("/me/export")]
pub async fn of_user(app: &AppState, user: CurrentUser<'_>, client: &ClientInfo) -> Result<Zip> {
    app.db.check_room()?;
    let (zips, address) = (app.limits.zips.clone(), client_subnet(client.address));
    let (folder, now) = (app.config.data_dir.clone(), app.now());
    let planned = user.read_long(move |conn, session| {
        let amount = own_data::amount(conn, session)?;
        if amount.photos > MAX_PHOTOS as u64 {
            return Err(Invalid::ZipOfTooMany { max: MAX_PHOTOS }.into());
        }
        // Of each text, its place in the order.
        let memory =
            memory_for(amount.photos).saturating_add(amount.texts.saturating_mul(EACH_TEXT));
        let memory = reserve(&zips, address, memory)?;
        let contents = own_export::make(conn, session, &folder, now)?;
        Ok((contents, memory))
    });
    let planned = planned.await?;
    let name = format!("Shared Spaces {}", user.user.login);
    send(app, &user, Right::Own, planned, &name).await
}

fn reserve(zips: &FairLimit<IpAddr>, address: IpAddr, memory: u64) -> Result<Reservation<IpAddr>> {
    let reserved = zips.reserve(Some(address), memory);
    Ok(reserved.map_err(|why| match why {
        Refused::Own => Overload::TooManyZips,
        Refused::All { .. } => Overload::Busy,
    })?)
}

/// Sends a ZIP that is called after `name` and the day.
async fn send(
    app: &App,
    user: &CurrentUser<'_>,
    right: Right,
    (contents, memory): (Contents, Reservation<IpAddr>),
    name: &str,
) -> Result<Zip> {
    let receiver = Receiver {
        right,
        session: user.session,
        lifetime: app.config.sessions.lifetime,
    };
    let source = Source {
        db: app.db.clone(),
        photos: app.photos.clone(),
        clock: app.clock.clone(),
    };
    let today = app.now().rfc3339();
    let day = today.split('T').next().unwrap_or_default();
    let mut zip = ZipStream::new(source, receiver, contents);
    zip.begin().await?;
    Ok(Zip::new(zip, &format!("{name} {day}"), memory))
}
