//! Downloads: what a browser or a program that has the link of a photo may rely on.

use rocket::http::Header;

use crate::support::{Person, Reply, TestApp, path_of, pictures};

/// A space of Ann's with one photo in it, and the path of its link.
fn photo(app: &TestApp) -> (Person<'_>, String) {
    let ann = app.person("ann");
    ann.space("Family");
    let path = path_of(&ann.share_photo(1, &pictures::png(1))["image_url"]);
    app.move_photos();
    (ann, path)
}

fn part(app: &TestApp, path: &str, range: &str) -> Reply {
    app.anonymous().get_with(path, "Range", range)
}

#[test]
fn a_link_works_whatever_else_is_sent_along() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let nobody = app.anonymous();
    for (name, value) in [
        ("Authorization", "Bearer wrong"),
        ("Cookie", "session=wrong"),
        ("Origin", "https://elsewhere.example"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Accept", "image/avif,image/webp,*/*;q=0.8"),
    ] {
        let reply = nobody.get_with(&path, name, value);
        assert_eq!((reply.status, &reply.bytes), (200, &pictures::png(1)));
    }
}

#[test]
fn a_link_outlives_the_session_and_the_membership_of_who_made_it() {
    let app = TestApp::new();
    let (ann, path) = photo(&app);
    let bob = app.person("bob");
    ann.invite(1, "bob");
    let of_bob = path_of(&bob.get("/spaces/1/images").is_ok()[0]["image_url"]);
    assert_eq!(
        of_bob, path,
        "a link is about the photo and not about the client"
    );
    ann.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    ann.delete("/logout").is(200, "Logged out");
    assert_eq!(app.anonymous().get(&of_bob).bytes, pictures::png(1));
}

#[test]
fn a_link_still_works_after_a_restart() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let app = app.restarted();
    assert_eq!(app.anonymous().get(&path).bytes, pictures::png(1));
}

#[test]
fn another_servers_link_is_not_valid_here() {
    let (here, there) = (TestApp::new(), TestApp::new());
    let ((_, path), (_, other)) = (photo(&here), photo(&there));
    assert_eq!(path.split('?').next(), other.split('?').next());
    here.anonymous()
        .get(&other)
        .is(403, "This link isn't valid");
}

#[test]
fn the_links_of_a_deleted_space_lead_nowhere() {
    let app = TestApp::new();
    let (ann, path) = photo(&app);
    ann.delete("/spaces/1").is(200, "Space deleted");
    app.anonymous().get(&path).is(404, "No such photo");
}

#[test]
fn a_forged_link_says_nothing_about_whether_the_photo_exists() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let (_, proof) = path.split_once('?').unwrap();
    for name in [
        "1-1.png", "1-2.png", "9-1.png", "nothing", "1-1.svg", "-", "1-",
    ] {
        for query in [
            "",
            "?expires=99999999999",
            "?signature=AAAA",
            "?expires=&signature=",
        ] {
            app.anonymous()
                .get(&format!("/photos/{name}{query}"))
                .is(403, "This link isn't valid");
        }
        if name != "1-1.png" {
            app.anonymous()
                .get(&format!("/photos/{name}?{proof}"))
                .is(403, "This link isn't valid");
        }
    }
}

#[test]
fn browsers_must_not_guess_what_a_photo_is() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let nobody = app.anonymous();
    for path in [path.as_str(), "/photos/1-1.png", "/nothing", "/me"] {
        assert_eq!(
            nobody.get(path).header("X-Content-Type-Options"),
            Some("nosniff"),
            "{path}"
        );
    }
}

#[test]
fn parts_put_together_are_the_photo() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let picture = pictures::png(1);
    let mut whole = Vec::new();
    while whole.len() < picture.len() {
        let range = format!("bytes={}-{}", whole.len(), whole.len() + 99);
        let reply = part(&app, &path, &range);
        assert_eq!(reply.status, 206);
        whole.extend(reply.bytes);
    }
    assert_eq!(whole, picture);
    let reply = part(&app, &path, &format!("bytes=-{}", picture.len() * 2));
    assert_eq!(reply.bytes, picture, "a longer end than there is");
    let reply = part(&app, &path, &format!("bytes=0-{}", u64::MAX));
    assert_eq!(reply.bytes, picture, "further than there is");
}

#[test]
fn a_part_tells_which_photo_it_is_of() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let whole = app.anonymous().get(&path);
    let partial = part(&app, &path, "bytes=0-3");
    for name in ["ETag", "Content-Type", "Accept-Ranges"] {
        assert_eq!(partial.header(name), whole.header(name), "{name}");
        assert!(whole.header(name).is_some(), "{name}");
    }
}

#[test]
fn no_bytes_at_all_cannot_be_asked_for() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    for range in ["bytes=-0", &format!("bytes={}-", pictures::png(1).len())] {
        let reply = part(&app, &path, range);
        assert_eq!(reply.status, 416, "{range}");
    }
}

/// A photo that wasn't sent must not be kept in its place.
#[test]
fn a_refused_range_is_not_kept_by_anybody() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let reply = part(&app, &path, "bytes=999999-");
    assert_eq!(reply.status, 416);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
}

/// Ranges are defined for `GET` alone (RFC 9110, section 14.2).
#[test]
fn head_is_about_the_whole_photo_whatever_range_is_asked_for() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let request = app
        .client()
        .head(path)
        .header(Header::new("Range", "bytes=0-3"));
    let reply = app.anonymous().send(request);
    assert_eq!(reply.status, 200);
    let length = pictures::png(1).len().to_string();
    assert_eq!(reply.header("Content-Length"), Some(length.as_str()));
}

#[test]
fn any_of_several_tags_will_do() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let nobody = app.anonymous();
    let tag = nobody.get(&path).header("ETag").unwrap().to_owned();
    for tags in [
        "*".to_owned(),
        format!("\"other\", {tag}"),
        format!("W/{tag}"),
    ] {
        let reply = nobody.get_with(&path, "If-None-Match", &tags);
        assert_eq!((reply.status, reply.bytes.len()), (304, 0), "{tags}");
        assert!(
            reply
                .header("Cache-Control")
                .unwrap()
                .starts_with("private, immutable, max-age=")
        );
    }
    let reply = nobody.get_with(&path, "If-None-Match", "\"other\"");
    assert_eq!((reply.status, &reply.bytes), (200, &pictures::png(1)));
}

#[test]
fn a_photo_is_kept_no_longer_than_its_link_works() {
    let app = TestApp::new();
    let (_, path) = photo(&app);
    let expires = path.split("expires=").nth(1).unwrap();
    let expires: i64 = expires.split('&').next().unwrap().parse().unwrap();
    let reply = app.anonymous().get(&path);
    let cache = reply.header("Cache-Control").unwrap();
    let max_age: i64 = cache.split("max-age=").nth(1).unwrap().parse().unwrap();
    let left = expires - app.app.now().seconds();
    assert!((left..=left + 5).contains(&max_age), "{max_age} {left}");
}
