//! HTTP/2 of the server's own, as curl and a client of many requests at once speak it.

use std::fs;
use std::future::poll_fn;
use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, RecvStream, SendStream};
use hyper::{Request, StatusCode};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsConnector;

use super::https::{fixture, roots, start};
use super::memory::peak_memory;
use crate::support::{PASSWORD, Server, picture};

const MIB: usize = 1024 * 1024;
const CHUNK: &str = "application/offset+octet-stream";

/// Its output, with the version of HTTP and the status at the end of each response.
fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--ipv4", "--cacert"])
        .arg(fixture("first.pem"))
        .args([
            "--write-out",
            "\n%{http_version} %{response_code} %{num_connects}\n",
        ])
        .args(arguments)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

/// A client of one connection.
struct Client {
    requests: SendRequest<Bytes>,
    connection: JoinHandle<Result<(), h2::Error>>,
    origin: String,
    token: String,
}

impl Client {
    async fn connect(server: &Server) -> Self {
        let mut config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let port = server.url.rsplit_once(':').unwrap().1.parse().unwrap();
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, stream).await.unwrap();
        let chosen = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        assert_eq!(chosen.as_deref(), Some(&b"h2"[..]));
        let mut settings = h2::client::Builder::new();
        settings.max_send_buffer_size(MIB);
        let (requests, connection) = settings.handshake(stream).await.unwrap();
        Self {
            requests,
            connection: tokio::spawn(connection),
            origin: server.url.clone(),
            token: String::new(),
        }
    }

    /// Somebody who has registered and signed in, all on one connection.
    async fn sign_in(server: &Server, login: &str) -> Self {
        let mut client = Self::connect(server).await;
        let body = json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD});
        client.post("/register", &body).await;
        let session = client.post("/login", &body).await;
        client.token = session["access_token"].as_str().unwrap().to_owned();
        client
    }

    /// Begins a request, whose body is still to come.
    async fn begin(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> (ResponseFuture, SendStream<Bytes>) {
        self.send(method, path, headers, false).await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        is_all: bool,
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.origin));
        if !self.token.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut requests = self.requests.clone().ready().await.unwrap();
        requests
            .send_request(request.body(()).unwrap(), is_all)
            .unwrap()
    }

    async fn get(&self, path: &str) -> (StatusCode, Vec<u8>) {
        self.get_with(path, &[]).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, Vec<u8>) {
        read(self.send("GET", path, headers, true).await.0).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let kind = [("content-type", "application/json")];
        let (response, mut stream) = self.begin("POST", path, &kind).await;
        stream.send_data(body.to_string().into(), true).unwrap();
        let (status, bytes) = read(response).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    async fn space(&self) -> String {
        let space = self.post("/spaces", &json!({"name": "Family"})).await;
        format!("/spaces/{}", space["id"])
    }
}

async fn read(response: ResponseFuture) -> (StatusCode, Vec<u8>) {
    let response = response.await.unwrap();
    for header in ["connection", "transfer-encoding"] {
        assert!(!response.headers().contains_key(header));
    }
    assert!(response.headers().contains_key("date"));
    let (status, mut body) = (response.status(), response.into_body());
    let mut bytes = Vec::new();
    while let Some(chunk) = next(&mut body).await {
        bytes.extend_from_slice(&chunk);
    }
    (status, bytes)
}

async fn next(body: &mut RecvStream) -> Option<Bytes> {
    let chunk = body.data().await.transpose().unwrap()?;
    body.flow_control().release_capacity(chunk.len()).unwrap();
    Some(chunk)
}

/// Reads events until one is of this type.
async fn event(body: &mut RecvStream, kind: &str) -> String {
    let mut text = String::new();
    while !text.contains(kind) {
        text += str::from_utf8(&next(body).await.unwrap()).unwrap();
    }
    text
}

/// Sends a body as fast as the other side takes it.
async fn pour(stream: &mut SendStream<Bytes>, body: Bytes) {
    let mut rest = body;
    while !rest.is_empty() {
        stream.reserve_capacity(rest.len());
        let free = poll_fn(|context| stream.poll_capacity(context)).await;
        let chunk = rest.split_to(free.unwrap().unwrap().min(rest.len()));
        stream.send_data(chunk, rest.is_empty()).unwrap();
    }
}

