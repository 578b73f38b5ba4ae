//! How a request gets to Rocket, and its response back.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Body, Bytes};
use hyper::header::{
    ACCEPT, CONNECTION, CONTENT_LENGTH, COOKIE, DATE, HOST, HeaderMap, HeaderValue, LOCATION,
};
use hyper::http::Version;
use hyper::http::request::Parts;
use hyper::http::response::Builder;
use hyper::{Request, Response};
use rocket::futures::stream;
use rocket::http::{Header, Method};
use rocket::local::asynchronous::{Client, LocalRequest, LocalResponse};
use tokio::io::AsyncReadExt;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::Hooks;
use super::detach_on_drop::DetachOnDrop;
use super::direct::{DirectBody, DirectHeaders};
use super::http1::MAX_HEAD;
use super::in_flight::InFlight;
use super::peer::Peer;
use super::refusals::Refusals;
use super::request_guard::{AnswerBody, RequestGuard};
use super::request_log::{MatchedRoute, REQUEST_ID, RequestIds, RequestLine};
use super::sending::{CHUNK, full_body, send_body, stream_body};
use super::stream_order::StreamOrder;
use super::target::Target;
use crate::app::App;
use crate::error::{Error, Invalid, Malformed, Overload};
use crate::limits::per_key::PerKeyLimit;
use crate::limits::subnet::client_subnet;
use crate::server::request_body::{Progress, RequestBody};
use crate::server::slot::ConnectionSlot;
use crate::server::waiting_answer::WaitingAnswer;

/// The most headers of a request, as the library of HTTP/1 has it. Browsers split cookies into many with HTTP/2, and these count
/// by their bytes alone.
const MAX_HEADERS: usize = 100;
/// The error for a head that is too large.
const TOO_LARGE: &str = "The head of a request max 32 KiB, and 100 headers";
const _: () = assert!(MAX_HEAD == 32 * 1024);

/// The longest list of accepted types that is read, in bytes: several times what browsers send. A longer one
/// is ignored.
const MAX_ACCEPT_BYTES: usize = 2048;
/// About the number of headers of a response.
const HEADERS: usize = 16;

/// A response on its way.
type Answer = Response<AnswerBody>;

/// Has Rocket answer requests.
pub(super) struct RocketBridge {
    rocket: Client,
    app: App,
    hooks: Hooks,
    in_flight: InFlight,
    /// The requests of clients whose connections don't count for them or have many at once: behind proxies, and with HTTP/2.
    by_address: PerKeyLimit<IpAddr>,
    ids: RequestIds,
}

impl RocketBridge {
    pub(super) fn new(rocket: Client, app: App, hooks: Hooks, in_flight: InFlight) -> Self {
        Self {
            rocket,
            hooks,
            in_flight,
            by_address: PerKeyLimit::new(app.config.connections.max_per_ip),
            ids: RequestIds::new(),
            app,
        }
    }

    /// Our responses to what the library rejects as malformed.
    pub(super) async fn refusals(&self) -> Refusals {
        let mut refusals = Vec::new();
        for (status, error) in [(400, Malformed::Request.into()), (431, too_large())] {
            refusals.push((status, self.complete_refusal(error).await));
        }
        Refusals::new(refusals)
    }

    /// Our response to a client that speaks HTTP where HTTPS is spoken.
    pub(super) async fn refusal_of_http(&self) -> Vec<u8> {
        self.complete_refusal(Malformed::NoTls.into()).await
    }

    /// A response as it is sent, head and body.
    async fn complete_refusal(&self, error: Error) -> Vec<u8> {
        let answer = self.refusal(error).dispatch().await;
        let mut bytes = format!("HTTP/1.1 {}\r\nconnection: close\r\n", answer.status());
        for header in answer.headers().iter() {
            bytes += &format!("{}: {}\r\n", header.name(), header.value());
        }
        let body = answer.into_bytes().await.unwrap_or_default();
        bytes += &format!("content-length: {}\r\n\r\n", body.len());
        [bytes.into_bytes(), body].concat()
    }

