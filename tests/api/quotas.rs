//! Quotas: what photos and videos take, by space, by person and for the server, and what is refused when it is too much.

use std::fs;
use std::time::Duration;

use rocket::http::Header;
use serde_json::{Value, json};
use shared_spaces::config::Quotas;
use shared_spaces::jobs::measure_previews::MeasurePreviews;
use shared_spaces::jobs::runner::Job;
use tokio::time::timeout;

use crate::races::{act, race};
use crate::support::{Form, Person, Reply, TestApp, pictures};

const PATH: &str = "/spaces/1/shares";
const MP4: &[u8] = include_bytes!("../../crates/video/fuzz/corpus/video/avc.mp4");
const LOW: &str = "The server's disk is nearly full, no photos and videos can be uploaded until there is room again";
/// Bytes that are more than any of the photos here, and less than two of them.
const ONE: u64 = 1000;

/// A user with a space, on a server with these quotas.
fn app(quotas: Quotas) -> TestApp {
    let app = TestApp::with(|config| config.quotas = quotas);
    app.person("ann").space("Family");
    app
}

fn of_user(user: u64) -> Quotas {
    Quotas {
        user,
        ..Quotas::default()
    }
}

fn of_space(space: u64) -> Quotas {
    Quotas {
        space,
        ..Quotas::default()
    }
}

fn ann(app: &TestApp) -> Person<'_> {
    app.anonymous().signed_in("ann")
}

fn photo(seed: u32) -> Vec<u8> {
    let photo = pictures::png(seed);
    assert!((ONE / 2 + 1..ONE).contains(&(photo.len() as u64)));
    photo
}

fn share(person: &Person<'_>, photo: &[u8]) -> Reply {
    person.post_form(PATH, Form::text("A photo").file(photo))
}

fn begin(app: &TestApp, person: &Person<'_>, length: u64) -> Reply {
    let request = app.client().post("/uploads");
    let request = request.header(Header::new("Tus-Resumable", "1.0.0"));
    person.send(request.header(Header::new("Upload-Length", length.to_string())))
}

fn send(app: &TestApp, person: &Person<'_>, bytes: &[u8]) -> Reply {
    person.send(app.client().post("/uploads").body(bytes))
}

fn used(person: &Person<'_>) -> u64 {
    person.get("/me").is_ok()["storage"]["used_bytes"]
        .as_u64()
        .unwrap()
}

fn used_in(person: &Person<'_>, space: i64) -> u64 {
    person.get(&format!("/spaces/{space}")).is_ok()["storage"]["used_bytes"]
        .as_u64()
        .unwrap()
}

fn settle(app: &TestApp) {
    app.move_photos();
    app.wait(app.app.preview_measuring().measure_some())
        .unwrap();
}

/// Whether the job that measures previews has something to do now, and not only when it would look by itself.
fn is_woken(app: &TestApp, measuring: &MeasurePreviews) -> bool {
    app.wait(async { timeout(Duration::from_secs(10), measuring.woken()).await })
        .is_ok()
}

/// A refusal as programs read it.
fn problem(app: &TestApp, person: &Person<'_>, length: u64) -> Value {
    let request = app.client().post("/uploads");
    let request = request.header(Header::new("Accept", "application/problem+json"));
    let request = request.header(Header::new("Tus-Resumable", "1.0.0"));
    let reply = person.send(request.header(Header::new("Upload-Length", length.to_string())));
    assert_eq!(reply.status, 413);
    reply.json()
}

