//! Too many attempts, as those who make them see it.

use std::time::Duration;

use rocket::http::ContentType;
use serde_json::json;

use crate::support::{PASSWORD, Person, Reply, TestApp};

/// Tries passwords until there were too many, and gives that answer.
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
fn whoever_is_signed_in_stays_so_while_others_guess_their_password() {
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