#[test]
fn curl_signs_in_shares_a_photo_and_reads_it_by_http2_and_by_http1() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let url = |path: &str| format!("{}{path}", server.url);
    let body = json!({"login": "ann", "password": PASSWORD, "confirm-password": PASSWORD});
    let (body, json) = (body.to_string(), "Content-Type: application/json");
    let mut reply = String::new();
    for path in ["/register", "/login"] {
        reply = curl(&["--http2", "--header", json, "--data", &body, &url(path)]);
        assert!(reply.ends_with("\n2 200 1\n"), "{reply}");
    }
    let session: Value = serde_json::from_str(reply.lines().next().unwrap()).unwrap();
    let bearer = format!(
        "Authorization: Bearer {}",
        session["access_token"].as_str().unwrap()
    );
    let name = r#"{"name": "Family"}"#;
    let reply = curl(&[
        "--http2",
        "--header",
        &bearer,
        "--header",
        json,
        "--data",
        name,
        &url("/spaces"),
    ]);
    let space: Value = serde_json::from_str(reply.lines().next().unwrap()).unwrap();
    let shares = url(&format!("/spaces/{}/shares", space["id"]));
    let photo = folder.path().join("photo.png");
    fs::write(&photo, picture(600, 1)).unwrap();
    let file = format!("file=@{}", photo.display());
    for (number, version) in ["2", "1.1"].into_iter().enumerate() {
        let option = format!("--http{version}");
        let sent = curl(&[
            &option,
            "--header",
            &bearer,
            "--form",
            "text=A photo",
            "--form",
            &file,
            &shares,
        ]);
        assert!(sent.ends_with(&format!("\n{version} 200 1\n")), "{sent}");
        let share: Value = serde_json::from_str(sent.lines().next().unwrap()).unwrap();
        let read = folder.path().join("read.png");
        let image = share["image_url"].as_str().unwrap();
        curl(&[&option, "--output", read.to_str().unwrap(), image]);
        assert!(fs::read(&read).unwrap() == fs::read(&photo).unwrap());
        let list = curl(&[&option, "--compressed", "--header", &bearer, &shares]);
        let list: Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
        assert_eq!(list.as_array().unwrap().len(), number + 1);
    }
    // What is refused before it is read ends its stream, and not the connection.
    let large = folder.path().join("large");
    fs::write(&large, vec![0xff; 20 * MIB]).unwrap();
    let large = format!("file=@{}", large.display());
    let refused = curl(&[
        "--http2",
        "--header",
        "Authorization: Bearer none",
        "--form",
        &large,
        &shares,
        "--next",
        "--http2",
        "--silent",
        "--ipv4",
        "--cacert",
        fixture("first.pem").to_str().unwrap(),
        "--write-out",
        "\n%{http_version} %{response_code} %{num_connects}\n",
        &url("/health"),
    ]);
    assert!(
        refused.contains("You aren't authorized\n2 401 1\n"),
        "{refused}"
    );
    assert!(refused.ends_with("\n2 200 0\n"), "{refused}");
}

#[tokio::test]
async fn events_come_besides_a_hundred_requests_on_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let ann = Arc::new(Client::sign_in(&server, "ann").await);
    let space = ann.space().await;
    let (response, _) = ann.send("GET", "/events", &[], true).await;
    let mut events = response.await.unwrap().into_body();
    assert!(next(&mut events).await.is_some());
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let ann = ann.clone();
        asking.spawn(async move { ann.get("/me").await });
    }
    for (status, body) in asking.join_all().await {
        assert_eq!(status, 200);
        assert!(String::from_utf8(body).unwrap().contains("ann"));
    }
    let form = "--b\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHello\r\n--b--\r\n";
    let kind = [("content-type", "multipart/form-data; boundary=b")];
    let (response, mut body) = ann.begin("POST", &format!("{space}/shares"), &kind).await;
    body.send_data(form.into(), true).unwrap();
    assert_eq!(read(response).await.0, 200);
    event(&mut events, "share.created").await;
}

#[tokio::test]
async fn an_upload_by_tus_is_sent_in_parts_and_cookies_come_in_several_lines() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let ann = Client::sign_in(&server, "ann").await;
    let photo = Bytes::from(picture(300, 1));
    let length = photo.len().to_string();
    let tus = ("tus-resumable", "1.0.0");
    let (response, _) = ann
        .send("POST", "/uploads", &[tus, ("upload-length", &length)], true)
        .await;
    let response = response.await.unwrap();
    assert_eq!(response.status(), 201);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let path = location
        .strip_prefix(&server.url)
        .unwrap_or(&location)
        .to_owned();
    let middle = photo.len() / 2;
    for (offset, part) in [(0, photo.slice(..middle)), (middle, photo.slice(middle..))] {
        let offset = offset.to_string();
        let headers = [tus, ("upload-offset", &offset), ("content-type", CHUNK)];
        let (response, mut body) = ann.begin("PATCH", &path, &headers).await;
        pour(&mut body, part).await;
        assert!(read(response).await.0.is_success());
    }
    let (response, _) = ann.send("HEAD", &path, &[tus], true).await;
    assert_eq!(response.await.unwrap().headers()["upload-offset"], *length);

    // As browsers send them.
    let mut browser = Client::connect(&server).await;
    let login = json!({"login": "ann", "password": PASSWORD});
    let kind = [
        ("content-type", "application/json"),
        ("origin", &*server.url),
    ];
    let (response, mut body) = browser.begin("POST", "/login", &kind).await;
    body.send_data(login.to_string().into(), true).unwrap();
    let response = response.await.unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    browser.token.clear();
    let lines = [
        ("cookie", "first=1"),
        ("cookie", &*cookie),
        ("cookie", "last=2"),
    ];
    assert_eq!(browser.get_with("/me", &lines).await.0, 200);
    assert_eq!(browser.get_with("/me", &lines[..1]).await.0, 401);
}

