//! What was made of photos: whether previews, posters and renditions are whole, and how damaged ones are made again.

use std::fmt;

use anyhow::{Context, Result};
use picture::PreviewSize;
use picture::previews;

use super::{Care, Verifier};
use crate::check::sentence;
use crate::domain::photos::{self, PhotoRecord};
use crate::jobs::make_previews::Thumbnailer;
use crate::storage::StoredPhoto;

/// More bytes than any preview or poster has.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// What can be made of a photo again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// A preview of this size.
    Preview(PreviewSize),
    /// The poster of a film that came without one.
    Poster,
    /// The rendition of a film.
    Rendition,
}

impl Derived {
    /// One word for it, for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Preview(_) => "preview",
            Self::Poster => "poster",
            Self::Rendition => "rendition",
        }
    }
}

impl fmt::Display for Derived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preview(size) => write!(f, "{} preview", size.as_str()),
            Self::Poster | Self::Rendition => f.write_str(self.word()),
        }
    }
}

/// Something that isn't whole, and why; whether it was made again, or is going to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    pub what: Derived,
    pub why: String,
    pub repaired: bool,
}

impl Verifier {
    /// Looks at what should have been made of a photo, and makes it again where that is wished.
    pub(super) async fn inspect_derived(
        &self,
        photo: &PhotoRecord,
        care: &Care,
    ) -> Result<Vec<Damaged>> {
        if matches!(care, Care::None) {
            return Ok(Vec::new());
        }
        let mut damaged = self.damaged_pictures(photo).await?;
        let rendition = self.damaged_rendition(photo).await?;
        if damaged.is_empty() && rendition.is_none() || !self.is_known(photo).await? {
            return Ok(Vec::new());
        }
        if let (Care::Repair(thumbnailer), false) = (care, damaged.is_empty()) {
            match remake(thumbnailer, photo, &damaged).await {
                Ok(()) => {
                    self.have_measured(photo).await?;
                    let left = self.damaged_pictures(photo).await?;
                    for one in &mut damaged {
                        one.repaired = !left.iter().any(|left| left.what == one.what);
                    }
                }
                Err(error) => add_cause(&mut damaged, &error),
            }
        }
        if let Some(mut one) = rendition {
            if let Care::Repair(_) = care {
                match self.request_rendition(photo).await {
                    Ok(()) => one.repaired = true,
                    Err(error) => add_cause(std::slice::from_mut(&mut one), &error),
                }
            }
            damaged.push(one);
        }
        Ok(damaged)
    }

    /// The previews of a photo, and the poster that was made of a film, that aren't whole.
    async fn damaged_pictures(&self, photo: &PhotoRecord) -> Result<Vec<Damaged>> {
        let mut damaged = Vec::new();
        if !photo.has_previews {
            return Ok(damaged);
        }
        let mut wanted = vec![Derived::Preview(PreviewSize::Small)];
        // What moves is shown large as it is.
        if !photo.animated {
            wanted.push(Derived::Preview(PreviewSize::Large));
        }
        // One that came with the film is a record of its own.
        if photo.has_made_poster {
            wanted.push(Derived::Poster);
        }
        for what in wanted {
            let (found, size) = match what {
                Derived::Preview(size) => (self.store.open_preview(&photo.name, size).await, size),
                Derived::Poster | Derived::Rendition => {
                    let found = self.store.open_poster(&photo.name).await;
                    (found, PreviewSize::Large)
                }
            };
            let why = match found {
                Ok(None) => Some(String::from("is missing")),
                Ok(Some(picture)) => damage(picture, what, size).await?,
                Err(error) => Some(unreadable(&error)),
            };
            damaged.extend(why.map(|why| Damaged::new(what, why)));
        }
        Ok(damaged)
    }

    /// The rendition of a film, where it isn't as it is recorded. Only its length is known.
    async fn damaged_rendition(&self, photo: &PhotoRecord) -> Result<Option<Damaged>> {
        let Some(bytes) = photo.rendition else {
            return Ok(None);
        };
        let why = match self.store.open_rendition(&photo.name).await {
            Ok(Some(found)) if found.bytes == bytes => return Ok(None),
            Ok(Some(found)) => format!("has {} bytes, not {bytes}", found.bytes),
            Ok(None) => String::from("is missing"),
            Err(error) => unreadable(&error),
        };
        Ok(Some(Damaged::new(Derived::Rendition, why)))
    }

    /// Has previews measured that were made again.
    async fn have_measured(&self, photo: &PhotoRecord) -> Result<()> {
        let name = photo.name.clone();
        self.db
            .write(move |conn| Ok(photos::unmeasure(conn, &name)?))
            .await?;
        Ok(())
    }

    /// Has a worker make the rendition of a film again. Until then, the film has none.
    async fn request_rendition(&self, photo: &PhotoRecord) -> Result<()> {
        self.store.delete_rendition(&photo.name).await?;
        let name = photo.name.clone();
        self.db
            .write(move |conn| Ok(photos::request_rendition(conn, &name)?))
            .await?;
        Ok(())
    }
}

impl Damaged {
    fn new(what: Derived, why: String) -> Self {
        Self {
            what,
            why,
            repaired: false,
        }
    }
}

fn unreadable(error: &anyhow::Error) -> String {
    format!("can't be read: {}", sentence(error))
}

fn add_cause(damaged: &mut [Damaged], error: &anyhow::Error) {
    let cause = sentence(error);
    for one in damaged {
        one.why = format!("{}, and can't be made again: {cause}", one.why);
    }
}

/// Makes the previews of a photo again, and first the poster that they are made of, if it is damaged.
async fn remake(thumbnailer: &Thumbnailer, photo: &PhotoRecord, damaged: &[Damaged]) -> Result<()> {
    if damaged.iter().any(|one| one.what == Derived::Poster) {
        thumbnailer.remake_poster(&photo.name).await?;
    }
    thumbnailer.make_again(&photo.name).await
}

/// What is wrong with a preview or a poster.
async fn damage(picture: StoredPhoto, what: Derived, size: PreviewSize) -> Result<Option<String>> {
    if picture.bytes == 0 {
        return Ok(Some(String::from("is empty")));
    }
    if picture.bytes > MAX_BYTES {
        return Ok(Some(format!(
            "has {} bytes, too many for a {}",
            picture.bytes,
            what.word()
        )));
    }
    let bytes = match picture.read_all().await {
        Ok(bytes) => bytes,
        Err(error) => return Ok(Some(format!("can't be read: {error:#}"))),
    };
    let checked = tokio::task::spawn_blocking(move || previews::check(&bytes, size))
        .await
        .context("A picture couldn't be checked")?;
    Ok(checked
        .err()
        .map(|reason| format!("can't be shown, because {reason}")))
}
