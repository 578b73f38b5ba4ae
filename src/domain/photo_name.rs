//! The name of a photo or a film: `<space>-<file>`, such as `1-34.jpg`. The only place where names are made.
//!
//! The file begins with the id of its share and ends with the extension of its type; a revision may come between
//! (`34.7.jpg`). After the first dash, a name is one opaque file name for all code but this.

use std::fmt;
use std::str::FromStr;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

use crate::domain::ids::{PhotoId, ShareId, SpaceId, number};
use crate::domain::media_kind::MediaKind;

/// The suffix of a film's name in that of its poster.
const POSTER: &str = ".poster";

/// A photo's name, known to be safe as a file name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PhotoName {
    text: String,
    /// Where the dash stands.
    dash: usize,
}

/// The refusal of a text that isn't a photo's name.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not the name of a photo, which is like 1-34.jpg")]
pub struct NotAName(String);

impl PhotoName {
    /// The name of the photo that a share begins with.
    pub fn first(space: SpaceId, share: ShareId, kind: impl Into<MediaKind>) -> Self {
        Self::new(space, &format!("{share}.{}", kind.into().extension()))
    }

    /// The name of a photo that comes to a share later. The photo's own id distinguishes the revisions, so
    /// that no late message can mean a newer photo.
    pub fn revision(
        space: SpaceId,
        share: ShareId,
        photo: PhotoId,
        kind: impl Into<MediaKind>,
    ) -> Self {
        let extension = kind.into().extension();
        Self::new(space, &format!("{share}.{photo}.{extension}"))
    }

    fn new(space: SpaceId, file: &str) -> Self {
        let space = space.to_string();
        Self {
            text: format!("{space}-{file}"),
            dash: space.len(),
        }
    }

    /// What the poster of this film is called where files are listed by their names: in backups, and where stores are compared.
    pub fn poster(&self) -> Self {
        Self {
            text: format!("{self}{POSTER}"),
            dash: self.dash,
        }
    }

    /// The film whose poster has this name, if it is that of one.
    pub fn film_of_poster(&self) -> Option<Self> {
        let text = self.text.strip_suffix(POSTER)?.to_owned();
        let film = Self {
            text,
            dash: self.dash,
        };
        film.is_video().then_some(film)
    }

    /// The whole name: what the staging store and the queue call the photo.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The digits of the space's id.
    pub fn space(&self) -> &str {
        &self.text[..self.dash]
    }

    /// What the store of its space calls the photo.
    pub fn file(&self) -> &str {
        &self.text[self.dash + 1..]
    }

    /// What the file begins with: the digits of the id of its share, in names that this program gives.
    pub fn share(&self) -> &str {
        let file = self.file();
        file.split_once('.').map_or(file, |(share, _)| share)
    }

    /// Whether it is a name as this program gives them: ids and the extension of a type. Others accept more.
    pub fn is_given_here(&self) -> bool {
        let mut parts = self.file().split('.');
        let extension = parts.next_back().and_then(MediaKind::from_extension);
        let ids: Vec<_> = parts.collect();
        let is_id = |id: &&str| number(id).is_some() && !id.starts_with('0');
        extension.is_some() && (1..=2).contains(&ids.len()) && ids.iter().all(is_id)
    }

    /// The type of the extension; `None` for one that we don't make.
    pub fn kind(&self) -> Option<MediaKind> {
        MediaKind::from_extension(self.file().rsplit_once('.')?.1)
    }

    /// Whether it is the name of a film.
    pub fn is_video(&self) -> bool {
        self.kind().is_some_and(MediaKind::is_video)
    }
}

impl FromStr for PhotoName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let parse = || {
            let (space, file) = text.split_once('-')?;
            let canonical = number(space).is_some() && !space.starts_with('0');
            let safe =
                |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
            let fits = canonical
                && file.starts_with(|first: char| first.is_ascii_alphanumeric())
                && file.bytes().all(safe)
                && text.len() <= 200;
            fits.then(|| Self {
                text: text.to_owned(),
                dash: space.len(),
            })
        };
        parse().ok_or_else(|| NotAName(text.to_owned()))
    }
}

impl fmt::Display for PhotoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ToSql for PhotoName {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.text.to_sql()
    }
}

impl FromSql for PhotoName {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

#[cfg(test)]
mod tests {
    use picture::Kind;

    use super::*;
    use crate::domain::ids::Id;

    #[test]
    fn only_ids_and_a_type_are_a_name_that_is_given_here() {
        for (text, expected) in [
            ("1-34.jpg", true),
            ("1-34.7.png", true),
            ("12-34.mp4", true),
            ("1-34.7.8.png", false),
            ("1-034.jpg", false),
            ("1-holiday.jpg", false),
            ("1-34", false),
            ("1-34.txt", false),
            ("1-34.mp4.poster", false),
            ("1-.jpg", false),
        ] {
            let name = text.parse::<PhotoName>();
            assert_eq!(
                name.is_ok_and(|name| name.is_given_here()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_tells_its_space_its_file_and_its_type() {
        let name: PhotoName = "12-34.7.jpg".parse().unwrap();
        assert_eq!(
            (name.space(), name.file(), name.kind()),
            ("12", "34.7.jpg", Some(Kind::Jpeg.into()))
        );
        let made = PhotoName::revision(
            SpaceId::from_number(12),
            ShareId::from_number(34),
            PhotoId::from_number(7),
            Kind::Jpeg,
        );
        assert_eq!(made, name);
    }

    #[test]
    fn a_film_is_known_by_its_name() {
        for (text, is_video) in [
            ("1-34.mp4", true),
            ("1-34.7.mov", true),
            ("1-34.webm", true),
            ("1-34.jpg", false),
            ("1-34.mp4.jpg", false),
            ("1-34.avi", false),
            ("1-34", false),
        ] {
            let name: PhotoName = text.parse().unwrap();
            assert_eq!(name.is_video(), is_video, "{text}");
        }
        let name: PhotoName = "1-34.mov".parse().unwrap();
        assert_eq!(name.poster().as_str(), "1-34.mov.poster");
        assert_eq!(name.poster().film_of_poster(), Some(name.clone()));
        for text in ["1-34.mov", "1-34.jpg.poster", "1-34.poster"] {
            let name: PhotoName = text.parse().unwrap();
            assert_eq!(name.film_of_poster(), None, "{text}");
        }
        assert_eq!(name.kind().unwrap().media_type(), "video/mp4");
    }

    #[test]
    fn everything_behind_the_first_dash_is_one_file_name() {
        let name: PhotoName = "1-34-b.png".parse().unwrap();
        assert_eq!((name.space(), name.file()), ("1", "34-b.png"));
    }

    #[test]
    fn a_name_that_could_leave_its_folder_is_none() {
        for text in [
            "",
            "1",
            "-",
            "1-",
            "-34.jpg",
            "0-34.jpg",
            "01-34.jpg",
            "x-34.jpg",
            "1-../../etc/passwd",
            "1-..",
            "1-.part",
            "1-34.jpg/..",
            "1-34\\.jpg",
            "1-34.jpg\0",
            "1-3 4.jpg",
            "99999999999999999999-1.jpg",
        ] {
            assert!(text.parse::<PhotoName>().is_err(), "{text}");
        }
        assert!(
            format!("1-{}", "3".repeat(300))
                .parse::<PhotoName>()
                .is_err()
        );
    }
}