#[tokio::test]
async fn an_address_has_as_many_requests_under_way_as_it_may_have_connections() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(
        folder.path(),
        &[("SHARED_SPACES_CONNECTIONS__MAX_PER_IP", "4")],
    );
    let client = Client::connect(&server).await;
    let json = [
        ("content-type", "application/json"),
        ("expect", "100-continue"),
    ];
    let mut under_way = Vec::new();
    for _ in 0..4 {
        let (mut response, body) = client.begin("POST", "/login", &json).await;
        // Somebody waits for the body.
        let told = poll_fn(|context| response.poll_informational(context)).await;
        assert_eq!(told.unwrap().unwrap().status(), StatusCode::CONTINUE);
        under_way.push((response, body));
    }
    let (status, body) = client.get("/health").await;
    assert_eq!(status, 429, "{}", String::from_utf8_lossy(&body));
    // One that is withdrawn makes way.
    let (withdrawn, mut body) = under_way.pop().unwrap();
    body.send_reset(Reason::CANCEL);
    drop(withdrawn);
    while client.get("/health").await.0 != 200 {}
    for (response, mut body) in under_way {
        body.send_data(Bytes::from_static(b"{}"), true).unwrap();
        assert_ne!(read(response).await.0, 429);
    }
}

#[tokio::test]
async fn heads_that_are_odd_are_refused_and_the_connection_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let client = Client::connect(&server).await;
    let book = "words ".repeat(10_000);
    for (headers, expected) in [
        (vec![("host", "elsewhere.example")], 400),
        (vec![("x-many", "y"); 200], 431),
        (vec![("cookie", "a=b"); 200], 200),
        (vec![("x-book", book.trim())], 431),
    ] {
        let (response, _) = client.send("GET", "/health", &headers, true).await;
        assert_eq!(response.await.unwrap().status(), expected);
    }
    let mut requests = client.requests.clone().ready().await.unwrap();
    let connect = Request::connect("elsewhere.example:443").body(()).unwrap();
    let (response, _) = requests.send_request(connect, true).unwrap();
    assert!(response.await.unwrap().status().is_client_error());
    assert_eq!(
        client.get("/health").await,
        (StatusCode::OK, b"ok".to_vec())
    );
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up_and_the_connection_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(
        folder.path(),
        &[("SHARED_SPACES_CONNECTIONS__STALL_TIMEOUT", "1s")],
    );
    let client = Client::connect(&server).await;
    let kind = [("content-type", "application/json")];
    let (response, _body) = client.begin("POST", "/login", &kind).await;
    assert_eq!(read(response).await.0, 408);
    assert_eq!(client.get("/health").await.0, 200);
}

#[tokio::test]
async fn at_the_end_streams_are_finished_and_event_streams_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let ann = Client::sign_in(&server, "ann").await;
    let (response, _) = ann.send("GET", "/events", &[], true).await;
    let mut events = response.await.unwrap().into_body();
    assert!(next(&mut events).await.is_some());
    let kind = [
        ("content-type", "application/json"),
        ("expect", "100-continue"),
    ];
    let (mut response, mut body) = ann.begin("POST", "/spaces", &kind).await;
    let told = poll_fn(|context| response.poll_informational(context)).await;
    assert_eq!(told.unwrap().unwrap().status(), StatusCode::CONTINUE);
    server.process.terminate();
    while next(&mut events).await.is_some() {}
    body.send_data(Bytes::from_static(br#"{"name": "Family"}"#), true)
        .unwrap();
    assert_eq!(read(response).await.0, 200);
    // Whichever is first: it has taken leave, or the server is gone.
    let _ended = ann.connection.await.unwrap();
    assert!(server.process.wait().success());
}

#[tokio::test]
async fn sixty_four_uploads_on_one_connection_take_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("SHARED_SPACES_CONNECTIONS__MAX_UPLOADS", "64"),
        ("SHARED_SPACES_CONNECTIONS__MAX_UPLOADS_PER_USER", "64"),
    ];
    let server = start(folder.path(), &settings);
    let ann = Arc::new(Client::sign_in(&server, "ann").await);
    let body = Bytes::from(vec![0x55; 8 * MIB]);
    let length = (body.len() + 1).to_string();
    let mut begun = Vec::new();
    for _ in 0..64 {
        let headers = [
            ("tus-resumable", "1.0.0"),
            ("upload-length", &*length),
            ("content-type", CHUNK),
        ];
        begun.push(ann.begin("POST", "/uploads", &headers).await);
    }
    let before = peak_memory(&server);
    let mut sending = JoinSet::new();
    for (response, mut stream) in begun {
        let body = body.clone();
        sending.spawn(async move {
            pour(&mut stream, body).await;
            read(response).await.0
        });
    }
    let statuses = sending.join_all().await;
    assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
    // Half a gigabyte has come in.
    let grown = peak_memory(&server) - before;
    println!("64 uploads of 8 MiB: {grown} KiB");
    assert!(grown < 100 * 1024, "{grown} KiB");
}
