//! When a process is asked to end.

use anyhow::{Context, Result};
use tokio::sync::watch;

/// The moment at which to end, for as many tasks as want to know.
#[derive(Clone)]
pub struct Shutdown {
    asked: watch::Receiver<bool>,
}

/// Announces the end.
pub struct ShutdownTrigger {
    asked: watch::Sender<bool>,
}

/// An end that is still to come.
pub fn pair() -> (ShutdownTrigger, Shutdown) {
    let (sender, receiver) = watch::channel(false);
    (
        ShutdownTrigger { asked: sender },
        Shutdown { asked: receiver },
    )
}

impl ShutdownTrigger {
    /// The end is now.
    pub fn trigger(&self) {
        self.asked.send_replace(true);
    }
}

impl Shutdown {
    /// Whether the end has come.
    pub fn is_triggered(&self) -> bool {
        *self.asked.borrow() || self.asked.has_changed().is_err()
    }

    /// Waits for the end. An announcer who is gone can't announce any more, which is the end too.
    pub async fn wait(mut self) {
        let _ended = self.asked.wait_for(|asked| *asked).await;
    }
}

/// By what a process was asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The keyboard, with Ctrl-C.
    Interrupt,
    /// The system.
    Terminate,
}

impl Signal {
    /// With what a command ends that was stopped by it, as shells have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// From now on, the system and the keyboard can ask this process to end; what is returned waits until they do.
///
/// # Errors
/// The system lets nobody wait for its signals.
#[cfg(unix)]
pub fn listen() -> Result<impl Future<Output = Signal>> {
    use tokio::signal::unix::{SignalKind, signal};
    let problem = "The signals of the system can't be waited for";
    let mut terminate = signal(SignalKind::terminate()).context(problem)?;
    let mut interrupt = signal(SignalKind::interrupt()).context(problem)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => Signal::Terminate,
            _ = interrupt.recv() => Signal::Interrupt,
        }
    })
}

/// From now on, the keyboard can ask this process to end; what is returned waits until it does.
///
/// # Errors
/// The system lets nobody wait for its signals.
#[cfg(windows)]
pub fn listen() -> Result<impl Future<Output = Signal>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()
        .context("The signals of the system can't be waited for")?;
    Ok(async move {
        interrupt.recv().await;
        Signal::Interrupt
    })
}
