//! The end of an account.

use crate::app::App;
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
}
