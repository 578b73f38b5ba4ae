//! A connection to moto that can be made to fail.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::support::pause;

/// What becomes of connections.
#[derive(Clone, Copy)]
#[repr(u8)]
pub enum Weather {
    Fine,
    /// No response: connections are closed immediately, open ones too.
    Gone,
    /// What is sent arrives, and the answer is lost.
    NoAnswer,
    /// Nothing gets on its way until this ends.
    Stalled,
    /// Connections break once more was sent than anything but a photo has.
    HalfWay,
}

/// What is sent before a connection breaks half-way.
const HALF: usize = 64 * 1024;

/// How the head of a request to S3 or SQS begins.
const METHODS: [&[u8]; 5] = [b"GET /", b"HEAD /", b"PUT /", b"POST /", b"DELETE /"];

/// S3's response to requests that aren't permitted.
const REFUSAL: &str = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";

/// Passes connections on to moto, as the weather lets it.
pub struct Proxy {
    port: u16,
    weather: Arc<AtomicU8>,
    answers: Arc<Answers>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Pieces that wait for the weather to change.
    held: AtomicU32,
    /// The requests so far, by how their heads begin.
    requests: AtomicU32,
}

/// What is answered here instead of by moto.
#[derive(Default)]
struct Answers(Mutex<Vec<Answer>>);

struct Answer {
    method: &'static str,
    /// A part of the head.
    part: String,
    status: u16,
    body: String,
}

impl Answers {
    /// The answer to what begins with the head of a request, as it goes over the wire, if there is one here.
    fn to(&self, request: &[u8]) -> Option<String> {
        let request = String::from_utf8_lossy(request);
        let (head, _) = request.split_once("\r\n\r\n")?;
        let (method, rest) = head.split_once(' ')?;
        let answers = self.0.lock().unwrap();
        let fits = |answer: &&Answer| answer.method == method && rest.contains(&answer.part);
        let Answer { status, body, .. } = answers.iter().find(fits)?;
        let length = if method == "HEAD" { 0 } else { body.len() };
        Some(format!(
            "HTTP/1.1 {status} As configured\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{}",
            &body[..length]
        ))
    }
}

impl Proxy {
    pub fn start(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let weather = Arc::new(AtomicU8::new(Weather::Fine as u8));
        let (seen, counts) = (weather.clone(), Arc::<Counts>::default());
        let (counting, answers) = (counts.clone(), Arc::<Answers>::default());
        let telling = answers.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (weather, counts) = (seen.clone(), counting.clone());
                let answers = telling.clone();
                thread::spawn(move || pass(&client, target, &weather, &answers, &counts));
            }
        });
        Self {
            port,
            weather,
            answers,
            counts,
        }
    }

    /// From now on, requests by this method with this in their heads don't get to moto, and this is answered.
    pub fn answer(&self, method: &'static str, part: &str, status: u16, body: &str) {
        self.answers.0.lock().unwrap().push(Answer {
            method,
            part: part.to_owned(),
            status,
            body: body.to_owned(),
        });
    }

    /// From now on, such requests are refused, as by a key that may not do this.
    pub fn refuse(&self, method: &'static str, part: &str) {
        self.answer(method, part, 403, REFUSAL);
    }

    /// From now on, every request gets to moto again.
    pub fn relent(&self) {
        self.answers.0.lock().unwrap().clear();
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether something doesn't get on its way.
    pub fn holds_something(&self) -> bool {
        self.counts.held.load(Ordering::SeqCst) > 0
    }

    /// How many requests have come.
    pub fn requests(&self) -> u32 {
        self.counts.requests.load(Ordering::SeqCst)
    }

    pub fn set(&self, weather: Weather) {
        self.weather.store(weather as u8, Ordering::SeqCst);
    }
}

fn pass(client: &TcpStream, target: u16, weather: &AtomicU8, answers: &Answers, counts: &Counts) {
    let is = |kind: Weather| weather.load(Ordering::SeqCst) == kind as u8;
    if is(Weather::Gone) {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", target)) else {
        return;
    };
    let (Ok(mut to_server), Ok(mut from_client)) = (server.try_clone(), client.try_clone()) else {
        return;
    };
    thread::scope(|scope| {
        scope.spawn(move || {
            let (mut chunk, mut sent) = (vec![0; 16 * 1024], 0);
            while let Ok(count @ 1..) = from_client.read(&mut chunk) {
                if METHODS.iter().any(|method| chunk.starts_with(method)) {
                    counts.requests.fetch_add(1, Ordering::SeqCst);
                    if let Some(answer) = answers.to(&chunk[..count]) {
                        answer_here(from_client, &answer);
                        break;
                    }
                }
                counts.held.fetch_add(1, Ordering::SeqCst);
                wait_while(|| is(Weather::Stalled));
                counts.held.fetch_sub(1, Ordering::SeqCst);
                sent += count;
                let breaks = is(Weather::Gone) || is(Weather::HalfWay) && sent > HALF;
                if breaks || to_server.write_all(&chunk[..count]).is_err() {
                    break;
                }
            }
            // The other side may have closed already.
            let _closed = to_server.shutdown(Shutdown::Write);
        });
        let (mut answers, mut to_client) = (&server, client);
        let mut chunk = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = answers.read(&mut chunk) {
            wait_while(|| is(Weather::Stalled));
            if is(Weather::Gone)
                || is(Weather::NoAnswer)
                || to_client.write_all(&chunk[..count]).is_err()
            {
                break;
            }
        }
        let _closed = client.shutdown(Shutdown::Both);
        let _closed = server.shutdown(Shutdown::Both);
    });
}

/// Responds, and reads what is still to come: closing before that can lose the response.
fn answer_here(mut client: TcpStream, answer: &str) {
    // The other side may have closed already.
    let _sent = client.write_all(answer.as_bytes());
    let _closed = client.shutdown(Shutdown::Write);
    let _read = std::io::copy(&mut client, &mut std::io::sink());
}

fn wait_while(bad: impl Fn() -> bool) {
    while bad() {
        pause(Duration::from_millis(5));
    }
}
