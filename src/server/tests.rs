//! Clients that are slow, greedy or gone. Time is paused: whenever nobody has anything to do, it jumps to what comes next.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};
use rocket::Shutdown;
use rocket::futures::stream::poll_fn;
use rocket::http::Status;
use rocket::local::asynchronous::Client;
use rocket::response::stream::TextStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::refusals::Refusals;
use super::{Hooks, http1, run};
use crate::app::App;
use crate::config::{Config, Connections};
use crate::limits::fair::FairLimit;
use crate::process::shutdown::Signal;
use crate::server::request_body::RequestBody;
use crate::server::rocket_bridge::legible_cookies;
use crate::server::slot::ConnectionSlot;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const STALL: Duration = Duration::from_secs(30);

/// The slot of a connection that shares its budget with no other.
pub(super) fn alone() -> ConnectionSlot {
    ConnectionSlot::new(FairLimit::new(1, 1).reserve(None, 1).unwrap())
}

/// A connection to a server, which answers a POST with the size of what it has received, anything else with `size` bytes.
struct Connection {
    client: DuplexStream,
    server: JoinHandle<()>,
    close: CancellationToken,
}

impl Connection {
    fn new(size: usize) -> Self {
        let (client, server) = duplex(1024);
        let close = CancellationToken::new();
        let closing = close.clone();
        let answer = move |request| answer(request, size);
        let server = tokio::spawn(async move {
            let limits = Connections::default();
            let refusals = Refusals::default();
            http1::serve(server, answer, &closing, &limits, alone(), refusals).await;
        });
        Self {
            client,
            server,
            close,
        }
    }

    /// Reads until the other side closes.
    async fn read(&mut self) -> String {
        let mut answer = Vec::new();
        self.client.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    /// Reads until an empty line.
    async fn read_head(&mut self) -> String {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            head.push(self.client.read_u8().await.unwrap().into());
        }
        head
    }
}

async fn answer(request: Request<Incoming>, size: usize) -> io::Result<Response<Full<Bytes>>> {
    let size = match request.uri().path() {
        "/count" => {
            let body = request.into_body().collect().await;
            body.map_err(io::Error::other)?.to_bytes().len()
        }
        _ => size,
    };
    Ok(Response::new(Full::from(vec![b'.'; size])))
}

