//! What the reader of an event is sent: the changed object as its own endpoint would return it to them at this moment, with the
//! space that it is in.

use serde::Serialize;

use crate::api::views::accounts::Me;
use crate::api::views::comments::Comment;
use crate::api::views::events::{Gone, InShare, InSpace, Reactions};
use crate::api::views::members::Member;
use crate::api::views::notices::{Notice, NoticeSettings, ReadUpTo};
use crate::api::views::photos::Medium;
use crate::api::views::shares::Share;
use crate::api::views::space_of_member::SpaceOfMember;
use crate::api::views::spaces::SpaceSummary;
use crate::api::views::urls::Urls;
use crate::config::Quotas;
use crate::db::Connection;
use crate::domain::events::{Event, Kind};
use crate::domain::ids::{CommentId, Id, NoticeId, PhotoId, RawId, ShareId, SpaceId, UserId};
use crate::domain::sessions::Session;
use crate::domain::{
    access, comments, members, notice_settings, notices, own_account, pins, reactions, shares,
    spaces, usage,
};
use crate::error::{Error, Result};

/// The data of an event as JSON; `None` if the object isn't there any more or isn't the reader's to see, which another event says.
///
/// # Errors
/// The database can't be read.
pub fn data(
    conn: &Connection,
    session: &Session,
    event: &Event,
    (urls, quotas): (&Urls, &Quotas),
) -> Result<Option<String>> {
    if event.kind == Kind::NoticesRead {
        let unread = notices::count_unread(conn, session.user().id)?;
        return json(&ReadUpTo::new(event.object, unread));
    }
    if event.kind == Kind::MeChanged {
        return json(&Me::new(own_account::get(conn, session, quotas)?, urls));
    }
    let Some(space) = event.space else {
        return Ok(None);
    };
    match find(conn, session, event, space, (urls, quotas)) {
        Err(Error::NotFound(_) | Error::Denied(_)) => Ok(None),
        found => found,
    }
}

fn find(
    conn: &Connection,
    session: &Session,
    event: &Event,
    space: SpaceId,
    (urls, quotas): (&Urls, &Quotas),
) -> Result<Option<String>> {
    let member = || access::space(conn, session, &RawId::of(space))?.member();
    let share = |id| {
        let readable = access::share(conn, session, &RawId::of(id))?.read()?;
        shares::get(conn, &readable)
    };
    match event.kind {
        Kind::ShareCreated | Kind::ShareEdited => {
            let share = share(ShareId::from_number(event.object))?;
            json(&InSpace::new(space, Share::new(share, urls)))
        }
        Kind::MediaReady => {
            let id = PhotoId::from_number(event.object);
            let Some(of) = event.share else {
                return Ok(None);
            };
            let photos = share(of)?.photos;
            let Some(photo) = photos.iter().find(|photo| photo.id == id) else {
                return Ok(None);
            };
            let medium = InShare::new(of, Medium::new(photo, urls));
            json(&InSpace::new(space, medium))
        }
        Kind::CommentCreated | Kind::CommentEdited => {
            let id = RawId::of(CommentId::from_number(event.object));
            let readable = access::comment(conn, session, &id)?.read()?;
            let comment = Comment::new(comments::get(conn, &readable)?, urls);
            let Some(of) = event.share else {
                return Ok(None);
            };
            json(&InSpace::new(space, InShare::new(of, comment)))
        }
        Kind::ReactionChanged => {
            let (of, comment) = match event.share {
                Some(of) => (of, Some(CommentId::from_number(event.object))),
                None => (ShareId::from_number(event.object), None),
            };
            let to = match comment {
                Some(comment) => access::comment(conn, session, &RawId::of(comment))?.react()?,
                None => access::share(conn, session, &RawId::of(of))?.react()?,
            };
            let counts = reactions::counts(conn, &to)?;
            json(&InSpace::new(space, Reactions::new(of, comment, counts)))
        }
        Kind::ReadChanged => {
            let summary = spaces::summary(conn, &member()?)?;
            json(&InSpace::new(space, SpaceSummary::new(summary, urls)))
        }
        Kind::MemberJoined | Kind::MemberChanged => {
            let found = members::find(conn, &member()?, UserId::from_number(event.object))?;
            let Some(membership) = found else {
                return Ok(None);
            };
            json(&InSpace::new(space, Member::new(membership, urls)))
        }
        Kind::SpaceChanged => {
            let member = member()?;
            let (found, pinned) = (spaces::get(conn, &member)?, pins::list(conn, &member)?);
            let usage = usage::of_space(conn, space, quotas)?;
            json(&InSpace::new(
                space,
                SpaceOfMember::new(found, pinned, usage, urls),
            ))
        }
        Kind::ShareDeleted | Kind::CommentDeleted | Kind::MemberLeft | Kind::SpaceDeleted => {
            let gone = Gone::new(event.object);
            match event.share {
                Some(of) => json(&InSpace::new(space, InShare::new(of, gone))),
                None => json(&InSpace::new(space, gone)),
            }
        }
        Kind::NoticeCreated => {
            let id = RawId::of(NoticeId::from_number(event.object));
            let notice = Notice::new(notices::get(conn, session, &id)?, urls);
            json(&InSpace::new(space, notice))
        }
        Kind::NoticesChanged => {
            let settings = notice_settings::get(conn, &member()?)?;
            json(&InSpace::new(space, NoticeSettings::from(settings)))
        }
        Kind::NoticesRead | Kind::MeChanged | Kind::SessionEnded => Ok(None),
    }
}

fn json(data: &impl Serialize) -> Result<Option<String>> {
    serde_json::to_string(data)
        .map(Some)
        .map_err(Error::internal)
}
