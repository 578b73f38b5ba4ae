//! The end of an account.

use tokio::task::spawn_blocking;

use crate::app::App;
use crate::domain::account_removal::Begun;
use crate::error::Result;

impl App {
    /// Goes on with the removal of an account until nobody can see anything of it, and nothing of its uploads is left.
    ///
    /// # Errors
    /// The database can't be written. The jobs continue with it.
    pub async fn finish_account_removal(&self, mut begun: Begun) -> Result<()> {
        let (folder, uploads) = (self.uploads.clone(), std::mem::take(&mut begun.uploads));
        let removed =
            spawn_blocking(move || uploads.iter().try_for_each(|file| folder.remove(file)));
        if let Ok(Err(error)) = removed.await {
            tracing::warn!(%error, "could not delete the uploads of an account; will retry");
        }
        self.space_deletion().finish_account(begun).await
    }
}
