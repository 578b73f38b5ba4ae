//! The setting of who may connect to a unix socket.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The permissions of a unix socket: who may write to it may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct SocketMode(pub u32);

impl FromStr for SocketMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.bytes().all(|digit| digit.is_ascii_digit());
        let mode = u32::from_str_radix(text, 8).ok();
        mode.filter(|mode| digits && (3..=4).contains(&text.len()) && *mode <= 0o777)
            .map(Self)
            .ok_or_else(|| {
                format!(
                    "The setting connections.socket_mode must be permissions in octal digits, such as \"0660\" for the \
                    account and the group of the server, not '{text}'"
                )
            })
    }
}

impl Display for SocketMode {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04o}", self.0)
    }
}

impl TryFrom<String> for SocketMode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SocketMode> for String {
    fn from(mode: SocketMode) -> Self {
        mode.to_string()
    }
}

impl Default for SocketMode {
    fn default() -> Self {
        Self(0o660)
    }
}
