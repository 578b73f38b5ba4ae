//! The names of the bytes in the stores, whatever the backend. Anything more that is made of a photo is another variant here,
//! in [`Key::derived`], and a name in each backend.

use std::fmt;

use picture::{Kind, PreviewSize};

use super::body::Body;
use crate::domain::media_kind::MediaKind;
use crate::domain::photo_name::PhotoName;

/// The extension of posters in the stores.
pub(super) const POSTER: &str = "poster";
/// The extension of renditions in the stores.
pub(super) const RENDITION: &str = "rendition";
/// The extension of claims in the stores.
pub(super) const CLAIM: &str = "rendition-claim";

/// One thing in the stores.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A photo in the staging store, where it arrives.
    Staged(PhotoName),
    /// A photo in the store of its space, where it stays.
    Original(PhotoName),
    /// A preview of a photo. An empty one means that there is none and that none will come.
    Preview(PhotoName, PreviewSize),
    /// The picture that a film is shown by before it plays.
    Poster(PhotoName),
    /// A film as every browser plays it, made of one that not every browser does. An empty one means that there is none and that none
    /// will come.
    Rendition(PhotoName),
    /// Which worker makes the rendition of a film.
    Claim(PhotoName),
}

impl Key {
    /// What is kept under this name: a photo or film in the store of its space, or the poster of a film.
    pub fn kept(name: &PhotoName) -> Self {
        match name.film_of_poster() {
            Some(film) => Self::Poster(film),
            None => Self::Original(name.clone()),
        }
    }

    /// All that may have been made of a photo, and is deleted with it.
    pub fn derived(name: &PhotoName) -> Vec<Self> {
        let mut keys = Self::previews(name).to_vec();
        if name.is_video() {
            keys.push(Self::Poster(name.clone()));
            keys.push(Self::Rendition(name.clone()));
            keys.push(Self::Claim(name.clone()));
        }
        keys
    }

    /// What is in the staging store under this name, if this program calls something so.
    pub(super) fn read_staged(name: &str) -> Option<Self> {
        given_here(name).map(Self::Staged)
    }

    /// What is in the store of a space under this name, if this program calls something so.
    pub(super) fn read_original(space: &str, file: &str) -> Option<Self> {
        given_here(&format!("{space}-{file}")).map(Self::Original)
    }

    /// What was made of a photo of a space and is stored under this name, if this program calls something so.
    pub(super) fn read_derived(space: &str, file: &str) -> Option<Self> {
        let (file, form) = file.rsplit_once('.')?;
        let name = given_here(&format!("{space}-{file}"))?;
        let is_video = name.is_video();
        match form {
            POSTER if is_video => Some(Self::Poster(name)),
            RENDITION if is_video => Some(Self::Rendition(name)),
            CLAIM if is_video => Some(Self::Claim(name)),
            _ => PreviewSize::from_word(form).map(|size| Self::Preview(name, size)),
        }
    }

    /// What it is, in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Staged(_) => "staged",
            Self::Original(_) => "photo",
            Self::Preview(..) => "preview",
            Self::Poster(_) => "poster",
            Self::Rendition(_) => "rendition",
            Self::Claim(_) => "claim",
        }
    }

    /// Its previews.
    pub fn previews(name: &PhotoName) -> [Self; 2] {
        [PreviewSize::Large, PreviewSize::Small].map(|size| Self::Preview(name.clone(), size))
    }

    /// The photo that it is, or is made of.
    pub fn name(&self) -> &PhotoName {
        match self {
            Self::Staged(name)
            | Self::Original(name)
            | Self::Preview(name, _)
            | Self::Poster(name)
            | Self::Rendition(name)
            | Self::Claim(name) => name,
        }
    }

    /// Whether something of this size can be shown.
    pub(super) fn is_shown(&self, bytes: u64) -> bool {
        match self {
            Self::Staged(_) | Self::Original(_) => true,
            Self::Preview(..) | Self::Poster(_) | Self::Rendition(_) => bytes > 0,
            Self::Claim(_) => false,
        }
    }

    /// The media type that is stored with it; `None` for one that isn't known.
    pub(super) fn media_type(&self, body: &Body) -> Option<&'static str> {
        match self {
            Self::Staged(name) | Self::Original(name) => name.kind().map(MediaKind::media_type),
            Self::Rendition(_) => Some(video::Kind::Mp4.media_type()),
            Self::Claim(_) => None,
            // It is our own, so its first bytes can be trusted.
            Self::Preview(..) | Self::Poster(_) => {
                Kind::from_bytes(body.beginning()).map(Kind::media_type)
            }
        }
    }
}

fn given_here(name: &str) -> Option<PhotoName> {
    let name: PhotoName = name.parse().ok()?;
    name.is_given_here().then_some(name)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staged(name) | Self::Original(name) => write!(f, "The photo {name}"),
            Self::Preview(name, _) => write!(f, "A preview of the photo {name}"),
            Self::Poster(name) => write!(f, "The poster of the film {name}"),
            Self::Rendition(name) => write!(f, "The rendition of the film {name}"),
            Self::Claim(name) => write!(f, "The claim of the film {name}"),
        }
    }
}
