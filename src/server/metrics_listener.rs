//! `/metrics` at an address of its own, which is none of those that people reach. It is off unless the settings name one.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::app::measure::Measurement;
use crate::metrics;

/// Those who may ask at once. Others wait.
const AT_ONCE: usize = 8;
/// How long a connection may last in all.
const LONGEST: Duration = Duration::from_secs(30);
/// The time for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a connection couldn't be accepted.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// Answers until it is dropped. Each connection gets one answer.
pub async fn run(listener: TcpListener, measurement: Measurement) {
    let measurement = Arc::new(measurement);
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let measurement = measurement.clone();
        tokio::spawn(async move {
            let _place = place;
            let answer = service_fn(|request| answer(request, &measurement));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_TIMEOUT)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), answer);
            // Who leaves early has what they wanted.
            let _served = timeout(LONGEST, connection).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    measurement: &Measurement,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let (status, kind, body) = match (request.uri().path(), is_read) {
        ("/metrics", true) => (
            StatusCode::OK,
            metrics::CONTENT_TYPE,
            measurement.text().await,
        ),
        ("/metrics", false) => (
            StatusCode::METHOD_NOT_ALLOWED,
            "text/plain",
            String::from("Read /metrics with GET\n"),
        ),
        _ => (
            StatusCode::NOT_FOUND,
            "text/plain",
            String::from("There is /metrics here, and nothing else\n"),
        ),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

/// Why the address can't be listened on, and what to do.
pub fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> String {
    format!(
        "The figures can't be offered at {address}, which the setting monitoring.metrics_address names: {error}"
    )
}
