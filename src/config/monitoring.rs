//! The settings of monitoring: where figures can be read, and how the log is written.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// Where figures can be read.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Monitoring {
    /// The address and port at which `/metrics` is read; nowhere by default.
    pub metrics_address: Option<SocketAddr>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// An object a line, for programs.
    Json,
}

impl Monitoring {
    pub(super) fn check(&self) -> Result<()> {
        ensure!(
            self.metrics_address
                .is_none_or(|address| address.port() > 0),
            "The setting monitoring.metrics_address must have a port above 0, such as 127.0.0.1:9464"
        );
        Ok(())
    }
}
