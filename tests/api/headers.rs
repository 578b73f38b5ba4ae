//! The headers of every response that are for browsers.

use crate::support::{Person, Reply, TestApp, path_of, pictures};

const HTTPS: &str = "https://spaces.example.org";

/// Everything that a policy says, by its directive.
fn policy(reply: &Reply) -> Vec<&str> {
    let policy = reply.header("Content-Security-Policy").unwrap();
    policy.split("; ").collect()
}

/// An answer of each kind: pages, their files, the API with and without success, and a photo.
fn every_kind(nobody: &Person<'_>, ann: &Person<'_>, photo: &str) -> Vec<Reply> {
    let mut replies: Vec<_> = ["/", "/assets/style.css", "/assets/none.js", "/health"]
        .map(|path| nobody.get(path))
        .into();
    replies.extend(["/me", "/nothing"].map(|path| nobody.get(path)));
    replies.extend([ann.get("/spaces"), ann.delete("/spaces"), nobody.get(photo)]);
    replies.push(nobody.get("/photos/1-1.png"));
    replies
}

#[test]
fn nothing_of_ours_can_be_framed_sniffed_or_leak_where_somebody_came_from() {
    let app = TestApp::new().leaving_jobs();
    let ann = app.person("ann");
    let share = ann.share_photo(ann.space("Family"), &pictures::png(1));
    let photo = path_of(&share["image_url"]);
    for reply in every_kind(&app.anonymous(), &ann, &photo) {
        assert_eq!(reply.header("X-Content-Type-Options"), Some("nosniff"));
        assert_eq!(reply.header("X-Frame-Options"), Some("DENY"));
        assert_eq!(reply.header("Referrer-Policy"), Some("same-origin"));
        let off = reply.header("Permissions-Policy").unwrap();
        for feature in ["camera=()", "microphone=()", "geolocation=()"] {
            assert!(off.contains(feature), "{off}");
        }
        let policy = policy(&reply);
        for directive in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(&directive), "{policy:?}");
        }
        assert!(!policy.concat().contains("unsafe"), "{policy:?}");
        assert_eq!(reply.header("Strict-Transport-Security"), None);
    }
}

#[test]
fn a_page_may_use_what_is_ours_and_nothing_else() {
    let app = TestApp::new();
    for path in ["/", "/app/spaces/1", "/assets/style.css"] {
        let reply = app.anonymous().get(path);
        let expected = [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ];
        assert_eq!(policy(&reply), expected, "{path}");
        assert_eq!(
            reply.header("Cross-Origin-Opener-Policy"),
            Some("same-origin")
        );
    }
}

#[test]
fn an_answer_of_the_api_does_nothing_as_a_page_and_is_kept_nowhere() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for reply in [ann.get("/spaces"), ann.get("/me"), ann.get("/shares/1")] {
        assert!(policy(&reply).contains(&"form-action 'none'"));
        assert!(!policy(&reply).concat().contains("self"));
        assert_eq!(reply.header("Cache-Control"), Some("no-store"));
        let readers = reply.header("Cross-Origin-Resource-Policy");
        assert_eq!(readers, Some("same-origin"));
    }
}

#[test]
fn a_photo_is_caged_and_can_be_shown_by_any_page_that_has_its_link() {
    let app = TestApp::new().leaving_jobs();
    let ann = app.person("ann");
    let share = ann.share_photo(ann.space("Family"), &pictures::png(1));
    let reply = app.anonymous().get(&path_of(&share["image_url"]));
    assert_eq!(reply.status, 200);
    assert!(policy(&reply).contains(&"sandbox"));
    assert!(!policy(&reply).concat().contains("self"));
    let readers = reply.header("Cross-Origin-Resource-Policy");
    assert_eq!(readers, Some("cross-origin"));
}

#[test]
fn who_has_come_by_https_is_told_to_come_by_nothing_else() {
    let app = TestApp::with(|config| config.public_url = Some(HTTPS.to_owned()));
    for path in ["/", "/me", "/health", "/photos/1-1.png"] {
        let reply = app.anonymous().get(path);
        let hsts = reply.header("Strict-Transport-Security");
        assert_eq!(hsts, Some("max-age=31536000"), "{path}");
    }
}
