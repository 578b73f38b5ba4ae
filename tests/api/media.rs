//! Several photos per share: how they are shared, described, edited and listed.

use serde_json::{Value, json};

use crate::support::{Form, Person, TestApp, path_of, pictures};

const PATH: &str = "/spaces/1/shares";

/// A user with a space.
fn ann(app: &TestApp) -> Person<'_> {
    let ann = app.person("ann");
    ann.space("Family");
    ann
}

/// A form with these photos and no text.
fn photos(seeds: impl IntoIterator<Item = u32>) -> Form {
    let files = seeds.into_iter().map(pictures::png);
    files.fold(Form::default(), |form, file| form.file(&file))
}

/// What the field `key` of each photo is.
fn each(share: &Value, key: &str) -> Vec<Value> {
    let media = share["media"].as_array().unwrap().iter();
    media.map(|medium| medium[key].clone()).collect()
}

/// The photos of a share, as the bytes that their links lead to.
fn shown(app: &TestApp, share: &Value) -> Vec<Vec<u8>> {
    let urls = each(share, "url").into_iter();
    urls.map(|url| app.anonymous().get(&path_of(&url)).bytes)
        .collect()
}

fn pngs<const N: usize>(seeds: [u32; N]) -> Vec<Vec<u8>> {
    seeds.map(pictures::png).to_vec()
}

#[test]
fn photos_of_a_share_come_in_their_order_each_with_its_words_and_its_date() {
    let app = TestApp::new();
    let ann = ann(&app);
    let form = Form::text("The lake")
        .file(&pictures::png(3))
        .part("caption", None, "Morning\r\nfog".as_bytes())
        .part("taken_at", None, b"2019-07-14T06:30")
        .file(&pictures::png(1))
        .file(&pictures::png(2))
        .part("taken_at", None, b"2019-07-14T21:00:00+02:00")
        .part("caption", None, b" ");
    let share = ann.post_form(PATH, form).is_ok();
    let expected = pngs([3, 1, 2]);
    assert_eq!(shown(&app, &share), expected);
    app.move_photos();
    let listed = ann.get(PATH).is_ok()[0].clone();
    let one = ann.get("/shares/1").is_ok();
    for share in [&share, &listed, &one] {
        assert_eq!(shown(&app, share), expected);
        assert_eq!(
            each(share, "caption"),
            [json!("Morning\nfog"), Value::Null, Value::Null]
        );
        let dates = [
            json!("2019-07-14T06:30:00"),
            Value::Null,
            json!("2019-07-14T21:00:00+02:00"),
        ];
        assert_eq!(each(share, "taken_at"), dates);
        assert_eq!(each(share, "kind"), ["photo"; 3]);
        assert_eq!(each(share, "duration_seconds"), [const { Value::Null }; 3]);
        let first = &share["media"][0];
        assert_eq!(share["image_url"], first["url"]);
        for key in [
            "id",
            "width",
            "height",
            "placeholder",
            "animated",
            "previews",
        ] {
            assert_eq!(share["image"][key], first[key], "{key}");
        }
    }
    assert_eq!(
        app.files(),
        [
            "space-id-1/1.2.png",
            "space-id-1/1.3.png",
            "space-id-1/1.png"
        ]
    );
    assert_eq!(app.previews().len(), 6);
}

#[test]
fn a_text_alone_has_no_media() {
    let app = TestApp::new();
    let ann = ann(&app);
    ann.share(1, "Hello");
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(share["media"], json!([]));
    assert_eq!(share["image"], Value::Null);
}

#[test]
fn there_are_only_so_many_and_of_the_same_bytes_the_first_counts() {
    let app = TestApp::with(|config| config.limits.media_per_share = 3);
    let ann = ann(&app);
    let before = app.snapshot();
    ann.post_form(PATH, photos([1, 2, 3, 4]))
        .is(400, "A share has at most 3 photos");
    assert_eq!(app.snapshot(), before);
    let share = ann.post_form(PATH, photos([1, 2, 1, 3, 2, 3, 1])).is_ok();
    assert_eq!(shown(&app, &share), pngs([1, 2, 3]));
    let path = "/shares/1";
    ann.put_form(path, photos([4, 5]))
        .is(400, "A share has at most 3 photos");
    // What a repeated file is said to be is nothing.
    let form = photos([4, 4]).part("caption", None, b"Again");
    ann.put_form(path, form).is(200, "Share edited");
    app.move_photos();
    let share = ann.get(path).is_ok();
    assert_eq!(shown(&app, &share), pngs([4, 2, 3]));
    assert_eq!(each(&share, "caption"), [const { Value::Null }; 3]);
    assert_eq!(
        app.anonymous().get("/server").is_ok()["limits"]["media_per_share"],
        3
    );
}

