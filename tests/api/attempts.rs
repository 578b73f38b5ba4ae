//! Too many attempts, as those who make them see it.

use std::net::SocketAddr;
use std::time::Duration;

use rocket::http::{ContentType, Header};
use serde_json::json;

use crate::support::{PASSWORD, Person, Reply, TestApp};

/// Tries passwords until there were too many, and returns that response.
fn exhaust(attempt: impl FnMut() -> Reply) -> Reply {
    let tries = std::iter::repeat_with(attempt).take(100);
    let mut refused = tries.filter(|reply| reply.status == 429);
    refused.next().unwrap()
}

fn change_password(person: &Person<'_>, old: &str) -> Reply {
    let body = json!({"old-password": old, "new-password": "better horse", "confirm-password": "better horse"});
    person.put("/change-password", body)
}

#[test]
fn after_too_many_wrong_passwords_the_next_attempt_is_told_when_to_come() {
    let app = TestApp::new();
    app.person("ann");
    let nobody = app.anonymous();
    let reply = exhaust(|| nobody.login("ann", "wrong horse"));
    reply.is(429, "Too many attempts, try again in 2 minutes");
    let wait: u64 = reply.header("Retry-After").unwrap().parse().unwrap();
    assert!((91..=120).contains(&wait), "{wait}");
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));

    nobody.login("ann", PASSWORD).is(429, &reply.text());
    app.app.clock.advance(Duration::from_secs(121));
    nobody.login("ann", PASSWORD).is_ok();
}

/// Signs in from an address, with the cookies that a browser has.
fn sign_in(app: &TestApp, from: &str, cookies: &str, login: &str, password: &str) -> Reply {
    let from = SocketAddr::new(from.parse().unwrap(), 50_000);
    let body = json!({"login": login, "password": password}).to_string();
    let request = app.client().post("/login").remote(from);
    let request = request.header(ContentType::JSON).body(body);
    Reply::read(
        request
            .header(Header::new("Cookie", cookies.to_owned()))
            .dispatch(),
    )
}

