//! Who may do what: a table over every mounted route. A route without a row fails the test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rocket::http::{ContentType, Method};
use serde_json::{Value, json};

use crate::support::{Form, PASSWORD, Person, TestApp, pictures};

/// What a request carries.
enum Body {
    None,
    Json(Value),
    Form,
}

/// A route, a request to it, and the status for each of [`ROLES`].
struct Row {
    method: Method,
    route: &'static str,
    path: &'static str,
    body: Body,
    statuses: [u16; 7],
}

/// The people of the table, with the logins that they have. The removed account's session is still in a browser.
const ROLES: [(&str, Option<&str>); 7] = [
    ("anonymous", None),
    ("stranger", Some("cid")),
    ("former member", Some("eve")),
    ("member", Some("dan")),
    ("author", Some("bob")),
    ("admin", Some("ann")),
    ("removed account", Some("fay")),
];

const ANYBODY: [u16; 7] = [200; 7];
const USERS: [u16; 7] = [401, 200, 200, 200, 200, 200, 401];
const MEMBERS: [u16; 7] = [401, 403, 403, 200, 200, 200, 401];
const ADMINS: [u16; 7] = [401, 403, 403, 403, 403, 200, 401];

fn table() -> Vec<Row> {
    use Body::{Form, Json, None};
    use Method::{Delete, Get, Post, Put};
    let row = |method, route, path, body, statuses| Row {
        method,
        route,
        path,
        body,
        statuses,
    };
    let account = json!({"login": "gus", "password": PASSWORD, "confirm-password": PASSWORD});
    let password = json!({"old-password": PASSWORD, "new-password": "better horse", "confirm-password": "better horse"});
    vec![
        row(Get, "/", "/", None, ANYBODY),
        row(Get, "/assets/<name>", "/assets/style.css", None, ANYBODY),
        row(Get, "/health", "/health", None, ANYBODY),
        row(Get, "/ready", "/ready", None, ANYBODY),
        row(Post, "/register", "/register", Json(account), ANYBODY),
        row(
            Post,
            "/login",
            "/login",
            Json(json!({"login": "ann", "password": PASSWORD})),
            ANYBODY,
        ),
        // The link is the right, and nobody has one here, whoever they are.
        row(
            Get,
            "/photos/<name>?<expires>&<signature>",
            "/photos/1-1.png",
            None,
            [403; 7],
        ),
        row(Get, "/me", "/me", None, USERS),
        row(Get, "/logout", "/logout", None, USERS),
        row(Delete, "/logout", "/logout", None, USERS),
        row(
            Put,
            "/change-password",
            "/change-password",
            Json(password),
            USERS,
        ),
        row(
            Post,
            "/spaces",
            "/spaces",
            Json(json!({"name": "Choir"})),
            USERS,
        ),
        row(Get, "/spaces", "/spaces", None, USERS),
        row(Get, "/spaces/<id>", "/spaces/1", None, MEMBERS),
        row(
            Get,
            "/spaces/<id>/members",
            "/spaces/1/members",
            None,
            MEMBERS,
        ),
        row(
            Get,
            "/spaces/<id>/shares",
            "/spaces/1/shares",
            None,
            MEMBERS,
        ),
        row(
            Post,
            "/spaces/<id>/shares",
            "/spaces/1/shares",
            Form,
            MEMBERS,
        ),
        row(
            Get,
            "/spaces/<id>/images",
            "/spaces/1/images",
            None,
            MEMBERS,
        ),
        row(Get, "/shares/<id>", "/shares/1", None, MEMBERS),
        row(
            Put,
            "/shares/<id>",
            "/shares/1",
            Form,
            [401, 403, 403, 403, 200, 403, 401],
        ),
        row(
            Delete,
            "/shares/<id>",
            "/shares/1",
            None,
            [401, 403, 403, 403, 200, 200, 401],
        ),
        row(
            Put,
            "/spaces/<id>",
            "/spaces/1",
            Json(json!({"new-name": "Kin"})),
            ADMINS,
        ),
        // An admin may, but not while others are in it.
        row(
            Delete,
            "/spaces/<id>",
            "/spaces/1",
            None,
            [401, 403, 403, 403, 403, 400, 401],
        ),
        row(
            Post,
            "/spaces/<id>/members",
            "/spaces/1/members",
            Json(json!({"login": "cid"})),
            ADMINS,
        ),
        row(
            Put,
            "/spaces/<id>/members/<user_id>",
            "/spaces/1/members/4",
            Json(json!({"is-admin": true})),
            ADMINS,
        ),
        // The fourth user is the member, who may leave.
        row(
            Delete,
            "/spaces/<id>/members/<user_id>",
            "/spaces/1/members/4",
            None,
            [401, 403, 403, 200, 403, 200, 401],
        ),
    ]
}

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
        bob.share_photo(1, &pictures::png(1));
        eve.share(1, "By somebody who has left");
        eve.delete(&format!("/spaces/1/members/{}", eve.id))
            .is(200, "Member deleted");
        let people = [&cid, &eve, &dan, &bob, &ann, &fay];
        let tokens = people.map(|person| person.token().to_owned()).to_vec();
        let gone = fay.get("/me").is_ok();
        let removed = app.app.db.write(move |conn| {
            let user =
                shared_spaces::domain::users::get_by_login(conn, gone["login"].as_str().unwrap())?;
            shared_spaces::domain::users::remove(conn, &user, shared_spaces::clock::Timestamp(0))
        });
        app.wait(removed).unwrap();
        app.sort_all();
        Self { app, tokens }
    }

    /// A copy of this world, as the files of its data folder.
    fn copy(&self) -> TestApp {
        TestApp::with(|config| copy_folder(&self.app.path(""), &config.data_dir)).leaving_jobs()
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

fn status(app: &TestApp, person: &Person<'_>, row: &Row) -> u16 {
    let request = app.client().req(row.method, row.path);
    let request = match &row.body {
        Body::None => request,
        Body::Json(body) => request.header(ContentType::JSON).body(body.to_string()),
        Body::Form => request
            .header(Form::content_type())
            .body(Form::text("Hello").file(&pictures::png(2)).body()),
    };
    person.send(request).status
}

#[test]
fn every_route_answers_each_role_as_the_table_says() {
    let world = World::new();
    let mut wrong = Vec::new();
    for row in table() {
        for (at, (role, login)) in ROLES.iter().enumerate() {
            let app = world.copy();
            let person = match login {
                None => app.anonymous(),
                Some(_) => app.anonymous().with_token(&world.tokens[at - 1]),
            };
            let got = status(&app, &person, &row);
            if got != row.statuses[at] {
                wrong.push(format!(
                    "{} {} as {role}: {got} instead of {}",
                    row.method, row.route, row.statuses[at]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_cookie_gives_the_same_rights_as_the_token() {
    let world = World::new();
    for row in table() {
        for (at, (role, login)) in ROLES.iter().enumerate() {
            if login.is_none() {
                continue;
            }
            let app = world.copy();
            let person = app
                .anonymous()
                .with_token(&world.tokens[at - 1])
                .by_cookie();
            // Any page can make a browser send a `GET`, so signing out by it needs the token.
            let by_get =
                row.method == Method::Get && row.path == "/logout" && row.statuses[at] == 200;
            let expected = if by_get { 403 } else { row.statuses[at] };
            assert_eq!(
                status(&app, &person, &row),
                expected,
                "{} {} as {role}",
                row.method,
                row.route
            );
        }
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
