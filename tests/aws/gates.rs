//! Quirks of real stores, simulated in front of one without them.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use time::format_description::well_known::Rfc2822;
use time::{Date, OffsetDateTime};

/// What real stores do, and moto doesn't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Deleting many objects takes a Content-MD5, and nothing newer instead of it or next to it.
    WantsContentMd5,
    /// Headers with checksums are answered 501, as is deleting many objects at once.
    RefusesChecksums,
    /// A signed address must not contain parameters that aren't signed.
    RefusesUnsignedHeaders,
    /// Of every kind of request that changes something, the first is answered 200 with an error inside, and not done.
    ErrorIn200,
    /// Of every kind of request that changes something, the first is answered 200 with nothing inside, and not done.
    NothingIn200,
    /// Of what is put or copied, the first of each kind arrives as its first half, and is answered 200.
    KeepsHalf,
    /// A bucket that was made isn't there for the next few requests.
    SlowBuckets,
    /// Every fifth request is one too many.
    SlowDown,
    /// Buckets go with all that is in them, and what was deleted is answered with no names.
    Quiet,
    /// The client's clock is off: every request is refused.
    ClockOff,
    /// The store's clock is this many seconds ahead of ours, and it refuses what was signed at another time.
    Clock(i64),
    /// There are more requests than it takes, always.
    AlwaysSlowDown,
    /// There is no store: every response is a sign-in page.
    SignInPage,
}

impl Gate {
    /// The quirks with which everything works.
    pub const PASSABLE: [Self; 11] = [
        Self::WantsContentMd5,
        Self::RefusesChecksums,
        Self::RefusesUnsignedHeaders,
        Self::ErrorIn200,
        Self::NothingIn200,
        Self::KeepsHalf,
        Self::SlowBuckets,
        Self::SlowDown,
        Self::Quiet,
        Self::Clock(3 * 3600),
        Self::Clock(-3 * 3600),
    ];
}

/// How far the time of a request may be from that of the store, in seconds.
const TOO_FAR: i64 = 15 * 60;

/// A request on its way.
struct Request {
    method: String,
    target: String,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What is answered here.
struct Answer(u16, String);

/// What a gate remembers.
#[derive(Default)]
struct Memory {
    requests: u64,
    /// Kinds of requests that were answered wrongly once.
    deceived: HashSet<String>,
    /// For how many more requests a bucket isn't there.
    coming: HashMap<String, u32>,
}

/// Puts a gate in front of the store on this port; returns its own port. Ends with this process.
pub fn before(target: u16, gate: Gate) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let memory = Arc::<Mutex<Memory>>::default();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let memory = memory.clone();
            thread::spawn(move || {
                // A client that closes before the response gets none.
                let _passed = pass(&client, target, gate, &memory);
                let _closed = client.shutdown(Shutdown::Both);
            });
        }
    });
    port
}

/// Passes one request on, and its answer back.
fn pass(
    client: &TcpStream,
    target: u16,
    gate: Gate,
    memory: &Mutex<Memory>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(client);
    let Some(mut request) = Request::read(&mut reader)? else {
        return Ok(());
    };
    let answer = judge(gate, &mut request, &mut memory.lock().unwrap());
    let mut client = client;
    if let Some(Answer(status, body)) = answer {
        let length = if request.method == "HEAD" {
            0
        } else {
            body.len()
        };
        write!(
            client,
            "HTTP/1.1 {status} As configured\r\nContent-Type: application/xml\r\nContent-Length: {length}\r\n\
             {}Connection: close\r\n\r\n{}",
            gate.date(),
            &body[..length]
        )?;
        return Ok(());
    }
    let mut server = TcpStream::connect(("127.0.0.1", target))?;
    request.write(&mut server)?;
    if gate == Gate::Quiet && request.is_batch() {
        let mut answer = String::new();
        server.read_to_string(&mut answer)?;
        return client.write_all(without_names(&answer).as_bytes());
    }
    if matches!(gate, Gate::Clock(_)) {
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        return client.write_all(&at_another_time(&answer, &gate.date()));
    }
    std::io::copy(&mut server, &mut client)?;
    Ok(())
}