    /// The response to a request of `peer`. What was begun is completed, even if the client leaves meanwhile.
    pub(super) fn answer<B>(
        self: Arc<Self>,
        peer: Peer,
        line: ConnectionSlot,
        request: Request<B>,
    ) -> impl Future<Output = io::Result<Answer>> + use<B>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let in_flight = self.in_flight.begin();
        let (send, mut receive) = oneshot::channel();
        let mut work = DetachOnDrop::new(async move {
            let mut log = RequestLine::new(request.method());
            let sent = self.dispatch(peer, &line, request, send, &in_flight, &mut log);
            let sent = sent.await;
            log.write(&sent, &self.app.metrics);
        });
        // The work is boxed from the start: what the connection gets is moved again.
        poll_fn(move |context| {
            work.poll(context);
            let answer = ready!(Pin::new(&mut receive).poll(context));
            Poll::Ready(answer.map_err(|_| io::Error::other("the request was given up")))
        })
    }

    async fn dispatch<B>(
        &self,
        peer: Peer,
        line: &ConnectionSlot,
        request: Request<B>,
        send: oneshot::Sender<Answer>,
        in_flight: &TaskTrackerToken,
        log: &mut RequestLine,
    ) -> io::Result<()>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let is_http2 = parts.version == Version::HTTP_2;
        let mut request = peer.mark(self.translate(&parts));
        let client = (self.hooks.behind_proxy)(&self.app, request.inner()).map(client_subnet);
        let given = client.and_then(|_| request.inner().headers().get_one(REQUEST_ID));
        log.id = self.ids.next(given);
        let limited = client.or_else(|| is_http2.then(|| client_subnet(peer.address())));
        let permit = limited.and_then(|client| self.by_address.try_acquire(client));
        if limited.is_some() && permit.is_none() {
            request = peer.mark(self.refusal(Overload::TooManyRequests.into()));
        }
        request.inner().local_cache(|| log.id.clone());
        log.route = request.inner().local_cache(MatchedRoute::default).clone();
        let slot = line.begin(client);
        let stall = self.app.config.connections.stall_timeout;
        let (arriving, progress) = RequestBody::new(body, stall, slot.clone());
        let guard = RequestGuard::new(slot, is_http2, permit, in_flight);
        request.inner().local_cache(|| arriving);
        let waiting = request.inner().local_cache(WaitingAnswer::default).clone();
        let direct = request.inner().local_cache(DirectHeaders::expected).clone();
        let body = request.inner().local_cache(DirectBody::expected).clone();
        let order = request.inner().local_cache(StreamOrder::default).clone();
        let mut answer = request.dispatch().await;
        log.status = Some(answer.status().code);
        let (mut head, size) = head(&answer, &direct);
        if let Some(headers) = head.headers_mut() {
            self.put_of_connection(headers, is_http2, &progress);
        }
        move_below(self.app.config.base_path(), &mut head)?;
        if let Some(stream) = order.take().filter(|_| parts.method != hyper::Method::HEAD) {
            if let Some(headers) = head.headers_mut() {
                headers.remove(CONTENT_LENGTH);
                if !is_http2 {
                    // The connection counts as a stream from now on, and can't be used for anything else.
                    headers.insert(CONNECTION, HeaderValue::from_static("close"));
                }
            }
            log.is_stream = true;
            return send_head(send, complete(head, guard.stream(stream))?);
        }
        // A fairing may have replaced the body by another.
        let body = Some(body.take()).filter(|body| size == Some(body.iter().map(Bytes::len).sum()));
        if let Some(size @ 1..=CHUNK) = size {
            let bytes = match body.as_deref() {
                Some([only]) => only.clone(),
                Some(chunks) => chunks.concat().into(),
                None => {
                    let mut bytes = Vec::with_capacity(size);
                    answer.read_to_end(&mut bytes).await?;
                    bytes.into()
                }
            };
            return send_head(send, complete(head, guard.complete(full_body(bytes)))?);
        }
        // Even without any bytes: the library removes the length from a response whose body it knows to be empty,
        // and the response to a HEAD request has the length of what GET would return.
        let (sender, mut chunks) = mpsc::channel(1);
        let chunks = StreamBody::new(stream::poll_fn(move |context| chunks.poll_recv(context)));
        let chunks = guard.in_chunks(chunks.boxed_unsync());
        send_head(send, complete(head, chunks)?)?;
        let sending = async {
            match body {
                Some(body) => send_body(body, &sender, &waiting).await,
                None => stream_body(answer, &sender, &waiting).await,
            }
        };
        tokio::select! {
            sent = sending => sent?,
            () = waiting.preempted() => return Err(io::ErrorKind::BrokenPipe.into()),
        }
        guard.is_sent();
        drop(sender);
        Ok(())
    }

    /// The headers of a response that depend on its connection.
    fn put_of_connection(&self, headers: &mut HeaderMap, is_http2: bool, body: &Progress) {
        if is_http2 {
            // HTTP/1's library does this itself.
            let now = self.app.clock.now().http_date();
            let now = now.and_then(|now| HeaderValue::from_str(&now).ok());
            headers.extend(now.map(|now| (DATE, now)));
        } else if !body.is_done() {
            // What is left of the body would have to be read before the next request. In HTTP/2, only its stream ends.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }

    /// A request that no route matches, so that the error is sent, with all headers of responses.
    fn refusal(&self, error: Error) -> LocalRequest<'_> {
        let request = self.rocket.req(Method::Trace, "/");
        (self.hooks.refuse)(request.inner(), error);
        request
    }

    /// The request as Rocket has it.
    fn translate(&self, parts: &Parts) -> LocalRequest<'_> {
        let headers = parts.headers.iter().filter(|(name, _)| *name != COOKIE);
        let target = if headers.count() > MAX_HEADERS {
            Err(too_large())
        } else {
            Target::of(parts, self.app.config.base_path())
        };
        let mut request = match target {
            Ok(Target { method, path, host }) => {
                let mut request = self.rocket.req(method, path);
                if let Some(host) = host {
                    request.add_header(Header::new(HOST.as_str(), host.to_string()));
                    request.inner_mut().set_host(host);
                }
                request
            }
            Err(error) => self.refusal(error),
        };
        let cookies = parts.headers.get_all(COOKIE).iter();
        let cookies: Vec<_> = cookies
            .map(|value| legible_cookies(value.as_bytes()))
            .collect();
        if !cookies.is_empty() {
            request.add_header(Header::new("Cookie", cookies.join("; ")));
        }
        for (name, value) in &parts.headers {
            if name == HOST || name == COOKIE {
                continue;
            }
            // Each of the types in such a list keeps a copy of all of it.
            if name == ACCEPT && value.len() > MAX_ACCEPT_BYTES {
                continue;
            }
            // Rocket's headers are UTF-8. Bytes that aren't must not cost us what a proxy has put next to them.
            let value = String::from_utf8_lossy(value.as_bytes());
            request.add_header(Header::new(name.as_str().to_owned(), value.into_owned()));
        }
        request
    }
}

