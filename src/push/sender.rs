//! Sends messages to push services (RFC 8030).

use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use hyper::{Request, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs::default_provider;
use tokio::time::timeout;
use url::Url;

use super::encryption::BrowserKeys;
use super::endpoint::Endpoint;
use super::message::{LENGTH, Message};
use super::resolver::PublicResolver;
use super::vapid::VapidKey;
use crate::clock::Timestamp;
use crate::domain::pushes::{Delivery, LIFETIME, Outcome};

/// How long a service may take in all.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes that are read of what it says.
const MAX_ANSWER: usize = 4096;
/// The most characters of that which are kept.
const MAX_REASON: usize = 200;

/// Sends messages; clones share its connections.
#[derive(Clone)]
pub struct PushSender {
    client: Client<HttpsConnector<HttpConnector<PublicResolver>>, Full<Bytes>>,
    key: VapidKey,
    own: Vec<String>,
}

impl PushSender {
    /// One with this key. `own` are the origins of services that the operator trusts.
    ///
    /// # Errors
    /// The system has no certificates of authorities.
    pub fn new(key: VapidKey, own: &[String]) -> Result<Self> {
        let hosts = own.iter().filter_map(|origin| Url::parse(origin).ok());
        let hosts = hosts.filter_map(|url| url.host_str().map(str::to_owned));
        let mut connector = HttpConnector::new_with_resolver(PublicResolver {
            own: hosts.collect(),
        });
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(TIMEOUT));
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(default_provider())
            .context("The certificates of authorities can't be read")?
            // Other services than the operator's are asked by HTTPS only: see `Endpoint`.
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            key,
            own: own.to_vec(),
        })
    }

    /// Sends a message to a browser.
    pub async fn send(&self, delivery: &Delivery, now: Timestamp) -> Outcome {
        let Some(endpoint) = Endpoint::parse(&delivery.address.endpoint, &self.own) else {
            return Outcome::Gone;
        };
        let request = match self.request(&endpoint, delivery, now) {
            Ok(request) => request,
            Err(error) => return Outcome::Refused(format!("{error:#}")),
        };
        match timeout(TIMEOUT, self.exchange(request)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => {
                tracing::debug!(
                    service = endpoint.origin(),
                    error = format!("{error:#}"),
                    "could not reach a push service"
                );
                Outcome::Later(None)
            }
            Err(_) => Outcome::Later(None),
        }
    }

    fn request(
        &self,
        endpoint: &Endpoint,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<Request<Full<Bytes>>> {
        let address = &delivery.address;
        let keys = BrowserKeys {
            public: address.p256dh.as_slice().try_into()?,
            auth: address.auth.as_slice().try_into()?,
        };
        let message = Message::of(delivery);
        let text = message.json.as_bytes();
        let length = text.len().next_multiple_of(LENGTH);
        let urgency = if message.is_urgent { "high" } else { "normal" };
        let request = Request::post(endpoint.as_str())
            .header("TTL", LIFETIME.as_secs())
            .header("Urgency", urgency)
            .header("Topic", message.topic)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(
                AUTHORIZATION,
                self.key.authorization(&endpoint.origin(), now)?,
            )
            .body(Full::from(keys.encrypt(text, length)?))?;
        Ok(request)
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Outcome> {
        let response = self.client.request(request).await?;
        let (head, body) = response.into_parts();
        Ok(match head.status {
            status if status.is_success() => Outcome::Accepted,
            StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone,
            StatusCode::PAYLOAD_TOO_LARGE => Outcome::TooLong,
            status if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                Outcome::Later(retry_after(&head.headers))
            }
            status => {
                let said = Limited::new(body, MAX_ANSWER).collect().await;
                let said = said.map(Collected::to_bytes).unwrap_or_default();
                let said = String::from_utf8_lossy(&said);
                let said = said.chars().filter(|c| !c.is_control()).take(MAX_REASON);
                Outcome::Refused(format!("{} {}", status.as_u16(), said.collect::<String>()))
            }
        })
    }
}

/// After how long a service wants to be asked again. A date is as good as none: the pauses of our own are long enough.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}