#[test]
fn what_is_counted_is_what_the_files_take_with_their_previews_and_posters() {
    let app = app(Quotas::default());
    let (ann, bob) = (ann(&app), app.person("bob"));
    ann.invite(1, "bob");
    ann.space("Others");
    share(&ann, &photo(1)).is_ok();
    share(&bob, &pictures::sample("cmyk.jpg")).is_ok();
    let film = Form::default().part("file", Some("film.mp4"), MP4);
    let film = film.part("poster", Some("poster.png"), &photo(2));
    ann.post_form("/spaces/2/shares", film).is_ok();
    settle(&app);
    let sizes = |space: &str| -> u64 {
        let files = app.all_files().into_iter();
        let files = files.filter(|file| file.starts_with("photos/") && file.contains(space));
        files
            .map(|file| fs::metadata(app.path(&file)).unwrap().len())
            .sum()
    };
    let (first, second) = (sizes("space-id-1"), sizes("space-id-2"));
    assert!(first > 0 && second > 0);
    assert_eq!((used_in(&ann, 1), used_in(&ann, 2)), (first, second));
    assert_eq!(used(&ann) + used(&bob), first + second);
    let server = app.count("select bytes from server_usage");
    assert_eq!(server as u64, first + second);
    assert_eq!(ann.get("/me").is_ok()["storage"]["max_bytes"], Value::Null);
}

#[test]
fn whatever_deletes_photos_gives_back_what_they_took() {
    let app = app(Quotas::default());
    let (ann, bob) = (ann(&app), app.person("bob"));
    ann.invite(1, "bob");
    let own = share(&ann, &photo(1)).is_ok()["id"].clone();
    let of_bob = share(&bob, &photo(2)).is_ok()["id"].clone();
    bob.space("Bob's");
    bob.post_form("/spaces/2/shares", Form::text("Mine").file(&photo(3)))
        .is_ok();
    settle(&app);
    let before = used_in(&ann, 1);
    // Another photo in its place.
    bob.put_form(
        &format!("/shares/{of_bob}"),
        Form::text("Other").file(&photo(4)),
    )
    .is(200, "Share edited");
    settle(&app);
    assert_eq!(app.miscounts(), 0);
    ann.delete(&format!("/shares/{own}"))
        .is(200, "Share deleted");
    assert_eq!(used(&ann), 0);
    assert!((1..before).contains(&used_in(&ann, 1)));
    assert_eq!(send(&app, &bob, &photo(5)).status, 201);
    assert_eq!(app.miscounts(), 0);
    app.prepare_restored();
    assert_eq!(app.miscounts(), 0);
    settle(&app);
    app.remove_account("bob");
    assert_eq!(used_in(&ann, 1), 0);
    assert_eq!(app.count("select bytes from server_usage"), 0);
    assert_eq!(
        app.count("select count(*) from user_usage where user_id = 2"),
        0
    );
    ann.delete("/spaces/1").is(200, "Space deleted");
    assert_eq!(app.count("select count(*) from space_usage"), 0);
}

#[test]
fn previews_of_a_worker_without_the_database_are_measured_once_they_are_found() {
    let app = app(Quotas::default());
    let ann = ann(&app);
    share(&ann, &photo(1)).is_ok();
    app.move_photos_without_database();
    let original = used(&ann);
    app.look_for_previews();
    assert!(is_woken(&app, &app.app.preview_measuring()));
    settle(&app);
    assert!(used(&ann) > original);
    let measured = app.count("select count(*) from photos where preview_bytes > 0");
    assert_eq!(measured, 1);
}

#[test]
fn previews_of_a_film_are_measured_once_they_are_made() {
    let app = app(Quotas::default());
    let ann = ann(&app);
    let film = Form::default().part("file", Some("film.mp4"), MP4);
    let film = film.part("poster", Some("poster.png"), &photo(2));
    ann.post_form(PATH, film).is_ok();
    let original = used(&ann);
    app.move_photos();
    let measuring = app.app.preview_measuring();
    assert!(is_woken(&app, &measuring));
    app.wait(measuring.measure_some()).unwrap();
    assert!(used(&ann) > original);
}

