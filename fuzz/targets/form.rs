//! Any bytes as the form of a share: the first line is its type, the rest is what is sent. It goes to a space that isn't
//! there, so that all of it is read and nothing is kept.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use rocket::http::{ContentType, Header, Status};
use shared_spaces_fuzz::{is_sentence, server};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let end = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    let (kind, body) = bytes.split_at(end);
    let Some(kind) = std::str::from_utf8(kind)
        .ok()
        .and_then(ContentType::parse_flexible)
    else {
        return Corpus::Reject;
    };
    let (client, token) = server();
    let reply = client
        .post("/spaces/9/shares")
        .header(Header::new("Authorization", format!("Bearer {token}")))
        .header(kind)
        .body(body.get(1..).unwrap_or_default())
        .dispatch();
    let expected = [
        Status::BadRequest,
        Status::NotFound,
        Status::PayloadTooLarge,
        Status::UnsupportedMediaType,
    ];
    assert!(expected.contains(&reply.status()), "{}", reply.status());
    is_sentence(reply);
    Corpus::Keep
});
