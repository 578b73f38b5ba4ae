//! Sessions: bearer tokens, cookies, where requests may come from, and when they end.

use std::time::Duration;

use rocket::http::{ContentType, Header};
use rocket::local::blocking::Client;
use serde_json::{Value, json};
use shared_spaces::api;

use crate::support::{PASSWORD, Person, Reply, TestApp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn who_brings_no_token_a_wrong_one_or_another_scheme_is_not_authorized() {
    let app = TestApp::new();
    let reply = app.anonymous().get("/me");
    reply.is(401, "You aren't authorized");
    assert_eq!(reply.header("WWW-Authenticate"), Some("Bearer"));
    let reply = app.anonymous().with_token("not-a-token").get("/me");
    reply.is(401, "You aren't authorized");
    assert_eq!(
        reply.header("WWW-Authenticate"),
        Some("Bearer error=\"invalid_token\"")
    );
    for value in [
        "Bearer",
        "Bearer ",
        "Basic YW5uOmNvcnJlY3QgaG9yc2U=",
        "\u{fffd}",
    ] {
        app.anonymous()
            .get_with("/me", "Authorization", value)
            .is(401, "You aren't authorized");
    }
}

#[test]
fn authentication_comes_before_everything_else() {
    let app = TestApp::new();
    let request = app
        .client()
        .post("/spaces/x/shares")
        .header(ContentType::HTML)
        .body("<p>");
    app.anonymous()
        .send(request)
        .is(401, "You aren't authorized");
    app.anonymous()
        .get("/spaces?limit=none")
        .is(401, "You aren't authorized");
}

#[test]
fn the_scheme_is_written_in_any_case() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let value = format!("bEaReR {}", ann.token());
    app.anonymous()
        .get_with("/me", "Authorization", &value)
        .is_ok();
}

#[test]
fn only_the_hash_of_a_token_is_stored() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let token = ann.token().as_bytes().to_vec();
    assert_eq!(token.len(), 43, "256 bits in base64");
    assert_eq!(app.count("select length(token_hash) from sessions"), 32);
    app.wait(app.app.db.write(|_| Ok(()))).unwrap();
    for file in ["shared-spaces.db", "shared-spaces.db-wal"] {
        let bytes = std::fs::read(app.path(file)).unwrap();
        assert!(
            !bytes.windows(token.len()).any(|window| window == token),
            "the token is in {file}"
        );
    }
}

#[test]
fn logging_out_ends_this_session_at_once_and_no_other() {
    let app = TestApp::new();
    let (here, there) = (app.person("ann"), app.anonymous().signed_in("ann"));
    here.delete("/logout").is(200, "Logged out");
    here.get("/me").is(401, "You aren't authorized");
    there.get("/logout").is(200, "Logged out");
    there.get("/me").is(401, "You aren't authorized");
    app.anonymous()
        .delete("/logout")
        .is(401, "You aren't authorized");
}

#[test]
fn a_session_ends_thirty_days_after_its_last_use() {
    let app = TestApp::new();
    let (busy, idle) = (app.person("ann"), app.anonymous().signed_in("ann"));
    for _ in 0..4 {
        app.app.clock.advance(DAY * 10);
        if busy.get("/me").status != 200 {
            panic!("a session that is used every ten days has ended");
        }
    }
    idle.get("/me").is(401, "You aren't authorized");
    app.app.clock.advance(DAY * 31);
    busy.get("/me").is(401, "You aren't authorized");
    // The next sign-in deletes the ended ones.
    app.anonymous().login("ann", PASSWORD).is_ok();
    assert_eq!(app.count("select count(*) from sessions"), 1);
}

#[test]
fn signing_in_sets_a_cookie_that_scripts_cannot_read() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    let reply = app.anonymous().login("ann", PASSWORD);
    let cookie = reply.header("Set-Cookie").unwrap();
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    assert!(
        cookie.starts_with(&format!("{}={token};", app.cookie_name())),
        "{cookie}"
    );
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
}

#[test]
fn the_cookie_works_like_the_token() {
    let app = TestApp::new();
    let ann = app.person("ann").by_cookie();
    ann.get("/me").is_ok();
    ann.post("/spaces", json!({"name": "Family"})).is_ok();
    let reply = ann.delete("/logout");
    reply.is(200, "Logged out");
    let removed = format!("{}=;", app.cookie_name());
    assert!(reply.header("Set-Cookie").unwrap().starts_with(&removed));
    ann.get("/me").is(401, "You aren't authorized");
}

#[test]
fn using_a_cookie_moves_its_end() {
    let app = TestApp::new();
    let ann = app.person("ann").by_cookie();
    assert_eq!(ann.get("/me").header("Set-Cookie"), None);
    app.app.clock.advance(DAY);
    assert!(
        ann.get("/me")
            .header("Set-Cookie")
            .unwrap()
            .contains("Max-Age=2592000")
    );
    assert_eq!(ann.get("/me").header("Set-Cookie"), None);
}

