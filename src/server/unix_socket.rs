//! A unix socket: who may connect to it, and what becomes of one that is there already.
//!
//! The socket gets its name only once it accepts connections, so one that refuses them was left by a server that is dead. While
//! the name is given or removed, the folder is locked, so that two servers that start at once don't both think so.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tempfile::Builder;
use tokio::net::{UnixListener, UnixSocket, UnixStream};

use super::listener::WAITING;
use crate::config::SocketMode;
use crate::fs::durable::parent;
use crate::fs::identity::Identity;

/// What its name begins with until it accepts connections.
const UNFINISHED: &str = ".sock-";

/// The path of a unix socket that nobody listens on.
pub struct FreePath {
    path: PathBuf,
    mode: SocketMode,
}

/// A unix socket that accepts connections.
pub struct BoundSocket {
    listener: UnixListener,
    /// What is to be removed in the end; `None` for a socket of the service manager's.
    file: Option<SocketFile>,
}

/// The file that clients name. It is removed when this is dropped, unless another server has replaced it.
struct SocketFile {
    path: PathBuf,
    identity: Identity,
}

impl FreePath {
    /// A path that can be listened on.
    ///
    /// # Errors
    /// A server listens there, something else is there, or sockets can't be made in that folder.
    pub async fn find(path: &Path, mode: SocketMode) -> Result<Self> {
        check_is_free(path).await?;
        make(path).with_context(|| cannot_make(path))?;
        Ok(Self {
            path: path.to_owned(),
            mode,
        })
    }

    /// Listens, and takes the place of a socket that a dead server has left.
    ///
    /// # Errors
    /// Another server was quicker, or the socket can't be made.
    pub async fn listen(self) -> Result<BoundSocket> {
        let Self { path, mode } = self;
        let _lock = lock_folder(&path).with_context(|| cannot_make(&path))?;
        check_is_free(&path).await?;
        let listening = || {
            let (socket, unfinished) = make(&path)?.into_parts();
            fs::set_permissions(&unfinished, Permissions::from_mode(mode.0))?;
            let listener = socket.listen(WAITING)?;
            let identity = Identity::of(&unfinished)?;
            unfinished.persist(&path).map_err(|failed| failed.error)?;
            let file = Some(SocketFile {
                path: path.clone(),
                identity,
            });
            io::Result::Ok(BoundSocket { listener, file })
        };
        listening().with_context(|| cannot_make(&path))
    }
}

impl BoundSocket {
    /// One that the service manager has opened, and removes.
    ///
    /// # Errors
    /// It can't be used without blocking.
    pub fn passed(listener: std::os::unix::net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = UnixListener::from_std(listener)?;
        Ok(Self {
            listener,
            file: None,
        })
    }

    /// The next connection.
    ///
    /// # Errors
    /// It can't be accepted.
    pub async fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }

    /// The path that clients name, as far as the system knows it.
    pub fn path(&self) -> PathBuf {
        match &self.file {
            Some(file) => file.path.clone(),
            None => {
                let address = self.listener.local_addr().ok();
                let path = address.and_then(|address| address.as_pathname().map(Path::to_owned));
                path.unwrap_or_default()
            }
        }
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let removed = lock_folder(&self.path).and_then(|_lock| match Identity::of(&self.path) {
            Ok(found) if found == self.identity => fs::remove_file(&self.path),
            // Somebody has removed or replaced it.
            _ => Ok(()),
        });
        if let Err(error) = removed {
            tracing::warn!(path = %self.path.display(), %error, "could not remove the unix socket");
        }
    }
}

/// A socket with another name next to the path, which nobody can connect to yet.
fn make(path: &Path) -> io::Result<tempfile::NamedTempFile<UnixSocket>> {
    let bind = |unfinished: &Path| {
        let socket = UnixSocket::new_stream()?;
        socket.bind(unfinished)?;
        Ok(socket)
    };
    let mut name = Builder::new();
    name.prefix(UNFINISHED)
        .rand_bytes(8)
        .make_in(parent(path), bind)
}

/// Keeps other servers from giving or removing names in the folder of the path, for a moment.
fn lock_folder(path: &Path) -> io::Result<File> {
    let folder = File::open(parent(path))?;
    folder.lock()?;
    Ok(folder)
}

/// Refuses a path with a server behind it, or with something that is no socket.
async fn check_is_free(path: &Path) -> Result<()> {
    let shown = path.display();
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| cannot_make(path)),
        Ok(found) if found.file_type().is_socket() => {}
        Ok(_) => bail!(
            "The server can't listen on unix:{shown}, because something that isn't a socket is there: remove it, or set \
            another path with --address or ROCKET_ADDRESS"
        ),
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(()),
        // It went meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => bail!(
            "The server can't listen on unix:{shown}: this account may not connect to the socket that is there, and so \
            can't find out whether another server uses it. Remove it if none does"
        ),
        // One that has too many connections to accept another is alive.
        _ => bail!(
            "Another server is listening on unix:{shown}: stop it, or set another path with --address or \
            ROCKET_ADDRESS"
        ),
    }
}

fn cannot_make(path: &Path) -> String {
    format!(
        "The server can't listen on unix:{} (--address or ROCKET_ADDRESS): its folder must exist, and the account of the \
        server must be allowed to write there",
        path.display()
    )
}