fn too_large() -> Error {
    Invalid::Http {
        status: 431,
        sentence: TOO_LARGE,
    }
    .into()
}

/// The cookies of a header that are UTF-8, as ours are: those of a neighbour at the same host may be anything, and aren't
/// our business.
pub(super) fn legible_cookies(header: &[u8]) -> String {
    let pairs = header.split(|byte| *byte == b';');
    let legible: Vec<_> = pairs
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .collect();
    legible.join(";")
}

/// The head of a response, and the size of its body if there is one and its size is known.
fn head(answer: &LocalResponse<'_>, direct: &DirectHeaders) -> (Builder, Option<usize>) {
    let mut head = Response::builder().status(answer.status().code);
    if let Some(headers) = head.headers_mut() {
        headers.reserve(HEADERS);
    }
    for header in answer.headers().iter() {
        head = head.header(header.name().as_str(), header.value());
    }
    let size = answer.body().preset_size();
    if let Some(headers) = head.headers_mut() {
        direct.put_into(headers);
        if let Some(size) = size {
            headers.insert(CONTENT_LENGTH, size.into());
        }
    }
    (head, size.filter(|_| answer.body().is_some()))
}

/// Locations are those of this server, which may be below a path of its host.
fn move_below(base: &str, head: &mut Builder) -> io::Result<()> {
    let Some(location) = head
        .headers_mut()
        .and_then(|headers| headers.get_mut(LOCATION))
    else {
        return Ok(());
    };
    if !base.is_empty() && location.as_bytes().starts_with(b"/") {
        let moved = [base.as_bytes(), location.as_bytes()].concat();
        *location = HeaderValue::from_bytes(&moved).map_err(io::Error::other)?;
    }
    Ok(())
}

fn complete(head: Builder, body: AnswerBody) -> io::Result<Answer> {
    head.body(body).map_err(io::Error::other)
}

fn send_head(send: oneshot::Sender<Answer>, answer: Answer) -> io::Result<()> {
    send.send(answer)
        .map_err(|_| io::ErrorKind::BrokenPipe.into())
}
