//! Deletion means deletion: the bytes of what was deleted are in no file of the data folder any more.

use std::fs;
use std::time::Duration;

use crate::support::{Form, Person, TestApp, pictures};

/// No other text, and no picture, has such bytes.
const TEXT: &str = "Zebrafinken-7c41e9";
const LOGIN: &str = "quetzal-55d0";

/// The files of the data folder that contain `bytes`, each with its size.
fn holding(app: &TestApp, bytes: &[u8]) -> Vec<String> {
    let mut holding = Vec::new();
    for file in app.all_files() {
        let content = fs::read(app.path(&file)).unwrap();
        if content.windows(bytes.len()).any(|window| window == bytes) {
            holding.push(format!("{file}, {} bytes", content.len()));
        }
    }
    holding
}

/// Bytes of a picture, from its middle.
fn middle(picture: &[u8]) -> &[u8] {
    &picture[picture.len() / 2..][..24]
}

/// The bytes of all previews.
fn previews(app: &TestApp) -> Vec<Vec<u8>> {
    let previews = app.previews().into_iter();
    let read = |file| fs::read(app.path(&format!("photos/{file}"))).unwrap();
    previews.map(read).collect()
}

/// Shares a photo, moved or not, and a photo in place of another. Returns the photos, and after them the previews that
/// were made.
fn share_photos(app: &TestApp, person: &Person<'_>, space: i64) -> Vec<Vec<u8>> {
    let mut photos: Vec<_> = (1..=4).map(pictures::png).collect();
    let path = format!("/spaces/{space}/shares");
    person
        .post_form(&path, Form::text(TEXT).file(&photos[0]))
        .is_ok();
    let edited = person
        .post_form(&path, Form::text(TEXT).file(&photos[1]))
        .is_ok();
    app.move_photos();
    photos.extend(previews(app));
    assert_eq!(photos.len(), 4 + 2 * 2);
    let edited = format!("/shares/{}", edited["id"]);
    person
        .put_form(&edited, Form::text(TEXT).file(&photos[2]))
        .is(200, "Share edited");
    person
        .post_form(&path, Form::text(TEXT).file(&photos[3]))
        .is_ok();
    photos
}

/// What a server does within a few minutes of any deletion.
fn wait_a_few_minutes(app: &TestApp) {
    app.app.clock.advance(Duration::from_secs(6 * 60));
    app.wait(app.app.clean_up()).unwrap();
}

#[test]
fn a_comment_that_was_edited_or_deleted_leaves_none_of_its_old_bytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let share = ann.share(space, "Birds");
    let (edited, deleted) = (ann.comment(share, TEXT), ann.comment(share, TEXT));
    assert!(!holding(&app, TEXT.as_bytes()).is_empty());
    let other = serde_json::json!({"text": "Other words"});
    ann.put(&format!("/comments/{edited}"), other).is_ok();
    assert_eq!(ann.delete(&format!("/comments/{deleted}")).status, 204);
    wait_a_few_minutes(&app);
    assert_eq!(holding(&app, TEXT.as_bytes()), [""; 0]);
}

#[test]
fn the_comments_on_a_deleted_share_leave_no_bytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let share = ann.share(space, "Birds");
    ann.comment(share, TEXT);
    ann.delete(&format!("/shares/{share}"))
        .is(200, "Share deleted");
    wait_a_few_minutes(&app);
    assert_eq!(holding(&app, TEXT.as_bytes()), [""; 0]);
}

fn nothing_is_left(app: &TestApp, photos: &[Vec<u8>]) {
    assert_eq!(holding(app, TEXT.as_bytes()), [""; 0]);
    for photo in photos {
        assert_eq!(holding(app, middle(photo)), [""; 0]);
    }
    assert_eq!(app.files(), [""; 0]);
    assert_eq!(app.previews(), [""; 0]);
}

#[test]
fn a_deleted_share_leaves_no_bytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let photos = share_photos(&app, &ann, space);
    assert!(!holding(&app, TEXT.as_bytes()).is_empty());
    for photo in [&photos[0], &photos[2], &photos[3], &photos[4]] {
        assert!(
            !holding(&app, middle(photo)).is_empty(),
            "this test looks for what was never there"
        );
    }
    for share in 1..=3 {
        ann.delete(&format!("/shares/{share}"))
            .is(200, "Share deleted");
    }
    wait_a_few_minutes(&app);
    nothing_is_left(&app, &photos);
}

#[test]
fn an_edited_share_leaves_none_of_its_old_bytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let photos = [1, 2].map(pictures::png);
    let path = format!("/spaces/{space}/shares");
    ann.post_form(&path, Form::text(TEXT).file(&photos[0]))
        .is_ok();
    app.move_photos();
    let small = previews(&app);
    assert_eq!(small.len(), 2);
    ann.put_form("/shares/1", Form::text("Other words").file(&photos[1]))
        .is(200, "Share edited");
    app.move_photos();
    wait_a_few_minutes(&app);
    assert_eq!(holding(&app, TEXT.as_bytes()), [""; 0]);
    // Previews of similar pictures have most of their bytes in common.
    for old in [middle(&photos[0]), &small[0], &small[1]] {
        assert_eq!(holding(&app, old), [""; 0]);
    }
    assert_eq!(holding(&app, middle(&photos[1])).len(), 1);
}

#[test]
fn a_deleted_space_leaves_no_bytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Aviary-7c41e9");
    let photos = share_photos(&app, &ann, space);
    assert!(!holding(&app, b"Aviary-7c41e9").is_empty());
    ann.delete(&format!("/spaces/{space}"))
        .is(200, "Space deleted");
    wait_a_few_minutes(&app);
    nothing_is_left(&app, &photos);
    assert_eq!(holding(&app, b"Aviary-7c41e9"), [""; 0]);
}

#[test]
fn a_removed_account_leaves_no_bytes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let bird = app.person(LOGIN);
    ann.invite(space, LOGIN);
    let photos = share_photos(&app, &bird, space);
    assert!(!holding(&app, LOGIN.as_bytes()).is_empty());
    let removed = app.remove_account(LOGIN);
    app.wait(app.app.cleanup().delete_now(&removed));
    wait_a_few_minutes(&app);
    nothing_is_left(&app, &photos);
    assert_eq!(holding(&app, LOGIN.as_bytes()), [""; 0]);
    let shares = ann.get(&format!("/spaces/{space}/shares")).is_ok();
    assert_eq!(shares, serde_json::json!([]));
}

#[test]
fn while_somebody_still_reads_the_log_is_emptied_later() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let share = ann.share(space, TEXT);
    let reader = rusqlite::Connection::open(app.path("shared-spaces.db")).unwrap();
    reader
        .execute_batch("begin; select count(*) from shares;")
        .unwrap();
    ann.delete(&format!("/shares/{share}"))
        .is(200, "Share deleted");
    assert!(!app.wait(app.app.db.checkpoint_wal()).unwrap());
    ann.share(space, "Still writing");
    reader.execute_batch("commit").unwrap();
    assert!(app.wait(app.app.db.checkpoint_wal()).unwrap());
    assert_eq!(holding(&app, TEXT.as_bytes()), [""; 0]);
}
