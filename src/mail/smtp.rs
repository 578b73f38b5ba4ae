//! Hands mail to a server (RFC 5321), with a connection for each. However slow the server is, that takes a minute at most.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use hyper_rustls::ConfigBuilderExt;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::commands::{Mail, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::replies::{EncryptedReplies, Replies};
use crate::config::{Config, MailTls};

/// How long a server may take in all.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may take to say goodbye, when it has the mail.
const GOODBYE: Duration = Duration::from_secs(1);
/// The most characters that are kept of what a server says.
const MAX_REASON: usize = 200;

/// Sends mail by the server of the settings; clones are the same.
#[derive(Clone)]
pub struct Mailer {
    server: Arc<Server>,
    timeout: Duration,
}

struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    from: Mailbox,
    /// What we call ourselves.
    name: ClientId,
}

enum Encryption {
    Starttls(TlsParameters),
    Implicit(TlsConnector),
    None,
}

/// What came of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The server has it.
    Accepted,
    /// The server doesn't take it, for this reason, and won't.
    Refused(String),
    /// The server doesn't take it now, for this reason.
    Later(String),
    /// The server isn't there, or isn't as it is set: for this reason it takes no mail at all.
    Unreachable(String),
}

impl Mailer {
    /// As the settings have it; `None` where no mail is sent.
    ///
    /// # Errors
    /// The certificates of authorities can't be read.
    pub fn new(config: &Config) -> Result<Option<Self>> {
        let Some(server) = config.mail.server() else {
            return Ok(None);
        };
        let credentials = server.credentials.map(|(user, password)| {
            Credentials::new(user.to_owned(), password.as_str().to_owned())
        });
        let server = Server {
            host: server.host.to_owned(),
            port: server.port,
            encryption: Encryption::new(server.tls, server.host)
                .context("The certificates of authorities can't be read")?,
            credentials,
            from: server.from,
            name: ClientId::Domain(own_name(config)),
        };
        Ok(Some(Self {
            server: Arc::new(server),
            timeout: TIMEOUT,
        }))
    }

    /// The same with another bound of time.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Who sends.
    pub fn from(&self) -> &Mailbox {
        &self.server.from
    }

    /// Hands a mail to the server.
    pub async fn send(&self, mail: &Message) -> Sent {
        let sending = async {
            let mut connection = match self.server.connect().await {
                Ok(connection) => connection,
                Err(error) => return Sent::Unreachable(line(&format!("{error:#}"))),
            };
            let sent = connection.send(mail.envelope(), &mail.formatted()).await;
            match sent {
                Ok(_) => {
                    goodbye(connection).await;
                    Sent::Accepted
                }
                Err(error) => match outcome(&error) {
                    // What it has against us says nothing about who should have read this.
                    Sent::Refused(reason) => match self.server.check_sender().await {
                        Ok(()) => Sent::Refused(reason),
                        Err(error) => Sent::Unreachable(line(&format!("{error:#}"))),
                    },
                    sent => sent,
                },
            }
        };
        let sent = timeout(self.timeout, sending).await;
        sent.unwrap_or_else(|_| Sent::Unreachable(self.too_slow()))
    }

    /// Signs in, says who sends, and sends nothing.
    ///
    /// # Errors
    /// The server can't be reached, doesn't let this one in, or takes no mail from `mail.from`.
    pub async fn check(&self) -> Result<()> {
        let checked = timeout(self.timeout, self.server.check_sender()).await;
        checked.map_err(|_| anyhow!(self.too_slow()))?
    }

    fn too_slow(&self) -> String {
        format!("it took longer than {} s", self.timeout.as_secs())
    }
}

impl Server {
    /// A connection on which mail can be sent.
    async fn connect(&self) -> Result<AsyncSmtpConnection> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        let stream = Replies::new(stream);
        let stream: Box<dyn AsyncTokioStream> = match &self.encryption {
            Encryption::Implicit(connector) => {
                let name = ServerName::try_from(self.host.clone())?;
                Box::new(EncryptedReplies(connector.connect(name, stream).await?))
            }
            Encryption::Starttls(_) | Encryption::None => Box::new(stream),
        };
        let connection = AsyncSmtpConnection::connect_with_transport(stream, &self.name).await;
        let mut connection = connection.map_err(reason)?;
        if let Encryption::Starttls(parameters) = &self.encryption {
            let encrypted = connection.starttls(parameters.clone(), &self.name).await;
            encrypted.map_err(reason)?;
        }
        if let Some(credentials) = &self.credentials {
            let known = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            known.map_err(reason)?;
        }
        Ok(connection)
    }
}

impl Server {
    /// Checks on a connection of its own whether mail from us is taken at all.
    async fn check_sender(&self) -> Result<()> {
        let mut connection = self.connect().await?;
        let address = &self.from.email;
        let mut parameters = Vec::new();
        if !address.to_string().is_ascii() {
            let info = connection.server_info();
            ensure!(
                info.supports_feature(Extension::SmtpUtfEight),
                "it takes only addresses in ASCII, which {address} isn't"
            );
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let mail = Mail::new(Some(address.clone()), parameters);
        connection.command(mail).await.map_err(reason)?;
        connection.command(Rset).await.map_err(reason)?;
        goodbye(connection).await;
        Ok(())
    }
}

impl Encryption {
    fn new(tls: MailTls, host: &str) -> Result<Self> {
        Ok(match tls {
            MailTls::Starttls => Self::Starttls(TlsParameters::new(host.to_owned())?),
            MailTls::Implicit => {
                let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
                    .with_safe_default_protocol_versions()?
                    .with_native_roots()?
                    .with_no_client_auth();
                Self::Implicit(TlsConnector::from(Arc::new(config)))
            }
            MailTls::None => Self::None,
        })
    }
}

/// Ends a connection. What was sent is with the server, whatever it says now.
async fn goodbye(mut connection: AsyncSmtpConnection) {
    let _said = timeout(GOODBYE, connection.quit()).await;
}

/// What this server calls itself.
fn own_name(config: &Config) -> String {
    let url = config
        .public_url
        .as_deref()
        .and_then(|url| Url::parse(url).ok());
    let name = url.and_then(|url| url.domain().map(str::to_owned));
    name.unwrap_or_else(|| String::from("localhost"))
}

/// What a server has made of a mail.
fn outcome(error: &Error) -> Sent {
    let (code, reason) = (error.status().map(u16::from), line(&said(error)));
    match code {
        // It wants a password, or closes the connection: that isn't about the mail.
        Some(421 | 530 | 534 | 535 | 538) => Sent::Unreachable(reason),
        _ if error.is_permanent() => Sent::Refused(reason),
        _ if error.is_transient() => Sent::Later(reason),
        _ => Sent::Unreachable(reason),
    }
}

fn reason(error: Error) -> anyhow::Error {
    anyhow!(said(&error))
}

/// What was said, or went wrong.
fn said(error: &Error) -> String {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = inner.source();
    }
    said
}

/// The beginning of a text, in a line.
fn line(text: &str) -> String {
    let visible = text.chars().filter(|c| !c.is_control());
    visible.take(MAX_REASON).collect()
}