#[tokio::test(start_paused = true)]
async fn who_connects_and_says_nothing_is_hung_up_on() {
    let mut connection = Connection::new(0);
    assert_eq!(connection.read().await, "");
    connection.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_head_that_never_ends_is_not_waited_for_however_steadily_it_comes() {
    let mut connection = Connection::new(0);
    connection
        .client
        .write_all(b"GET / HTTP/1.1\r\n")
        .await
        .unwrap();
    let mut lines = 0;
    while connection
        .client
        .write_all(b"X-Slow: yes\r\n")
        .await
        .is_ok()
    {
        sleep(Duration::from_secs(7)).await;
        lines += 1;
    }
    assert!((5..15).contains(&lines), "{lines}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_serves_many_requests_until_it_idles() {
    let mut connection = Connection::new(0);
    for _ in 0..5 {
        connection.client.write_all(GET).await.unwrap();
        assert!(connection.read_head().await.starts_with("HTTP/1.1 200 OK"));
        sleep(Duration::from_secs(50)).await;
    }
    assert_eq!(connection.read().await, "");
    connection.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_doesnt_read_the_answer_is_given_up() {
    let mut connection = Connection::new(1024 * 1024);
    connection.client.write_all(GET).await.unwrap();
    // The test would never end if the server waited on.
    (&mut connection.server).await.unwrap();
    assert!(connection.read().await.len() < 10_000);
}

#[tokio::test(start_paused = true)]
async fn who_has_sent_everything_and_says_so_is_answered() {
    for request in [
        GET,
        b"POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12345",
    ] {
        let mut connection = Connection::new(5);
        connection.client.write_all(request).await.unwrap();
        connection.client.shutdown().await.unwrap();
        assert!(connection.read().await.ends_with("\r\n\r\n....."));
        connection.server.await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_reads_slowly_gets_it_all() {
    let mut connection = Connection::new(100_000);
    connection.client.write_all(GET).await.unwrap();
    let mut answer = Vec::new();
    while answer.len() < 100_000 {
        sleep(Duration::from_secs(20)).await;
        let mut piece = [0; 1024];
        let read = connection.client.read(&mut piece).await.unwrap();
        assert!(read > 0, "hung up after {} bytes", answer.len());
        answer.extend_from_slice(&piece[..read]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_answered_before_they_have_sent_everything_can_send_on_and_read_the_answer() {
    let mut connection = Connection::new(7);
    let head = b"POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    connection.client.write_all(head).await.unwrap();
    connection
        .client
        .write_all(&[b'x'; 1_000_000])
        .await
        .unwrap();
    assert!(connection.read().await.ends_with("\r\n\r\n......."));
}

#[tokio::test(start_paused = true)]
async fn but_nobody_is_listened_to_for_ever() {
    let mut connection = Connection::new(7);
    let head = b"POST /refused HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
    connection.client.write_all(head).await.unwrap();
    while connection.client.write_all(b"x").await.is_ok() {
        sleep(Duration::from_secs(1)).await;
    }
    connection.server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_head_as_large_as_a_book_is_refused() {
    let mut connection = Connection::new(0);
    let book = format!(
        "GET / HTTP/1.1\r\nX-Book: {}\r\n\r\n",
        "words ".repeat(10_000)
    );
    // It is refused before it has been read to its end.
    let _sent = connection.client.write_all(book.as_bytes()).await;
    assert!(connection.read().await.starts_with("HTTP/1.1 431 "));
    let mut connection = Connection::new(0);
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X-Many: y\r\n".repeat(200));
    let _sent = connection.client.write_all(many.as_bytes()).await;
    assert!(connection.read().await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test(start_paused = true)]
async fn at_the_end_idle_connections_close_and_what_was_begun_is_finished() {
    let mut idle = Connection::new(0);
    idle.client.write_all(GET).await.unwrap();
    idle.read_head().await;
    let mut busy = Connection::new(0);
    let head = b"POST /count HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    busy.client.write_all(head).await.unwrap();
    assert_eq!(busy.read_head().await, "HTTP/1.1 100 Continue\r\n\r\n");
    idle.close.cancel();
    busy.close.cancel();
    idle.server.await.unwrap();
    busy.client.write_all(b"12345").await.unwrap();
    let mut answer = Vec::new();
    busy.client.read_to_end(&mut answer).await.unwrap();
    assert!(String::from_utf8(answer).unwrap().ends_with("....."));
}

/// Sends pieces of a body with pauses between them, and returns what arrived of it.
async fn arrive(count: usize, size: usize, pause: Duration) -> Result<usize, ErrorKind> {
    let (sender, mut pieces) = mpsc::channel(1);
    let body = StreamBody::new(poll_fn(move |context| pieces.poll_recv(context)));
    let done = Arc::new(Notify::new());
    let given_up = done.clone();
    let sending = tokio::spawn(async move {
        for _ in 0..count {
            tokio::select! {
                () = given_up.notified() => return,
                () = sleep(pause) => {}
            }
            let piece = Frame::data(Bytes::from(vec![0; size]));
            if sender.send(Ok::<_, io::Error>(piece)).await.is_err() {
                return;
            }
        }
    });
    let mut bytes = Vec::new();
    let (arriving, progress) = RequestBody::new(body, STALL, alone().begin(None));
    let read = arriving.take().unwrap().read_to_end(&mut bytes).await;
    done.notify_one();
    sending.await.unwrap();
    assert_eq!(progress.is_done(), read.is_ok());
    read.map_err(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn a_body_over_a_slow_line_arrives_however_long_it_takes() {
    let second = Duration::from_secs(1);
    assert_eq!(arrive(10_000, 2048, second).await, Ok(20_480_000));
    assert_eq!(arrive(3, 60_000, STALL - second).await, Ok(180_000));
    assert_eq!(arrive(20, 1, second).await, Ok(20));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_pauses_or_drips_is_given_up() {
    assert_eq!(arrive(1, 10, STALL * 2).await, Err(ErrorKind::TimedOut));
    let second = Duration::from_secs(1);
    assert_eq!(arrive(1000, 1, second).await, Err(ErrorKind::TimedOut));
    // Each piece comes in time, and all of them would take for ever.
    let slowly = arrive(1000, 16 * 1024, second * 18).await;
    assert_eq!(slowly, Err(ErrorKind::TimedOut));
}

#[test]
fn a_cookie_that_is_no_utf8_leaves_the_others_of_its_header_as_they_are() {
    assert_eq!(legible_cookies(b"a=1; name=J\xfcrgen; b=2"), "a=1; b=2");
    assert_eq!(legible_cookies(b"\xff"), "");
    assert_eq!(
        legible_cookies(" a=%C3%BC;\u{a0}b=ü".as_bytes()),
        " a=%C3%BC;\u{a0}b=ü"
    );
}

#[rocket::get("/stream")]
fn stream(mut shutdown: Shutdown) -> TextStream![&'static str] {
    TextStream! {
        yield "begun ";
        (&mut shutdown).await;
        yield "ended";
    }
}

#[tokio::test]
async fn an_answer_that_goes_on_until_the_server_ends_does_not_take_the_whole_grace() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(Config {
        data_dir: folder.path().join("data"),
        ..Config::default()
    });
    let quiet = rocket::Config::figment().merge(("log_level", "off"));
    let rocket = rocket::custom(quiet).mount("/", rocket::routes![stream]);
    let rocket = Client::untracked(rocket).await.unwrap();
    let hooks = Hooks {
        behind_proxy: |_, _| None,
        refuse: |_, _| Status::NotFound,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (end, shutdown_signal) = oneshot::channel();
    let shutdown_signal = async { shutdown_signal.await.unwrap() };
    let hour = Duration::from_secs(60 * 60);
    let server = tokio::spawn(run(
        listener,
        rocket,
        app.unwrap(),
        hooks,
        shutdown_signal,
        hour,
    ));
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = b"GET /stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    client.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("begun ") {
        answer.push(client.read_u8().await.unwrap());
    }
    end.send(Signal::Terminate).unwrap();
    timeout(hour / 60, client.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(String::from_utf8(answer).unwrap().contains("ended"));
    timeout(hour / 60, server).await.unwrap().unwrap();
}
