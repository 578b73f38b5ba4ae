//! The photos that a form brings or names, in its order, and what it says of them.

use crate::config::Limits;
use crate::domain::ids::RawId;
use crate::domain::photos::{Description, Listed, MediaChange};
use crate::domain::taken_at::TakenAt;
use crate::domain::text::Caption;
use crate::error::{FieldName, Malformed, RejectedVideo, Result};
use crate::uploads::ingest::{Upload, UploadKind};
use crate::uploads::several::{Brought, NewUpload};

/// The value of `taken_at` for no date.
const NO_DATE: &str = "none";

/// The photos of a form.
pub struct FormMedia {
    media: Vec<FormMedium>,
    /// Whether it lists the photos of the share.
    is_list: bool,
    /// Whether the dates in the photos themselves stay.
    pub keeps_dates: bool,
    /// What the next parts are about.
    about: About,
    /// The files that came, including those that came before.
    sent: usize,
}

/// A photo, and how the form describes it.
struct FormMedium {
    photo: FormPhoto,
    poster: Option<Upload>,
    caption: Option<String>,
    taken_at: Option<String>,
}

enum FormPhoto {
    /// With its number among the files that the sender has sent.
    New { number: usize, source: Brought },
    /// Its id, as it was written.
    Kept(String),
}

#[derive(Clone, Copy)]
enum About {
    Nothing,
    TheLast,
    /// A photo that had come before.
    Repeated,
    /// A file input in which no file was chosen.
    Untouched,
}

impl Default for FormMedia {
    fn default() -> Self {
        Self {
            media: Vec::new(),
            is_list: false,
            keeps_dates: true,
            about: About::Nothing,
            sent: 0,
        }
    }
}

impl FormMedia {
    /// The photos that came with the form.
    pub fn uploads(&self) -> impl Iterator<Item = &Upload> {
        self.media.iter().filter_map(|medium| match &medium.photo {
            FormPhoto::New {
                source: Brought::File(upload),
                ..
            } => Some(upload),
            _ => None,
        })
    }

    /// How many photos came, with the form or before it.
    pub fn count_new(&self) -> usize {
        let is_new = |medium: &&FormMedium| matches!(medium.photo, FormPhoto::New { .. });
        self.media.iter().filter(is_new).count()
    }

    /// Whether a photo came.
    pub fn has_new(&self) -> bool {
        self.count_new() > 0
    }

    /// Takes the first photo that came with the form.
    pub fn take_first(&mut self) -> Option<Upload> {
        let media = std::mem::take(&mut self.media);
        media.into_iter().find_map(|medium| match medium.photo {
            FormPhoto::New {
                source: Brought::File(upload),
                ..
            } => Some(upload),
            _ => None,
        })
    }

    /// Whether the form says which photos the share has.
    pub fn is_list(&self) -> bool {
        self.is_list
    }

    /// Adds a photo that came.
    pub fn add(&mut self, upload: Upload, is_repeated: bool) {
        self.sent += 1;
        if is_repeated {
            self.about = About::Repeated;
            return;
        }
        let (number, source) = (self.sent, Brought::File(upload));
        self.push(FormPhoto::New { number, source });
    }

    /// Adds a photo that came before. An empty field adds nothing, like a file input without a file.
    pub fn add_upload(&mut self, id: &str) {
        if id.is_empty() {
            self.add_none();
            return;
        }
        self.sent += 1;
        let (number, source) = (self.sent, Brought::Upload(RawId::new(id)));
        self.push(FormPhoto::New { number, source });
    }

    /// Notes that no file was chosen.
    pub fn add_none(&mut self) {
        self.about = About::Untouched;
    }

    /// Notes a photo that had come before.
    pub fn pass_over(&mut self) {
        self.sent += 1;
        self.about = About::Repeated;
    }

    /// Adds a photo that the share has. An empty id adds none: that is how a form says that there are no others.
    pub fn keep(&mut self, id: String) {
        self.is_list = true;
        if !id.is_empty() {
            self.push(FormPhoto::Kept(id));
        }
    }

