//! Reads the certificate of HTTPS again when its files have changed.

use std::time::Duration;

use anyhow::Result;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use crate::jobs::runner::{Job, Next};
use crate::tls::Certificates;

/// How often the files are read. What renews certificates may write the two files a moment apart.
const PAUSE: Duration = Duration::from_secs(60);

/// Reads the files of the certificate at regular intervals. Nothing watches them instead, because what renews certificates
/// replaces links to folders, which such a watch doesn't see.
pub struct ReloadCertificate(pub Certificates);

impl Job for ReloadCertificate {
    const FAILURE: &'static str =
        "could not read the renewed certificate; the one of before is used on";

    fn first(&self) -> Next {
        Next::Wait(PAUSE)
    }

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let certificates = self.0.clone();
        if spawn_blocking(move || certificates.reload()).await?? {
            tracing::info!("the certificate has changed; new connections use it");
        }
        Ok(Next::Wait(PAUSE))
    }

    fn pause_after_error(&self) -> Duration {
        PAUSE
    }
}