/// What a browser keeps of the answer to a sign-in, for the next one: the name of the cookie and its value.
fn kept(reply: &Reply) -> (String, String) {
    let found = reply
        .headers("Set-Cookie")
        .find(|cookie| cookie.contains("Path=/login"));
    let (pair, attributes) = found.unwrap().split_once("; ").unwrap();
    for attribute in ["HttpOnly", "SameSite=Strict", "Max-Age=31536000"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    let (name, value) = pair.split_once('=').unwrap();
    (name.to_owned(), value.to_owned())
}

/// Has enough addresses try an account for attempts from elsewhere to be refused.
fn besiege(app: &TestApp, login: &str) {
    for number in 1..=4 {
        let address = format!("198.51.100.{number}");
        exhaust(|| sign_in(app, &address, "", login, "wrong horse"));
    }
    assert_eq!(sign_in(app, "192.0.2.1", "", login, PASSWORD).status, 429);
}

#[test]
fn the_browser_of_the_owner_is_let_in_also_after_a_restart_while_others_guess_from_everywhere() {
    let app = TestApp::new();
    app.person("ann");
    let home = "192.0.2.1";
    let first = sign_in(&app, home, "", "ann", PASSWORD);
    first.is_ok();
    // Some clients look at the first alone.
    let session = format!("{}=", app.cookie_name());
    assert!(first.header("Set-Cookie").unwrap().starts_with(&session));
    let (name, value) = kept(&first);
    let cookies = format!("theme=dark; {name}={value}");

    let app = app.restarted();
    besiege(&app, "ann");
    sign_in(&app, home, &cookies, "Ann ", "wrong horse").is(401, "Wrong login and/or password");
    let again = sign_in(&app, home, &cookies, "Ann ", PASSWORD);
    again.is_ok();
    // It stays the same browser, and so has no second set of attempts.
    assert_eq!(kept(&again).1.split('.').next(), value.split('.').next());
}

#[test]
fn a_browser_is_known_for_nobody_else_and_not_by_what_another_server_says() {
    let app = TestApp::new();
    app.person("ann");
    app.person("bob");
    let home = "192.0.2.1";
    let (name, of_bob) = kept(&sign_in(&app, home, "", "bob", PASSWORD));
    let other = TestApp::new();
    other.person("ann");
    let (_, of_another) = kept(&sign_in(&other, home, "", "ann", PASSWORD));
    let app = app.restarted();
    besiege(&app, "ann");
    for value in [&of_bob, &of_another, "", "~", "a.1.b"] {
        let cookies = format!("{name}={value}");
        assert_eq!(
            sign_in(&app, home, &cookies, "ann", PASSWORD).status,
            429,
            "{value}"
        );
    }
}

#[test]
fn several_people_share_a_browser_and_one_guesses_no_more_than_fifteen_passwords_in_it() {
    let app = TestApp::new();
    app.person("ann");
    app.person("bob");
    let home = "192.0.2.1";
    let (name, value) = kept(&sign_in(&app, home, "", "ann", PASSWORD));
    let second = sign_in(&app, home, &format!("{name}={value}"), "bob", PASSWORD);
    let (_, value) = kept(&second);
    let cookies = format!("{name}={value}");
    let app = app.restarted();
    besiege(&app, "ann");
    let mut guesses = 0;
    exhaust(|| {
        guesses += 1;
        sign_in(&app, home, &cookies, "ann", "wrong horse")
    });
    assert_eq!(guesses, 16);
    sign_in(&app, home, &cookies, "bob", PASSWORD).is_ok();
}

#[test]
fn where_attempts_are_not_counted_browsers_are_not_marked() {
    let app = TestApp::with(|config| config.rate_limits.enabled = false);
    app.person("ann");
    let reply = sign_in(&app, "192.0.2.1", "", "ann", PASSWORD);
    assert_eq!(reply.headers("Set-Cookie").count(), 1);
}

#[test]
fn programs_are_told_by_a_code() {
    let app = TestApp::new();
    let body = json!({"login": "nobody", "password": "wrong horse"}).to_string();
    let reply = exhaust(|| {
        let request = app.client().post("/login").header(ContentType::JSON);
        let request = request.header(rocket::http::Accept::JSON);
        Reply::read(request.body(&body).dispatch())
    });
    let problem = reply.json();
    assert_eq!(problem["code"], "too_many_attempts");
    assert_eq!(
        problem["detail"],
        "Too many attempts, try again in 2 minutes"
    );
}

#[test]
fn logins_that_nobody_has_get_the_same_answers_in_the_same_order() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    let answers = |login: &str| -> Vec<_> {
        let tries = (0..20).map(|_| app.anonymous().login(login, "wrong horse"));
        tries.map(|reply| (reply.status, reply.text())).collect()
    };
    assert_eq!(answers("ann"), answers("nobody"));
}

#[test]
fn sessions_continue_while_others_guess_the_password() {
    let app = TestApp::new();
    let ann = app.person("ann");
    exhaust(|| app.anonymous().login("ann", "wrong horse"));
    ann.get("/spaces").is_ok();
    change_password(&ann, PASSWORD).is(200, "Password changed");
}

#[test]
fn a_password_is_guessed_no_faster_by_changing_it() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let other = app.anonymous().signed_in("ann");
    exhaust(|| change_password(&ann, "wrong horse"))
        .is(429, "Too many attempts, try again in 2 minutes");
    change_password(&other, PASSWORD).is(200, "Password changed");
}

#[test]
fn accounts_are_made_only_so_fast_from_one_address() {
    let app = TestApp::new();
    let mut number = 0;
    let reply = exhaust(|| {
        number += 1;
        app.anonymous().register(&format!("person{number}"))
    });
    assert_eq!(reply.status, 429);
    assert_eq!(app.count("select count(*) from users"), 30);
    app.anonymous().login("person1", PASSWORD).is_ok();
}

#[test]
fn what_is_refused_for_how_it_is_written_is_no_attempt() {
    let app = TestApp::new();
    for _ in 0..100 {
        let reply = app.anonymous().register("a");
        reply.is(400, "Login min 2 characters");
        let reply = app.anonymous().post("/login", json!({"login": "ann"}));
        reply.is(400, "Invalid payload: 'password'");
    }
    app.person("ann");
}
