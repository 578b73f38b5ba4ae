//! Uploads that wait for their share: as a whole, and what shares make of them.

use std::time::Duration;

use rocket::http::{ContentType, Header};
use serde_json::{Value, json};

use crate::races::{act, race};
use crate::support::{Form, Person, Reply, TestApp, path_of, pictures};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A user with a space.
pub fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

/// Sends a file as a whole.
pub fn send(app: &TestApp, person: &Person<'_>, bytes: &[u8]) -> Reply {
    person.send(app.client().post("/uploads").body(bytes))
}

/// Sends a file as a whole, and returns its id.
pub fn upload(app: &TestApp, person: &Person<'_>, bytes: &[u8]) -> i64 {
    let reply = send(app, person, bytes);
    assert_eq!(reply.status, 201, "{}", reply.text());
    let id = reply.json()["id"].as_i64().unwrap();
    assert_eq!(
        reply.header("Location"),
        Some(format!("/uploads/{id}").as_str())
    );
    id
}

fn of(ids: &[i64]) -> Value {
    let media: Vec<_> = ids.iter().map(|id| json!({"upload": id})).collect();
    json!({"text": "Photos", "media": media})
}

/// The files in the folder of uploads, without previews.
pub fn waiting(app: &TestApp) -> usize {
    let files = app.all_files().into_iter();
    files
        .filter(|file| file.starts_with("uploads/") && !file.contains('.'))
        .count()
}

/// The photos of a share, as the bytes that their links lead to.
fn shown(app: &TestApp, share: &Value) -> Vec<Vec<u8>> {
    let media = share["media"].as_array().unwrap().iter();
    media
        .map(|medium| app.anonymous().get(&path_of(&medium["url"])).bytes)
        .collect()
}

#[test]
fn a_file_that_is_sent_is_told_by_its_bytes_and_is_its_makers_alone() {
    let app = TestApp::new();
    let (ann, bob) = (ann(&app), app.person("bob"));
    let photo = pictures::png(1);
    let wrong = app.client().post("/uploads").header(ContentType::Plain);
    let reply = ann.send(wrong.body(&photo));
    assert_eq!(reply.status, 201);
    let told = reply.json();
    assert_eq!(
        (&told["id"], &told["kind"], &told["length"], &told["offset"]),
        (
            &json!(1),
            &json!("photo"),
            &json!(photo.len()),
            &json!(photo.len())
        )
    );
    assert!(told["width"].is_u64() && told["bytes"].is_u64() && told["expires_at"].is_string());
    assert_eq!(ann.get("/uploads/1").is_ok(), told);
    for other in ["/uploads/2", "/uploads/x", "/uploads/9223372036854775808"] {
        let id = other.rsplit('/').next().unwrap();
        ann.get(other)
            .is(404, &format!("Upload with ID '{id}' doesn't exist"));
    }
    let before = app.snapshot();
    bob.get("/uploads/1")
        .is(404, "Upload with ID '1' doesn't exist");
    bob.delete("/uploads/1")
        .is(404, "Upload with ID '1' doesn't exist");
    app.anonymous()
        .get("/uploads/1")
        .is(401, "You aren't authorized");
    assert_eq!(app.snapshot(), before);
    assert_eq!(ann.delete("/uploads/1").status, 204);
    ann.get("/uploads/1")
        .is(404, "Upload with ID '1' doesn't exist");
    assert_eq!(waiting(&app), 0);
    // No id is used twice.
    assert_eq!(upload(&app, &ann, &photo), 2);
}

#[test]
fn what_is_refused_leaves_nothing() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 100_000);
    let ann = ann(&app);
    let files = app.all_files();
    send(&app, &ann, b"").is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    send(&app, &ann, b"GIF8").is(
        415,
        "Photo must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
    );
    send(&app, &ann, &vec![0; 100_001]).is(413, "Photo max 100000 bytes");
    let coded = app.client().post("/uploads");
    let coded = coded.header(Header::new("Content-Encoding", "gzip"));
    let reply = ann.send(coded.body("x"));
    assert_eq!(reply.status, 415);
    send(&app, &app.anonymous(), b"x").is(401, "You aren't authorized");
    assert_eq!(app.count("select count(*) from uploads"), 0);
    assert_eq!(waiting(&app), 0);
    assert_eq!(app.all_files().len(), files.len());
}

