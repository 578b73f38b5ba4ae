//! How the photos of a share change: which stay, which go, which are new, and in which order they are shown then.

use rusqlite::Connection;

use super::{Description, NewPhoto, add, describe, is_described, place, remove_one, unplace};
use crate::clock::Timestamp;
use crate::domain::access::Editable;
use crate::domain::ids::{PhotoId, RawId};
use crate::domain::photo_name::PhotoName;
use crate::error::{Invalid, NotFound, Result};

/// What becomes of the photos of a share that is edited. `N` is a new photo: nothing more than that there is one, before
/// its bytes are stored.
#[derive(Clone, Debug)]
pub enum MediaChange<N = NewPhoto> {
    /// They stay as they are, and the first of these takes the place of the first. Others come after the last.
    Replace(Vec<N>),
    /// The share has these, in this order; what isn't named goes.
    List(Vec<Listed<N>>),
}

/// A photo in the list of what a share has.
#[derive(Clone, Debug)]
pub enum Listed<N = NewPhoto> {
    /// One that it had before.
    Kept(RawId<PhotoId>, Description),
    New(N),
}

impl<N> MediaChange<N> {
    /// Whether all photos stay as they are, because nothing is said of them.
    pub fn keeps_all(&self) -> bool {
        matches!(self, Self::Replace(photos) if photos.is_empty())
    }

    /// Whether it brings a photo.
    pub fn has_new(&self) -> bool {
        match self {
            Self::Replace(photos) => !photos.is_empty(),
            Self::List(list) => list.iter().any(|one| matches!(one, Listed::New(_))),
        }
    }

    /// The same change with other new photos, which come in the order of these.
    pub fn with<M>(self, mut new: impl FnMut(N) -> Option<M>) -> MediaChange<M> {
        match self {
            Self::Replace(photos) => {
                MediaChange::Replace(photos.into_iter().filter_map(new).collect())
            }
            Self::List(list) => MediaChange::List(
                list.into_iter()
                    .filter_map(|listed| match listed {
                        Listed::Kept(id, description) => Some(Listed::Kept(id, description)),
                        Listed::New(photo) => new(photo).map(Listed::New),
                    })
                    .collect(),
            ),
        }
    }
}

/// A photo of the share as it will be.
enum Arranged<N> {
    Kept(PhotoId, Description),
    New(N),
}

/// Checks a change before its photos are stored. Returns how many bytes those photos take that the share has no longer then.
///
/// # Errors
/// The list has what the share hasn't, or has something twice; there would be more than `max`, and more than before.
pub fn check(
    conn: &Connection,
    editable: &Editable,
    change: MediaChange<()>,
    max: usize,
) -> Result<u64> {
    let current = ids(conn, editable)?;
    let arranged = arrange(&current, change, max)?;
    let mut freed: u64 = 0;
    for id in removed(&current, &arranged) {
        freed = freed.saturating_add(stored_bytes(conn, *id)?);
    }
    Ok(freed)
}

/// How many photos a share has after a change that can be made.
///
/// # Errors
/// As [`check`].
pub(in crate::domain) fn count_after(
    conn: &Connection,
    editable: &Editable,
    change: &MediaChange,
    max: usize,
) -> Result<usize> {
    let arranged = arrange(
        &ids(conn, editable)?,
        change.clone().with(|_| Some(())),
        max,
    )?;
    Ok(arranged.len())
}

