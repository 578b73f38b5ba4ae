//! A user of the API, through HTTP alone.

use rocket::http::uri::{Authority, Host};
use rocket::http::{ContentType, Header};
use rocket::local::blocking::{Client, LocalRequest};
use serde_json::{Value, json};
use shared_spaces::api::cookie_name;
use shared_spaces::app::App;

use super::{PASSWORD, Reply};

/// How a request is authenticated.
#[derive(Clone)]
enum Proof {
    Nothing,
    Bearer(String),
    /// From a page of this server.
    Cookie(String),
}

/// A client with or without an account, at the server of a test.
#[derive(Clone)]
pub struct Person<'a> {
    client: &'a Client,
    proof: Proof,
    pub id: i64,
}

/// The fields of a form, as `multipart/form-data`.
#[derive(Default)]
pub struct Form {
    body: Vec<u8>,
}

const BOUNDARY: &str = "a-boundary-that-no-photo-has";

impl Form {
    pub fn text(text: &str) -> Self {
        Self::default().part("text", None, text.as_bytes())
    }

    pub fn file(self, bytes: &[u8]) -> Self {
        self.part("file", Some("photo.jpg"), bytes)
    }

    pub fn part(mut self, name: &str, file_name: Option<&str>, bytes: &[u8]) -> Self {
        let file =
            file_name.map(|name| format!("; filename=\"{name}\"\r\nContent-Type: image/jpeg"));
        let file = file.unwrap_or_default();
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n"
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(bytes);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    pub fn body(mut self) -> Vec<u8> {
        self.body
            .extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        self.body
    }

    pub fn content_type() -> ContentType {
        ContentType::parse_flexible(&format!("multipart/form-data; boundary={BOUNDARY}")).unwrap()
    }
}

impl<'a> Person<'a> {
    pub fn anonymous(client: &'a Client) -> Self {
        Self {
            client,
            proof: Proof::Nothing,
            id: 0,
        }
    }

