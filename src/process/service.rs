//! The service manager that has started this process, if one has: what it is told, and the socket that it passes.
//!
//! systemd names a socket for messages, a time for signs of life and the sockets that it has opened in the environment.
//! Without these variables, and on other systems, nothing here has an effect.

use std::io;
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::time::Duration;

/// What the service manager is to know.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// The work has begun: whatever needs this service can be started.
    Ready,
    /// The process is about to exit, which takes at most this long.
    Stopping(Duration),
    /// The process still works.
    Alive,
}

/// A listening socket that the service manager has opened.
#[derive(Debug)]
pub enum Passed {
    /// A port.
    Tcp(TcpListener),
    /// A unix socket, which the service manager also removes.
    #[cfg(unix)]
    Unix(UnixListener),
}

/// Notifies the service manager. If that can't be done, the log says so, and nothing else changes.
#[cfg(target_os = "linux")]
pub fn notify(state: State) {
    use sd_notify::NotifyState;
    let told = match state {
        State::Ready => sd_notify::notify(&[NotifyState::Ready]),
        State::Alive => sd_notify::notify(&[NotifyState::Watchdog]),
        State::Stopping(within) => {
            let micros = u32::try_from(within.as_micros()).unwrap_or(u32::MAX);
            sd_notify::notify(&[
                NotifyState::Stopping,
                NotifyState::ExtendTimeoutUsec(micros),
            ])
        }
    };
    if let Err(error) = told {
        tracing::warn!(%error, ?state, "could not notify the service manager");
    }
}

/// Other systems have no such service manager.
#[cfg(not(target_os = "linux"))]
pub fn notify(_: State) {}

/// The longest time between two signs of life; `None` if none are wanted.
#[cfg(target_os = "linux")]
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

/// Other systems want none.
#[cfg(not(target_os = "linux"))]
pub fn watchdog() -> Option<Duration> {
    None
}

/// The listening socket that the service manager has opened for this process; `None` if it has opened none. To be called
/// once, because the socket is owned by what is returned.
///
/// # Errors
/// It has passed several, or one that isn't listening.
#[cfg(target_os = "linux")]
#[expect(
    unsafe_code,
    reason = "a number from the environment becomes an owned file"
)]
pub fn passed_listener() -> io::Result<Option<Passed>> {
    use std::os::fd::{FromRawFd, OwnedFd};

    use rustix::net::AddressFamily;

    let unfit = |why| io::Error::new(io::ErrorKind::InvalidInput, why);
    let mut passed = sd_notify::listen_fds()?;
    let Some(first) = passed.next() else {
        return Ok(None);
    };
    if passed.next().is_some() {
        return Err(unfit("there is more than one"));
    }
    // SAFETY: the environment names this very process, and the file was checked to be open. It was opened before the
    // process started, so nothing in it owns the file yet.
    let socket = unsafe { OwnedFd::from_raw_fd(first) };
    let is_listening = rustix::net::sockopt::socket_acceptconn(&socket)?;
    let family = rustix::net::sockopt::socket_domain(&socket)?;
    match family {
        _ if !is_listening => {}
        AddressFamily::INET | AddressFamily::INET6 => return Ok(Some(Passed::Tcp(socket.into()))),
        AddressFamily::UNIX => return Ok(Some(Passed::Unix(socket.into()))),
        _ => {}
    }
    Err(unfit("it isn't a listening TCP or unix socket"))
}

/// Other systems pass none.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn passed_listener() -> io::Result<Option<Passed>> {
    Ok(None)
}