    fn push(&mut self, photo: FormPhoto) {
        self.about = About::TheLast;
        self.media.push(FormMedium {
            photo,
            poster: None,
            caption: None,
            taken_at: None,
        });
    }

    /// Whether a poster is taken now: there is a film before it, which has none yet and hadn't come before.
    ///
    /// # Errors
    /// No film precedes it.
    pub fn wants_poster(&self) -> Result<bool> {
        let medium = match (self.about, self.media.last()) {
            (About::TheLast, Some(medium)) => medium,
            (About::Repeated | About::Untouched, _) => return Ok(false),
            _ => {
                let field = FieldName::Poster;
                return Err(Malformed::AboutNothing { field }.into());
            }
        };
        match &medium.photo {
            FormPhoto::New {
                source: Brought::File(upload),
                ..
            } if upload.kind == UploadKind::Photo => Err(RejectedVideo::PosterOfPhoto.into()),
            FormPhoto::Kept(_) => Err(RejectedVideo::PosterOfPhoto.into()),
            // What came before is known later.
            FormPhoto::New { .. } => Ok(medium.poster.is_none()),
        }
    }

    /// Adds the poster of the film before it; of several, the first counts.
    ///
    /// # Errors
    /// No film was chosen in front of it.
    pub fn add_poster(&mut self, poster: Upload) -> Result<()> {
        match (self.about, self.media.last_mut()) {
            (About::TheLast, Some(medium)) => {
                medium.poster.get_or_insert(poster);
            }
            (About::Untouched, _) => {
                let field = FieldName::Poster;
                return Err(Malformed::AboutNothing { field }.into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Describes the photo before it. Of several values, the first counts.
    ///
    /// # Errors
    /// No photo precedes it.
    pub fn describe(&mut self, field: FieldName, value: String) -> Result<()> {
        let medium = match (self.about, self.media.last_mut()) {
            (About::TheLast, Some(medium)) => medium,
            (About::Repeated, _) => return Ok(()),
            // A form has its other inputs also where no file was chosen.
            (About::Untouched, _) if value.is_empty() => return Ok(()),
            _ => return Err(Malformed::AboutNothing { field }.into()),
        };
        let said = match field {
            FieldName::Caption => &mut medium.caption,
            _ => &mut medium.taken_at,
        };
        said.get_or_insert(value);
        Ok(())
    }

    /// The change to the photos of a share.
    ///
    /// # Errors
    /// A caption is too long, or a date is invalid.
    pub fn into_change(self, limits: &Limits) -> Result<MediaChange<NewUpload<Brought>>> {
        let are_several = self.count_new() > 1;
        let keeps_dates = self.keeps_dates;
        let mut listed = Vec::with_capacity(self.media.len());
        for medium in self.media {
            let caption = medium.caption.as_deref();
            let caption = caption
                .map(|text| Caption::parse(text, limits))
                .transpose()?;
            let taken_at = medium.taken_at.as_deref().map(date).transpose()?;
            listed.push(match medium.photo {
                FormPhoto::Kept(id) => {
                    Listed::Kept(RawId::new(&id), Description { caption, taken_at })
                }
                FormPhoto::New { number, source } => Listed::New(NewUpload {
                    source,
                    poster: medium.poster.map(Brought::File),
                    number: are_several.then_some(number),
                    caption: caption.flatten(),
                    taken_at: taken_at.or((!keeps_dates).then_some(None)),
                }),
            });
        }
        if self.is_list {
            return Ok(MediaChange::List(listed));
        }
        let new = listed.into_iter().filter_map(|listed| match listed {
            Listed::New(photo) => Some(photo),
            Listed::Kept(..) => None,
        });
        Ok(MediaChange::Replace(new.collect()))
    }
}

fn date(text: &str) -> Result<Option<TakenAt>> {
    if text.is_empty() || text == NO_DATE {
        return Ok(None);
    }
    TakenAt::parse(text).map(Some)
}