#[test]
fn a_share_takes_uploads_in_their_order_with_words_and_dates() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photos = [1, 2, 3].map(pictures::png);
    let ids = photos.each_ref().map(|photo| upload(&app, &ann, photo));
    let media = json!([
        {"upload": ids[2], "caption": "The lake", "taken_at": "2019-07-14T06:30"},
        {"upload": ids[0], "caption": null},
        {"upload": ids[1]},
    ]);
    let share = ann
        .post("/spaces/1/shares", json!({"media": media}))
        .is_ok();
    let expected = [&photos[2], &photos[0], &photos[1]].map(Clone::clone);
    assert_eq!(shown(&app, &share), expected);
    assert_eq!(share["media"][0]["caption"], "The lake");
    assert_eq!(share["media"][0]["taken_at"], "2019-07-14T06:30:00");
    assert_eq!(waiting(&app), 0);
    app.move_photos();
    assert_eq!(shown(&app, &ann.get("/shares/1").is_ok()), expected);
    assert_eq!(app.files().len(), 3);
    assert_eq!(app.previews().len(), 6);
    for id in ids {
        ann.get(&format!("/uploads/{id}"))
            .is(404, &format!("Upload with ID '{id}' doesn't exist"));
    }
}

#[test]
fn a_form_may_name_uploads_among_its_files() {
    let app = TestApp::new();
    let ann = ann(&app);
    let id = upload(&app, &ann, &pictures::png(2));
    let form = Form::text("Three")
        .file(&pictures::png(1))
        .part("upload", None, id.to_string().as_bytes())
        .part("caption", None, b"The second")
        .part("upload", None, b"")
        .file(&pictures::png(3));
    let share = ann.post_form("/spaces/1/shares", form).is_ok();
    assert_eq!(shown(&app, &share), [1, 2, 3].map(pictures::png));
    assert_eq!(share["media"][1]["caption"], "The second");
    app.move_photos();
}

#[test]
fn an_edit_names_photos_and_uploads_and_what_it_does_not_name_goes() {
    let app = TestApp::new();
    let ann = ann(&app);
    let first = ann.share_photo(1, &pictures::png(1));
    app.move_photos();
    let kept = &first["media"][0]["id"];
    let ids = [2, 3].map(|seed| upload(&app, &ann, &pictures::png(seed)));
    let media = json!([{"upload": ids[0], "caption": "New"}, {"id": kept}]);
    ann.put("/shares/1", json!({"text": "Two", "media": media}))
        .is(200, "Share edited");
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(shown(&app, &share), [2, 1].map(pictures::png));
    assert_eq!(share["media"][0]["caption"], "New");
    ann.put("/shares/1", json!({"media": [{"upload": ids[1]}]}))
        .is(200, "Share edited");
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(shown(&app, &share), [3].map(pictures::png));
    let both = json!([{"id": share["media"][0]["id"], "upload": 9}]);
    for media in [both, json!([{}]), json!([{"upload": "1"}]), json!([7])] {
        ann.put("/shares/1", json!({"media": media})).is(
            400,
            "Each entry of media must be an object with the id of a photo, or with an upload",
        );
    }
    // As a form: the upload takes the place of the first.
    let id = upload(&app, &ann, &pictures::png(4));
    let form = Form::default().part("upload", None, id.to_string().as_bytes());
    ann.put_form("/shares/1", form).is(200, "Share edited");
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(shown(&app, &share), [4].map(pictures::png));
    app.move_photos();
    assert_eq!(waiting(&app), 0);
}