/// A photo with this many bytes, most of them after its end.
fn large(seed: u32, bytes: usize) -> Vec<u8> {
    let mut photo = pictures::png(seed);
    photo.resize(bytes, 0);
    photo
}

#[test]
fn photos_that_are_more_than_the_memory_of_a_form_go_by_way_of_the_disk() {
    const MIB: usize = 1024 * 1024;
    let app = TestApp::new();
    let ann = ann(&app);
    let sizes = [3 * MIB, 3 * MIB, MIB / 2, 5 * MIB, 3 * MIB, MIB, 3 * MIB];
    let files = (1..).zip(sizes).map(|(seed, size)| large(seed, size));
    let form = files.fold(Form::default(), |form, file| form.file(&file));
    // The fourth, the second and the third again: compared on the disk and in memory.
    let form = form
        .file(&large(4, 5 * MIB))
        .file(&large(2, 3 * MIB))
        .file(&large(3, MIB / 2));
    let share = ann.post_form(PATH, form).is_ok();
    app.move_photos();
    assert_eq!(shown(&app, &share), pngs([1, 2, 3, 4, 5, 6, 7]));
}

#[test]
fn if_one_is_refused_nothing_is_stored_and_the_sentence_says_which() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 1024 * 1024);
    let ann = ann(&app);
    ann.share_photo(1, &pictures::png(9));
    app.move_photos();
    let before = app.snapshot();
    let text = b"Dear diary".to_vec();
    let (bomb, cut) = (pictures::bomb(), pictures::png(4)[..60].to_vec());
    for (refused, status, sentence) in [
        (
            &text,
            415,
            "must be a JPEG, PNG, WebP, GIF, HEIC, MP4, MOV or WebM",
        ),
        (&bomb, 413, "max 64 million pixels"),
        (&cut, 400, "is damaged: it ends before the picture does"),
        (&large(1, 1024 * 1024 + 1), 413, "max 1 MiB"),
    ] {
        for place in 0..4 {
            let mut form = Form::text("Several");
            for nth in 0..4 {
                let file = pictures::png(nth);
                form = form.file(if nth == place { refused } else { &file });
            }
            let sentence = format!("Photo {} {sentence}", place + 1);
            ann.post_form(PATH, form).is(status, &sentence);
        }
        let two = Form::text("One").file(refused).file(refused);
        for form in [Form::text("One").file(refused), two] {
            ann.post_form(PATH, form)
                .is(status, &format!("Photo {sentence}"));
        }
        let form = photos([1]).file(refused);
        ann.put_form("/shares/1", form)
            .is(status, &format!("Photo 2 {sentence}"));
        assert_eq!(app.snapshot(), before, "{sentence}");
    }
    let reply = ann.send(
        app.client()
            .post(PATH)
            .header(Form::content_type())
            .header(rocket::http::Accept::JSON)
            .body(photos([1]).file(&text).body()),
    );
    let problem = reply.json();
    assert_eq!(problem["code"], "photo_type");
    let values = ["JPEG", "PNG", "WebP", "GIF", "HEIC", "MP4", "MOV", "WebM"];
    assert_eq!(problem["params"], json!({"number": 2, "values": values}));
}

