//! Connections of HTTP/2, from their beginning to their end. Time is paused, as in the tests of HTTP/1.

// Clients that are slow, greedy or gone.
mod abuse;

use std::future::poll_fn;

use h2::client::{self, ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::StatusCode;
use hyper::body::Frame;
use rocket::futures::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::*;
use crate::server::tests::alone;

type Answered = UnsyncBoxBody<Bytes, io::Error>;

const MIB: usize = 1024 * 1024;

/// A server at one end, and nobody at the other.
struct Server {
    task: JoinHandle<()>,
    close: CancellationToken,
    /// Requests that wait for nothing but this.
    release: watch::Sender<bool>,
}

/// A client, whose connection is looked after.
struct Client {
    requests: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
}

fn full(size: usize) -> Answered {
    let body = Full::from(vec![b'.'; size]);
    body.map_err(|never| match never {}).boxed_unsync()
}

async fn answer(
    request: Request<RequestStream>,
    mut release: watch::Receiver<bool>,
) -> io::Result<Response<Answered>> {
    let path = request.uri().path().to_owned();
    let mut response = Response::new(full(0));
    *response.body_mut() = match path.as_str() {
        "/count" => {
            let body = request.into_body().collect().await;
            full(body.map_err(io::Error::other)?.to_bytes().len())
        }
        "/wait" => {
            // Even if all senders are gone.
            let _released = release.wait_for(|is_released| *is_released).await;
            full(5)
        }
        "/events" => {
            let frames = stream::unfold(0, async |sent| {
                sleep(Duration::from_secs(20)).await;
                Some((Ok(Frame::data(Bytes::from_static(b": \n"))), sent + 1))
            });
            BodyExt::boxed_unsync(StreamBody::new(frames))
        }
        "/broken" => {
            let chunks = [
                Ok(Frame::data(Bytes::from_static(b"half"))),
                Err(io::ErrorKind::UnexpectedEof.into()),
            ];
            BodyExt::boxed_unsync(StreamBody::new(stream::iter(chunks)))
        }
        "/refuse" => {
            *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
            full(7)
        }
        size => full(size[1..].parse().unwrap()),
    };
    Ok(response)
}

impl Server {
    fn start(buffer: usize) -> (Self, DuplexStream) {
        let (client, server) = duplex(buffer);
        let close = CancellationToken::new();
        let (release, released) = watch::channel(false);
        let closing = close.clone();
        let task = tokio::spawn(async move {
            let limits = Connections::default();
            let answer = |request| answer(request, released.clone());
            serve(server, answer, &closing, &limits, alone()).await;
        });
        let server = Self {
            task,
            close,
            release,
        };
        (server, client)
    }

    async fn with_client() -> (Self, Client) {
        let settings = &mut client::Builder::new();
        // What one stream doesn't read leaves the others their part of the connection.
        Self::with(settings.initial_connection_window_size(1024 * 1024)).await
    }

    async fn with(settings: &client::Builder) -> (Self, Client) {
        let (server, stream) = Self::start(64 * 1024);
        let (requests, connection) = settings.handshake(stream).await.unwrap();
        let connection = tokio::spawn(connection);
        (
            server,
            Client {
                requests,
                connection,
            },
        )
    }
}

fn request(method: &str, path: &str) -> Request<()> {
    let request = Request::builder().method(method);
    request
        .uri(format!("https://a.example{path}"))
        .body(())
        .unwrap()
}

impl Client {
    async fn send(
        &mut self,
        request: Request<()>,
        ends: bool,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let mut requests = self.requests.clone().ready().await.unwrap();
        requests.send_request(request, ends).unwrap()
    }

    async fn get(&mut self, path: &str) -> Result<Response<RecvStream>, h2::Error> {
        self.send(request("GET", path), true).await.0.await
    }

    /// Whether one more request is answered.
    async fn goes_on(&mut self) {
        let response = self.get("/3").await.unwrap();
        assert_eq!(read(response.into_body()).await.unwrap(), 3);
    }
}

/// How a client begins: with SETTINGS that have none.
const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A frame with GET, https and this path, the first two by their numbers in HPACK's table.
fn raw_get(id: u32, path: &str) -> Vec<u8> {
    let [.., high, low] = id.to_be_bytes();
    let size = path.len() as u8;
    let head = [
        0,
        0,
        4 + size,
        1,
        5,
        0,
        0,
        high,
        low,
        0x82,
        0x87,
        0x04,
        size,
    ];
    [&head, path.as_bytes()].concat()
}

/// The size of a body.
async fn read(mut body: RecvStream) -> Result<usize, h2::Error> {
    let mut size = 0;
    while let Some(bytes) = body.data().await.transpose()? {
        size += bytes.len();
        body.flow_control().release_capacity(bytes.len())?;
    }
    Ok(size)
}

/// Sends as much as the other side takes, up to `size`; returns how much that was when nothing more happens for a minute.
async fn pour(stream: &mut SendStream<Bytes>, size: usize) -> usize {
    let mut sent = 0;
    while sent < size {
        stream.reserve_capacity(size - sent);
        let free = poll_fn(|context| stream.poll_capacity(context));
        let Ok(Some(Ok(free))) = timeout(Duration::from_secs(60), free).await else {
            return sent;
        };
        let free = free.min(size - sent);
        let is_last = sent + free == size;
        if stream.send_data(vec![0; free].into(), is_last).is_err() {
            return sent;
        }
        sent += free;
    }
    sent
}

#[tokio::test(start_paused = true)]
async fn a_connection_serves_many_requests_until_it_idles() {
    let (server, mut client) = Server::with_client().await;
    for _ in 0..5 {
        client.goes_on().await;
        sleep(Duration::from_secs(50)).await;
    }
    // Told before it is closed.
    client.connection.await.unwrap().unwrap();
    server.task.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hundred_requests_are_answered_at_once() {
    let (_server, client) = Server::with_client().await;
    let mut asking = JoinSet::new();
    for size in 0..100 {
        let mut requests = client.requests.clone();
        asking.spawn(async move {
            requests = requests.ready().await.unwrap();
            let path = format!("/{}", size * 1000);
            let (response, _) = requests.send_request(request("GET", &path), true).unwrap();
            let size_read = read(response.await.unwrap().into_body()).await.unwrap();
            assert_eq!(size_read, size * 1000);
        });
    }
    while let Some(asked) = asking.join_next().await {
        asked.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_answered_before_they_have_sent_everything_reads_the_answer_and_asks_on() {
    let (_server, mut client) = Server::with_client().await;
    for _ in 0..30 {
        let (response, mut body) = client.send(request("POST", "/refuse"), false).await;
        let response = response.await.unwrap();
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        // Sent before it is known that nobody reads it.
        let _late = body.send_data(vec![0; 60_000].into(), false);
        assert_eq!(read(response.into_body()).await.unwrap(), 7);
        let reset = poll_fn(|context| body.poll_reset(context)).await;
        assert_eq!(reset.unwrap(), Reason::NO_ERROR);
    }
    client.goes_on().await;
}

#[tokio::test(start_paused = true)]
async fn a_large_body_is_read_to_its_end() {
    let (_server, mut client) = Server::with_client().await;
    let (response, mut body) = client.send(request("POST", "/count"), false).await;
    assert_eq!(pour(&mut body, 5 * MIB).await, 5 * MIB);
    let size = read(response.await.unwrap().into_body()).await.unwrap();
    assert_eq!(size, 5 * MIB);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_waits_for_it_is_asked_to_send() {
    let (_server, mut client) = Server::with_client().await;
    let expecting = |path| {
        let mut request = request("POST", path);
        let headers = request.headers_mut();
        headers.insert("expect", "100-continue".parse().unwrap());
        request
    };
    let (mut response, mut body) = client.send(expecting("/count"), false).await;
    let told = poll_fn(|context| response.poll_informational(context)).await;
    assert_eq!(told.unwrap().unwrap().status(), StatusCode::CONTINUE);
    body.send_data(vec![0; 9].into(), true).unwrap();
    assert_eq!(read(response.await.unwrap().into_body()).await.unwrap(), 9);

    let (mut response, _body) = client.send(expecting("/refuse"), false).await;
    let told = poll_fn(|context| response.poll_informational(context)).await;
    assert!(told.is_none());
    let response = response.await.unwrap();
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_head_has_no_body_and_half_an_answer_does_not_look_complete() {
    let (_server, mut client) = Server::with_client().await;
    let head = client.send(request("HEAD", "/100"), true).await.0.await;
    assert!(head.unwrap().into_body().is_end_stream());
    let broken = client.get("/broken").await;
    let broken = match broken {
        Ok(response) => read(response.into_body()).await.unwrap_err(),
        Err(error) => error,
    };
    assert_eq!(broken.reason(), Some(Reason::INTERNAL_ERROR));
    client.goes_on().await;
}

#[tokio::test(start_paused = true)]
async fn at_the_end_idle_connections_close_and_what_was_begun_is_finished() {
    let (idle, mut idle_client) = Server::with_client().await;
    idle_client.goes_on().await;
    let (busy, mut client) = Server::with_client().await;
    let (response, _) = client.send(request("GET", "/wait"), true).await;
    client.goes_on().await;
    idle.close.cancel();
    busy.close.cancel();
    idle.task.await.unwrap();
    busy.release.send_replace(true);
    assert_eq!(read(response.await.unwrap().into_body()).await.unwrap(), 5);
    busy.task.await.unwrap();
    client.connection.await.unwrap().unwrap();
    assert!(client.requests.ready().await.is_err());
}
