//! Versions of a share: an editor that was opened before another edit doesn't undo that one.

use serde_json::{Value, json};

use crate::races::{act, race};
use crate::support::{Form, Person, TestApp, pictures};
use crate::uploads::{ann, upload};

const SHARE: &str = "/shares/1";
const EDITED: &str = "Share was edited meanwhile";

/// The share, and the tag of its version.
fn opened(person: &Person<'_>) -> (Value, String) {
    let reply = person.get(SHARE);
    let tag = reply.header("ETag").unwrap().to_owned();
    (reply.is_ok(), tag)
}

/// The ids of its photos, in their order.
fn ids(share: &Value) -> Vec<Value> {
    let media = share["media"].as_array().unwrap().iter();
    media.map(|medium| json!({"id": medium["id"]})).collect()
}

#[test]
fn an_editor_that_was_opened_earlier_removes_no_photo_that_was_added_since() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    let (share, tag) = opened(&ann);
    assert_eq!(share["version"], app.version(1));
    assert_eq!(tag, app.tag(1));
    let mut list = ids(&share);
    list.push(json!({"upload": upload(&app, &ann, &pictures::png(2))}));
    let added = ann.put_if(SHARE, &tag, json!({"media": list}));
    added.is(200, "Share edited");
    assert_eq!(added.header("ETag"), Some(&*app.tag(2)));

    let before = app.snapshot();
    let stale = json!({"text": "From the other screen", "media": ids(&share)});
    ann.put_if(SHARE, &tag, stale).is(412, EDITED);
    // Also where the list names what is gone, or brings an upload.
    let upload = upload(&app, &ann, &pictures::png(3));
    let stale = json!({"media": [{"id": 99}, {"upload": upload}]});
    ann.put_if(SHARE, &tag, stale).is(412, EDITED);
    ann.delete(&format!("/uploads/{upload}"));
    assert_eq!(app.snapshot(), before);

    let (share, tag) = opened(&ann);
    assert_eq!((ids(&share).len(), tag), (2, app.tag(2)));
    let tag = app.tag(2);
    let both = json!({"text": "From the other screen", "media": ids(&share)});
    ann.put_if(SHARE, &tag, both).is(200, "Share edited");
    app.move_photos();
}

#[test]
fn every_edit_counts_the_version_up_and_nothing_else_does() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let is = |number| {
        let version = opened(&ann).0["version"].take();
        assert_eq!(version, app.version(number));
    };
    is(1);
    ann.put_form(SHARE, Form::text("Hello"))
        .is(200, "Share edited");
    is(2);
    ann.put_form(SHARE, Form::text("Hello"))
        .is(200, "Share edited");
    is(2);
    let described = ann.put("/media/1", json!({"caption": "A lake"}));
    assert_eq!(described.header("ETag"), Some(&*app.tag(3)));
    ann.put("/media/1", json!({"taken_at": null})).is_ok();
    ann.put("/media/1", json!({"caption": "A lake"})).is_ok();
    is(3);
    let taken = json!({"taken_at": "2019-07-14T15:30:00"});
    ann.put("/media/1", taken).is_ok();
    is(4);
    ann.put_form(SHARE, Form::default().file(&pictures::png(2)))
        .is(200, "Share edited");
    app.move_photos();
    ann.put(SHARE, json!({"text": "Hello", "media": [{"id": 7}]}))
        .is(404, "This share has no photo with ID '7'");
    is(5);
    let listed = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(listed[0]["version"], app.version(5));
}

#[test]
fn descriptions_and_deletions_heed_the_version_too() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    ann.put_form(SHARE, Form::text("Hello"))
        .is(200, "Share edited");
    let before = app.snapshot();
    let caption = json!({"caption": "A lake"});
    ann.put_if("/media/1", &app.tag(1), caption.clone())
        .is(412, EDITED);
    ann.delete_if(SHARE, &app.tag(1)).is(412, EDITED);
    assert_eq!(app.snapshot(), before);
    let either = format!("{}, W/{}", app.tag(1), app.tag(2));
    ann.put_if("/media/1", &either, caption).is_ok();
    ann.delete_if(SHARE, &app.tag(3)).is(200, "Share deleted");
    ann.delete_if(SHARE, &app.tag(3)).is(404, "No such share");
}

#[test]
fn any_version_will_do_where_none_is_named_and_a_malformed_tag_is_refused() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share(1, "Hello");
    ann.put_if(SHARE, "*", json!({"text": "Again"}))
        .is(200, "Share edited");
    for tag in ["2", "", "\"2"] {
        ann.put_if(SHARE, tag, json!({"text": "Never"})).is(
            400,
            "The header If-Match must be the ETag of the share, in its quotes",
        );
    }
    // A text that can't be one is refused first, and another's share too.
    ann.put_if(SHARE, &app.tag(1), json!({"text": " "}))
        .is(400, "Text cannot be empty");
    let bob = app.person("bob");
    ann.invite(1, "bob");
    bob.put_if(SHARE, &app.tag(1), json!({"text": "Mine"}))
        .is(403, "User doesn't own this share");
    app.anonymous()
        .put_if(SHARE, "2", json!({"text": "Mine"}))
        .is(401, "You aren't authorized");
}

#[test]
fn of_two_editors_at_the_same_moment_one_is_told_of_the_other() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share(1, "Hello");
    for round in 1..=8 {
        let tag = app.tag(round);
        let edit = |text: &'static str| {
            let (tag, text) = (tag.clone(), format!("{text} {round}"));
            act(ann.token(), move |me: &Person<'_>| {
                me.put_if(SHARE, &tag, json!({"text": text}))
            })
        };
        let replies = race(&app, vec![edit("One"), edit("Two")]);
        let mut said: Vec<_> = replies.iter().map(|reply| reply.status).collect();
        said.sort_unstable();
        assert_eq!(said, [200, 412], "{replies:?}");
    }
}

#[test]
fn a_version_from_before_a_restore_is_no_version_of_what_was_restored() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share(1, "Hello");
    let (_, before) = opened(&ann);
    let token = ann.token().to_owned();
    app.prepare_restored();
    let app = app.restarted();
    let ann = app.anonymous().with_token(&token);
    // What it counts is the same again, and what it said then is lost.
    let (share, after) = opened(&ann);
    assert_eq!(
        (&share["text"], after.ends_with("-1\"")),
        (&json!("Hello"), true)
    );
    ann.put_if(SHARE, &before, json!({"text": "Of then"}))
        .is(412, EDITED);
    // So is the tag of a version from before epochs were in them.
    ann.put_if(SHARE, "\"1\"", json!({"text": "Of then"}))
        .is(412, EDITED);
    ann.put_if(SHARE, &after, json!({"text": "Of now"}))
        .is(200, "Share edited");
}
