//! A share or an upload that is sent again because the answer was lost.

use std::time::Duration;

use serde_json::{Value, json};

use crate::races::{act, race};
use crate::support::{Form, TestApp, pictures};
use crate::uploads::{self, waiting};

/// A share without its links, which are signed again each time.
fn without_links(mut share: Value) -> Value {
    share["image_url"] = share["image_url"].is_string().into();
    share["image"]["previews"] = share["image"]["previews"].is_object().into();
    for medium in share["media"].as_array_mut().unwrap() {
        medium["url"] = medium["url"].is_string().into();
        medium["previews"] = medium["previews"].is_object().into();
    }
    share
}

#[test]
fn a_share_that_is_sent_again_is_the_share_that_was_made() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let form = || Form::text("The garden").file(&pictures::png(1));
    let first = ann.share_under("a-1", 1, form()).is_ok();
    let files = app.files();
    for _ in 0..2 {
        let again = ann.share_under("a-1", 1, form()).is_ok();
        assert_eq!(without_links(again), without_links(first.clone()));
        assert_eq!(app.files(), files);
    }
    assert_eq!(app.count("select count(*) from shares"), 1);
    app.move_photos();
    let moved = ann.get("/shares/1").is_ok();
    let again = ann.share_under("a-1", 1, form()).is_ok();
    assert_eq!(without_links(again), without_links(moved));
}

#[test]
fn another_key_or_none_makes_another_share() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let ids = ["a", "b", "A"]
        .map(|key| ann.share_under(key, 1, Form::text("Hello")).is_ok()["id"].clone());
    assert_eq!(ids, [1, 2, 3]);
    assert_eq!([ann.share(1, "Hello"), ann.share(1, "Hello")], [4, 5]);
}

#[test]
fn two_people_may_use_the_same_key() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    ann.invite(1, "bob");
    for person in [&ann, &bob] {
        let share = person.share_under("a", 1, Form::text("Hello")).is_ok();
        assert_eq!(share["user"]["id"], person.id);
    }
}

#[test]
fn what_was_edited_meanwhile_comes_as_it_is_now() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.share_under("a", 1, Form::text("Hello")).is_ok();
    ann.put_form("/shares/1", Form::text("Good evening"))
        .is(200, "Share edited");
    let again = ann.share_under("a", 1, Form::text("Hello")).is_ok();
    assert_eq!(
        (&again["id"], &again["text"]),
        (&1.into(), &"Good evening".into())
    );
}

/// Otherwise its sender would be told that it is in a space where it isn't.
#[test]
fn a_key_that_was_used_in_another_space_is_refused() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.space("Choir");
    ann.share_under("a", 1, Form::text("Hello")).is_ok();
    let before = app.snapshot();
    ann.share_under("a", 2, Form::text("Hello").file(&pictures::png(1)))
        .is(422, "This Idempotency-Key was used in another space");
    assert_eq!(app.snapshot(), before);
}

#[test]
fn who_has_left_the_space_gets_nothing_by_an_old_key() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    ann.invite(1, "bob");
    bob.share_under("a", 1, Form::text("Hello")).is_ok();
    bob.delete(&format!("/spaces/1/members/{}", bob.id))
        .is(200, "Member deleted");
    bob.share_under("a", 1, Form::text("Hello"))
        .is(403, "Can't access this space - not a member");
}

#[test]
fn a_malformed_key_is_refused_before_the_rest_is_looked_at() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    for key in ["", "a b", "a.b", "\"a\"", &"x".repeat(65)] {
        ann.share_under(key, 1, Form::text("")).is(
            400,
            "Idempotency-Key must be 1 to 64 letters, digits, '-' or '_'",
        );
    }
    app.anonymous()
        .share_under("a b", 1, Form::text("Hello"))
        .is(401, "You aren't authorized");
    assert_eq!(app.count("select count(*) from shares"), 0);
}