#[test]
fn with_the_cookie_alone_get_does_not_sign_out() {
    let app = TestApp::new();
    let ann = app.person("ann").by_cookie();
    ann.get("/logout").is(403, "Sign out with DELETE /logout");
    ann.get("/me").is_ok();
}

/// Makes a space with the cookie, and with these headers about where the request comes from.
fn from(app: &TestApp, token: &str, headers: &[(&'static str, &'static str)]) -> Reply {
    let mut request = app
        .client()
        .post("/spaces")
        .header(ContentType::JSON)
        .body(r#"{"name": "Family"}"#);
    request = request.header(app.cookie(token));
    for (name, value) in headers {
        request.add_header(Header::new(*name, *value));
    }
    Reply::read(request.dispatch())
}

#[test]
fn other_sites_cannot_use_the_cookie_to_change_anything() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let refused: [&[(&str, &str)]; 7] = [
        &[],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "none")],
        &[
            ("Sec-Fetch-Site", "cross-site"),
            ("Origin", "http://localhost:8000"),
        ],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
    ];
    for headers in refused {
        from(&app, ann.token(), headers)
            .is(403, "Requests with the cookie must come from this site");
    }
    assert_eq!(app.count("select count(*) from spaces"), 0);
    from(&app, ann.token(), &[("Sec-Fetch-Site", "same-origin")]).is_ok();
    from(&app, ann.token(), &[("Origin", "http://localhost:8000")]).is_ok();
}

#[test]
fn behind_a_proxy_the_origin_is_the_public_one() {
    let app =
        TestApp::with(|config| config.public_url = Some("https://spaces.example.org".to_owned()));
    let ann = app.person("ann");
    from(
        &app,
        ann.token(),
        &[("Origin", "https://spaces.example.org")],
    )
    .is_ok();
    for other in [
        "http://spaces.example.org",
        "https://spaces.example.org.evil.example",
        "http://localhost:8000",
    ] {
        from(&app, ann.token(), &[("Origin", other)])
            .is(403, "Requests with the cookie must come from this site");
    }
}

#[test]
fn a_token_goes_before_a_cookie_and_needs_no_origin() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let request = app.client().get("/me").header(app.cookie(bob.token()));
    assert_eq!(ann.send(request).is_ok()["login"], "ann");
    let request = app.client().get("/me").header(app.cookie(bob.token()));
    ann.with_token("wrong")
        .send(request)
        .is(401, "You aren't authorized");
}

#[test]
fn a_request_made_for_another_account_changes_and_tells_nothing() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    // Ann's page is still open in the browser in which Bob has signed in meanwhile.
    let from_page_of = |user: &'static str| {
        let headers = [
            ("Sec-Fetch-Site", "same-origin"),
            ("Shared-Spaces-User", user),
        ];
        from(&app, bob.token(), &headers)
    };
    let sentence = "This session belongs to another account than the request is made for";
    for other in ["1", "", "two", "02", "2 "] {
        from_page_of(other).is(409, sentence);
    }
    assert_eq!(app.count("select count(*) from spaces"), 0);
    from_page_of("2").is_ok();

    let named = |who: &'static str| Header::new("Shared-Spaces-User", who);
    ann.send(app.client().get("/spaces").header(named("2")))
        .is(409, sentence);
    ann.send(app.client().delete("/logout").header(named("2")))
        .is(409, sentence);
    ann.get("/me").is_ok();
    let twice = app.client().get("/me").header(named("1"));
    ann.send(twice.header(named("2"))).is(409, sentence);
}

#[test]
fn a_session_outlives_the_server() {
    let app = TestApp::new();
    let token = app.person("ann").token().to_owned();
    let app = app.restarted();
    app.anonymous().with_token(&token).get("/me").is_ok();
}

#[test]
fn a_token_that_came_and_is_not_good_is_called_invalid() {
    let app = TestApp::new();
    let (revoked, idle) = (app.person("ann"), app.anonymous().signed_in("ann"));
    revoked.delete("/logout").is(200, "Logged out");
    app.app.clock.advance(DAY * 31);
    let wrong = app.anonymous().with_token("wrong");
    for person in [
        &revoked,
        &revoked.by_cookie(),
        &idle,
        &idle.by_cookie(),
        &wrong,
        &wrong.by_cookie(),
    ] {
        for reply in [person.get("/me"), person.delete("/logout")] {
            reply.is(401, "You aren't authorized");
            assert_eq!(
                reply.header("WWW-Authenticate"),
                Some("Bearer error=\"invalid_token\"")
            );
        }
    }
}

