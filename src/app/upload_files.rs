//! The files of uploads.

use tokio::task::spawn_blocking;

use crate::app::App;

impl App {
    /// Deletes files of uploads that no row names any more. If that fails, they are left to the job.
    pub async fn delete_uploads(&self, files: Vec<String>) {
        let folder = self.uploads.clone();
        let deleted = spawn_blocking(move || files.iter().try_for_each(|file| folder.remove(file)));
        if let Ok(Err(error)) = deleted.await {
            tracing::warn!(%error, "could not delete an upload; will retry");
        }
    }
}
