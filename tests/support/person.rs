//! A client of a server, as somebody uses it.

use std::io::Read;

use serde_json::{Value, json};
use ureq::Agent;

use super::{Server, TIMEOUT};

pub(super) const BOUNDARY: &str = "a-boundary-that-no-photo-has";

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }
}

/// A client of a server, over a real connection. An error is a broken connection.
#[derive(Clone)]
pub struct Person {
    pub(super) agent: Agent,
    pub(super) url: String,
    token: String,
}

pub(super) type Sent = Result<Reply, ureq::Error>;

impl Person {
    pub(super) fn anonymous(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT))
            .build();
        Self {
            agent: config.into(),
            url: url.to_owned(),
            token: String::new(),
        }
    }

    /// At the same server, with the token of another.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// The same person after the server was started again elsewhere.
    pub fn at(&self, server: &Server) -> Self {
        Self::anonymous(&server.url).with_token(&self.token)
    }

    /// The credentials of this person.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    pub fn get(&self, path: &str) -> Sent {
        read(
            self.agent
                .get(format!("{}{path}", self.url))
                .header("Authorization", self.bearer())
                .call(),
        )
    }

    pub fn delete(&self, path: &str) -> Sent {
        read(
            self.agent
                .delete(format!("{}{path}", self.url))
                .header("Authorization", self.bearer())
                .call(),
        )
    }

    pub fn post(&self, path: &str, body: &Value) -> Sent {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("Content-Type", "application/json");
        read(
            request
                .header("Authorization", self.bearer())
                .send(body.to_string()),
        )
    }

    pub fn put(&self, path: &str, body: &Value) -> Sent {
        let request = self
            .agent
            .put(format!("{}{path}", self.url))
            .header("Content-Type", "application/json");
        read(
            request
                .header("Authorization", self.bearer())
                .send(body.to_string()),
        )
    }

    pub fn post_form(&self, path: &str, text: &str, photo: Option<&[u8]>) -> Sent {
        self.post_photos(path, text, photo.as_slice())
    }

    /// Several photos in one form.
    pub fn post_photos(&self, path: &str, text: &str, photos: &[&[u8]]) -> Sent {
        let request = self
            .agent
            .post(format!("{}{path}", self.url))
            .header("Content-Type", form_type());
        read(
            request
                .header("Authorization", self.bearer())
                .send(form(text, photos)),
        )
    }

    pub fn put_form(&self, path: &str, text: &str, photo: Option<&[u8]>) -> Sent {
        let request = self
            .agent
            .put(format!("{}{path}", self.url))
            .header("Content-Type", form_type());
        read(
            request
                .header("Authorization", self.bearer())
                .send(form(text, photo.as_slice())),
        )
    }

    /// Creates a space and returns its path.
    pub fn space(&self, name: &str) -> String {
        let reply = self.post("/spaces", &json!({"name": name})).unwrap();
        assert_eq!(reply.status, 200);
        format!("/spaces/{}", reply.json()["id"])
    }

    /// Shares a photo and returns the share.
    pub fn share_photo(&self, space: &str, photo: &[u8]) -> Value {
        let reply = self
            .post_form(&format!("{space}/shares"), "A photo", Some(photo))
            .unwrap();
        assert_eq!(reply.status, 200);
        reply.json()
    }

    /// A request with a form as it goes over the wire, its head and its body. The server is to say when it begins to
    /// read the body.
    pub fn raw_form(&self, path: &str, text: &str, photo: &[u8]) -> (String, Vec<u8>) {
        let body = form(text, &[photo]);
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
             Expect: 100-continue\r\nConnection: close\r\n\r\n",
            self.bearer(),
            form_type(),
            body.len()
        );
        (head, body)
    }
}

pub(super) fn read(sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Sent {
    let mut response = sent?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    response.body_mut().as_reader().read_to_end(&mut bytes)?;
    Ok(Reply { status, bytes })
}

pub(super) fn form_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

fn form(text: &str, photos: &[&[u8]]) -> Vec<u8> {
    let field = |head: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes()
    };
    let mut body = [
        field("name=\"text\""),
        text.as_bytes().to_vec(),
        b"\r\n".to_vec(),
    ]
    .concat();
    for photo in photos {
        body.extend(field("name=\"file\"; filename=\"photo.png\""));
        body.extend_from_slice(photo);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
