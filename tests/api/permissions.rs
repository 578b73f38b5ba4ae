//! Who may do what: a table over every mounted route. A route without a row fails the test.

// What only operators may do.
mod operators;
// What can't be found out by asking.
mod probing;
// Sessions, links and invitations that are forged, ended, swapped or used again.
mod proofs;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rocket::http::{ContentType, Header, Method};
use serde_json::json;
use shared_spaces::config::Ffmpeg;

use self::table::{ROLES, Row, request, table};
use crate::support::{TestApp, pictures};

/// The world that every cell of the table begins with, and the token of each role.
struct World {
    app: TestApp,
    tokens: Vec<String>,
}

impl World {
    fn new() -> Self {
        let app = TestApp::new();
        let [ann, bob, cid, dan, eve, fay] =
            ["ann", "bob", "cid", "dan", "eve", "fay"].map(|login| app.person(login));
        assert_eq!(dan.id, 4);
        ann.space("Family");
        for login in ["bob", "dan", "eve", "fay"] {
            ann.invite(1, login);
        }
        ann.post("/spaces/1/invitations", json!({}));
        bob.share_photo(1, &pictures::png(1));
        eve.share(1, "By a former member");
        eve.delete(&format!("/spaces/1/members/{}", eve.id))
            .is(200, "Member deleted");
        bob.post("/shares/1/comments", json!({"text": "By its author"}));
        bob.put_nothing("/shares/1/reactions/%F0%9F%91%8D");
        // One that has just begun, so that nothing is made of it in the background.
        let begun = app.client().post("/uploads");
        let begun = begun.header(Header::new("Tus-Resumable", "1.0.0"));
        bob.send(begun.header(Header::new("Upload-Length", "10")));
        let people = [&cid, &eve, &dan, &bob, &ann, &fay];
        // An operator who is in no space, and admins who are none.
        app.set_operator("cid", true);
        app.set_operator("ann", false);
        let tokens = people.map(|person| person.token().to_owned()).to_vec();
        app.remove_account("fay");
        app.move_photos();
        Self { app, tokens }
    }

    /// A copy of this world, as the files of its data folder.
    fn copy(&self) -> TestApp {
        let copied = TestApp::with(|config| {
            copy_folder(&self.app.path(""), &config.data_dir);
            // What is started in a process of its own, which the checks would try, isn't in this executable.
            config.photos.heic = false;
            config.photos.ffmpeg = Ffmpeg::Off;
        });
        copied.leaving_jobs()
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Sends each request of the table as each role. A refused request must have changed nothing; after one that changed
/// something, the world is copied again.
fn check(by_cookie: bool, expected: impl Fn(&Row, usize) -> u16) {
    let world = World::new();
    let mut app = world.copy();
    let before = app.snapshot();
    let mut wrong = Vec::new();
    for row in table() {
        for (at, (role, login)) in ROLES.iter().enumerate() {
            let person = match login {
                None => app.anonymous(),
                Some(_) => app.anonymous().with_token(&world.tokens[at - 1]),
            };
            let person = if by_cookie && login.is_some() {
                person.by_cookie()
            } else {
                person
            };
            let got = person.send(request(&app, &row)).status;
            let (expected, changed) = (expected(&row, at), app.snapshot() != before);
            if got != expected {
                wrong.push(format!(
                    "{} {} as {role}: {got} instead of {expected}",
                    row.method, row.route
                ));
            }
            if changed && got >= 400 {
                wrong.push(format!(
                    "{} {} as {role}: refused with {got}, and yet something has changed",
                    row.method, row.route
                ));
            }
            if changed {
                app = world.copy();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_route_answers_each_role_as_the_table_says_and_changes_nothing_where_it_refuses() {
    check(false, |row, at| row.statuses[at]);
}

#[test]
fn the_cookie_gives_the_same_rights_as_the_token() {
    check(true, |row, at| {
        // Any page can make a browser send a `GET`, so signing out by it needs the token.
        let by_get = row.method == Method::Get && row.path == "/logout" && row.statuses[at] == 200;
        if by_get { 403 } else { row.statuses[at] }
    });
}

#[test]
fn another_sites_page_changes_nothing_with_anybodys_cookie() {
    let world = World::new();
    let app = world.copy();
    let before = app.snapshot();
    let reads = |row: &Row| matches!(row.method, Method::Get | Method::Head);
    let for_users = |row: &&Row| !reads(row) && row.statuses[0] == 401;
    for row in table().iter().filter(for_users) {
        for (at, (role, _)) in ROLES.iter().enumerate().skip(1) {
            let request = request(&app, row)
                .header(app.cookie(&world.tokens[at - 1]))
                .header(Header::new("Sec-Fetch-Site", "cross-site"));
            let reply = app.anonymous().send(request);
            if *role == "removed account" {
                reply.is(401, "You aren't authorized");
            } else {
                reply.is(403, "Requests with the cookie must come from this site");
            }
        }
    }
    assert_eq!(app.snapshot(), before);
}

#[test]
fn who_is_not_signed_in_is_told_only_that_whatever_else_is_wrong() {
    let app = TestApp::new();
    for row in table().iter().filter(|row| row.statuses[0] == 401) {
        let word = |segment: &'static str| {
            if segment.starts_with('<') {
                "x"
            } else {
                segment
            }
        };
        let (path, _query) = row.route.split_once('?').unwrap_or((row.route, ""));
        let path: Vec<_> = path.split('/').map(word).collect();
        let request = app
            .client()
            .req(row.method, format!("{}?limit=none", path.join("/")));
        let reply = app
            .anonymous()
            .send(request.header(ContentType::HTML).body("<p>"));
        if row.method == Method::Head {
            assert_eq!(reply.status, 401);
        } else {
            reply.is(401, "You aren't authorized");
        }
        assert_eq!(reply.header("WWW-Authenticate"), Some("Bearer"));
    }
}

#[test]
fn every_mounted_route_has_a_row_and_every_row_a_route() {
    let app = TestApp::new();
    let mounted: BTreeSet<String> = app
        .client()
        .rocket()
        .routes()
        .map(|route| format!("{} {}", route.method, route.uri))
        .collect();
    let rows: BTreeSet<String> = table()
        .iter()
        .map(|row| format!("{} {}", row.method, row.route))
        .collect();
    assert_eq!(mounted, rows);
}
