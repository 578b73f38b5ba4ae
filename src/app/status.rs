//! What the installation has and how it is doing, at a glance: for the command and for operators in the app.

use crate::app::App;
use crate::clock::Timestamp;
use crate::data_dir::disk_space::has_room;
use crate::data_dir::sizes::Sizes;
use crate::db::Connection;
use crate::domain::photos;
use crate::domain::statistics::{self, Backlog, Totals};
use crate::domain::usage::{self, Usage};
use crate::error::Result;
use crate::tls::certificate_end;

/// What the installation has and how it is doing.
pub struct Status {
    /// Whether a server is running on the data folder.
    pub is_served: bool,
    pub now: Timestamp,
    pub totals: Totals,
    pub backlog: Backlog,
    pub without_previews: usize,
    pub sizes: Sizes,
    pub usage: Usage,
    pub has_room: bool,
    /// When the certificate of HTTPS ends, if there is one; `None` if the server speaks HTTP.
    pub certificate: Option<anyhow::Result<Option<Timestamp>>>,
}

/// What the database says of it.
pub type Counted = (Totals, Backlog, usize, Usage);

impl App {
    /// What counts what the database has. Every table is read to its end for it.
    pub fn counting(&self) -> impl FnOnce(&Connection) -> Result<Counted> + Send + use<> {
        let (now, lifetime) = (self.now(), self.config.sessions.lifetime);
        let quotas = self.config.quotas;
        move |conn| {
            Ok((
                statistics::totals(conn)?,
                statistics::backlog(conn, now, lifetime)?,
                photos::list_without_previews(conn)?.len(),
                usage::of_server(conn, &quotas)?,
            ))
        }
    }

    /// The status with what was counted.
    pub fn status(&self, counted: Counted, is_served: bool) -> Status {
        let (totals, backlog, without_previews, usage) = counted;
        Status {
            is_served,
            now: self.now(),
            totals,
            backlog,
            without_previews,
            sizes: Sizes::of(&self.config.data_dir),
            usage,
            has_room: has_room(&self.config, 0),
            certificate: (self.config.tls.is_https()).then(|| certificate_end(&self.config)),
        }
    }
}