#[test]
fn an_upload_is_taken_once_whole_and_by_its_maker() {
    let app = TestApp::new();
    let (ann, bob) = (ann(&app), app.person("bob"));
    ann.invite(1, "bob");
    let id = upload(&app, &ann, &pictures::png(1));
    let before = app.snapshot();
    let path = "/spaces/1/shares";
    bob.post(path, of(&[id]))
        .is(404, "Upload with ID '1' doesn't exist");
    ann.post(path, of(&[id, 7]))
        .is(404, "Upload with ID '7' doesn't exist");
    ann.post(path, of(&[id, id]))
        .is(400, "Media names the upload with ID '1' twice");
    let twice = Form::text("Twice").part("upload", None, b"1");
    let twice = twice.part("upload", None, b"01");
    ann.post_form(path, twice)
        .is(400, "Media names the upload with ID '1' twice");
    ann.post(path, json!({"text": "x", "media": [{"id": 1}]}))
        .is(404, "This share has no photo with ID '1'");
    ann.post(path, json!({"text": "x", "media": {"upload": 1}}))
        .is(400, "Media must be a list");
    ann.post(path, json!({"media": []}))
        .is(400, "Text must be provided");
    ann.post("/spaces/2/shares", of(&[id]))
        .is(404, "Space with ID '2' doesn't exist");
    assert_eq!(app.snapshot(), before);
    assert_eq!(waiting(&app), 1);
    let share = ann.post(path, of(&[id])).is_ok()["id"].clone();
    ann.post(path, of(&[id]))
        .is(404, "Upload with ID '1' doesn't exist");
    ann.put(&format!("/shares/{share}"), of(&[id]))
        .is(404, "Upload with ID '1' doesn't exist");
    app.move_photos();
}

#[test]
fn twenty_uploads_of_somebody_else_are_none_and_stay_theirs() {
    let app = TestApp::new();
    let (ann, bob) = (ann(&app), app.person("bob"));
    ann.invite(1, "bob");
    let ids: Vec<_> = (1..=20)
        .map(|seed| upload(&app, &ann, &pictures::png(seed)))
        .collect();
    let before = app.snapshot();
    let path = "/spaces/1/shares";
    bob.post(path, of(&ids))
        .is(404, "Upload with ID '1' doesn't exist");
    let form = ids.iter().fold(Form::text("Mine?"), |form, id| {
        form.part("upload", None, id.to_string().as_bytes())
    });
    bob.post_form(path, form)
        .is(404, "Upload with ID '1' doesn't exist");
    assert_eq!((app.snapshot(), waiting(&app)), (before, 20));
    let share = ann.post(path, of(&ids)).is_ok();
    assert_eq!(share["media"].as_array().unwrap().len(), 20);
    app.move_photos();
}

#[test]
fn there_are_no_more_uploads_in_a_share_than_photos() {
    let app = TestApp::with(|config| config.limits.media_per_share = 2);
    let ann = ann(&app);
    let ids = [1, 2, 3].map(|seed| upload(&app, &ann, &pictures::png(seed)));
    ann.post("/spaces/1/shares", of(&ids))
        .is(400, "A share has at most 2 photos");
    let share = ann.post("/spaces/1/shares", of(&ids[..2])).is_ok();
    let id = |at: usize| json!({"id": share["media"][at]["id"]});
    ann.put(
        &format!("/shares/{}", share["id"]),
        json!({"media": [id(0), id(1), {"upload": ids[2]}]}),
    )
    .is(400, "A share has at most 2 photos");
    assert_eq!(waiting(&app), 1);
    app.move_photos();
}

#[test]
fn a_share_that_is_sent_again_under_its_key_is_the_same_although_its_upload_is_taken() {
    let app = TestApp::new();
    let ann = ann(&app);
    let id = upload(&app, &ann, &pictures::png(1));
    let send = || {
        let request = app.client().post("/spaces/1/shares");
        let request = request.header(Header::new("Idempotency-Key", "once"));
        ann.send(
            request
                .header(ContentType::JSON)
                .body(of(&[id]).to_string()),
        )
    };
    let first = send().is_ok();
    assert_eq!(send().is_ok()["id"], first["id"]);
    assert_eq!(app.count("select count(*) from shares"), 1);
    app.move_photos();
}

