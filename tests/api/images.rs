//! The list of a space's photos.

use serde_json::json;

use crate::support::{Form, TestApp, path_of, pictures};

#[test]
fn photos_are_listed_oldest_share_first_and_texts_are_not() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.space("Choir");
    let first = ann.share_photo(1, &pictures::png(1));
    ann.share(1, "Only words");
    ann.share_photo(2, &pictures::png(2));
    let second = ann.share_photo(1, &pictures::png(3));
    ann.put_form(
        &format!("/shares/{}", first["id"]),
        Form::text("A newer photo").file(&pictures::png(4)),
    )
    .is(200, "Share edited");
    app.sort_all();
    let list = ann.get("/spaces/1/images").is_ok();
    let fetched: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| app.anonymous().get(&path_of(&row["image_url"])).bytes)
        .collect();
    assert!(fetched == [pictures::png(4), pictures::png(3)]);
    assert_eq!(list[1], json!({"image_url": second["image_url"]}));
}

#[test]
fn listing_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    app.anonymous()
        .get("/spaces/1/images")
        .is(401, "You aren't authorized");
    bob.get("/spaces/99/images")
        .is(404, "Space with ID '99' doesn't exist");
    bob.get("/spaces/1/images")
        .is(403, "Can't access this space - not a member");
    assert_eq!(ann.get("/spaces/1/images").is_ok(), json!([]));
}