#[test]
fn too_much_for_a_user_is_refused_before_anything_of_it_is_sent_and_texts_go_on() {
    let app = app(of_user(ONE));
    let (ann, bob) = (ann(&app), app.person("bob"));
    ann.invite(1, "bob");
    let first = share(&ann, &photo(1)).is_ok();
    let used = used(&ann);
    let refusal = format!(
        "You use {used} B of your {ONE} B for photos and videos, and there isn't enough room left: delete some first"
    );
    begin(&app, &ann, ONE).is(413, &refusal);
    send(&app, &ann, &photo(2)).is(413, &refusal);
    share(&ann, &photo(2)).is(413, &refusal);
    let told = problem(&app, &ann, ONE);
    assert_eq!(
        (&told["code"], &told["params"]),
        (
            &json!("user_quota_exceeded"),
            &json!({"used": used, "max": ONE})
        )
    );
    let storage = json!({"used_bytes": used, "max_bytes": ONE});
    assert_eq!(ann.get("/me").is_ok()["storage"], storage);
    // Texts go on, and so do others.
    let text = ann.share(1, "No photo");
    ann.comment(text, "Still none");
    share(&bob, &photo(3)).is_ok();
    // What fits is taken, and what was promised to an upload isn't given away twice.
    let left = ONE - used;
    assert_eq!(begin(&app, &ann, left).status, 201);
    assert_eq!(begin(&app, &ann, 1).status, 413);
    ann.delete("/uploads/1");
    // Deletions make room.
    ann.delete(&format!("/shares/{}", first["id"]))
        .is(200, "Share deleted");
    share(&ann, &photo(2)).is_ok();
    app.move_photos();
}

#[test]
fn too_much_for_a_space_is_refused_there_and_not_elsewhere() {
    let app = app(of_space(ONE));
    let ann = ann(&app);
    ann.space("Other");
    let first = share(&ann, &photo(1)).is_ok();
    let used = used_in(&ann, 1);
    let refusal = format!(
        "This space uses {used} B of its {ONE} B for photos and videos, and there isn't enough room left: delete some first"
    );
    share(&ann, &photo(2)).is(413, &refusal);
    assert_eq!(send(&app, &ann, &photo(2)).status, 201);
    let media = json!({"text": "", "media": [{"upload": 1}]});
    ann.post(PATH, media.clone()).is(413, &refusal);
    let edit = json!({"media": [{"id": first["media"][0]["id"]}, {"upload": 1}]});
    let edited = format!("/shares/{}", first["id"]);
    ann.put(&edited, edit).is(413, &refusal);
    // Of what was refused, nothing is left, and the upload can go elsewhere.
    assert_eq!(app.files().len(), 1);
    ann.get("/uploads/1").is_ok();
    ann.post("/spaces/2/shares", media).is_ok();
    // A photo may take the place of another.
    ann.put_form(&edited, Form::text("Other").file(&photo(3)))
        .is(200, "Share edited");
    app.move_photos();
}

#[test]
fn too_much_for_an_edit_is_refused_before_anything_of_it_is_cleaned() {
    for quotas in [of_user(ONE), of_space(ONE)] {
        let app = app(quotas);
        let ann = ann(&app);
        let first = share(&ann, &photo(1)).is_ok();
        let edited = format!("/shares/{}", first["id"]);
        // It is refused for that once it is cleaned.
        let damaged = &photo(2)[..ONE as usize / 2];
        let kept = first["media"][0]["id"].to_string();
        let added = Form::text("Two").part("media", None, kept.as_bytes());
        let refused = ann.put_form(&edited, added.file(damaged));
        assert_eq!(refused.status, 413, "{}", refused.text());
        let replaced = ann.put_form(&edited, Form::text("Other").file(damaged));
        assert_eq!(replaced.status, 400, "{}", replaced.text());
        ann.put_form(&edited, Form::text("Other").file(&photo(2)))
            .is(200, "Share edited");
        app.move_photos();
    }
}