#[test]
fn of_two_shares_at_once_with_one_upload_one_is_made() {
    let app = TestApp::new();
    let ann = ann(&app);
    let ids = [1, 2].map(|seed| upload(&app, &ann, &pictures::png(seed)));
    let orders = [[ids[0], ids[1]], [ids[1], ids[0]]];
    let acts = orders.map(|ids| {
        act(ann.token(), move |ann| {
            ann.post("/spaces/1/shares", of(&ids))
        })
    });
    let replies = race(&app, acts.into());
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
    app.move_photos();
    assert_eq!(app.count("select count(*) from photos"), 2);
    assert_eq!((app.files().len(), waiting(&app)), (2, 0));
}

#[test]
fn an_upload_goes_a_day_after_its_last_byte() {
    let app = TestApp::with(|config| config.photos.previews = false);
    let ann = ann(&app);
    upload(&app, &ann, &pictures::png(1));
    app.wait(app.app.expiry().run_once()).unwrap();
    assert_eq!((waiting(&app), ann.get("/uploads/1").status), (1, 200));
    app.app.clock.advance(DAY);
    // Also before the job has come round.
    ann.get("/uploads/1")
        .is(404, "Upload with ID '1' doesn't exist");
    ann.post("/spaces/1/shares", of(&[1]))
        .is(404, "Upload with ID '1' doesn't exist");
    assert_eq!(app.wait(app.app.expiry().run_once()).unwrap(), 1);
    assert_eq!(app.count("select count(*) from uploads"), 0);
    assert!(
        !app.all_files()
            .iter()
            .any(|file| file.starts_with("uploads/"))
    );
}

#[test]
fn a_clock_that_was_set_back_keeps_no_upload_for_longer() {
    let app = TestApp::new();
    let ann = ann(&app);
    app.app.clock.advance(300 * DAY);
    let token = ann.signed_in("ann").token().to_owned();
    upload(&app, &ann.with_token(&token), &pictures::png(1));
    app.app.clock.set_back(300 * DAY);
    app.wait(app.app.expiry().run_once()).unwrap();
    assert_eq!(waiting(&app), 1);
    app.app.clock.advance(DAY);
    assert_eq!(app.wait(app.app.expiry().run_once()).unwrap(), 1);
}

#[test]
fn what_a_crash_has_left_between_file_and_row_goes_and_nothing_else() {
    let app = TestApp::new();
    let ann = ann(&app);
    upload(&app, &ann, &pictures::png(1));
    let orphan = app.path(&format!("uploads/{}", "a".repeat(32)));
    std::fs::write(&orphan, "half a photo").unwrap();
    let other = app.path("uploads/README");
    std::fs::write(&other, "not ours").unwrap();
    let app = app.restarted();
    assert_eq!(app.wait(app.app.expiry().run_once()).unwrap(), 1);
    assert!(!orphan.exists() && other.exists());
    assert_eq!(app.wait(app.app.expiry().run_once()).unwrap(), 0);
    let ann = app.anonymous().signed_in("ann");
    ann.post("/spaces/1/shares", of(&[1])).is_ok();
    app.move_photos();
}

#[test]
fn uploads_that_wait_are_bounded_in_number_and_in_bytes() {
    let photo = pictures::png(1);
    let app = TestApp::with(|config| {
        config.limits.waiting_uploads = 2;
        config.limits.waiting_bytes = 3 * photo.len() as u64;
    });
    let (ann, bob) = (ann(&app), app.person("bob"));
    let first = upload(&app, &ann, &photo);
    upload(&app, &ann, &photo);
    let full =
        "You have 2 uploads that wait for their share, and nobody can have more: delete one first";
    send(&app, &ann, &photo).is(409, full);
    upload(&app, &bob, &photo);
    ann.delete(&format!("/uploads/{first}"));
    let large = [photo.clone(), vec![0; 2 * photo.len()]].concat();
    let max = 3 * photo.len();
    send(&app, &ann, &large).is(
        413,
        &format!("Uploads that wait for their share max {max} bytes"),
    );
    upload(&app, &ann, &photo);
    assert_eq!(waiting(&app), 3);
}

#[test]
fn the_uploads_of_a_removed_account_go() {
    let app = TestApp::new();
    let bob = app.person("bob");
    upload(&app, &bob, &pictures::png(1));
    app.remove_account("bob");
    app.wait(app.app.expiry().run_once()).unwrap();
    assert_eq!(
        (waiting(&app), app.count("select count(*) from uploads")),
        (0, 0)
    );
}