impl Gate {
    /// The header with the time of a store whose clock is another.
    fn date(self) -> String {
        let Self::Clock(_) = self else {
            return String::new();
        };
        let now = OffsetDateTime::from_unix_timestamp(self.time()).unwrap();
        let now = now.format(&Rfc2822).unwrap().replace("+0000", "GMT");
        format!("Date: {now}\r\n")
    }

    /// The time that the store has.
    fn time(self) -> i64 {
        let ahead = if let Self::Clock(ahead) = self {
            ahead
        } else {
            0
        };
        OffsetDateTime::now_utc().unix_timestamp() + ahead
    }
}

/// An answer with another date.
fn at_another_time(answer: &[u8], date: &str) -> Vec<u8> {
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&answer[..end]).unwrap();
    let mut lines: Vec<_> = head.split("\r\n").collect();
    lines.retain(|line| !line.to_lowercase().starts_with("date:"));
    lines.insert(1, date.trim_end());
    [lines.join("\r\n").as_bytes(), &answer[end..]].concat()
}

/// When a request was signed, and for how many seconds if it is a link.
fn signed_at(request: &Request) -> Option<(i64, Option<i64>)> {
    let query = |name: &str| {
        let (_, query) = request.target.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key == name).then(|| value.to_owned()))
    };
    let date = request
        .header("x-amz-date")
        .cloned()
        .or_else(|| query("X-Amz-Date"))?;
    // As 20260517T093000Z.
    let number = |range: std::ops::Range<usize>| date[range].parse::<u16>().unwrap();
    let day = Date::from_calendar_date(
        i32::from(number(0..4)),
        u8::try_from(number(4..6)).unwrap().try_into().unwrap(),
        u8::try_from(number(6..8)).unwrap(),
    );
    let [hour, minute, second] =
        [9..11, 11..13, 13..15].map(|range| u8::try_from(number(range)).unwrap());
    let moment = day.unwrap().with_hms(hour, minute, second).unwrap();
    let holds = query("X-Amz-Expires").map(|seconds| seconds.parse().unwrap());
    Some((moment.assume_utc().unix_timestamp(), holds))
}

/// Whether a store whose time is `now` takes what was signed then.
fn is_in_time((signed, holds): (i64, Option<i64>), now: i64) -> bool {
    match holds {
        None => (signed - now).abs() <= TOO_FAR,
        Some(holds) => signed - TOO_FAR <= now && now <= signed + holds,
    }
}

/// What the gate answers itself, if it does.
fn judge(gate: Gate, request: &mut Request, memory: &mut Memory) -> Option<Answer> {
    memory.requests += 1;
    let has = |start: &str| {
        request
            .headers
            .iter()
            .any(|(name, _)| name.starts_with(start))
    };
    match gate {
        Gate::WantsContentMd5 => {
            let sum = BASE64_STANDARD.encode(Md5::digest(&request.body));
            let md5 = request.header("content-md5");
            if request.is_batch() && (has("x-amz-checksum-") || has("x-amz-sdk-checksum-")) {
                return Some(error(
                    501,
                    "NotImplemented",
                    "A header implies what isn't there.",
                ));
            }
            (request.is_batch() && md5 != Some(&sum)).then(|| {
                error(
                    400,
                    "MissingContentMD5",
                    "Missing required header: Content-Md5.",
                )
            })
        }
        Gate::RefusesChecksums => {
            let refused =
                has("x-amz-checksum-") || has("x-amz-sdk-checksum-") || request.is_batch();
            refused.then(|| error(501, "NotImplemented", "A header implies what isn't there."))
        }
        Gate::RefusesUnsignedHeaders => {
            let refused = request.target.contains("X-Amz-Signature=") && has("x-amz-");
            refused.then(|| {
                error(
                    403,
                    "AccessDenied",
                    "There were headers which were not signed.",
                )
            })
        }
        Gate::ErrorIn200 => memory
            .deceives(request)
            .then(|| error(200, "InternalError", "We have met an internal error.")),
        Gate::NothingIn200 => memory.deceives(request).then(|| Answer(200, String::new())),
        Gate::KeepsHalf => {
            let puts = request.method == "PUT" && !request.body.is_empty();
            if puts && memory.deceives(request) {
                request.body.truncate(request.body.len() / 2);
                request.forget_sums();
            }
            None
        }
        Gate::SlowBuckets => {
            let bucket = request.bucket();
            if request.makes_bucket() && !memory.coming.contains_key(&bucket) {
                memory.coming.insert(bucket, 4);
                return None;
            }
            let left = memory.coming.get_mut(&bucket)?;
            *left = left.checked_sub(1)?;
            let late = error(404, "NoSuchBucket", "The specified bucket does not exist.");
            (!request.makes_bucket()).then_some(late)
        }
        Gate::SlowDown => memory
            .requests
            .is_multiple_of(5)
            .then(|| error(503, "SlowDown", "Please reduce your request rate.")),
        Gate::AlwaysSlowDown => Some(error(503, "SlowDown", "Please reduce your request rate.")),
        Gate::ClockOff => Some(too_skewed()),
        Gate::SignInPage => Some(Answer(200, String::from("<html>Welcome aboard</html>"))),
        Gate::Clock(_) => {
            let signed = signed_at(request)?;
            (!is_in_time(signed, gate.time())).then(too_skewed)
        }
        Gate::Quiet => None,
    }
}

