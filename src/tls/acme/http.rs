//! Requests to a directory: none takes long, and no answer is read that is longer than any should be.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::Request;
use hyper::header::{HeaderMap, RETRY_AFTER};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;

use crate::clock::{Clock, Timestamp};
use crate::tls::files::read_file;

/// How long a directory may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long connecting may take, with all addresses of the directory.
const CONNECT: Duration = Duration::from_secs(10);
/// The most bytes of one: chains of certificates have some ten thousand.
const MAX_ANSWER: usize = 256 * 1024;
/// The longest that a directory can have the next attempt wait.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

type HttpsClient = Client<HttpsConnector<HttpConnector>, BodyWrapper<Bytes>>;

/// Asks a directory. Clones share its connections.
#[derive(Clone)]
pub struct Http {
    client: HttpsClient,
    clock: Clock,
    /// After how long the directory wants to be asked again, as it has said with its last refusal.
    retry_after: Arc<Mutex<Option<Duration>>>,
}

impl Http {
    /// One that trusts the certificates in this file, or those of the system.
    ///
    /// # Errors
    /// They can't be read.
    pub fn new(root: Option<&Path>, clock: Clock) -> Result<Self> {
        let builder = HttpsConnectorBuilder::new();
        let builder = match root {
            Some(root) => builder.with_tls_config(
                ClientConfig::builder_with_provider(Arc::new(default_provider()))
                    .with_safe_default_protocol_versions()?
                    .with_root_certificates(roots(root)?)
                    .with_no_client_auth(),
            ),
            None => builder
                .with_provider_and_native_roots(default_provider())
                .context("The certificates of authorities can't be read")?,
        };
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        let connector = builder
            .https_only()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            clock,
            retry_after: Arc::default(),
        })
    }

    /// After how long the directory wants to be asked again, if it has said so since this was called last.
    pub fn take_retry_after(&self) -> Option<Duration> {
        self.retry_after().take()
    }

    fn retry_after(&self) -> MutexGuard<'_, Option<Duration>> {
        self.retry_after
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(self, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
        let response = self.client.request(request).await;
        let response = response.map_err(|error| Error::Other(Box::new(error)))?;
        let (head, body) = response.into_parts();
        if head.status.is_client_error() || head.status.is_server_error() {
            *self.retry_after() = retry_after(&head.headers, self.clock.now());
        }
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        let body = body.map_err(|error| Error::Other(told(error)))?.to_bytes();
        Ok(BytesResponse {
            parts: head,
            body: Box::new(body),
        })
    }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let exchange = self.clone().exchange(request);
        Box::pin(async move {
            timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| {
                let late = format!("its answer takes longer than {} seconds", TIMEOUT.as_secs());
                Err(Error::Other(
                    io::Error::new(ErrorKind::TimedOut, late).into(),
                ))
            })
        })
    }
}

fn told(error: Box<dyn StdError + Send + Sync>) -> Box<dyn StdError + Send + Sync> {
    if error.is::<LengthLimitError>() {
        let long = format!("its answer is longer than {} KiB", MAX_ANSWER / 1024);
        return io::Error::other(long).into();
    }
    error
}

fn roots(path: &Path) -> Result<RootCertStore> {
    let shown = path.display();
    let pem = read_file(path)
        .with_context(|| format!("The file {shown} of tls.acme.root can't be read"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        certificate
            .map_err(anyhow::Error::from)
            .and_then(|certificate| Ok(roots.add(certificate)?))
            .with_context(|| {
                format!("A certificate in the file {shown} of tls.acme.root can't be used")
            })?;
    }
    ensure!(
        !roots.is_empty(),
        "The file {shown} of tls.acme.root contains no certificate: it must have one between lines of BEGIN CERTIFICATE and END \
         CERTIFICATE"
    );
    Ok(roots)
}

/// How long to wait, from a number of seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let seconds = Timestamp::from_http_date(text)?.seconds() - now.seconds();
            Duration::from_secs(seconds.try_into().ok()?)
        }
    };
    Some(wait.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_says_when_to_ask_again_in_seconds_or_by_a_date_and_within_bounds() {
        let now = Timestamp(784_111_770_000);
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999", Some(LONGEST_RETRY_AFTER.as_secs())),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", None),
            (
                "Sat, 06 Nov 2094 08:49:37 GMT",
                Some(LONGEST_RETRY_AFTER.as_secs()),
            ),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            let wait = retry_after(&headers, now).map(|wait| wait.as_secs());
            assert_eq!(wait, seconds, "{text}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_directory_that_says_nothing_is_given_up() {
        let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = silent.local_addr().unwrap();
        let http = Http::new(None, Clock::default()).unwrap();
        let request = Request::get(format!("https://{address}/directory"));
        let request = request.body(BodyWrapper::default()).unwrap();
        let error = http.request(request).await.err().unwrap();
        assert!(
            error.to_string().contains("longer than 30 seconds"),
            "{error}"
        );
    }
}