/// The end of a session that was not used for a while would else be moved at the same time.
#[test]
fn signing_out_takes_the_cookie_from_a_browser_that_was_idle() {
    let app = TestApp::new();
    let ann = app.person("ann").by_cookie();
    app.app.clock.advance(DAY);
    let reply = ann.delete("/logout");
    reply.is(200, "Logged out");
    let cookies: Vec<_> = reply.headers("Set-Cookie").collect();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    assert!(
        cookies[0].starts_with(&format!("{}=;", app.cookie_name())),
        "{cookies:?}"
    );
}

/// A proxy in front may ask for a password of its own.
#[test]
fn the_cookie_works_next_to_another_scheme() {
    let app = TestApp::new();
    let ann = app.person("ann").by_cookie();
    ann.get_with("/me", "Authorization", "Basic YW5uOmNvcnJlY3QgaG9yc2U=")
        .is_ok();
}

#[test]
fn a_session_lasts_as_long_as_the_setting_says() {
    let app = TestApp::with(|config| config.sessions.lifetime = DAY);
    let (ann, late) = (app.person("ann"), app.anonymous().signed_in("ann"));
    app.app.clock.advance(DAY - Duration::from_secs(60));
    ann.get("/me").is_ok();
    app.app.clock.advance(Duration::from_secs(120));
    ann.get("/me").is_ok();
    late.get("/me").is(401, "You aren't authorized");
    let reply = app.anonymous().login("ann", PASSWORD);
    assert!(
        reply
            .header("Set-Cookie")
            .unwrap()
            .contains("Max-Age=86400")
    );
}

#[test]
fn who_has_signed_out_twice_is_told_so() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.delete("/logout").is(200, "Logged out");
    ann.delete("/logout").is(401, "You aren't authorized");
    ann.get("/logout").is(401, "You aren't authorized");
}

#[test]
fn a_password_changed_in_a_browser_keeps_that_browser_signed_in() {
    let app = TestApp::new();
    let (here, there) = (
        app.person("ann").by_cookie(),
        app.anonymous().signed_in("ann"),
    );
    let body = json!({"old-password": PASSWORD, "new-password": "better horse", "confirm-password": "better horse"});
    here.put("/change-password", body)
        .is(200, "Password changed");
    here.get("/me").is_ok();
    there.get("/me").is(401, "You aren't authorized");
    there
        .by_cookie()
        .get("/me")
        .is(401, "You aren't authorized");
}

/// A browser keeps the cookie by itself, and its page never sees a token.
#[test]
fn a_browser_signs_in_works_and_signs_out_with_nothing_but_its_cookie() {
    let app = TestApp::new();
    let browser = Client::tracked(api::rocket(app.app.clone())).unwrap();
    let send = |mut request: rocket::local::blocking::LocalRequest<'_>| {
        for cookie in browser.cookies().iter() {
            request.add_header(Header::new("Cookie", cookie.stripped().to_string()));
        }
        request.add_header(Header::new("Sec-Fetch-Site", "same-origin"));
        Reply::read(request.dispatch())
    };
    let post = |path: &'static str, body: Value| {
        send(
            browser
                .post(path)
                .header(ContentType::JSON)
                .body(body.to_string()),
        )
    };
    let account = json!({"login": "ann", "password": PASSWORD, "confirm-password": PASSWORD});
    post("/register", account).is_ok();
    send(browser.get("/me")).is(401, "You aren't authorized");
    post("/login", json!({"login": "ann", "password": PASSWORD})).is_ok();
    assert_eq!(send(browser.get("/me")).is_ok()["login"], "ann");
    post("/spaces", json!({"name": "Family"})).is_ok();
    send(browser.delete("/logout")).is(200, "Logged out");
    assert!(browser.cookies().get(&app.cookie_name()).is_none());
    send(browser.get("/me")).is(401, "You aren't authorized");
}

/// Signs in from a device that says this of itself.
fn signed_in_from<'a>(app: &'a TestApp, login: &str, agent: &'static str) -> Person<'a> {
    let body = json!({"login": login, "password": PASSWORD}).to_string();
    let request = app
        .client()
        .post("/login")
        .header(ContentType::JSON)
        .header(Header::new("User-Agent", agent));
    let reply = app.anonymous().send(request.body(body)).is_ok();
    app.anonymous()
        .with_token(reply["access_token"].as_str().unwrap())
}

/// The devices of a user's sessions, and whether each is the current one.
fn devices(person: &Person<'_>) -> Vec<(Value, Value)> {
    let list = person.get("/sessions").is_ok();
    let rows = list.as_array().unwrap().iter();
    rows.map(|row| (row["device"].clone(), row["is_current"].clone()))
        .collect()
}

