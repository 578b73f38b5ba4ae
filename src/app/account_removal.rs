//! The end of an account.

use crate::app::App;
use crate::check::sentence;
use crate::domain::account_removal::Begun;
use crate::error::Result;

impl App {
    /// Goes on with the removal of an account until nobody can see anything of it, and nothing of its uploads is left.
    ///
    /// # Errors
    /// The database can't be written. The jobs continue with it.
    pub async fn finish_account_removal(&self, mut begun: Begun) -> Result<()> {
        self.delete_uploads(std::mem::take(&mut begun.uploads))
            .await;
        self.space_deletion().finish_account(begun).await
    }

    /// The same where what was asked for is done: nobody can use the account any more, and its user can't ask again. If the rest can't be
    /// deleted now, the log says so, and the jobs continue with it.
    pub async fn finish_begun_account_removal(&self, begun: Begun) {
        let user = begun.user;
        if let Err(error) = self.finish_account_removal(begun).await {
            tracing::warn!(%user, error = %sentence(&error.into()), "could not finish removing an account; will go on");
        }
    }
}
