//! A server of a test on the loopback device, for what goes on longer than a request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;

use rocket::local::asynchronous::Client;
use rocket::tokio::net::TcpListener;
use rocket::tokio::runtime::Builder;
use rocket::tokio::sync::oneshot;
use serde_json::Value;
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::jobs::runner::Jobs;
use shared_spaces::jobs::watch_commits::WatchCommits;
use shared_spaces::process::shutdown::Signal;
use shared_spaces::server;

use super::TIMEOUT;

/// A server that answers on a port of its own, until it is dropped.
pub struct Live {
    address: SocketAddr,
    end: Option<oneshot::Sender<Signal>>,
    running: Option<JoinHandle<()>>,
}

impl Live {
    /// Serves this application, and notices what other processes change.
    pub fn new(app: &App) -> Self {
        let (end, ended) = oneshot::channel();
        let (send, address) = std::sync::mpsc::channel();
        let app = app.clone();
        let running = std::thread::spawn(move || {
            let runtime = Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                send.send(listener.local_addr().unwrap()).unwrap();
                let rocket = Client::untracked(api::rocket(app.clone())).await.unwrap();
                let mut jobs = Jobs::default();
                jobs.start(WatchCommits::new(app.db.clone(), app.events.clone()));
                let signal = async { ended.await.unwrap_or(Signal::Terminate) };
                server::run(listener, rocket, app, api::HOOKS, signal, TIMEOUT).await;
                jobs.stop().await.unwrap();
            });
        });
        Self {
            address: address.recv().unwrap(),
            end: Some(end),
            running: Some(running),
        }
    }

    /// Sends a request without a body, and reads the head of the response.
    pub fn open(&self, method: &str, path: &str, token: &str, headers: &str) -> Stream {
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(TIMEOUT)).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{headers}\r\n"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        Stream {
            reader,
            head,
            chunk: Vec::new(),
            last_id: String::new(),
            largest_chunk: 0,
        }
    }

    /// The events of somebody, with what the address says besides; past the block by which it begins.
    pub fn listen(&self, token: &str, query: &str) -> Stream {
        let mut stream = self.open("GET", &format!("/events{query}"), token, "");
        assert!(stream.head.starts_with("HTTP/1.1 200 "), "{}", stream.head);
        let begin = stream.block().unwrap();
        assert!(begin.name.is_empty(), "{begin:?}");
        stream
    }

    /// Asks the server to stop, and waits until it has.
    pub fn stop(mut self) {
        self.end.take().unwrap().send(Signal::Terminate).unwrap();
        self.running.take().unwrap().join().unwrap();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(running) = self.running.take() {
            drop(running.join());
        }
    }
}

/// A response as it comes, in chunks.
pub struct Stream {
    pub reader: BufReader<TcpStream>,
    pub head: String,
    chunk: Vec<u8>,
    pub last_id: String,
    /// The bytes of the largest chunk so far.
    pub largest_chunk: usize,
}

/// A block of a stream of events.
#[derive(Debug, Default)]
pub struct Block {
    pub name: String,
    pub data: Value,
    pub retry: Option<String>,
}

impl Stream {
    /// The next line; `None` at the end of the response.
    fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.chunk.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.chunk.drain(..=end).collect();
                return Some(String::from_utf8(line).unwrap().trim_end().to_owned());
            }
            let mut size = String::new();
            self.reader.read_line(&mut size).unwrap();
            let size = usize::from_str_radix(size.trim(), 16).unwrap();
            if size == 0 {
                return None;
            }
            self.largest_chunk = self.largest_chunk.max(size);
            let mut chunk = vec![0; size + 2];
            self.reader.read_exact(&mut chunk).unwrap();
            self.chunk.extend_from_slice(&chunk[..size]);
        }
    }

    /// The next block; `None` at the end.
    pub fn block(&mut self) -> Option<Block> {
        let mut block = Block::default();
        loop {
            let line = self.line()?;
            match line.split_once(": ") {
                _ if line.is_empty() => return Some(block),
                Some(("id", id)) => self.last_id = id.to_owned(),
                Some(("event", name)) => block.name = name.to_owned(),
                Some(("data", data)) => block.data = serde_json::from_str(data).unwrap(),
                Some(("retry", after)) => block.retry = Some(after.to_owned()),
                _ => assert_eq!(line, ":"),
            }
        }
    }

    /// The next event, with its name.
    pub fn event(&mut self) -> (String, Value) {
        let block = self
            .block()
            .unwrap_or_else(|| panic!("the stream has ended"));
        (block.name, block.data)
    }

    /// The next event, which has this name, without the space that it is in.
    #[track_caller]
    pub fn expect(&mut self, name: &str) -> Value {
        let (found, mut data) = self.event();
        assert_eq!(found, name, "{data}");
        let space = data.as_object_mut().unwrap().remove("space_id");
        assert!(space.is_some() || name == "reset");
        data
    }

    /// All bytes of a response that has a length.
    pub fn text(mut self) -> String {
        let length = self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then_some(value)
        });
        let mut bytes = vec![0; length.unwrap().parse().unwrap()];
        self.reader.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }
}
