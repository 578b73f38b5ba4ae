//! The web app: its page, its files, how they are compressed and cached.

use std::io::Read;

use brotli_decompressor::Decompressor;
use flate2::read::GzDecoder;
use rocket::http::Header;
use serde_json::json;
use shared_spaces::api::assets;

use crate::support::{Reply, TestApp};

/// A year, and no question in between.
const FOR_EVER: Option<&str> = Some("public, max-age=31536000, immutable");

/// The path of a file of the app that ends like this.
fn asset(end: &str) -> String {
    let mut names = assets::names().filter(|name| name.starts_with("assets/"));
    format!("/{}", names.find(|name| name.ends_with(end)).unwrap())
}

fn get(app: &TestApp, path: &str, encoding: &str) -> Reply {
    app.anonymous().get_with(path, "Accept-Encoding", encoding)
}

/// What was packed.
fn unpacked(reply: &Reply) -> Vec<u8> {
    let mut plain = Vec::new();
    match reply.header("Content-Encoding") {
        Some("br") => Decompressor::new(&reply.bytes[..], 4096).read_to_end(&mut plain),
        Some("gzip") => GzDecoder::new(&reply.bytes[..]).read_to_end(&mut plain),
        other => panic!("{other:?} isn't a coding of ours"),
    }
    .unwrap();
    plain
}

