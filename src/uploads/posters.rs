//! The posters that come with films.

use super::convert::Turn;
use super::ingest::{PhotoIngest, Poster};
use super::received::UploadKind;
use crate::domain::photo_name::PhotoName;
use crate::domain::photos::{NewPhoto, NewPoster};
use crate::error::{Error, RejectedVideo, Result};
use crate::storage::Body;

impl PhotoIngest {
    /// Only films have posters, and those are photos that aren't too large. This is known before the film is stored.
    pub(super) fn check_poster(&self, kept: &NewPhoto, poster: Option<&Poster>) -> Result<()> {
        let Some(poster) = poster else {
            return Ok(());
        };
        if !kept.name.is_video() {
            return Err(RejectedVideo::PosterOfPhoto.into());
        }
        let (is_video, is_too_large) = match poster {
            Poster::Ready(ready) => (ready.medium.kind.is_video(), false),
            Poster::Sent(upload) => (upload.kind == UploadKind::Video, upload.file.is_none()),
        };
        if is_video {
            return Err(Error::from(self.wrong_type()).of_poster());
        }
        if is_too_large {
            return Err(UploadKind::Photo.too_many_bytes(&self.limits).of_poster());
        }
        Ok(())
    }

    /// Puts the poster of a film that is stored: what is left of both is found by the film. It is cleaned only now, so that it takes no
    /// memory from others while the film is sent, which may take hours.
    pub(super) async fn store_poster(
        &self,
        mut kept: NewPhoto,
        poster: Option<Poster>,
        turn: Option<&Turn>,
    ) -> Result<NewPhoto> {
        let Some(poster) = poster else {
            return Ok(kept);
        };
        match self.put_poster(&kept.name, poster, turn).await {
            Ok(poster) => {
                kept.poster = Some(poster);
                Ok(kept)
            }
            Err(error) => {
                self.rollback(&kept).await;
                Err(error)
            }
        }
    }

    async fn put_poster(
        &self,
        film: &PhotoName,
        poster: Poster,
        turn: Option<&Turn>,
    ) -> Result<NewPoster> {
        let (medium, body, _memory) = match poster {
            Poster::Sent(upload) => {
                let photo = self.clean_photo(upload, turn).await;
                let photo = photo.map_err(Error::of_poster)?;
                let medium = photo.medium();
                let bytes = self.buffers.into_bytes(photo.picture.bytes);
                (medium, bytes.into(), photo.memory)
            }
            Poster::Ready(ready) => {
                let body = Body::linked(ready.path, ready.medium.bytes);
                (ready.medium, body, None)
            }
        };
        let put = self.store.put_poster(film, body).await;
        put.map_err(Error::storing)?;
        Ok(NewPoster {
            bytes: medium.bytes,
            sha256: medium.sha256,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::pin::pin;

    use picture::PreviewSize;

    use super::*;
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::domain::ids::{Id, PhotoId, ShareId, SpaceId};
    use crate::domain::uploads::Medium;
    use crate::storage::{LocalStore, PhotoStore};
    use crate::uploads::ingest::{PhotoTarget, ReadyUpload, Upload};
    use crate::uploads::received::{Received, Spilled};

    #[tokio::test(start_paused = true)]
    async fn a_poster_takes_memory_only_once_its_film_is_stored_and_waits_for_it_only_so_long() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        let config = Config {
            data_dir: folder.path().to_owned(),
            ..Config::default()
        };
        let ingest = PhotoIngest::new(store.clone(), &config, Clock::default());
        let path = folder.path().join("film");
        std::fs::write(&path, b"film").unwrap();
        let film = ReadyUpload {
            medium: Medium {
                kind: video::Kind::Mp4.into(),
                width: 1,
                height: 1,
                animated: false,
                duration: None,
                bytes: 4,
                sha256: [0; 32],
                crc32: 0,
                taken_at: None,
                film_dropped: false,
            },
            path,
            previews: [PreviewSize::Large, PreviewSize::Small]
                .map(|size| (size, folder.path().join(size.as_str()))),
        };
        let keep = async || {
            let picture = include_bytes!("../../tests/pictures/cmyk.jpg");
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(picture).unwrap();
            let bytes = picture.len() as u64;
            let poster = Poster::Sent(Upload {
                kind: UploadKind::Photo,
                file: Some(Received::OnDisk(Spilled::of(file, bytes))),
                bytes,
            });
            let target = PhotoTarget {
                space: SpaceId::from_number(1),
                share: ShareId::from_number(1),
                photo: PhotoId::from_number(1),
                revision: false,
            };
            ingest
                .store_prepared(&film, (Some(poster), None), target)
                .await
        };
        let name: PhotoName = "1-1.mp4".parse().unwrap();
        let is_stored = async || store.open(&name).await.unwrap().is_some();
        let taken = ingest.memory.acquire(u64::MAX).await.unwrap();
        let mut keeping = pin!(keep());
        let stored = async { while !is_stored().await {} };
        tokio::select! {
            kept = &mut keeping => panic!("it was over before the film was stored: {:?}", kept.err()),
            () = stored => {}
        }
        assert_eq!(keeping.await.err().unwrap().status(), 503);
        assert!(!is_stored().await);
        drop(taken);
        assert!(keep().await.unwrap().poster.is_some());
        assert!(store.open_poster(&name).await.unwrap().is_some());
    }
}
