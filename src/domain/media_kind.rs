//! The types of what a share can have: photos and films.

/// A type of photo or of film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    Photo(picture::Kind),
    Video(video::Kind),
}

impl MediaKind {
    /// What the names of such files end with, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Photo(kind) => kind.extension(),
            Self::Video(kind) => kind.extension(),
        }
    }

    /// The media type that such files are sent as.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Photo(kind) => kind.media_type(),
            Self::Video(kind) => kind.media_type(),
        }
    }

    /// The type with this [`Self::extension`].
    pub fn from_extension(extension: &str) -> Option<Self> {
        let photo = picture::Kind::from_extension(extension).map(Self::Photo);
        photo.or_else(|| video::Kind::from_extension(extension).map(Self::Video))
    }

    /// Whether it is a film.
    pub fn is_video(self) -> bool {
        matches!(self, Self::Video(_))
    }
}

impl From<picture::Kind> for MediaKind {
    fn from(kind: picture::Kind) -> Self {
        Self::Photo(kind)
    }
}

impl From<video::Kind> for MediaKind {
    fn from(kind: video::Kind) -> Self {
        Self::Video(kind)
    }
}