#[test]
fn the_page_stands_at_every_address_of_the_app() {
    let app = TestApp::new();
    let page = app.anonymous().get("/");
    assert!(page.text().contains("<title>Shared Spaces</title>"));
    for path in [
        "/",
        "/app",
        "/app/",
        "/app/sign-in",
        "/app/spaces/3/photos/34",
        "/app/%2E%2E",
        "/app/x.js?a=b",
    ] {
        let reply = app.anonymous().get(path);
        assert_eq!(
            (reply.status, reply.header("Content-Type")),
            (200, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert_eq!(reply.bytes, page.bytes, "{path}");
        assert_eq!(reply.header("Cache-Control"), Some("no-cache"), "{path}");
    }
}

#[test]
fn all_that_the_page_names_is_there() {
    let app = TestApp::new();
    let page = app.anonymous().get("/").text();
    let mut names = 0;
    for attribute in ["src=\"/", "href=\"/"] {
        for rest in page.split(attribute).skip(1) {
            let path = format!("/{}", rest.split('"').next().unwrap());
            assert_eq!(app.anonymous().get(&path).status, 200, "{path}");
            names += 1;
        }
    }
    assert!(
        names >= 3,
        "only {names} names: does this test still see them?"
    );
}

#[test]
fn a_file_is_sent_as_small_as_the_browser_takes_it() {
    let app = TestApp::new();
    for path in [
        asset(".js"),
        asset(".css"),
        asset(".svg"),
        asset(".webmanifest"),
    ] {
        let plain = app.anonymous().get(&path);
        assert_eq!(plain.header("Content-Encoding"), None, "{path}");
        let mut size = plain.bytes.len();
        for (encoding, expected) in [("gzip, deflate", "gzip"), ("gzip, deflate, br, zstd", "br")] {
            let packed = get(&app, &path, encoding);
            assert_eq!(packed.header("Content-Encoding"), Some(expected), "{path}");
            assert_eq!(packed.header("Vary"), Some("Accept-Encoding"), "{path}");
            assert_eq!(
                packed.header("Content-Type"),
                plain.header("Content-Type"),
                "{path}"
            );
            assert!(
                unpacked(&packed) == plain.bytes,
                "{path} is another thing in {expected}"
            );
            assert!(
                packed.bytes.len() < size,
                "{path} isn't smaller in {expected}"
            );
            size = packed.bytes.len();
        }
        for encoding in ["", "identity", "br;q=0, gzip;q=0", "zstd"] {
            assert!(
                get(&app, &path, encoding).bytes == plain.bytes,
                "{path} for {encoding:?}"
            );
        }
        assert_eq!(plain.header("Vary"), Some("Accept-Encoding"), "{path}");
    }
}

#[test]
fn what_is_packed_by_its_nature_and_pages_are_not_packed() {
    let app = TestApp::new();
    for (path, kind) in [
        (asset(".png"), "image/png"),
        (String::from("/"), "text/html; charset=utf-8"),
        (String::from("/docs"), "text/html; charset=utf-8"),
    ] {
        let reply = get(&app, &path, "gzip, br");
        assert_eq!(reply.header("Content-Type"), Some(kind));
        assert_eq!(
            (reply.header("Content-Encoding"), reply.header("Vary")),
            (None, None)
        );
    }
}

#[test]
fn each_file_has_its_type() {
    let app = TestApp::new();
    for (end, kind) in [
        (".js", "text/javascript; charset=utf-8"),
        (".css", "text/css; charset=utf-8"),
        (".svg", "image/svg+xml"),
        (".webmanifest", "application/manifest+json"),
    ] {
        assert_eq!(
            app.anonymous().get(&asset(end)).header("Content-Type"),
            Some(kind)
        );
    }
}

#[test]
fn a_file_with_its_content_in_its_name_is_kept_for_a_year_and_the_page_is_asked_for_each_time() {
    let app = TestApp::new();
    for name in assets::names() {
        let cache = app.anonymous().get(&format!("/{name}"));
        let cache = cache.header("Cache-Control");
        match name.strip_prefix("assets/") {
            Some(_) => assert_eq!(cache, FOR_EVER, "{name}"),
            None if name == assets::PAGE || name == assets::DOCS => {}
            None => assert_eq!(cache, Some("no-cache"), "{name}"),
        }
    }
}

#[test]
fn who_has_a_file_already_is_told_so() {
    let app = TestApp::new();
    for (path, cache) in [
        ("/app/spaces/1", Some("no-cache")),
        ("/docs", Some("no-cache")),
        ("/app/sw.js", Some("no-cache")),
        (&asset(".js"), FOR_EVER),
    ] {
        let mut tags: Vec<String> = Vec::new();
        for encoding in ["identity", "gzip", "br"] {
            let first = get(&app, path, encoding);
            let tag = first.header("ETag").unwrap().to_owned();
            let again = |tags: &str| {
                let request = app
                    .client()
                    .get(path.to_owned())
                    .header(Header::new("Accept-Encoding", encoding))
                    .header(Header::new("If-None-Match", tags.to_owned()));
                app.anonymous().send(request)
            };
            for known in [
                tag.clone(),
                format!("W/{tag}"),
                format!("\"other\", {tag}"),
                String::from("*"),
            ] {
                let reply = again(&known);
                assert_eq!((reply.status, reply.bytes.len()), (304, 0), "{known}");
                assert_eq!(reply.header("ETag"), Some(tag.as_str()));
                assert_eq!(reply.header("Cache-Control"), cache);
                assert_eq!(reply.header("Vary"), first.header("Vary"));
            }
            // The same file in another form is not what the browser has.
            for other in tags.iter().filter(|_| first.header("Vary").is_some()) {
                assert_eq!(again(other).status, 200, "{other}");
            }
            tags.push(tag);
        }
    }
}

#[test]
fn the_head_of_a_file_is_that_of_the_file() {
    let app = TestApp::new();
    for path in [
        String::from("/"),
        String::from("/app/account"),
        asset(".css"),
        String::from("/robots.txt"),
    ] {
        let whole = get(&app, &path, "gzip");
        let request = app
            .client()
            .head(path.clone())
            .header(Header::new("Accept-Encoding", "gzip"));
        let head = app.anonymous().send(request);
        assert_eq!((head.status, head.bytes.len()), (200, 0), "{path}");
        for name in [
            "ETag",
            "Content-Type",
            "Content-Encoding",
            "Cache-Control",
            "Vary",
            "Content-Length",
        ] {
            assert_eq!(head.header(name), whole.header(name), "{name} of {path}");
        }
    }
}

#[test]
fn no_machine_is_to_list_what_is_here() {
    let app = TestApp::new();
    let robots = app.anonymous().get("/robots.txt");
    assert_eq!(
        (robots.status, robots.text().as_str()),
        (200, "User-agent: *\nDisallow: /\n")
    );
    assert_eq!(
        robots.header("Content-Type"),
        Some("text/plain; charset=utf-8")
    );
}

#[test]
fn what_is_no_page_and_no_file_is_refused_in_the_form_of_the_api() {
    let app = TestApp::new();
    let script = asset(".js");
    for path in [
        "/nothing",
        "/apps",
        "/index.html",
        "/index.html.br",
        "/robots.txt.gz",
        "/assets",
        "/assets/nothing.js",
        "/assets/..%2Findex.html",
        "/assets/%2E%2E%2F%2E%2E%2FCargo.toml",
        "/assets/..",
        &format!("{script}.br"),
        &format!("{script}.gz"),
        "/spaces/1/nothing",
    ] {
        app.anonymous()
            .get(path)
            .is(404, "No such page or endpoint");
    }
    let reply = app
        .anonymous()
        .get_with("/nothing", "Accept", "application/json");
    assert_eq!(reply.json()["code"], "no_such_endpoint");
}

#[test]
fn a_page_can_only_be_got() {
    let app = TestApp::new();
    for path in [
        "/",
        "/app",
        "/app/spaces/1/members",
        &asset(".css"),
        "/robots.txt",
    ] {
        let reply = app.anonymous().post(path, json!({}));
        reply.is(405, "Method not allowed");
        assert_eq!(reply.header("Allow"), Some("GET, HEAD"), "{path}");
    }
}

#[test]
fn the_service_worker_is_asked_for_each_time_and_may_read_what_pages_may() {
    let app = TestApp::new();
    let reply = app.anonymous().get("/app/sw.js");
    assert_eq!(reply.status, 200);
    for (name, value) in [
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Cache-Control", "no-cache"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let page = app.anonymous().get("/app/");
    assert_eq!(
        reply.header("Content-Security-Policy"),
        page.header("Content-Security-Policy")
    );
    // Each file that it keeps is there: if one weren't, it would never be installed.
    let script = reply.text();
    let mut kept = 0;
    for part in script.split(['"', '`', ',']) {
        if part.starts_with("/assets/") && part != "/assets/" {
            assert_eq!(app.anonymous().get(part).status, 200, "{part}");
            kept += 1;
        }
    }
    assert!(
        kept > 10,
        "only {kept} files: does this test still see them?"
    );
}

#[test]
fn what_is_shared_to_the_app_before_its_worker_is_there_leads_to_its_page() {
    let app = TestApp::new();
    let reply = app.anonymous().post("/app/share-target", json!({}));
    assert_eq!(
        (reply.status, reply.header("Location")),
        (303, Some("/app/share-target"))
    );
}
