//! Deletes what is left of deleted spaces and accounts, and of shares with long conversations, some rows at a time, so that others
//! write in between.

use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::db::Db;
use crate::domain::account_removal::{self, Begun};
use crate::domain::ids::{SpaceId, UserId};
use crate::domain::share_deletion::{self, ShareKey};
use crate::domain::space_deletion::{self, Progress};
use crate::jobs::cleanup::Cleanup;
use crate::jobs::runner::{Job, Next};

/// How often it looks for a deletion that has stopped: the request that began it continues by itself, unless it fails.
const EVERY: Duration = Duration::from_secs(60);

/// Goes on with deletions of spaces, accounts and shares.
#[derive(Clone)]
pub struct DeleteSpaces {
    db: Db,
    clock: Clock,
    cleanup: Cleanup,
}

impl DeleteSpaces {
    /// Deletes rows of this database, and by this cleanup the bytes that belong to them.
    pub fn new(db: Db, clock: Clock, cleanup: Cleanup) -> Self {
        Self { db, clock, cleanup }
    }

    /// Goes on with the deletion of a space until nothing of it is left.
    ///
    /// # Errors
    /// The database can't be written. The space stays deleted for everybody, and the job continues with it.
    pub async fn finish(&self, space: SpaceId, begun: Progress) -> crate::error::Result<()> {
        let mut progress = begun;
        loop {
            self.cleanup.delete_now(&progress.photos).await;
            if progress.is_over {
                self.cleanup.delete_space_now(space).await;
                return Ok(());
            }
            let now = self.clock.now();
            progress = self
                .db
                .write_making_room(move |conn| Ok(space_deletion::remove_chunk(conn, space, now)?))
                .await?;
        }
    }

    /// Goes on with the deletion of a share until nothing of it is left.
    ///
    /// # Errors
    /// The database can't be written. The job continues with it.
    pub async fn finish_share(&self, share: ShareKey, begun: Progress) -> crate::error::Result<()> {
        let mut progress = begun;
        while !progress.is_over {
            let now = self.clock.now();
            progress = self
                .db
                .write_making_room(move |conn| Ok(share_deletion::remove_chunk(conn, share, now)?))
                .await?;
        }
        self.cleanup.delete_now(&progress.photos).await;
        Ok(())
    }

    /// Goes on with the removal of an account until nobody can see anything of it, and then with what is left of the spaces that
    /// were its user's alone.
    ///
    /// # Errors
    /// The database can't be written. The job continues with it.
    pub async fn finish_account(&self, begun: Begun) -> crate::error::Result<()> {
        self.finish_user(begun.user, begun.progress).await?;
        for space in begun.spaces {
            self.finish(space, Progress::default()).await?;
        }
        Ok(())
    }

    async fn finish_user(&self, user: UserId, begun: Progress) -> crate::error::Result<()> {
        let mut progress = begun;
        loop {
            self.cleanup.delete_now(&progress.photos).await;
            if progress.is_over {
                return Ok(());
            }
            let now = self.clock.now();
            progress = self
                .db
                .write_making_room(move |conn| account_removal::remove_chunk(conn, user, now))
                .await?;
        }
    }

    /// Finishes all deletions that have begun. One that can't be finished holds up none of another kind.
    ///
    /// # Errors
    /// The database can't be used.
    pub async fn finish_all(&self) -> crate::error::Result<()> {
        let users = self.finish_users().await;
        let shares = self.finish_shares().await;
        let spaces = self.finish_spaces().await;
        users.and(shares).and(spaces)
    }

    async fn finish_users(&self) -> crate::error::Result<()> {
        while let Some(user) = self
            .db
            .read(|conn| Ok(account_removal::next(conn)?))
            .await?
        {
            self.finish_user(user, Progress::default()).await?;
        }
        Ok(())
    }

    async fn finish_shares(&self) -> crate::error::Result<()> {
        while let Some(share) = self.db.read(|conn| Ok(share_deletion::next(conn)?)).await? {
            self.finish_share(share, Progress::default()).await?;
        }
        Ok(())
    }

    async fn finish_spaces(&self) -> crate::error::Result<()> {
        while let Some(space) = self.db.read(|conn| Ok(space_deletion::next(conn)?)).await? {
            self.finish(space, Progress::default()).await?;
        }
        Ok(())
    }
}

impl Job for DeleteSpaces {
    const FAILURE: &'static str = "could not finish deleting a space, an account or a share";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        self.finish_all().await?;
        Ok(Next::Wait(EVERY))
    }
}