#[test]
fn my_sessions_are_listed_with_the_last_used_first() {
    let app = TestApp::new();
    let nameless = app.person("ann");
    app.person("bob");
    app.app.clock.advance(DAY);
    let phone = signed_in_from(&app, "ann", "A phone");
    app.app.clock.advance(DAY);
    let laptop = signed_in_from(&app, "ann", "A laptop");
    let (no, yes) = (json!(false), json!(true));
    assert_eq!(
        devices(&laptop),
        [
            (json!("A laptop"), yes.clone()),
            (json!("A phone"), no.clone()),
            (Value::Null, no.clone())
        ]
    );
    nameless.get("/me").is_ok();
    assert_eq!(
        devices(&phone),
        [
            (json!("A phone"), yes),
            (Value::Null, no.clone()),
            (json!("A laptop"), no)
        ]
    );
    let list = phone.get("/sessions").is_ok();
    let keys: Vec<_> = list[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["created_at", "device", "id", "is_current", "last_used_at"]
    );
    for row in list.as_array().unwrap() {
        for key in ["created_at", "last_used_at"] {
            assert!(row[key].as_str().unwrap().ends_with('Z'), "{row}");
        }
        assert!(row["created_at"].as_str() <= row["last_used_at"].as_str());
    }
}

#[test]
fn the_sessions_come_in_pages_too() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let rest = ["One", "Two", "Three"].map(|agent| signed_in_from(&app, "ann", agent));
    assert_eq!(rest.len() + 1, 4);
    let mut found = Vec::new();
    let mut path = Some(String::from("/sessions?limit=3"));
    while let Some(here) = path {
        let reply = ann.get(&here);
        let list = reply.is_ok();
        found.extend(list.as_array().unwrap().iter().map(|row| row["id"].clone()));
        path = reply.next();
    }
    found.sort_by_key(Value::as_i64);
    assert_eq!(found, [1, 2, 3, 4]);
    ann.get("/sessions?cursor=garbage")
        .is(400, "Cursor must come from a Link header of this list");
}

#[test]
fn a_session_that_has_ended_is_not_listed() {
    let app = TestApp::new();
    let ann = app.person("ann");
    app.anonymous().signed_in("ann");
    for _ in 0..2 {
        app.app.clock.advance(DAY * 16);
        ann.get("/me").is_ok();
    }
    assert_eq!(devices(&ann).len(), 1);
}

#[test]
fn one_session_is_ended_and_the_others_go_on() {
    let app = TestApp::new();
    let (here, there) = (app.person("ann"), app.anonymous().signed_in("ann"));
    let reply = here.delete("/sessions/2");
    assert_eq!((reply.status, reply.bytes.len()), (204, 0));
    there.get("/me").is(401, "You aren't authorized");
    here.get("/me").is_ok();
    here.delete("/sessions/2")
        .is(404, "Session with ID '2' doesn't exist");
}

#[test]
fn a_session_of_another_and_one_that_never_was_look_alike() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for id in ["1", "99", "0", "abc", "9223372036854775808"] {
        bob.delete(&format!("/sessions/{id}"))
            .is(404, &format!("Session with ID '{id}' doesn't exist"));
    }
    ann.get("/me").is_ok();
}

#[test]
fn ending_the_session_that_asks_takes_its_cookie() {
    let app = TestApp::new();
    app.person("ann");
    let (here, there) = (
        app.anonymous().signed_in("ann").by_cookie(),
        app.anonymous().signed_in("ann").by_cookie(),
    );
    assert_eq!(here.delete("/sessions/3").header("Set-Cookie"), None);
    there.get("/me").is(401, "You aren't authorized");
    let reply = here.delete("/sessions/2");
    assert_eq!(reply.status, 204);
    let removed = format!("{}=;", app.cookie_name());
    assert!(reply.header("Set-Cookie").unwrap().starts_with(&removed));
    here.get("/me").is(401, "You aren't authorized");
}

#[test]
fn signing_out_everywhere_else_leaves_the_one_that_asks_and_other_people() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let others = [
        app.anonymous().signed_in("ann"),
        app.anonymous().signed_in("ann"),
    ];
    let reply = ann.delete("/sessions");
    assert_eq!((reply.status, reply.bytes.len()), (204, 0));
    for other in others {
        other.get("/me").is(401, "You aren't authorized");
    }
    bob.get("/me").is_ok();
    assert_eq!(devices(&ann), [(Value::Null, json!(true))]);
    assert_eq!(ann.delete("/sessions").status, 204);
}

#[test]
fn who_asks_for_the_head_of_a_sign_out_stays_signed_in() {
    let app = TestApp::new();
    let ann = app.person("ann");
    assert_eq!(ann.send(app.client().head("/logout")).status, 200);
    ann.get("/me").is_ok();
    ann.get("/logout").is(200, "Logged out");
}
