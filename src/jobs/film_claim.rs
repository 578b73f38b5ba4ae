//! Claims of films by workers, so that no two spend hours on the rendition of the same one. All that workers are sure to share is the
//! store, which need not have locks: a claim is a small file there that states until when it holds, and is renewed meanwhile.
//!
//! A worker that ends without releasing its claim leaves it behind; after [`LEASE`], another may have the film. Two that claim a film in
//! the same moment and don't see each other both make its rendition, which costs nothing but time.

use std::time::Duration;

use anyhow::Result;

use crate::clock::{Clock, Timestamp};
use crate::domain::photo_name::PhotoName;
use crate::storage::PhotoStore;

/// How long a claim holds that isn't renewed; far less than it takes until a film is sent to the workers again.
const LEASE: Duration = Duration::from_secs(5 * 60);
const RENEW_EVERY: Duration = Duration::from_secs(60);
/// The wait until a claim is read back: another worker that found none either has written its own by then, to a disk or over a network.
const SETTLE_ON_DISK: Duration = Duration::from_millis(50);
const SETTLE_IN_S3: Duration = Duration::from_secs(1);
/// More bytes than a claim has.
const MAX_BYTES: u64 = 128;

/// Claims films in a store.
#[derive(Clone, Debug)]
pub struct Claims {
    store: PhotoStore,
    clock: Clock,
    settle: Duration,
}

/// A film that this worker alone is to work on.
#[derive(Debug)]
pub struct Claim {
    claims: Claims,
    film: PhotoName,
    /// Known to this worker only.
    token: String,
}

impl Claims {
    /// In this store.
    pub fn new(store: PhotoStore) -> Self {
        let settle = match store {
            PhotoStore::Local(_) => SETTLE_ON_DISK,
            PhotoStore::S3(_) => SETTLE_IN_S3,
        };
        Self {
            store,
            clock: Clock::default(),
            settle,
        }
    }

    /// Claims a film; `None` if another worker has it.
    ///
    /// # Errors
    /// The store can't be used.
    pub async fn claim(&self, film: &PhotoName) -> Result<Option<Claim>> {
        if let Some((_, until)) = self.read(film).await?
            // One that holds for longer was written by another clock.
            && (self.clock.now()..=self.clock.now().plus(2 * LEASE)).contains(&until)
        {
            return Ok(None);
        }
        let claim = Claim {
            claims: self.clone(),
            film: film.clone(),
            token: format!("{:016x}", getrandom::u64()?),
        };
        claim.write().await?;
        tokio::time::sleep(self.settle).await;
        Ok(claim.is_held().await?.then_some(claim))
    }

    /// Whose a claim is, and until when it holds.
    async fn read(&self, film: &PhotoName) -> Result<Option<(String, Timestamp)>> {
        let found = self.store.open_claim(film).await?;
        let Some(found) = found.filter(|found| found.bytes <= MAX_BYTES) else {
            return Ok(None);
        };
        let text = String::from_utf8(found.read_all().await?).unwrap_or_default();
        let parts = text.split_once(' ');
        let claim = parts.and_then(|(token, until)| Some((token, until.parse().ok()?)));
        Ok(claim.map(|(token, until)| (token.to_owned(), Timestamp(until))))
    }
}

impl Claim {
    /// Does the work while this claim is renewed; `None` if another worker has taken the film over meanwhile, which ends the work.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn hold<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        tokio::select! {
            done = work => done.map(Some),
            () = self.renew() => Ok(None),
        }
    }

    /// Renews it, until another worker has the film.
    async fn renew(&self) {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let renewed = async {
                let is_held = self.is_held().await?;
                if is_held {
                    self.write().await?;
                }
                Ok::<_, anyhow::Error>(is_held)
            };
            match renewed.await {
                Ok(true) => {}
                Ok(false) => return,
                // It holds for some minutes more.
                Err(error) => {
                    tracing::debug!(film = %self.film, %error, "could not renew the claim of a film");
                }
            }
        }
    }

    /// Gives the film back. If that fails, the claim ends by itself.
    pub async fn release(self) {
        let released = async {
            if self.is_held().await? {
                self.claims.store.delete_claim(&self.film).await?;
            }
            Ok::<_, anyhow::Error>(())
        };
        if let Err(error) = released.await {
            tracing::debug!(film = %self.film, %error, "could not release the claim of a film");
        }
    }

    async fn is_held(&self) -> Result<bool> {
        let found = self.claims.read(&self.film).await?;
        Ok(found.is_some_and(|(token, _)| token == self.token))
    }

    async fn write(&self) -> Result<()> {
        let until = self.claims.clock.now().plus(LEASE);
        let text = format!("{} {}", self.token, until.0);
        self.claims
            .store
            .put_claim(&self.film, text.into_bytes())
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::LocalStore;

    /// Two workers that share a store.
    fn workers(folder: &tempfile::TempDir) -> [Claims; 2] {
        let store = PhotoStore::Local(LocalStore::open_at(folder.path()).unwrap());
        [(); 2].map(|()| Claims {
            settle: Duration::ZERO,
            ..Claims::new(store.clone())
        })
    }

    #[tokio::test]
    async fn a_film_is_claimed_by_one_worker_until_it_is_released() {
        let folder = tempfile::tempdir().unwrap();
        let [ann, bob] = workers(&folder);
        let film = "1-1.mov".parse().unwrap();
        let claim = ann.claim(&film).await.unwrap().unwrap();
        assert!(bob.claim(&film).await.unwrap().is_none());
        // Another film is another matter.
        assert!(
            bob.claim(&"1-2.mov".parse().unwrap())
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(claim.hold(async { Ok(7) }).await.unwrap(), Some(7));
        claim.release().await;
        assert!(bob.claim(&film).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_film_whose_worker_has_ended_is_claimed_by_another_and_stays_with_that_one() {
        let folder = tempfile::tempdir().unwrap();
        let [ann, bob] = workers(&folder);
        let film = "1-1.mov".parse().unwrap();
        let late = ann.claim(&film).await.unwrap().unwrap();
        bob.clock.advance(LEASE - Duration::from_secs(9));
        assert!(bob.claim(&film).await.unwrap().is_none());
        bob.clock.advance(Duration::from_secs(10));
        let claim = bob.claim(&film).await.unwrap().unwrap();
        // The first was only asleep.
        assert!(!late.is_held().await.unwrap());
        late.release().await;
        assert!(claim.is_held().await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn work_ends_when_another_worker_has_taken_the_film_over() {
        let folder = tempfile::tempdir().unwrap();
        let [ann, bob] = workers(&folder);
        let film = "1-1.mov".parse().unwrap();
        let late = ann.claim(&film).await.unwrap().unwrap();
        bob.clock.advance(LEASE + Duration::from_secs(1));
        let _claim = bob.claim(&film).await.unwrap().unwrap();
        let endless = std::future::pending::<Result<()>>();
        assert_eq!(late.hold(endless).await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_no_claim_keeps_nobody_from_a_film() {
        let folder = tempfile::tempdir().unwrap();
        let [ann, _] = workers(&folder);
        let film: PhotoName = "1-1.mov".parse().unwrap();
        let far = format!("0 {}", i64::MAX);
        for text in ["", "x", "x y", &far, &"x".repeat(1000)] {
            let text = text.as_bytes().to_vec();
            ann.store.put_claim(&film, text).await.unwrap();
            assert!(ann.claim(&film).await.unwrap().is_some());
        }
    }
}
