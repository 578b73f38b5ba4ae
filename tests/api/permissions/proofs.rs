//! Invalid sessions, links and tokens: forged, ended, swapped or used again. On every route that accepts one.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::http::Method;
use serde_json::{Value, json};
use shared_spaces::auth::signed_urls::SigningKey;
use shared_spaces::domain::tokens::Token;

use super::World;
use super::table::{Row, request, table};
use crate::support::{Form, PASSWORD, Person, TestApp, path_of, pictures};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NEW: &str = "better horse";

/// What proves nothing, and why.
type Bad = (&'static str, String);

fn for_users(row: &Row) -> bool {
    row.statuses[0] == 401
}

fn redeem(token: &str) -> Value {
    json!({"token": token, "new-password": NEW, "confirm-password": NEW})
}

/// The id of the current session.
fn session_id(person: &Person<'_>) -> i64 {
    let sessions = person.get("/sessions").is_ok();
    let mut sessions = sessions.as_array().unwrap().iter();
    let current = sessions.find(|session| session["is_current"] == true);
    current.unwrap()["id"].as_i64().unwrap()
}

/// Sessions that have ended, of people who otherwise have the right.
fn bad_sessions(app: &TestApp, removed: &str) -> Vec<Bad> {
    let sign_in = |login: &str| app.anonymous().signed_in(login);
    let signed_out = sign_in("bob");
    signed_out.delete("/logout").is(200, "Logged out");
    let ended = sign_in("bob");
    let path = format!("/sessions/{}", session_id(&ended));
    assert_eq!(sign_in("bob").delete(&path).status, 204);
    let elsewhere = sign_in("ann");
    let good = sign_in("ann");
    assert_eq!(good.delete("/sessions").status, 204);
    let before_change = sign_in("dan");
    let change = json!({"old-password": PASSWORD, "new-password": NEW, "confirm-password": NEW});
    sign_in("dan")
        .put("/change-password", change)
        .is(200, "Password changed");
    let before_reset = sign_in("eve");
    let held = app.reset_token("eve");
    app.anonymous()
        .post("/password-resets/redeem", redeem(&held))
        .is(200, "Password changed");
    let made = good.post("/spaces/1/invitations", json!({})).json();
    let invitation = made["url"].as_str().unwrap().rsplit_once('#').unwrap().1;
    let share = good.get("/shares/1").is_ok();
    let link = share["image_url"].as_str().unwrap();

    let token = good.token().to_owned();
    let hash = Token::given(&token).hash();
    let other = if token.starts_with('A') { "B" } else { "A" };
    vec![
        ("made up", "A".repeat(43)),
        (
            "changed in one character",
            format!("{other}{}", &token[1..]),
        ),
        ("cut short", token[..42].to_owned()),
        ("longer than it was", format!("{token}A")),
        ("in capitals", token.to_uppercase()),
        ("what is stored of it", hex::encode(hash)),
        (
            "what is stored of it, as tokens are",
            URL_SAFE_NO_PAD.encode(hash),
        ),
        ("its number", session_id(&good).to_string()),
        ("signed out", signed_out.token().to_owned()),
        ("ended from elsewhere", ended.token().to_owned()),
        ("ended with all others", elsewhere.token().to_owned()),
        (
            "from before the password changed",
            before_change.token().to_owned(),
        ),
        (
            "from before the password was reset",
            before_reset.token().to_owned(),
        ),
        ("of a removed account", removed.to_owned()),
        ("an invitation", invitation.to_owned()),
        ("a link for a new password", app.reset_token("ann")),
        (
            "the signature of a photo",
            link.rsplit_once('=').unwrap().1.to_owned(),
        ),
    ]
}

/// What is answered to those who aren't signed in: to `HEAD` without a word.
fn refusal(row: &Row) -> String {
    let words = if row.method == Method::Head {
        ""
    } else {
        "You aren't authorized"
    };
    words.to_owned()
}

#[test]
fn a_session_that_proves_nothing_opens_no_route_and_changes_nothing() {
    let world = World::new();
    let app = world.copy();
    let bad = bad_sessions(&app, &world.tokens[5]);
    let before = app.snapshot();
    for row in table().iter().filter(|row| for_users(row)) {
        for (why, token) in &bad {
            let bearer = app.anonymous().with_token(token);
            for person in [bearer.by_cookie(), bearer] {
                let reply = person.send(request(&app, row));
                let said = (reply.status, reply.text());
                let refused = (401, refusal(row));
                assert_eq!(said, refused, "{} {}: {why}", row.method, row.route);
            }
        }
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn every_session_ends_with_its_time_on_every_route() {
    let world = World::new();
    let app = world.copy();
    app.app.clock.advance(DAY * 31);
    let before = app.snapshot();
    for row in table().iter().filter(|row| for_users(row)) {
        for token in &world.tokens {
            let bearer = app.anonymous().with_token(token);
            for person in [bearer.by_cookie(), bearer] {
                let reply = person.send(request(&app, row));
                assert_eq!((reply.status, reply.text()), (401, refusal(row)));
            }
        }
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn where_nobody_needs_a_session_one_that_proves_nothing_is_no_matter() {
    let world = World::new();
    let app = world.copy();
    let bad = bad_sessions(&app, &world.tokens[5]);
    let open = |row: &&Row| row.method == Method::Get && !for_users(row);
    for row in table().iter().filter(open) {
        let nobodys = app.anonymous().send(request(&app, row));
        assert_eq!(nobodys.status, row.statuses[0], "{}", row.route);
        for (why, token) in &bad {
            let bearer = app.anonymous().with_token(token);
            for person in [bearer.by_cookie(), bearer] {
                let reply = person.send(request(&app, row));
                assert_eq!(
                    (reply.status, &reply.bytes),
                    (nobodys.status, &nobodys.bytes),
                    "{}: {why}",
                    row.route
                );
            }
        }
    }
}

/// The routes that are opened by a signature, each with the link to it that a share has.
const SIGNED: [(&str, &[&str]); 3] = [
    (
        "GET /photos/<name>?<expires>&<signature>&<download>",
        &["/image_url"],
    ),
    (
        "GET /photos/<name>/<size>?<expires>&<signature>",
        &["/image/previews/small/url", "/image/previews/large/url"],
    ),
    // Those of pictures of users and spaces are tried in `avatars.rs`.
    ("GET /avatars/<name>?<expires>&<signature>", &[]),
];

/// The links to the photo of a share.
fn links(share: &Value) -> Vec<String> {
    let pointers = SIGNED.iter().flat_map(|(_, pointers)| *pointers);
    pointers
        .map(|pointer| path_of(share.pointer(pointer).unwrap()))
        .collect()
}

/// The path of a link, its end and its signature.
fn parts(link: &str) -> (&str, &str, &str) {
    let (path, query) = link.split_once("?expires=").unwrap();
    let (expires, signature) = query.split_once("&signature=").unwrap();
    (path, expires, signature)
}

#[test]
fn every_route_with_a_signature_and_every_route_with_a_token_is_tried_here() {
    let app = TestApp::new();
    let routes = app.client().rocket().routes();
    let mounted: BTreeSet<String> = routes
        .filter(|route| route.uri.to_string().contains("signature"))
        .map(|route| format!("{} {}", route.method, route.uri))
        .collect();
    let tried = SIGNED.map(|(route, _)| route.to_owned());
    assert_eq!(mounted, BTreeSet::from(tried));

    let description = app.anonymous().get("/openapi.json").is_ok();
    let takes_token = |item: &Value| {
        let body = &item["post"]["requestBody"]["content"]["application/json"];
        let properties = &body["schema"]["properties"];
        properties["token"].is_object() || properties["invitation"].is_object()
    };
    let paths = description["paths"].as_object().unwrap().iter();
    let taking: BTreeSet<&str> = paths
        .filter(|(_, item)| takes_token(item))
        .map(|(path, _)| path.as_str())
        .collect();
    let tried = TOKENS.map(|(path, ..)| path);
    assert_eq!(taking, BTreeSet::from(tried));
}

#[test]
fn a_link_opens_its_own_photo_to_every_holder_and_nothing_else_does() {
    let world = World::new();
    let app = world.copy();
    let ann = app.anonymous().signed_in("ann");
    let other = links(&ann.share_photo(1, &pictures::png(2)));
    app.move_photos();
    let elsewhere = TestApp::new();
    let stranger = elsewhere.person("ann");
    stranger.space("Family");
    let foreign = links(&stranger.share_photo(1, &pictures::png(1)));
    elsewhere.move_photos();

    let good = links(&ann.get("/shares/1").is_ok());
    let (_, expires, signature) = parts(&good[0]);
    let (_, _, others) = parts(&other[0]);
    let (_, _, foreigners) = parts(&foreign[0]);
    let later = (expires.parse::<i64>().unwrap() + 1).to_string();
    let made_up = URL_SAFE_NO_PAD.encode([7; 32]);
    let people = [app.anonymous(), ann.clone(), ann.by_cookie()];
    for link in &good {
        let (path, ..) = parts(link);
        for person in &people {
            assert_eq!(person.get(link).status, 200, "{link}");
            person.get(path).is(403, "This link isn't valid");
            for (why, expires, signature) in [
                ("made up", expires, made_up.as_str()),
                ("empty", expires, ""),
                ("cut short", expires, &signature[..42]),
                ("moved on", &later, signature),
                ("without an end", "", signature),
                ("of another photo", expires, others),
                ("of another server", expires, foreigners),
                ("a session", expires, ann.token()),
            ] {
                let reply = person.get(&format!("{path}?expires={expires}&signature={signature}"));
                let said = (reply.status, reply.text());
                let refused = (403, String::from("This link isn't valid"));
                assert_eq!(said, refused, "{path}: {why}");
            }
        }
    }
}

/// What becomes of the links to Bob's photo.
fn afterwards(change: impl FnOnce(&TestApp, &Person<'_>), status: u16, sentence: &str) {
    let world = World::new();
    let app = world.copy();
    let (ann, bob) = (
        app.anonymous().signed_in("ann"),
        app.anonymous().signed_in("bob"),
    );
    let links = links(&bob.get("/shares/1").is_ok());
    change(&app, &bob);
    app.move_photos();
    for link in &links {
        for person in [&app.anonymous(), &ann, &bob] {
            let reply = person.get(link);
            assert_eq!(reply.status, status, "{link}");
            if status != 200 {
                reply.is(status, sentence);
            }
        }
    }
}

#[test]
fn a_link_holds_for_its_time_whatever_becomes_of_who_asked_for_it() {
    afterwards(
        |_, bob| bob.delete("/logout").is(200, "Logged out"),
        200,
        "",
    );
    afterwards(
        |_, bob| bob.delete("/spaces/1/members/2").is(200, "Member deleted"),
        200,
        "",
    );
}

#[test]
fn a_link_ends_with_its_photo_its_time_and_the_key() {
    let gone = "No such photo";
    afterwards(
        |_, bob| bob.delete("/shares/1").is(200, "Share deleted"),
        404,
        gone,
    );
    let replace = |_: &TestApp, bob: &Person<'_>| {
        let form = Form::text("Another one").file(&pictures::png(3));
        bob.put_form("/shares/1", form).is(200, "Share edited");
    };
    afterwards(replace, 404, gone);
    let remove = |app: &TestApp, _: &Person<'_>| drop(app.remove_account("bob"));
    afterwards(remove, 404, gone);
    let end = "This link has expired";
    afterwards(|app, _| app.app.clock.advance(DAY), 403, end);
    let rotate =
        |app: &TestApp, _: &Person<'_>| SigningKey::rotate(&app.path("signing.key")).unwrap();
    afterwards(rotate, 403, "This link isn't valid");
}

const NO_INVITATION: &str = "This invitation isn't valid, or not any more";
const NO_RESET: &str = "This link isn't valid, or not any more";

/// A route that takes a token, the body with it, and the refusal of an invalid one.
type Opened = (&'static str, fn(&str) -> Value, &'static str);

const TOKENS: [Opened; 4] = [
    (
        "/invitations/offer",
        |token| json!({"token": token}),
        NO_INVITATION,
    ),
    (
        "/invitations/accept",
        |token| json!({"token": token}),
        NO_INVITATION,
    ),
    ("/password-resets/redeem", redeem, NO_RESET),
    (
        "/register",
        |token| json!({"login": "gus", "password": PASSWORD, "confirm-password": PASSWORD, "invitation": token}),
        NO_INVITATION,
    ),
];

/// An invitation with this many uses, and its id.
fn invitation(admin: &Person<'_>, uses: i64) -> (String, Value) {
    let made = admin.post("/spaces/1/invitations", json!({"uses": uses}));
    let made = made.json();
    let (_, token) = made["url"].as_str().unwrap().rsplit_once('#').unwrap();
    (token.to_owned(), made["id"].clone())
}

#[test]
fn a_token_that_is_no_good_opens_nothing_and_changes_nothing() {
    let world = World::new();
    let app = world.copy();
    let (ann, cid) = (
        app.anonymous().signed_in("ann"),
        app.anonymous().signed_in("cid"),
    );
    let accept = |token: &str| cid.post("/invitations/accept", json!({"token": token}));
    let (used, _) = invitation(&ann, 1);
    assert_eq!(accept(&used).status, 200);
    ann.delete(&format!("/spaces/1/members/{}", cid.id))
        .is(200, "Member deleted");
    let (revoked, id) = invitation(&ann, 5);
    let path = format!("/spaces/1/invitations/{id}");
    assert_eq!(ann.delete(&path).status, 204);
    let (live, _) = invitation(&ann, 5);
    let used_reset = app.reset_token("dan");
    app.anonymous()
        .post("/password-resets/redeem", redeem(&used_reset))
        .is(200, "Password changed");
    let replaced = app.reset_token("bob");
    let live_reset = app.reset_token("bob");
    let stored = |token: &str| URL_SAFE_NO_PAD.encode(Token::given(token).hash());

    let bad: [(&str, String); 8] = [
        ("made up", "A".repeat(43)),
        ("empty", String::new()),
        ("a session", ann.token().to_owned()),
        ("an invitation that is used up", used),
        ("an invitation that was taken back", revoked),
        ("what is stored of an invitation", stored(&live)),
        ("a reset that was used", used_reset),
        ("a reset before the last", replaced),
    ];
    let swapped = [("an invitation", live), ("a reset", live_reset)];
    let before = app.snapshot();
    let refused = |(path, body, sentence): Opened, why: &str, token: &str| {
        let reply = cid.post(path, body(token));
        let said = (reply.status, reply.text());
        assert_eq!(said, (404, sentence.to_owned()), "{path}: {why}");
    };
    for route in TOKENS {
        for (why, token) in &bad {
            refused(route, why, token);
        }
        for (why, token) in &swapped {
            if (route.2 == NO_RESET) == (*why == "an invitation") {
                refused(route, why, token);
            }
        }
    }
    assert_eq!(app.snapshot(), before);
    // An invitation holds for seven days, a reset for one.
    app.app.clock.advance(DAY * 7);
    for route in TOKENS {
        for (why, token) in &swapped {
            refused(route, why, token);
        }
    }
    assert_eq!(app.anonymous().login("gus", PASSWORD).status, 401);
}