#[test]
fn a_photo_that_lay_here_for_long_is_not_taken_for_one_that_came_to_nothing() {
    let app = TestApp::new();
    let ann = ann(&app);
    let id = upload(&app, &ann, &pictures::png(1));
    for file in app.all_files() {
        if file.starts_with("uploads/") {
            let file = std::fs::File::options().append(true).open(app.path(&file));
            file.unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        }
    }
    ann.post("/spaces/1/shares", of(&[id])).is_ok();
    let staged = app.app.photos.list_temporary(Duration::from_secs(3600));
    assert!(app.wait(staged).unwrap().is_empty());
    app.move_photos();
}

#[test]
fn a_film_comes_before_its_share_as_a_photo_does_with_its_poster() {
    const MP4: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
    let app = TestApp::new();
    let ann = ann(&app);
    let (film, poster) = (
        upload(&app, &ann, MP4),
        upload(&app, &ann, &pictures::png(1)),
    );
    let told = ann.get(&format!("/uploads/{film}")).is_ok();
    assert_eq!(
        (&told["kind"], &told["width"]),
        (&json!("video"), &json!(32))
    );
    assert!(told["duration_seconds"].as_f64().unwrap() > 0.0);
    let share = |media: Value| ann.post("/spaces/1/shares", json!({"media": [media]}));
    let before = app.snapshot();
    assert_eq!(share(json!({"upload": poster, "poster": film})).status, 400);
    let other = upload(&app, &ann, MP4);
    assert_eq!(share(json!({"upload": film, "poster": other})).status, 415);
    ann.delete(&format!("/uploads/{other}"));
    share(json!({"upload": film, "poster": film})).is(
        400,
        &format!("Media names the upload with ID '{film}' twice"),
    );
    assert_eq!(app.snapshot(), before);
    let shared = share(json!({"upload": film, "poster": poster})).is_ok();
    let medium = &shared["media"][0];
    assert_eq!(medium["kind"], "video");
    let shown = app.anonymous().get(&path_of(&medium["poster_url"]));
    assert_eq!(shown.bytes, pictures::png(1));
    let played = app.anonymous().get(&path_of(&medium["url"]));
    assert!(MP4.windows(6).any(|bytes| bytes == b"SECRET"));
    assert!(!played.bytes.windows(6).any(|bytes| bytes == b"SECRET"));
    app.move_photos();
    assert_eq!((waiting(&app), app.previews().len()), (0, 3));
}

#[test]
fn the_owner_of_a_motion_photo_is_told_that_its_film_is_not_kept() {
    let app = TestApp::new();
    let ann = ann(&app);
    let photo = pictures::sample("tree.jpg");
    let film = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
    let still = upload(&app, &ann, &photo);
    let moving = upload(&app, &ann, &[&photo[..], film].concat());
    let dropped = |id| ann.get(&format!("/uploads/{id}")).is_ok()["dropped"].clone();
    assert_eq!(dropped(still), Value::Null);
    assert_eq!(dropped(moving), "motion_photo_film");
    let share = ann.post("/spaces/1/shares", of(&[still, moving])).is_ok();
    app.move_photos();
    let [still, moving] = [0, 1].map(|nth| shown(&app, &share)[nth].clone());
    assert_eq!(still, moving);
}

#[test]
fn the_words_of_a_share_can_be_replaced_by_an_upload() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let share = ann.share(space, "Words");
    let path = format!("/shares/{share}");
    let refusal = "Text min 1 characters";
    for nothing in [json!({"text": ""}), json!({"text": "", "media": []})] {
        ann.put(&path, nothing).is(400, refusal);
    }
    let id = upload(&app, &ann, &pictures::png(1));
    let change = json!({"text": "", "media": [{"upload": id}]});
    ann.put(&path, change).is(200, "Share edited");
    let share = ann.get(&path).is_ok();
    assert_eq!(
        (&share["text"], share["media"].as_array().unwrap().len()),
        (&json!(""), 1)
    );
    app.move_photos();
}