#[test]
fn too_much_for_the_server_is_refused_to_everybody() {
    let app = app(Quotas {
        server: ONE,
        ..Quotas::default()
    });
    let (ann, bob) = (ann(&app), app.person("bob"));
    bob.space("Bob's");
    share(&ann, &photo(1)).is_ok();
    let used = used(&ann);
    let refusal = format!(
        "This server uses {used} B of its {ONE} B for photos and videos, and there isn't enough room left: ask whoever runs it"
    );
    begin(&app, &bob, ONE).is(413, &refusal);
    bob.post_form("/spaces/2/shares", Form::text("Mine").file(&photo(2)))
        .is(413, &refusal);
    app.move_photos();
}

#[test]
fn of_several_who_bring_the_last_bytes_at_once_one_is_taken() {
    for _ in 0..4 {
        let app = app(of_space(ONE));
        let ann = ann(&app);
        let bring = || act(ann.token(), |ann| share(ann, &photo(1)));
        let replies = race(&app, vec![bring(), bring(), bring(), bring()]);
        let taken = replies.iter().filter(|reply| reply.status == 200).count();
        let refused = replies.iter().filter(|reply| reply.status == 413).count();
        assert_eq!((taken, refused), (1, 3));
        assert_eq!(app.files().len(), 1);
        app.move_photos();
    }
    let app = app(of_user(ONE));
    let ann = ann(&app);
    let bring = || act(ann.token(), |ann| ann.upload_under("k", &[], &photo(1)));
    let other = || act(ann.token(), |ann| ann.upload_under("l", &[], &photo(2)));
    let replies = race(&app, vec![bring(), other(), bring(), other()]);
    assert_eq!(
        replies.iter().filter(|reply| reply.status == 413).count(),
        2
    );
    assert_eq!(app.count("select count(*) from uploads"), 1);
}

#[test]
fn what_is_too_much_since_the_quota_is_smaller_can_be_made_less() {
    let app = app(Quotas::default());
    let ann = ann(&app);
    let large = pictures::sample("cmyk.jpg");
    let made = share(&ann, &large).is_ok();
    app.move_photos();
    let token = ann.token().to_owned();
    let app = app.restarted_with(|config| config.quotas = of_user(10));
    let ann = app.anonymous().with_token(&token);
    assert_eq!(share(&ann, &photo(1)).status, 413);
    let path = format!("/shares/{}", made["id"]);
    ann.put_form(&path, Form::text("Smaller").file(&photo(1)))
        .is(200, "Share edited");
    let larger = ann.put_form(&path, Form::text("Larger").file(&large));
    assert_eq!(larger.status, 413);
    ann.delete(&path).is(200, "Share deleted");
    app.move_photos();
}

#[test]
fn on_a_disk_that_is_nearly_full_texts_go_on_and_photos_are_refused() {
    let app = app(Quotas::default());
    let ann = ann(&app);
    let first = share(&ann, &photo(1)).is_ok();
    app.move_photos();
    assert_eq!(send(&app, &ann, &photo(2)).status, 201);
    let token = ann.token().to_owned();
    let app = app.restarted_with(|config| config.quotas.min_free_disk = Some(1 << 60));
    let ann = app.anonymous().with_token(&token);
    send(&app, &ann, &photo(3)).is(507, LOW);
    begin(&app, &ann, 10).is(507, LOW);
    share(&ann, &photo(3)).is(507, LOW);
    ann.post(PATH, json!({"text": "", "media": [{"upload": 1}]}))
        .is(507, LOW);
    let edited = format!("/shares/{}", first["id"]);
    ann.put_form(&edited, Form::text("Other").file(&photo(3)))
        .is(507, LOW);
    for path in ["/me/avatar", "/spaces/1/avatar"] {
        ann.put_form(path, Form::default().file(&photo(3)))
            .is(507, LOW);
        let bytes = app.client().put(path).body(photo(3));
        ann.send(bytes).is(507, LOW);
    }
    let text = ann.share(1, "No photo");
    ann.comment(text, "Still none");
    ann.put_form(&edited, Form::text("Words"))
        .is(200, "Share edited");
    assert_eq!(ann.delete("/uploads/1").status, 204);
    ann.delete(&edited).is(200, "Share deleted");
}