/// Whether a share has the same photos after a change, in the same order, and with the same said of each.
pub(in crate::domain) fn keeps_all(
    conn: &Connection,
    editable: &Editable,
    change: &MediaChange,
) -> Result<bool> {
    let MediaChange::List(list) = change else {
        return Ok(change.keeps_all());
    };
    let current = ids(conn, editable)?;
    if list.len() != current.len() {
        return Ok(false);
    }
    for (listed, id) in list.iter().zip(current) {
        let is_same = match listed {
            Listed::Kept(named, description) => {
                named.parse().ok() == Some(id) && is_described(conn, id, description)?
            }
            Listed::New(_) => false,
        };
        if !is_same {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a share has a photo.
pub fn has_any(conn: &Connection, editable: &Editable) -> rusqlite::Result<bool> {
    Ok(!ids(conn, editable)?.is_empty())
}

/// Changes the photos of a share. Returns those whose bytes are to be deleted.
///
/// # Errors
/// As [`check`].
pub(in crate::domain) fn apply(
    conn: &Connection,
    editable: &Editable,
    change: MediaChange,
    max: usize,
    now: Timestamp,
) -> Result<Vec<PhotoName>> {
    if change.keeps_all() {
        return Ok(Vec::new());
    }
    let current = ids(conn, editable)?;
    let arranged = arrange(&current, change, max)?;
    let mut gone = Vec::new();
    for id in removed(&current, &arranged) {
        gone.extend(remove_one(conn, *id, now)?);
    }
    let (space, share) = (editable.space(), editable.share());
    unplace(conn, space, share)?;
    for (position, one) in (0..).zip(arranged) {
        match one {
            Arranged::Kept(id, description) => {
                place(conn, id, position)?;
                describe(conn, id, &description)?;
            }
            Arranged::New(photo) => add(conn, (space, share, position), &photo, now)?,
        }
    }
    Ok(gone)
}

/// The photos that a share has no longer.
fn removed<'a, N>(
    current: &'a [PhotoId],
    arranged: &[Arranged<N>],
) -> impl Iterator<Item = &'a PhotoId> {
    let stays = |id: &PhotoId| {
        let mut kept = arranged.iter();
        kept.any(|one| matches!(one, Arranged::Kept(kept, _) if kept == id))
    };
    current.iter().filter(move |id| !stays(id))
}

fn arrange<N>(current: &[PhotoId], change: MediaChange<N>, max: usize) -> Result<Vec<Arranged<N>>> {
    let mut arranged = Vec::new();
    match change {
        MediaChange::Replace(photos) => {
            let mut photos = photos.into_iter();
            let kept = |id: &PhotoId| Arranged::Kept(*id, Description::default());
            match photos.next() {
                Some(first) => {
                    arranged.push(Arranged::New(first));
                    arranged.extend(current.iter().skip(1).map(kept));
                }
                None => arranged.extend(current.iter().map(kept)),
            }
            arranged.extend(photos.map(Arranged::New));
        }
        MediaChange::List(list) => {
            for listed in list {
                arranged.push(match listed {
                    Listed::New(photo) => Arranged::New(photo),
                    Listed::Kept(id, description) => {
                        Arranged::Kept(find(current, &arranged, &id)?, description)
                    }
                });
            }
        }
    }
    // Of a share from when more were allowed, the others can still be described and put in another order.
    if arranged.len() > max.max(current.len()) || adds_beyond(&arranged, max) {
        return Err(Invalid::SeveralPhotos { max }.into());
    }
    Ok(arranged)
}

fn adds_beyond<N>(arranged: &[Arranged<N>], max: usize) -> bool {
    let adds = || arranged.iter().any(|one| matches!(one, Arranged::New(_)));
    arranged.len() > max && adds()
}

/// The id that a list names, of a photo that the share has and the list hasn't named yet.
fn find<N>(current: &[PhotoId], arranged: &[Arranged<N>], id: &RawId<PhotoId>) -> Result<PhotoId> {
    let known = id.parse().ok().filter(|id| current.contains(id));
    let known = known.ok_or_else(|| NotFound::PhotoOfShare { id: id.to_string() })?;
    let is_twice = |one: &Arranged<N>| matches!(one, Arranged::Kept(kept, _) if *kept == known);
    if arranged.iter().any(is_twice) {
        return Err(Invalid::PhotoTwice { id: id.to_string() }.into());
    }
    Ok(known)
}

/// How many bytes a photo takes, with all that was made of it.
fn stored_bytes(conn: &Connection, photo: PhotoId) -> rusqlite::Result<u64> {
    let bytes: i64 = conn
        .prepare_cached("select stored_bytes from photos where id = ?")?
        .query_row([photo], |row| row.get(0))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// The photos of a share, in their order.
fn ids(conn: &Connection, editable: &Editable) -> rusqlite::Result<Vec<PhotoId>> {
    conn.prepare_cached(
        "select id from photos where space_id = ? and share_id = ? order by position",
    )?
    .query_map((editable.space(), editable.share()), |row| row.get(0))?
    .collect()
}
