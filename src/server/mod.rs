//! Accepts connections, a bounded number, none of which may be slow for ever, and lets Rocket answer.
//!
//! Rocket's own listener has no time limits and no way to put any in, so connections are served here by the same library
//! that Rocket uses, hyper, and each request is handed to Rocket's routing by its local client, which does what its
//! listener would do.

// One connection of HTTP/1.
mod http1;
// One connection of HTTP/2.
mod http2;
// What a connection moves.
mod traffic;
// What a request holds while it is under way.
mod request_guard;
// Requests whose clients have left.
mod detach_on_drop;
// Where requests come in.
pub mod entrance;
// TLS.
mod handshake;
// From HTTP to HTTPS.
mod redirect;
// What is counted, for who monitors.
pub mod metrics_listener;
// Which requests are under way.
mod in_flight;
// What replaces the library's own error responses.
mod refusals;
// One line in the log per request.
mod request_log;
// What a request is for.
mod target;
// What of a response bypasses Rocket.
mod direct;
// How the body of a response gets to its connection.
mod sending;
// Responses that go on until their readers leave.
mod stream_order;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rocket::Request;
use rocket::http::Status;
use rocket::local::asynchronous::Client;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::either::Either;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Error;
use crate::process::shutdown::Signal;
use crate::server::connection_limits::ConnectionLimits;
pub use crate::server::request_body::{BodyReader, RequestBody};
use crate::server::rocket_bridge::RocketBridge;
use crate::server::slot::ConnectionSlot;
pub use crate::server::waiting_answer::WaitingAnswer;
use crate::tls::challenges::Challenges;
pub use direct::{DirectBody, DirectHeader, DirectHeaders};
use entrance::{Entrance, Stream};
use handshake::Handshake;
use in_flight::InFlight;
pub use peer::Peer;
use redirect::Redirect;
pub use request_log::{MatchedRoute, RequestId};
pub use stream_order::StreamOrder;
pub use target::parse_host;

/// The time for the end of the last response to reach the network, and for a request that has hardly begun to continue.
const LAST_BYTES: Duration = Duration::from_secs(1);
/// The pause after a connection couldn't be accepted, most likely because the process has too many files open.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

