//! A push service in miniature, and browsers that read what it gets.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::listening::serve_each;

/// What the service was sent.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    /// In lower case, each with its value.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    answers: VecDeque<String>,
    before_answer: Option<Box<dyn FnOnce() + Send>>,
}

/// Accepts every message, unless it was told something else.
pub struct PushService {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl PushService {
    pub fn new() -> Self {
        let state: Arc<Mutex<State>> = Arc::default();
        let shared = Arc::clone(&state);
        let address = serve_each(move |socket| serve(&socket, &shared));
        Self { address, state }
    }

    /// What the setting `push.own_services` has to name.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Has the next message answered by this status line, with headers.
    pub fn answer(&self, head: &str) {
        self.state
            .lock()
            .unwrap()
            .answers
            .push_back(head.to_owned());
    }

    /// Has this happen when the next message has come, before any is answered.
    pub fn before_answer(&self, happens: impl FnOnce() + Send + 'static) {
        self.state.lock().unwrap().before_answer = Some(Box::new(happens));
    }

    /// What has come since the last time.
    pub fn received(&self) -> Vec<Received> {
        std::mem::take(&mut self.state.lock().unwrap().received)
    }
}

fn serve(socket: &TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(socket);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let path = line.split(' ').nth(1).unwrap().to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut received = Received {
            path,
            headers,
            body: Vec::new(),
        };
        received.body = vec![0; received.header("content-length").parse().unwrap()];
        reader.read_exact(&mut received.body).unwrap();
        let mut state = state.lock().unwrap();
        state.received.push(received);
        let head = state.answers.pop_front();
        if let Some(happens) = state.before_answer.take() {
            happens();
        }
        drop(state);
        let head = head.unwrap_or_else(|| String::from("201 Created"));
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n");
        let mut socket = socket;
        socket.write_all(answer.as_bytes()).unwrap();
    }
}

/// A browser that has subscribed.
pub struct Browser {
    private: PrivateKey,
    auth: [u8; 16],
    endpoint: String,
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Browser {
    /// One that has this address.
    pub fn at(endpoint: String) -> Self {
        Self {
            private: PrivateKey::generate(&ECDH_P256).unwrap(),
            auth: *b"sixteen secrets!",
            endpoint,
        }
    }

    fn public(&self) -> Vec<u8> {
        self.private.compute_public_key().unwrap().as_ref().to_vec()
    }

    /// As `PushSubscription.toJSON()` has it.
    pub fn subscription(&self) -> Value {
        json!({
            "endpoint": self.endpoint,
            "expirationTime": null,
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(self.public()),
                "auth": URL_SAFE_NO_PAD.encode(self.auth),
            },
        })
    }

    /// What a message says (RFC 8291, read from the other end).
    pub fn read(&self, received: &Received) -> Value {
        let (head, text) = received.body.split_at(86);
        let (salt, public) = (&head[..16], &head[21..]);
        assert_eq!(head[16..21], [0, 0, 16, 0, 65]);
        let peer = UnparsedPublicKey::new(&ECDH_P256, public);
        let derive = |prk: &Prk, info: &[&[u8]], length| {
            let mut derived = vec![0; length];
            let okm = prk.expand(info, Length(length)).unwrap();
            okm.fill(&mut derived).unwrap();
            derived
        };
        let combined = agree(&self.private, peer, (), |secret| {
            let prk = Salt::new(HKDF_SHA256, &self.auth).extract(secret);
            Ok(derive(
                &prk,
                &[b"WebPush: info\0", &self.public(), public],
                32,
            ))
        });
        let prk = Salt::new(HKDF_SHA256, salt).extract(&combined.unwrap());
        let key = derive(&prk, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = derive(&prk, &[b"Content-Encoding: nonce\0"], 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let mut text = text.to_vec();
        let text = key.open_in_place(nonce, Aad::empty(), &mut text).unwrap();
        let end = text.iter().rposition(|byte| *byte == 2).unwrap();
        assert!(text[end + 1..].iter().all(|byte| *byte == 0));
        serde_json::from_slice(&text[..end]).unwrap()
    }
}
