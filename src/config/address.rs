//! The setting of where to listen: an IP address, or a unix socket.

use std::fmt::{self, Display, Formatter};
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a unix socket begins with, as with Rocket.
const UNIX: &str = "unix:";
/// The longest path of a unix socket, in bytes. Systems allow some 100, and it is made under a longer name first.
const MAX_PATH: usize = 88;

/// Where the server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// At the port of the setting `port`.
    Ip(IpAddr),
    /// At this absolute path.
    Unix(PathBuf),
}

impl Address {
    /// That of an option of the command line.
    ///
    /// # Errors
    /// It is none; what one is.
    pub fn of_option(text: &str) -> Result<Self, String> {
        text.parse().map_err(|wrong| format!("it {wrong}"))
    }

    /// Whether only this machine reaches it.
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Ip(ip) => ip.is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix(UNIX) else {
            return text.parse().map(Self::Ip).map_err(|_| {
                String::from(
                    "must be an IP address, such as 127.0.0.1 for this machine only or 0.0.0.0 for the whole network, \
                    or a unix socket, such as unix:/run/shared-spaces/http.sock",
                )
            });
        };
        if !cfg!(unix) {
            return Err(String::from(
                "must be an IP address on this system, which has no unix sockets",
            ));
        }
        let path = PathBuf::from(path);
        if !path.is_absolute() || path.file_name().is_none() || text.ends_with('/') {
            return Err(String::from(
                "must have the absolute path of a socket after unix:, such as unix:/run/shared-spaces/http.sock",
            ));
        }
        if path.as_os_str().len() > MAX_PATH || text.contains('\0') {
            return Err(format!(
                "must name a unix socket by a path of at most {MAX_PATH} bytes"
            ));
        }
        Ok(Self::Unix(path))
    }
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(formatter),
            Self::Unix(path) => write!(formatter, "{UNIX}{}", path.display()),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|wrong| D::Error::custom(format!("The setting address {wrong}, not '{text}'")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_network_or_the_absolute_path_of_a_socket() {
        for text in ["127.0.0.1", "::", "unix:/run/shared-spaces/http.sock"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        let long = format!("unix:/run/{}", "a".repeat(MAX_PATH));
        for (text, why) in [
            ("localhost", "must be an IP address"),
            ("", "must be an IP address"),
            ("unix", "must be an IP address"),
            ("unix:", "must have the absolute path"),
            ("unix:http.sock", "must have the absolute path"),
            ("unix:/", "must have the absolute path"),
            ("unix:/run/", "must have the absolute path"),
            (&long, "a path of at most 88 bytes"),
        ] {
            let said = text.parse::<Address>().unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
