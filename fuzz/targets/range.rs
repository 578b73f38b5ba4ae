//! Any text as the headers `Range`, `If-Range` and `If-None-Match` of a request for a photo, a line for each: what comes is
//! the photo, a correctly described part of it, or nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use rocket::http::Header;
use shared_spaces_fuzz::{photo, server};

fuzz_target!(|text: &str| {
    let (client, _) = server();
    let (link, whole) = photo();
    let mut request = client.get(link);
    for (name, value) in ["Range", "If-Range", "If-None-Match"]
        .into_iter()
        .zip(text.lines())
    {
        request.add_header(Header::new(name, value.to_owned()));
    }
    let reply = request.dispatch();
    let part = reply.headers().get_one("Content-Range").map(str::to_owned);
    let (status, bytes) = (reply.status().code, reply.into_bytes().unwrap_or_default());
    match (status, part) {
        (200, None) => assert!(bytes == *whole),
        (304, None) => assert!(bytes.is_empty()),
        (416, Some(part)) => assert_eq!(part, format!("bytes */{}", whole.len())),
        (206, Some(part)) => {
            let described = part
                .strip_prefix("bytes ")
                .and_then(|part| part.split_once('/'));
            let (range, length) = described.expect("a part says which it is");
            assert_eq!(length, whole.len().to_string());
            let (start, end) = range
                .split_once('-')
                .expect("it has a beginning and an end");
            let number = |text: &str| text.parse::<usize>().expect("they are numbers");
            assert!(bytes == whole[number(start)..=number(end)]);
        }
        (status, part) => panic!("{status} with {part:?}"),
    }
});
