//! `shared-spaces health`: asks the server on this machine whether it is ready, where there is no other program that could.

use std::fmt::{self, Display, Formatter};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::{Address, Settings};
use crate::output::say;
use crate::tls::client;

/// How long the server may take: less than health checks usually wait.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest sentence that is shown, in bytes.
const MAX_SENTENCE: usize = 4096;

/// Where the server listens, if not where the settings say.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Examples:\n  shared-spaces health --port 8001\n  shared-spaces health --address unix:/run/shared-spaces/http.sock"
)]
pub struct HealthOptions {
    /// The address that the server listens on
    #[arg(long, value_name = "ADDRESS", value_parser = Address::of_option)]
    address: Option<Address>,
    /// The port that the server listens on
    #[arg(long)]
    port: Option<u16>,
}

/// Asks the server, and prints what it says.
///
/// # Errors
/// There is no server, it doesn't answer in time, or it isn't ready.
pub async fn run(settings: &Settings, at: HealthOptions) -> Result<()> {
    let listener = &settings.listener;
    let is_https = settings.config.tls.is_https();
    let target = match at.address.unwrap_or_else(|| listener.address.clone()) {
        Address::Ip(ip) => Target::Tcp {
            address: SocketAddr::new(reachable(ip), at.port.unwrap_or(listener.port)),
            is_https,
        },
        Address::Unix(path) => Target::UnixSocket(path),
    };
    let path = format!("{}/ready", settings.config.base_path());
    let asked = timeout(TIMEOUT, connect_and_ask(&target, &path)).await;
    let (status, said) = asked
        .map_err(|_| anyhow!("it takes longer than {} seconds", TIMEOUT.as_secs()))
        .flatten()
        .with_context(|| format!("No server answers at {target}"))?;
    ensure!(
        status == StatusCode::OK,
        "The server at {target} isn't ready: {said}"
    );
    say!("{said}")
}

/// A server that listens on all addresses is reached by the loopback address.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}

/// Where the server is.
enum Target {
    Tcp { address: SocketAddr, is_https: bool },
    UnixSocket(PathBuf),
}

impl Display for Target {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { address, is_https } => {
                let scheme = if *is_https { "https" } else { "http" };
                write!(formatter, "{scheme}://{address}")
            }
            Self::UnixSocket(path) => write!(formatter, "unix:{}", path.display()),
        }
    }
}

async fn connect_and_ask(target: &Target, path: &str) -> Result<(StatusCode, String)> {
    match target {
        Target::Tcp { address, is_https } => {
            let host = address.to_string();
            let stream = TcpStream::connect(address).await?;
            if *is_https {
                match client::connect_unverified(stream, address.ip()).await {
                    Ok(stream) => ask(stream, &host, path).await,
                    Err(error) if client::is_for_lack_of_a_certificate(&error) => Ok((
                        StatusCode::SERVICE_UNAVAILABLE,
                        "it has no certificate yet; `shared-spaces doctor` says why".to_owned(),
                    )),
                    Err(error) => Err(error.into()),
                }
            } else {
                ask(stream, &host, path).await
            }
        }
        #[cfg(unix)]
        Target::UnixSocket(socket) => {
            let stream = tokio::net::UnixStream::connect(socket).await?;
            ask(stream, "localhost", path).await
        }
        #[cfg(not(unix))]
        Target::UnixSocket(_) => Err(anyhow!("this system has no unix sockets")),
    }
}

async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &str,
    path: &str,
) -> Result<(StatusCode, String)> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(path)
        .header(HOST, host)
        .body(Empty::<Bytes>::new())?;
    let asking = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), MAX_SENTENCE);
        let body = body.collect().await.map_err(|error| anyhow!(error))?;
        let said = String::from_utf8_lossy(&body.to_bytes()).trim().to_owned();
        anyhow::Ok((status, said))
    };
    // The connection only moves bytes; what has gone wrong on it fails the request too.
    tokio::select! {
        answered = asking => answered,
        Err(error) = connection => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_this_machine() {
        for (listens, asked) in [
            ("0.0.0.0", "127.0.0.1"),
            ("::", "::1"),
            ("192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), asked);
        }
    }
}