#[test]
fn an_upload_that_is_sent_again_is_the_upload_that_was_made_and_counts_once() {
    let photo = pictures::png(1);
    let app = TestApp::with(|config| config.limits.waiting_uploads = 1);
    let ann = uploads::ann(&app);
    let first = ann.upload_under("a-1", &[], &photo);
    assert_eq!(first.status, 201);
    let files = app.files();
    for _ in 0..2 {
        let again = ann.upload_under("a-1", &[], &photo);
        assert_eq!((again.status, again.json()), (201, first.json()));
        assert_eq!(again.header("Location"), Some("/uploads/1"));
        assert_eq!(app.files(), files);
    }
    assert_eq!(app.count("select count(*) from uploads"), 1);
    // Another key is another upload, for which there is no place.
    let another = ann.upload_under("a-2", &[], &photo);
    assert_eq!(another.status, 409, "{}", another.text());
    // As long as it waits: once a share has taken it, a file under its key is another upload.
    ann.post("/spaces/1/shares", json!({"media": [{"upload": 1}]}))
        .is_ok();
    app.move_photos();
    let later = ann.upload_under("a-1", &[], &photo);
    assert_eq!((later.status, &later.json()["id"]), (201, &json!(2)));
}

#[test]
fn the_key_of_an_upload_stands_for_one_file_of_one_user() {
    let app = TestApp::new();
    let (ann, bob) = (uploads::ann(&app), app.person("bob"));
    let (photo, another) = (pictures::png(1), pictures::sample("tree.jpg"));
    assert_eq!(ann.upload_under("a", &[], &photo).json()["id"], 1);
    assert_eq!(bob.upload_under("a", &[], &another).json()["id"], 2);
    ann.upload_under("a", &[], &another)
        .is(422, "This Idempotency-Key was used for another upload");
    ann.upload_under("a b", &[], &photo).is(
        400,
        "Idempotency-Key must be 1 to 64 letters, digits, '-' or '_'",
    );
    assert_eq!(waiting(&app), 2);
    // Of one whose time is over, nothing stands in the way.
    app.app.clock.advance(Duration::from_secs(25 * 60 * 60));
    let later = ann.upload_under("a", &[], &another);
    assert_eq!((later.status, &later.json()["id"]), (201, &json!(3)));
}

#[test]
fn an_upload_that_was_begun_goes_on_where_it_is() {
    let app = TestApp::new();
    let ann = uploads::ann(&app);
    let photo = pictures::png(1);
    let (half, length) = (photo.len() / 2, photo.len().to_string());
    let tus = ("Tus-Resumable", String::from("1.0.0"));
    let begin = [tus.clone(), ("Upload-Length", length)];
    let chunk = (
        "Content-Type",
        String::from("application/offset+octet-stream"),
    );
    let with_bytes = [&begin[..], &[chunk]].concat();
    let first = ann.upload_under("a", &with_bytes, &photo[..half]);
    assert_eq!(first.status, 201, "{}", first.text());
    for again in [
        ann.upload_under("a", &begin, b""),
        ann.upload_under("a", &with_bytes, &photo[..half]),
    ] {
        assert_eq!(again.status, 201, "{}", again.text());
        assert_eq!(again.header("Location"), Some("/uploads/1"));
        let offset = half.to_string();
        assert_eq!(again.header("Upload-Offset"), Some(offset.as_str()));
    }
    let longer = [tus, ("Upload-Length", String::from("9"))];
    ann.upload_under("a", &longer, b"")
        .is(422, "This Idempotency-Key was used for another upload");
    assert_eq!(waiting(&app), 1);
}

#[test]
fn of_two_uploads_at_once_under_one_key_one_stays() {
    let app = TestApp::new();
    let ann = uploads::ann(&app);
    let photo = pictures::png(1);
    let acts = [(); 4].map(|()| {
        let photo = photo.clone();
        act(ann.token(), move |ann| ann.upload_under("a", &[], &photo))
    });
    for reply in race(&app, acts.into()) {
        assert_eq!((reply.status, &reply.json()["id"]), (201, &json!(1)));
    }
    assert_eq!(
        (app.count("select count(*) from uploads"), waiting(&app)),
        (1, 1)
    );
}