    pub fn register(&self, login: &str) -> Reply {
        self.post(
            "/register",
            json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD}),
        )
    }

    pub fn login(&self, login: &str, password: &str) -> Reply {
        self.post("/login", json!({"login": login, "password": password}))
    }

    /// Signs in, for the bearer token.
    pub fn signed_in(&self, login: &str) -> Self {
        let token = self.login(login, PASSWORD).is_ok()["access_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut person = self.with_token(&token);
        person.id = person.get("/me").is_ok()["id"].as_i64().unwrap();
        person
    }

    /// The same person with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            proof: Proof::Bearer(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same person in a browser, which sends the cookie and no token.
    pub fn by_cookie(&self) -> Self {
        Self {
            proof: Proof::Cookie(self.token().to_owned()),
            ..self.clone()
        }
    }

    pub fn token(&self) -> &str {
        match &self.proof {
            Proof::Nothing => panic!("an anonymous person has no token"),
            Proof::Bearer(token) | Proof::Cookie(token) => token,
        }
    }

    /// Adds the credentials.
    pub fn prove<'c>(&self, mut request: LocalRequest<'c>) -> LocalRequest<'c> {
        match &self.proof {
            Proof::Nothing => {}
            Proof::Bearer(token) => {
                request.add_header(Header::new("Authorization", format!("Bearer {token}")));
            }
            Proof::Cookie(token) => {
                let app: &App = self.client.rocket().state().unwrap();
                let name = cookie_name(&app.installation, app.config.is_https());
                request.add_header(Header::new("Cookie", format!("{name}={token}")));
                request.add_header(Header::new("Sec-Fetch-Site", "same-origin"));
            }
        }
        request
    }

    pub fn send(&self, request: LocalRequest<'_>) -> Reply {
        Reply::read(self.prove(request).dispatch())
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(path.to_owned()))
    }

    /// Gets a path from a server that is reached under this host.
    pub fn get_at(&self, host: &'static str, path: &str) -> Reply {
        let mut request = self.client.get(path.to_owned());
        request
            .inner_mut()
            .set_host(Host::new(Authority::parse(host).unwrap()));
        self.send(request)
    }

    pub fn get_with(&self, path: &str, name: &'static str, value: &str) -> Reply {
        self.send(
            self.client
                .get(path.to_owned())
                .header(Header::new(name, value.to_owned())),
        )
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.send(self.client.delete(path.to_owned()))
    }

    /// A `DELETE` with a body.
    pub fn delete_with(&self, path: &str, body: Value) -> Reply {
        self.send(
            self.client
                .delete(path.to_owned())
                .header(ContentType::JSON)
                .body(body.to_string()),
        )
    }

    pub fn post(&self, path: &str, body: Value) -> Reply {
        self.send(
            self.client
                .post(path.to_owned())
                .header(ContentType::JSON)
                .body(body.to_string()),
        )
    }

    pub fn put(&self, path: &str, body: Value) -> Reply {
        self.send(
            self.client
                .put(path.to_owned())
                .header(ContentType::JSON)
                .body(body.to_string()),
        )
    }

    /// A `PUT` without a body: the path says all.
    pub fn put_nothing(&self, path: &str) -> Reply {
        self.send(self.client.put(path.to_owned()))
    }

    pub fn post_form(&self, path: &str, form: Form) -> Reply {
        self.send(
            self.client
                .post(path.to_owned())
                .header(Form::content_type())
                .body(form.body()),
        )
    }

    pub fn put_form(&self, path: &str, form: Form) -> Reply {
        self.send(
            self.client
                .put(path.to_owned())
                .header(Form::content_type())
                .body(form.body()),
        )
    }

    /// Sends JSON for the version of a share that a tag names.
    pub fn put_if(&self, path: &str, tag: &str, body: Value) -> Reply {
        let request = self.client.put(path.to_owned());
        let request = request.header(Header::new("If-Match", tag.to_owned()));
        self.send(request.header(ContentType::JSON).body(body.to_string()))
    }

    /// Deletes the version of a share that a tag names.
    pub fn delete_if(&self, path: &str, tag: &str) -> Reply {
        let request = self.client.delete(path.to_owned());
        self.send(request.header(Header::new("If-Match", tag.to_owned())))
    }

    /// Creates a space and returns its id.
    pub fn space(&self, name: &str) -> i64 {
        self.post("/spaces", json!({"name": name})).is_ok()["id"]
            .as_i64()
            .unwrap()
    }

    /// Adds a member to a space.
    pub fn invite(&self, space: i64, login: &str) {
        self.post(&format!("/spaces/{space}/members"), json!({"login": login}))
            .is(200, "Member added");
    }

    /// Makes a member of a space its admin.
    pub fn promote(&self, space: i64, user: i64) {
        let path = format!("/spaces/{space}/members/{user}");
        self.put(&path, json!({"is-admin": true}))
            .is(200, "Admin permission changed");
    }

    /// Shares a text and returns the share's id.
    pub fn share(&self, space: i64, text: &str) -> i64 {
        self.post_form(&format!("/spaces/{space}/shares"), Form::text(text))
            .is_ok()["id"]
            .as_i64()
            .unwrap()
    }

    /// Sends a share under a key of its own.
    pub fn share_under(&self, key: &str, space: i64, form: Form) -> Reply {
        let request = self
            .client
            .post(format!("/spaces/{space}/shares"))
            .header(Form::content_type())
            .header(Header::new("Idempotency-Key", key.to_owned()));
        self.send(request.body(form.body()))
    }

    /// Sends a file under a key of its own, with more headers.
    pub fn upload_under(
        &self,
        key: &str,
        headers: &[(&'static str, String)],
        bytes: &[u8],
    ) -> Reply {
        let mut request = self.client.post("/uploads");
        request.add_header(Header::new("Idempotency-Key", key.to_owned()));
        request.add_header(Header::new("Content-Length", bytes.len().to_string()));
        for (name, value) in headers {
            request.add_header(Header::new(*name, value.clone()));
        }
        self.send(request.body(bytes))
    }

    /// Says something to a share and returns the comment's id.
    pub fn comment(&self, share: i64, text: &str) -> i64 {
        let made = self.post(&format!("/shares/{share}/comments"), json!({"text": text}));
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()["id"].as_i64().unwrap()
    }

    /// Says something to a share under a key of its own.
    pub fn comment_under(&self, key: &str, share: i64, text: &str) -> Reply {
        let request = self
            .client
            .post(format!("/shares/{share}/comments"))
            .header(ContentType::JSON)
            .header(Header::new("Idempotency-Key", key.to_owned()));
        self.send(request.body(json!({"text": text}).to_string()))
    }

    /// Shares a photo and returns the share.
    pub fn share_photo(&self, space: i64, photo: &[u8]) -> Value {
        self.post_form(
            &format!("/spaces/{space}/shares"),
            Form::text("A photo").file(photo),
        )
        .is_ok()
    }
}

/// The path and query of a link to a photo.
pub fn path_of(url: &Value) -> String {
    url.as_str()
        .unwrap()
        .strip_prefix("http://localhost:8000")
        .unwrap()
        .to_owned()
}
