//! The pictures of users and of spaces.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::previews::undecodable;
use super::races::{act, race};
use crate::support::{Form, Live, Person, Reply, TestApp, path_of, pictures};

/// A PNG that is wider than high, red in the middle and blue at its sides.
fn wide() -> Vec<u8> {
    let picture = RgbImage::from_fn(900, 300, |x, _| match x {
        300..600 => Rgb([200, 0, 0]),
        _ => Rgb([0, 0, 200]),
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn put(app: &TestApp, person: &Person<'_>, path: &str, photo: &[u8]) -> Reply {
    person.send(app.client().put(path.to_owned()).body(photo))
}

/// The picture that a link leads to.
fn fetched(app: &TestApp, url: &Value) -> Reply {
    app.anonymous().get(&path_of(url))
}

#[test]
fn a_picture_becomes_the_square_in_its_middle_and_anybody_with_its_link_gets_it() {
    let app = TestApp::new();
    let ann = app.person("ann");
    assert_eq!(ann.get("/me").is_ok()["avatar_url"], json!(null));
    let me = put(&app, &ann, "/me/avatar", &wide()).is_ok();
    assert_eq!(ann.get("/me").is_ok()["avatar_url"], me["avatar_url"]);
    let reply = fetched(&app, &me["avatar_url"]);
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Content-Type"), Some("image/jpeg"));
    let cache = reply.header("Cache-Control").unwrap();
    assert!(cache.starts_with("private, immutable, max-age="), "{cache}");
    assert!(
        reply
            .header("Content-Security-Policy")
            .unwrap()
            .ends_with("sandbox")
    );
    let picture = image::load_from_memory(&reply.bytes).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (300, 300));
    for (x, y) in [(5, 5), (294, 5), (5, 294), (294, 294)] {
        let [red, _, blue] = picture.get_pixel(x, y).0;
        assert!(red > 180 && blue < 20, "{x} {y}");
    }
}

#[test]
fn what_a_camera_has_written_into_it_goes() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for sample in [
        "tree.jpg",
        "garden.jpg",
        "lake.png",
        "cmyk.jpg",
        "cat.webp",
        "wave.gif",
    ] {
        let me = put(&app, &ann, "/me/avatar", &pictures::sample(sample)).is_ok();
        let reply = fetched(&app, &me["avatar_url"]);
        let text = String::from_utf8_lossy(&reply.bytes).into_owned();
        assert!(!text.contains("Exif") && !text.contains("GPS"), "{sample}");
        let picture = image::load_from_memory(&reply.bytes).unwrap();
        assert_eq!(picture.width(), picture.height(), "{sample}");
    }
}

#[test]
fn another_picture_has_another_link_and_the_old_one_leads_nowhere() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let first = put(&app, &ann, "/me/avatar", &wide()).is_ok();
    let form = Form::default().file(&pictures::plain(ImageFormat::Jpeg, 2));
    let second = ann.put_form("/me/avatar", form).is_ok();
    assert_ne!(first["avatar_url"], second["avatar_url"]);
    fetched(&app, &first["avatar_url"]).is(404, "No such photo");
    assert_eq!(fetched(&app, &second["avatar_url"]).status, 200);
    for _ in 0..2 {
        assert_eq!(ann.delete("/me/avatar").status, 204);
    }
    fetched(&app, &second["avatar_url"]).is(404, "No such photo");
    assert_eq!(ann.get("/me").is_ok()["avatar_url"], json!(null));
    assert_eq!(app.count("select count(*) from avatars"), 0);
}

#[test]
fn a_link_is_of_one_picture_alone_and_cant_be_made_up() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let urls = [&ann, &bob].map(|person| {
        let set = put(&app, person, "/me/avatar", &pictures::png(1)).is_ok();
        path_of(&set["avatar_url"])
    });
    let [(own, proof), (other, _)] = [&urls[0], &urls[1]].map(|url| url.split_once('?').unwrap());
    let anybody = app.anonymous();
    assert_eq!(anybody.get(&format!("{own}?{proof}")).status, 200);
    for forged in [
        format!("{other}?{proof}"),
        own.to_owned(),
        format!("{own}?{proof}A"),
        format!(
            "{}?{proof}",
            own.to_uppercase().replace("/AVATARS", "/avatars")
        ),
        format!("/avatars/..%2f..%2fetc?{proof}"),
    ] {
        assert_eq!(anybody.get(&forged).status, 403, "{forged}");
    }
    // One of a photo is none of an avatar.
    ann.space("Family");
    let photo = path_of(&ann.share_photo(1, &pictures::png(2))["image_url"]);
    app.move_photos();
    let (_, of_photo) = photo.split_once('?').unwrap();
    assert_eq!(anybody.get(&format!("{own}?{of_photo}")).status, 403);
    app.app
        .clock
        .advance(std::time::Duration::from_secs(25 * 60 * 60));
    assert_eq!(anybody.get(&urls[0]).status, 403);
}

