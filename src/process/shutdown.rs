//! How a process is asked to stop.

use anyhow::{Context, Result};

/// By what a process was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The keyboard, with Ctrl-C.
    Interrupt,
    /// The system.
    Terminate,
}

impl Signal {
    /// The exit code of a command that was stopped by it, as in shells.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// From now on, the system and the keyboard can stop this process; the returned future waits until they do.
///
/// # Errors
/// The system refuses to deliver signals.
#[cfg(unix)]
pub fn listen() -> Result<impl Future<Output = Signal>> {
    use tokio::signal::unix::{SignalKind, signal};
    let problem = "Signals can't be handled";
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
/// The system refuses to deliver signals.
#[cfg(windows)]
pub fn listen() -> Result<impl Future<Output = Signal>> {
    let mut interrupt = tokio::signal::windows::ctrl_c().context("Signals can't be handled")?;
    Ok(async move {
        interrupt.recv().await;
        Signal::Interrupt
    })
}
