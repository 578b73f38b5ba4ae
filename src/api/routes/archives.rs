//! Photos to download: those of a space, or a selection, as a ZIP.

use rocket::{get, post};

use crate::api::extract::current_user::CurrentUser;
use crate::api::extract::selection::Selection;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::zip::Zip;
use crate::app::App;
use crate::domain::ids::{PhotoId, RawId, SpaceId};
use crate::domain::{access, photos, spaces};
use crate::downloads::{ContentsPlanner, MAX_PHOTOS, Receiver, Source, ZipStream, memory_for};
use crate::error::{Invalid, Overload, Result};
use crate::limits::fair::Refused;
use crate::limits::subnet::client_subnet;

#[get("/spaces/<id>/archive")]
pub async fn of_space(
    app: &AppState,
    user: CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
) -> Result<Zip> {
    zip(app, &user, client, id, None).await
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
    zip(app, &user, client, id, Some(ids)).await
}

/// A ZIP of a space, or of the photos with these ids. Nothing of any photo is read before it is due.
async fn zip(
    app: &App,
    user: &CurrentUser<'_>,
    client: &ClientInfo,
    id: RawId<SpaceId>,
    selected: Option<Vec<RawId<PhotoId>>>,
) -> Result<Zip> {
    let (zips, address) = (app.limits.zips.clone(), client_subnet(client.address));
    let planned = user.read_long(move |conn, session| {
        let member = access::space(conn, session, &id)?.member()?;
        let name = spaces::get(conn, &member)?.space.name;
        let count = match &selected {
            Some(ids) => ids.len() as u64,
            None => photos::count_in_space(conn, &member)?,
        };
        if count > MAX_PHOTOS as u64 {
            return Err(Invalid::ZipOfTooMany { max: MAX_PHOTOS }.into());
        }
        let memory = zips.reserve(Some(address), memory_for(count));
        let memory = memory.map_err(|why| match why {
            Refused::Own => Overload::TooManyZips,
            Refused::All { .. } => Overload::Busy,
        })?;
        let mut planner = ContentsPlanner::default();
        match selected {
            None => photos::for_each_archived(conn, &member, |photo| planner.add(&photo))?,
            Some(ids) => {
                let found = photos::find_archived(conn, &member, &ids)?;
                found.iter().try_for_each(|photo| planner.add(photo))?;
            }
        }
        Ok((member.space(), name, planner.finish(), memory))
    });
    let (space, name, contents, memory) = planned.await?;
    let receiver = Receiver {
        space,
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
    let zip = ZipStream::new(source, receiver, contents);
    Ok(Zip::new(zip, &format!("{name} {day}"), memory))
}