impl Memory {
    /// Whether this is the first request of its kind among those that change something.
    fn deceives(&mut self, request: &Request) -> bool {
        let bucket = request.bucket();
        let kind = match request.method.as_str() {
            // Before a bucket is created, its existence is checked.
            "PUT" if request.makes_bucket() => return false,
            "PUT" if request.header("x-amz-copy-source").is_some() => "copy",
            "PUT" if request.target.contains("uploadId=") => "part",
            "PUT" => "put",
            "POST" if request.is_batch() => "delete many",
            "POST" if request.target.contains("uploadId=") => "complete",
            "DELETE" if request.target.contains('/') && !request.is_bucket() => "delete",
            "GET" if request.target.contains("list-type=2") => "list",
            "GET" if request.target.contains("ListBuckets") => "buckets",
            _ => return false,
        };
        self.deceived.insert(format!("{kind} {bucket}"))
    }
}

impl Request {
    fn read(from: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let mut headers = Vec::new();
        loop {
            line.clear();
            from.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let mut request = Self {
            method,
            target,
            headers,
            body: Vec::new(),
        };
        let length = request.header("content-length");
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        request.body.resize(length, 0);
        from.read_exact(&mut request.body)?;
        Ok(Some(request))
    }

    /// Sends it, the last on its connection.
    fn write(&self, to: &mut TcpStream) -> std::io::Result<()> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            if name != "connection" && name != "content-length" {
                head += &format!("{name}: {value}\r\n");
            }
        }
        let length = self.body.len();
        head += &format!("content-length: {length}\r\nconnection: close\r\n\r\n");
        to.write_all(head.as_bytes())?;
        to.write_all(&self.body)
    }

    fn header(&self, wanted: &str) -> Option<&String> {
        let mut headers = self.headers.iter();
        headers.find_map(|(name, value)| (name == wanted).then_some(value))
    }

    fn bucket(&self) -> String {
        let path = self.target.split('?').next().unwrap();
        path.split('/').nth(1).unwrap_or_default().to_owned()
    }

    fn is_bucket(&self) -> bool {
        let path = self.target.split('?').next().unwrap().trim_matches('/');
        !path.contains('/')
    }

    fn makes_bucket(&self) -> bool {
        self.method == "PUT" && self.is_bucket()
    }

    /// Whether it deletes many objects.
    fn is_batch(&self) -> bool {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let words = query.split('&');
        let mut names = words.map(|word| word.split('=').next().unwrap());
        self.method == "POST" && names.any(|name| name == "delete")
    }

    /// What was reckoned over all of the body.
    fn forget_sums(&mut self) {
        self.headers
            .retain(|(name, _)| name != "content-md5" && !name.starts_with("x-amz-checksum-"));
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    Answer(
        status,
        format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
    )
}

fn too_skewed() -> Answer {
    error(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the server's time is too large.",
    )
}

/// The response to a quiet deletion of many objects.
fn without_names(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let body = if body.contains("<Deleted>") {
        "<DeleteResult></DeleteResult>"
    } else {
        body
    };
    let head = head.lines().filter(|line| {
        let line = line.to_lowercase();
        !line.starts_with("content-length") && !line.starts_with("transfer-encoding")
    });
    let head: Vec<_> = head.collect();
    format!(
        "{}\r\nContent-Length: {}\r\n\r\n{body}",
        head.join("\r\n"),
        body.len()
    )
}