#[test]
fn what_is_said_of_photos_must_make_sense() {
    let app = TestApp::new();
    let ann = ann(&app);
    let before = app.snapshot();
    let said = |name: &str, value: &str| photos([1]).part(name, None, value.as_bytes());
    let date = "Taken_at must be a date and a time, such as 2019-07-14T15:30:00, with a zone or without one";
    for (form, sentence) in [
        (
            said("caption", &"x".repeat(501)),
            "Caption max 500 characters",
        ),
        (
            said("caption", &"x".repeat(50_000)),
            "Caption max 500 characters",
        ),
        (
            said("caption", "a\0"),
            "Caption cannot contain NUL characters",
        ),
        (said("taken_at", "yesterday"), date),
        (said("taken_at", "2019-07-14"), date),
        (said("keep_dates", "no"), "Keep_dates must be true or false"),
        (said("media", "1"), "This share has no photo with ID '1'"),
        (
            Form::text("Hello").part("caption", None, b"Of nothing"),
            "Caption must stand behind the file that it is about",
        ),
        (
            Form::text("Hello").part("taken_at", None, b"none"),
            "Taken_at must stand behind the file that it is about",
        ),
    ] {
        let reply = ann.post_form(PATH, form);
        assert_eq!(reply.text(), sentence);
        assert!([400, 404].contains(&reply.status), "{sentence}");
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn a_share_of_several_that_is_sent_again_is_made_once() {
    let app = TestApp::new();
    let ann = ann(&app);
    let first = ann.share_under("a", 1, photos([1, 2, 3])).is_ok();
    let again = ann.share_under("a", 1, photos([1, 2, 3])).is_ok();
    assert_eq!(each(&first, "id"), each(&again, "id"));
    app.move_photos();
    assert_eq!(app.files().len(), 3);
}

/// A share of four photos, with their ids.
fn four(app: &TestApp, ann: &Person<'_>) -> Vec<i64> {
    let share = ann.post_form(PATH, photos([1, 2, 3, 4])).is_ok();
    app.move_photos();
    each(&share, "id")
        .iter()
        .map(|id| id.as_i64().unwrap())
        .collect()
}

#[test]
fn a_list_says_which_photos_a_share_has_and_in_which_order() {
    let app = TestApp::new();
    let ann = ann(&app);
    let ids = four(&app, &ann);
    let path = "/shares/1";
    let list = json!({"text": "Two", "media": [{"id": ids[3], "caption": "Last"}, {"id": ids[1], "taken_at": "2019-07-14T15:30Z"}]});
    ann.put(path, list).is(200, "Share edited");
    let share = ann.get(path).is_ok();
    assert_eq!(shown(&app, &share), pngs([4, 2]));
    assert_eq!(each(&share, "id"), [ids[3], ids[1]]);
    assert_eq!(each(&share, "caption"), [json!("Last"), Value::Null]);
    assert_eq!(
        each(&share, "taken_at"),
        [Value::Null, json!("2019-07-14T15:30:00Z")]
    );
    assert_eq!(share["text"], "Two");
    assert_eq!(app.files(), ["space-id-1/1.2.png", "space-id-1/1.4.png"]);
    assert_eq!(app.previews().len(), 4);
    // What isn't said stays, and null takes away.
    let list = json!({"media": [{"id": ids[1], "taken_at": null}, {"id": ids[3]}]});
    ann.put(path, list).is(200, "Share edited");
    let share = ann.get(path).is_ok();
    assert_eq!(each(&share, "caption"), [Value::Null, json!("Last")]);
    assert_eq!(each(&share, "taken_at"), [const { Value::Null }; 2]);
    assert_eq!(share["text"], "Two");
    ann.put(path, json!({"text": "Words", "media": []}))
        .is(200, "Share edited");
    assert_eq!(ann.get(path).is_ok()["media"], json!([]));
    assert_eq!(app.files(), [""; 0]);
}

#[test]
fn a_list_that_makes_no_sense_changes_nothing() {
    let app = TestApp::with(|config| config.limits.media_per_share = 4);
    let ann = ann(&app);
    let ids = four(&app, &ann);
    let other = ann.post_form(PATH, photos([5])).is_ok()["media"][0]["id"].clone();
    app.move_photos();
    let mut before = app.snapshot();
    let entry = "Each entry of media must be an object with the id of a photo, or with an upload";
    for (body, status, sentence) in [
        (
            json!({"media": [{"id": 99}]}),
            404,
            "This share has no photo with ID '99'".to_owned(),
        ),
        (
            json!({"media": [{"id": other}]}),
            404,
            format!("This share has no photo with ID '{other}'"),
        ),
        (
            json!({"media": [{"id": ids[0]}, {"id": -1}]}),
            404,
            "This share has no photo with ID '-1'".to_owned(),
        ),
        (
            json!({"media": [{"id": u64::MAX}]}),
            404,
            format!("This share has no photo with ID '{}'", u64::MAX),
        ),
        (
            json!({"media": [{"id": ids[0]}, {"id": ids[0]}]}),
            400,
            format!("Media names the photo with ID '{}' twice", ids[0]),
        ),
        (json!({"media": [{"upload": "x"}]}), 400, entry.to_owned()),
        (json!({"media": [{"id": "1"}]}), 400, entry.to_owned()),
        (json!({"media": [{"id": 1.5}]}), 400, entry.to_owned()),
        (json!({"media": [{"upload": 1e-42}]}), 400, entry.to_owned()),
        (json!({"media": [{}]}), 400, entry.to_owned()),
        (json!({"media": [7]}), 400, entry.to_owned()),
        (
            json!({"media": {"id": ids[0]}}),
            400,
            "Media must be a list".to_owned(),
        ),
        (
            json!({"media": "all"}),
            400,
            "Media must be a list".to_owned(),
        ),
        (
            json!({"media": [{"id": ids[0], "caption": 7}]}),
            400,
            "Caption must be text".to_owned(),
        ),
        (
            json!({"media": [{"id": ids[0], "caption": "x".repeat(501)}]}),
            400,
            "Caption max 500 characters".to_owned(),
        ),
        (json!({"text": 7}), 400, "Text must be text".to_owned()),
        (json!({"text": ""}), 200, "Share edited".to_owned()),
        (
            json!({"text": "", "media": []}),
            400,
            "Text cannot be empty".to_owned(),
        ),
        (json!({"media": []}), 400, "Text cannot be empty".to_owned()),
        (json!({}), 400, "Invalid payload: 'text'".to_owned()),
        (
            json!({"text": null}),
            400,
            "Text must be provided".to_owned(),
        ),
        (
            json!({"text": null, "media": null}),
            400,
            "Text must be provided".to_owned(),
        ),
        (json!([]), 400, "The body must be a JSON object".to_owned()),
    ] {
        ann.put("/shares/1", body).is(status, &sentence);
        // An edit that changes nothing is an event all the same.
        let after = app.snapshot();
        if status == 200 {
            assert!(before.iter().all(|row| after.contains(row)), "{sentence}");
            before = after;
        } else {
            assert_eq!(after, before, "{sentence}");
        }
    }
    let full = photos([6]).part("media", None, ids[0].to_string().as_bytes());
    let full = ids[1..].iter().fold(full, |form, id| {
        form.part("media", None, id.to_string().as_bytes())
    });
    ann.put_form("/shares/1", full)
        .is(400, "A share has at most 4 photos");
    assert_eq!(app.snapshot(), before);
}

#[test]
fn a_form_may_say_the_whole_list_too_with_new_photos_at_their_places() {
    let app = TestApp::new();
    let ann = ann(&app);
    let ids = four(&app, &ann);
    let id = |nth: usize| ids[nth].to_string().into_bytes();
    let form = Form::default()
        .part("media", None, &id(2))
        .part("caption", None, b"The third")
        .file(&pictures::png(7))
        .part("caption", None, b"The seventh")
        .part("media", None, &id(0))
        .file(&pictures::png(8));
    ann.put_form("/shares/1", form).is(200, "Share edited");
    app.move_photos();
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(shown(&app, &share), pngs([3, 7, 1, 8]));
    let captions = [
        json!("The third"),
        json!("The seventh"),
        Value::Null,
        Value::Null,
    ];
    assert_eq!(each(&share, "caption"), captions);
    assert_eq!(
        app.files(),
        [
            "space-id-1/1.3.png",
            "space-id-1/1.5.png",
            "space-id-1/1.6.png",
            "space-id-1/1.png"
        ]
    );
    // An empty one names none.
    ann.put_form("/shares/1", Form::text("Words").part("media", None, b""))
        .is(200, "Share edited");
    assert_eq!(ann.get("/shares/1").is_ok()["media"], json!([]));
    assert_eq!(app.files(), [""; 0]);
}

#[test]
fn a_form_without_a_list_has_the_first_photo_replaced_and_others_added() {
    let app = TestApp::new();
    let ann = ann(&app);
    four(&app, &ann);
    ann.put_form("/shares/1", photos([5]).part("text", None, b"Five"))
        .is(200, "Share edited");
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(shown(&app, &share), pngs([5, 2, 3, 4]));
    ann.put_form("/shares/1", photos([6, 7]))
        .is(200, "Share edited");
    ann.put_form("/shares/1", Form::text("Only words"))
        .is(200, "Share edited");
    app.move_photos();
    let share = ann.get("/shares/1").is_ok();
    assert_eq!(shown(&app, &share), pngs([6, 2, 3, 4, 7]));
    assert_eq!(app.files().len(), 5);
    ann.share(1, "Words");
    ann.put_form("/shares/2", photos([8, 9]))
        .is(200, "Share edited");
    app.move_photos();
    assert_eq!(shown(&app, &ann.get("/shares/2").is_ok()), pngs([8, 9]));
}

#[test]
fn a_photo_is_described_by_the_author_of_its_share() {
    let app = TestApp::new();
    let (ann, bob) = (ann(&app), app.person("bob"));
    ann.invite(1, "bob");
    let ids = four(&app, &ann);
    let path = format!("/media/{}", ids[1]);
    let said = json!({"caption": "At the lake", "taken_at": "2019-07-14T15:30:00-03:30"});
    let medium = ann.put(&path, said.clone()).is_ok();
    assert_eq!(medium["caption"], "At the lake");
    assert_eq!(medium["taken_at"], "2019-07-14T15:30:00-03:30");
    let listed = |share: Value| share["media"][1]["caption"].clone();
    assert_eq!(listed(ann.get("/shares/1").is_ok()), "At the lake");
    ann.put(&path, json!({})).is_ok();
    let medium = ann.put(&path, json!({"caption": null})).is_ok();
    assert_eq!(medium["caption"], Value::Null);
    assert_eq!(medium["taken_at"], "2019-07-14T15:30:00-03:30");
    let before = app.snapshot();
    bob.put(&path, said.clone())
        .is(403, "User doesn't own this share");
    for id in ["99", "0", "x", "99999999999999999999"] {
        ann.put(&format!("/media/{id}"), said.clone())
            .is(404, "No such photo");
    }
    ann.put(&path, json!({"caption": 7}))
        .is(400, "Caption must be text");
    ann.put(&path, json!({"caption": "x".repeat(501)}))
        .is(400, "Caption max 500 characters");
    assert_eq!(app.snapshot(), before);
    ann.delete("/shares/1").is(200, "Share deleted");
    ann.put(&path, said).is(404, "No such photo");
}

/// Each row of a list in pages of two.
fn in_pages(ann: &Person<'_>, path: &str) -> Vec<Value> {
    let (mut rows, mut next) = (Vec::new(), Some(format!("{path}&limit=2")));
    while let Some(path) = next {
        let piece = ann.get(&path);
        rows.extend(piece.is_ok().as_array().unwrap().clone());
        next = piece.next();
    }
    rows
}

#[test]
fn the_photos_of_a_space_are_a_row_each_by_their_shares_or_by_the_days_when_they_were_taken() {
    let app = TestApp::new();
    let ann = ann(&app);
    let dated = |form: Form, seed: u32, date: &str| {
        let form = form.file(&pictures::png(seed));
        form.part("taken_at", None, date.as_bytes())
    };
    let form = dated(Form::default(), 1, "2019-07-14T15:30");
    let form = dated(form, 2, "");
    ann.post_form(PATH, dated(form, 3, "1969-07-20T20:17:40Z"))
        .is_ok();
    ann.share(1, "Words");
    let form = dated(Form::default(), 4, "2019-07-14T15:30");
    ann.post_form(PATH, dated(form, 5, "2300-01-01T00:00"))
        .is_ok();
    app.move_photos();
    let seeds = |rows: &[Value]| -> Vec<u32> {
        let bytes = rows
            .iter()
            .map(|row| app.anonymous().get(&path_of(&row["image_url"])).bytes);
        bytes
            .map(|bytes| (1..=5).find(|seed| pictures::png(*seed) == bytes).unwrap())
            .collect()
    };
    for (query, expected) in [
        ("order=oldest", [1, 2, 3, 4, 5]),
        ("order=newest", [5, 4, 3, 2, 1]),
        ("by=shared", [1, 2, 3, 4, 5]),
        ("by=taken", [3, 1, 4, 2, 5]),
        ("by=taken&order=newest", [5, 2, 4, 1, 3]),
    ] {
        let path = format!("/spaces/1/images?{query}");
        let whole = ann.get(&path).is_ok();
        let rows = whole.as_array().unwrap();
        assert_eq!(seeds(rows), expected, "{query}");
        assert_eq!(seeds(&in_pages(&ann, &path)), expected, "{query}");
        assert_eq!(rows[0]["media"]["url"], rows[0]["image_url"]);
        assert_eq!(rows[0]["media"]["id"], rows[0]["image"]["id"]);
    }
    ann.get("/spaces/1/images?by=name")
        .is(400, "By must be shared or taken");
    let other = ann.get("/spaces/1/images?by=taken&limit=1").next().unwrap();
    ann.get(&other.replace("by=taken", "by=shared"))
        .is(400, "Cursor must come from a Link header of this list");
}

#[test]
fn all_photos_of_a_share_go_with_it() {
    let app = TestApp::new();
    let ann = ann(&app);
    four(&app, &ann);
    let share = ann.post_form(PATH, photos([5, 6])).is_ok();
    ann.delete("/shares/1").is(200, "Share deleted");
    ann.delete("/shares/2").is(200, "Share deleted");
    assert_eq!(app.files(), [""; 0]);
    assert_eq!(app.previews(), [""; 0]);
    for url in each(&share, "url") {
        app.anonymous().get(&path_of(&url)).is(404, "No such photo");
    }
    app.move_photos();
    // A name that a photo has had is never used again.
    ann.post_form(PATH, photos([1, 2])).is_ok();
    app.move_photos();
    assert_eq!(app.files(), ["space-id-1/3.8.png", "space-id-1/3.png"]);
}
