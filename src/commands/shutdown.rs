//! When a process is asked to end.

use anyhow::{Context, Result};
use tokio::sync::watch;

/// The moment at which to end, for as many tasks as want to know.
#[derive(Clone)]
pub struct Shutdown {
    asked: watch::Receiver<bool>,
}

/// Announces the end.
pub struct Ending {
    asked: watch::Sender<bool>,
}

/// An end that is still to come.
pub fn pair() -> (Ending, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (Ending { asked: sender }, Shutdown { asked: receiver })
}

impl Ending {
    /// The end is now.
    pub fn announce(&self) {
        self.asked.send_replace(true);
    }
}

impl Shutdown {
    /// Waits for the end. An announcer who is gone can't announce any more, which is the end too.
    pub async fn wait(mut self) {
        let _ended = self.asked.wait_for(|asked| *asked).await;
    }
}

/// Waits until the system or the keyboard asks this process to end.
///
/// # Errors
/// The system lets nobody wait for its signals.
pub async fn signal() -> Result<()> {
    let problem = "The signals of the system can't be waited for";
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context(problem)?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted.context(problem),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.context(problem)
}