/// What the server calls in the API, a layer above it.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// The client's own address behind a proxy that is trusted; `None` for one that connects directly.
    pub behind_proxy: fn(&App, &Request<'_>) -> Option<IpAddr>,
    /// Keeps an error that is to be the response to a request.
    pub refuse: fn(&Request<'_>, Error) -> Status,
}

/// Where clients connect.
pub struct Listeners {
    /// For requests.
    pub listener: Entrance,
    /// Whether they come inside TLS.
    pub tls: Option<TlsAcceptor>,
    /// For requests without TLS, which are redirected to the other one.
    pub redirect: Option<TcpListener>,
    /// What authorities of certificates are answered there.
    pub challenges: Challenges,
}

impl From<TcpListener> for Listeners {
    fn from(listener: TcpListener) -> Self {
        let (tls, redirect) = (None, None);
        let listener = listener.into();
        Self {
            listener,
            tls,
            redirect,
            challenges: Challenges::default(),
        }
    }
}

/// Answers every client until the shutdown begins, and then finishes the requests already under way.
///
/// `grace` is the time for requests that are under way at the end.
pub async fn run(
    listeners: impl Into<Listeners>,
    rocket: Client,
    app: App,
    hooks: Hooks,
    shutdown_signal: impl Future<Output = Signal>,
    grace: Duration,
) {
    let Listeners {
        listener,
        tls,
        redirect,
        challenges,
    } = listeners.into();
    let in_flight = InFlight::default();
    let shutdown = rocket.rocket().shutdown();
    let limits = app.config.connections.clone();
    let metrics = app.metrics.clone();
    let connection_limits = ConnectionLimits::new(&app);
    let to_https = listener.tcp_address().map(|address| Redirect {
        public_url: app.config.public_url.clone(),
        port: address.port(),
        challenges,
    });
    let answerer = Arc::new(RocketBridge::new(rocket, app, hooks, in_flight.clone()));
    let refusals = answerer.refusals().await;
    let handshake = match tls {
        Some(acceptor) => Some(Handshake::new(acceptor, answerer.refusal_of_http().await)),
        None => None,
    };
    let closing = CancellationToken::new();
    let (mut connections, mut redirected) = (JoinSet::new(), JoinSet::new());
    let answer = accept_all(
        &listener,
        &connection_limits,
        &mut connections,
        |stream, peer, slot| {
            let (answerer, closing, limits) = (answerer.clone(), closing.clone(), limits.clone());
            let (refusals, handshake, counted) =
                (refusals.clone(), handshake.clone(), metrics.connection());
            async move {
                let _counted = counted;
                let asked = slot.clone();
                let answer = |request| answerer.clone().answer(peer, asked.clone(), request);
                match (handshake, stream) {
                    // Boxed, because a connection without TLS would be as large otherwise.
                    (Some(handshake), Either::Left(stream)) => {
                        Box::pin(async {
                            let Some(stream) = handshake.accept(stream).await else {
                                return;
                            };
                            if handshake::has_chosen_http2(&stream) {
                                let answer =
                                    |request| answerer.clone().answer(peer, asked.clone(), request);
                                http2::serve(stream, answer, &closing, &limits, slot).await;
                            } else {
                                http1::serve(stream, answer, &closing, &limits, slot, refusals)
                                    .await;
                            }
                        })
                        .await;
                    }
                    // Inside a unix socket, there is no TLS.
                    (_, stream) => {
                        http1::serve(stream, answer, &closing, &limits, slot, refusals).await;
                    }
                }
            }
        },
    );
    let redirect = async {
        let (Some(listener), Some(to_https)) = (redirect.map(Entrance::from), to_https) else {
            return std::future::pending::<()>().await;
        };
        let serve = |stream, _, slot| {
            let (to_https, closing, limits) = (to_https.clone(), closing.clone(), limits.clone());
            let refusals = refusals.clone();
            async move {
                let answer = |request| std::future::ready(to_https.answer(&request));
                http1::serve(stream, answer, &closing, &limits, slot, refusals).await;
            }
        };
        accept_all(&listener, &connection_limits, &mut redirected, serve).await;
    };
    tokio::select! {
        () = answer => {}
        () = redirect => {}
        _ = shutdown_signal => {}
    }
    drop(listener);
    closing.cancel();
    // Responses that last until the server stops, such as event streams, end by this.
    shutdown.notify();
    finish(&in_flight, grace).await;
}

/// Serves every connection that gets a slot, each in a task of its own, until another one takes the slot.
async fn accept_all<F>(
    listener: &Entrance,
    limits: &ConnectionLimits,
    connections: &mut JoinSet<()>,
    serve: impl Fn(Stream, Peer, ConnectionSlot) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let (stream, peer, slot) = accept(listener, limits).await;
        let (served, limits) = (serve(stream, peer, slot.clone()), limits.clone());
        connections.spawn(async move {
            tokio::select! {
                () = served => {}
                whose = slot.preempted() => limits.tell_closed(whose),
            }
        });
        // The others continue by themselves; this only reaps those that have ended.
        while connections.try_join_next().is_some() {}
    }
}

/// The next connection that gets a slot.
async fn accept(listener: &Entrance, limits: &ConnectionLimits) -> (Stream, Peer, ConnectionSlot) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Some(line) = limits.admit(peer).await {
                    return (stream, peer, line);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Waits for the requests under way, and for those that have hardly begun.
async fn finish(in_flight: &InFlight, grace: Duration) {
    let grace_is_over = tokio::time::sleep(grace);
    tokio::pin!(grace_is_over);
    loop {
        tokio::select! {
            () = in_flight.ended() => {}
            () = &mut grace_is_over => {
                tracing::warn!(grace_secs = grace.as_secs(), "aborted requests that were still running at the end of the grace period");
                return;
            }
        }
        tokio::select! {
            () = in_flight.one_more() => {}
            () = tokio::time::sleep(LAST_BYTES) => return,
        }
    }
}

#[cfg(test)]
mod tests;
// The bytes of a connection.
pub(crate) mod metered_stream;
// The memory of responses.
pub(crate) mod waiting_answer;
// The bytes of a request's body as they arrive.
pub(crate) mod request_body;
// How requests get to Rocket and responses back.
pub(crate) mod rocket_bridge;
// Where the server listens.
pub mod listener;
// How many connections there are.
pub(crate) mod connection_limits;
// Who is at the other end.
mod peer;
// The progress of a connection.
pub(crate) mod slot;
// A unix socket.
#[cfg(unix)]
pub mod unix_socket;
