//! Orders the certificate of HTTPS, and renews it before it ends.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::jobs::runner::{Job, Next};
use crate::tls::acme::Acme;

/// Orders and renews the certificate. It begins when the server listens, because the authority then asks there.
pub struct OrderCertificate {
    acme: Acme,
    listening: Arc<Notify>,
}

impl OrderCertificate {
    /// Begins when it is notified.
    pub fn new(acme: Acme, listening: Arc<Notify>) -> Self {
        Self { acme, listening }
    }
}

impl Job for OrderCertificate {
    const FAILURE: &'static str = "could not order a certificate";

    fn first(&self) -> Next {
        Next::Idle
    }

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        Ok(Next::Wait(self.acme.step().await?))
    }

    async fn woken(&self) {
        self.listening.notified().await;
    }

    fn pause_after_error(&self) -> Duration {
        self.acme.pause()
    }
}