#[test]
fn a_space_has_the_picture_that_its_admins_give_it() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let live = Live::new(&app.app);
    let mut stream = live.listen(bob.token(), "");
    let path = format!("/spaces/{space}/avatar");
    put(&app, &bob, &path, &wide()).is(403, "User not admin");
    bob.delete(&path).is(403, "User not admin");
    let set = put(&app, &ann, &path, &wide()).is_ok();
    assert_eq!(fetched(&app, &set["avatar_url"]).status, 200);
    let told = stream.expect("space.changed");
    assert!(told["avatar_url"].is_string());
    for seen in [
        bob.get("/spaces").is_ok()[0]["space"].clone(),
        bob.get(&format!("/spaces/{space}")).is_ok(),
    ] {
        assert_eq!(seen["avatar_url"], set["avatar_url"]);
    }
    assert_eq!(ann.delete(&path).status, 204);
    assert_eq!(stream.expect("space.changed")["avatar_url"], json!(null));
    put(&app, &ann, &path, &wide()).is_ok();
    let gone = ann.get(&format!("/spaces/{space}")).is_ok()["avatar_url"].clone();
    ann.delete(&format!("/spaces/{space}/members/{}", bob.id))
        .is(200, "Member deleted");
    ann.delete(&format!("/spaces/{space}"))
        .is(200, "Space deleted");
    fetched(&app, &gone).is(404, "No such photo");
    assert_eq!(app.count("select count(*) from avatars"), 0);
}

#[test]
fn members_are_told_of_a_new_picture() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let live = Live::new(&app.app);
    let mut stream = live.listen(bob.token(), "");
    put(&app, &ann, "/me/avatar", &wide()).is_ok();
    let told = stream.expect("member.changed");
    assert_eq!(told["user"]["id"], ann.id);
    assert!(told["user"]["avatar_url"].is_string());
    ann.delete("/me/avatar");
    assert_eq!(
        stream.expect("member.changed")["user"]["avatar_url"],
        json!(null)
    );
}

#[test]
fn what_is_no_picture_is_refused_and_the_old_one_stays() {
    let app = TestApp::with(|config| config.limits.photo_bytes = 1024 * 1024);
    let ann = app.person("ann");
    ann.space("Family");
    put(&app, &ann, "/me/avatar", &wide()).is_ok();
    let before = app.snapshot();
    let types = "Photo must be a JPEG, PNG, WebP, GIF or HEIC";
    let film = [
        b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec(),
        vec![0; 600_000],
    ]
    .concat();
    let long = pictures::png_that_says(60_000, 100);
    for path in ["/me/avatar", "/spaces/1/avatar"] {
        for (body, status, sentence) in [
            (&b""[..], 400, "Photo must be provided"),
            (b"no picture", 415, types),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, types),
            (&film, 415, types),
            (&pictures::bomb(), 413, "Photo max 64 million pixels"),
            (&undecodable(), 400, "Photo is damaged: it can't be decoded"),
        ] {
            let reply = put(&app, &ann, path, body);
            assert_eq!(reply.status, status, "{}", reply.text());
            assert_eq!(reply.text(), sentence);
        }
        assert_eq!(put(&app, &ann, path, &vec![0; 1024 * 1024 + 1]).status, 413);
        assert!(matches!(put(&app, &ann, path, &long).status, 400 | 413));
        ann.put_form(path, Form::text("none"))
            .is(400, "Photo must be provided");
        let cut = &wide()[..200];
        assert_eq!(put(&app, &ann, path, cut).status, 400);
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn two_pictures_in_the_same_moment_leave_one_that_is_there() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for turn in 0..4 {
        let put = |seed: u32| {
            act(ann.token(), move |me| {
                me.put_form("/me/avatar", Form::default().file(&pictures::png(seed)))
            })
        };
        for reply in race(&app, vec![put(2 * turn), put(2 * turn + 1)]) {
            reply.is_ok();
        }
        assert_eq!(app.count("select count(*) from avatars"), 1);
        let url = ann.get("/me").is_ok()["avatar_url"].clone();
        assert_eq!(fetched(&app, &url).status, 200);
    }
}

#[test]
fn a_picture_goes_with_its_account() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let set = put(&app, &ann, "/me/avatar", &wide()).is_ok();
    app.remove_account("ann");
    fetched(&app, &set["avatar_url"]).is(404, "No such photo");
    assert_eq!(app.count("select count(*) from avatars"), 0);
}
