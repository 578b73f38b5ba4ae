//! Accounts: registering, signing in, changing the password.

use serde_json::{Value, json};
use shared_spaces::config::Registration;
use shared_spaces::domain::users;

use crate::races::{act, race};
use crate::support::{PASSWORD, Person, TestApp, user};

fn registration(login: &str, password: &str, confirm: &str) -> Value {
    json!({"login": login, "password": password, "confirm-password": confirm})
}

#[test]
fn somebody_registers_signs_in_and_is_known() {
    let app = TestApp::new();
    let registered = app.anonymous().register("ann").is_ok();
    assert_eq!(registered, user(1, "ann"));
    let ann = app.anonymous().signed_in("ann");
    let mut me = user(1, "ann");
    for (key, value) in [
        ("language", json!(null)),
        ("time_zone", json!(null)),
        ("quiet_hours", json!({"from": "22:00", "until": "07:00"})),
        ("email", json!(null)),
        ("unconfirmed_email", json!(null)),
        ("email_refused", json!(null)),
        ("digest", json!("weekly")),
        ("unread_notices", json!(0)),
        // The first account is an operator.
        ("is_operator", json!(true)),
        ("storage", json!({"used_bytes": 0, "max_bytes": null})),
    ] {
        me[key] = value;
    }
    assert_eq!(ann.get("/me").is_ok(), me);
}

#[test]
fn registration_names_the_first_missing_key() {
    let app = TestApp::new();
    let post = |body| app.anonymous().post("/register", body);
    post(json!({})).is(400, "Invalid payload: 'login'");
    post(json!({"login": null})).is(400, "Invalid payload: 'password'");
    post(json!({"login": 1, "password": null})).is(400, "Invalid payload: 'confirm-password'");
}

#[test]
fn registration_checks_nulls_before_types_before_lengths() {
    let app = TestApp::new();
    let post = |login: Value, password: Value, confirm: Value| {
        app.anonymous().post(
            "/register",
            json!({"login": login, "password": password, "confirm-password": confirm}),
        )
    };
    post(json!(null), json!(null), json!(null)).is(400, "Login must be provided");
    post(json!(1), json!(null), json!(null)).is(400, "Password must be provided");
    post(json!(1), json!("x"), json!(null)).is(400, "Confirm password must be provided");
    post(json!(1), json!(2), json!(3)).is(400, "Login must be text");
    post(json!("a"), json!([]), json!({})).is(400, "Password must be text");
    post(json!("a"), json!("b"), json!(true)).is(400, "Confirm password must be text");
}

#[test]
fn registration_checks_login_then_password_then_the_match_then_the_name() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    let post = |login: &str, password: &str, confirm: &str| {
        app.anonymous()
            .post("/register", registration(login, password, confirm))
    };
    post(&"a".repeat(33), "x", "y").is(400, "Login max 32 characters");
    post("a", "x", "y").is(400, "Login min 2 characters");
    post("  ", "x", "y").is(400, "Login cannot be empty");
    post("ann", "x", "y").is(400, "Password min 8 characters");
    post("ann", &"x".repeat(1025), "y").is(400, "Password max 1024 characters");
    post("ann", "        ", "y").is(400, "Password cannot be empty");
    post("ann", PASSWORD, "y").is(400, "Passwords don't match");
    post("ann", PASSWORD, PASSWORD).is(400, "User already exists");
    assert_eq!(app.count("select count(*) from users"), 1);
}

#[test]
fn logins_that_look_alike_are_one() {
    let app = TestApp::new();
    app.anonymous().register("Jürgen").is_ok();
    for login in ["jürgen", "JÜRGEN", "Ju\u{308}rgen", "Ｊürgen"] {
        app.anonymous()
            .register(login)
            .is(400, "User already exists");
    }
    app.anonymous().login("jÜRGEN", PASSWORD).is_ok();
}

#[test]
fn logins_in_any_script_are_counted_in_characters() {
    let app = TestApp::new();
    for login in ["Зоя", "さくら", "אבג", "김민준", &"ü".repeat(32)] {
        assert_eq!(app.anonymous().register(login).is_ok()["login"], login);
    }
}

#[test]
fn control_characters_are_refused_in_logins_and_nul_everywhere() {
    let app = TestApp::new();
    let post = |login: &str, password: &str| {
        app.anonymous()
            .post("/register", registration(login, password, password))
    };
    post("an\0n", PASSWORD).is(400, "Login cannot contain NUL characters");
    post("ann\n", PASSWORD).is(400, "Login cannot contain control characters");
    post("ann", "correct\0horse").is(400, "Password cannot contain NUL characters");
}

#[test]
fn the_limits_are_settings() {
    let app = TestApp::with(|config| {
        config.limits.login_max = 15;
        config.limits.password_min = 3;
        config.limits.password_max = 99_999;
    });
    app.anonymous()
        .register(&"a".repeat(16))
        .is(400, "Login max 15 characters");
    let long = "p".repeat(99_999);
    app.anonymous()
        .post("/register", registration("ann", &long, &long))
        .is_ok();
    app.anonymous()
        .post("/register", registration("bob", "abc", "abc"))
        .is_ok();
    let long = "p".repeat(100_000);
    app.anonymous()
        .post("/register", registration("cid", &long, &long))
        .is(400, "Password max 99999 characters");
}

#[test]
fn closed_registration_is_closed() {
    let app = TestApp::with(|config| config.registration = Registration::Closed);
    app.anonymous()
        .register("ann")
        .is(403, "Registration is closed");
}

#[test]
fn signing_in_says_the_same_for_a_wrong_login_and_a_wrong_password() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    for (login, password) in [
        ("ann", "wrong horse"),
        ("bob", PASSWORD),
        ("", ""),
        ("ann\0", PASSWORD),
    ] {
        let reply = app.anonymous().login(login, password);
        reply.is(401, "Wrong login and/or password");
        assert_eq!(reply.header("WWW-Authenticate"), Some("Bearer"));
        assert_eq!(reply.header("Set-Cookie"), None);
    }
}

/// A login of 345,000 letters, each of which becomes eighteen when it is folded.
fn endless() -> String {
    "\u{fdfa}".repeat(345_000)
}

#[test]
fn a_login_that_is_too_long_for_anybody_is_nobodys() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let login = endless();
    app.anonymous()
        .login(&login, PASSWORD)
        .is(401, "Wrong login and/or password");
    app.anonymous()
        .register(&login)
        .is(400, "Login max 32 characters");
    ann.post(&format!("/spaces/{space}/members"), json!({"login": login}))
        .is(404, &format!("User with login '{login}' doesn't exist"));
}

#[test]
fn texts_without_end_are_refused_for_their_length_wherever_they_stand() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let long = endless();
    ann.post("/spaces", json!({"name": long}))
        .is(400, "Name max 50 characters");
    ann.put("/spaces/1", json!({"new-name": long}))
        .is(400, "Name max 50 characters");
    let register = |password: &str, confirm: &str| {
        let body = registration("bob", password, confirm);
        app.anonymous().post("/register", body)
    };
    register(&long, "y").is(400, "Password max 1024 characters");
    register(PASSWORD, &long).is(400, "Passwords don't match");
    app.anonymous()
        .login("ann", &long)
        .is(401, "Wrong login and/or password");
    let change = |old: &str, new: &str, confirm: &str| {
        let body = json!({"old-password": old, "new-password": new, "confirm-password": confirm});
        ann.put("/change-password", body)
    };
    change(PASSWORD, &long, PASSWORD).is(400, "New password max 1024 characters");
    change(&long, "better horse", "better horse").is(401, "Wrong password");
    change(PASSWORD, "better horse", &long).is(400, "New passwords don't match");
    for (path, sentence) in [
        (
            "/invitations/offer",
            "This invitation isn't valid, or not any more",
        ),
        (
            "/invitations/accept",
            "This invitation isn't valid, or not any more",
        ),
    ] {
        ann.post(path, json!({"token": long})).is(404, sentence);
    }
}

/// The setting was another one when the account was made.
#[test]
fn an_account_with_a_login_and_a_password_over_todays_limits_still_signs_in() {
    let app = TestApp::with(|config| config.limits.login_max = 256);
    let (login, password) = ("ü".repeat(256), "p".repeat(1024));
    app.anonymous()
        .post("/register", registration(&login, &password, &password))
        .is_ok();
    let app = app.restarted_with(|config| {
        config.limits.login_max = 15;
        config.limits.password_max = 20;
    });
    app.anonymous().login(&login, &password).is_ok();
    app.anonymous()
        .login(&"u\u{308}".repeat(256), &password)
        .is_ok();
}

#[test]
fn the_spaces_around_a_login_are_left_out_and_those_around_a_password_are_not() {
    let app = TestApp::new();
    let ann = app.person("ann");
    assert_eq!(app.anonymous().register("bob ").is_ok()["login"], "bob");
    app.anonymous()
        .register("ann ")
        .is(400, "User already exists");
    for login in ["bob ", " bob", "Bob\u{a0}", "\u{3000}bob "] {
        app.anonymous().login(login, PASSWORD).is_ok();
    }
    app.anonymous()
        .login("bob", &format!("{PASSWORD} "))
        .is(401, "Wrong login and/or password");
    let space = ann.space("Family");
    ann.invite(space, "bob ");
    ann.post(
        &format!("/spaces/{space}/members"),
        json!({"login": "cid "}),
    )
    .is(404, "User with login 'cid ' doesn't exist");
}

/// Otherwise spaces would give as many more guesses.
#[test]
fn wrong_passwords_are_counted_for_an_account_whatever_spaces_stand_around_its_login() {
    let app = TestApp::new();
    app.person("ann");
    let tries = (0..100).map(|spaces| {
        app.anonymous()
            .login(&format!("ann{}", " ".repeat(spaces)), "wrong")
    });
    let wrong = tries.take_while(|reply| reply.status == 401).count();
    let other = TestApp::new();
    other.person("ann");
    let tries = (0..100).map(|_| other.anonymous().login("ann", "wrong"));
    assert_eq!(wrong, tries.take_while(|reply| reply.status == 401).count());
}

#[test]
fn a_login_that_passes_for_nothing_or_for_anothers_is_refused_after_its_length_and_before_the_password()
 {
    let app = TestApp::new();
    for (login, sentence) in [
        ("a\u{200b}n", "Login cannot contain invisible characters"),
        ("\u{202e}nna", "Login cannot contain invisible characters"),
        ("\u{430}nn", "Login cannot mix letters of different scripts"),
        ("\u{2800}\u{2800}\u{2800}", "Login cannot be empty"),
        ("\u{2800}", "Login min 2 characters"),
    ] {
        app.anonymous()
            .post("/register", registration(login, "x", "y"))
            .is(400, sentence);
    }
    assert_eq!(app.count("select count(*) from users"), 0);
}

#[test]
fn a_login_that_can_be_taken_for_anothers_is_taken() {
    let app = TestApp::new();
    for (first, lookalike) in [("Bill", "biII"), ("coco", "сосо"), ("anno", "ann0")] {
        app.anonymous().register(first).is_ok();
        app.anonymous()
            .register(lookalike)
            .is(400, "User already exists");
        // It isn't another name of the same account.
        app.anonymous()
            .login(lookalike, PASSWORD)
            .is(401, "Wrong login and/or password");
    }
    app.remove_account("coco");
    app.anonymous().register("сосо").is_ok();
}

/// Accounts from before there were rules for logins.
#[test]
fn a_login_that_would_be_refused_today_still_signs_in_and_is_told_to_who_runs_the_server() {
    let app = TestApp::new();
    app.person("ann");
    app.person("bob");
    let old = ["ann ", "bo\u{200b}b", "аnn", "Bоb"];
    for login in old {
        app.person(&format!(
            "old{}",
            old.iter().position(|one| *one == login).unwrap()
        ));
    }
    let renamed = app.app.db.write(move |conn| {
        for (at, login) in old.iter().enumerate() {
            conn.execute(
                "update users set login = ?1, login_key = lower(?1) where login = ?2",
                (login, format!("old{at}")),
            )?;
        }
        conn.execute("update users set look = null", [])?;
        Ok(conn.execute("update installation set looks_of = null", [])?)
    });
    app.wait(renamed).unwrap();
    let app = app.restarted();
    assert_eq!(
        app.count("select count(*) from users where look is null"),
        0
    );
    for login in ["ann ", "ann", "bo\u{200b}b", "аnn"] {
        app.anonymous().login(login, PASSWORD).is_ok();
    }
    assert_eq!(app.anonymous().signed_in("ann ").id, 3);
    assert_eq!(app.anonymous().signed_in("ann").id, 1);
    let doubtful = app.app.db.read(|conn| Ok(users::list_doubtful(conn)?));
    let reasons = app.wait(doubtful).unwrap();
    let reasons: Vec<_> = reasons
        .iter()
        .map(|(login, reason)| (login.as_str(), reason.to_string()))
        .collect();
    assert_eq!(
        reasons,
        [
            ("ann ", "Login cannot have spaces around it"),
            ("bo\u{200b}b", "Login cannot contain invisible characters"),
            ("аnn", "Login cannot mix letters of different scripts"),
            ("Bоb", "Login cannot mix letters of different scripts"),
        ]
        .map(|(login, reason)| (login, reason.to_owned()))
    );
}

/// Otherwise the time would reveal which logins exist.
#[test]
fn a_login_stays_as_it_was_written() {
    let app = TestApp::new();
    assert_eq!(app.anonymous().register("Ann").is_ok()["login"], "Ann");
    let ann = app.anonymous().signed_in("aNN");
    assert_eq!(ann.get("/me").is_ok()["login"], "Ann");
    let (composed, decomposed) = ("Ren\u{e9}e", "Rene\u{301}e");
    let reply = app.anonymous().register(decomposed).is_ok();
    assert_eq!(reply["login"], composed);
}

#[test]
fn a_password_matches_however_its_accents_were_typed() {
    let app = TestApp::new();
    let (composed, decomposed) = ("gar\u{e7}on-caf\u{e9}", "garc\u{327}on-cafe\u{301}");
    app.anonymous()
        .post("/register", registration("ann", composed, decomposed))
        .is_ok();
    app.anonymous().login("ann", decomposed).is_ok();
    let change = json!({"old-password": decomposed, "new-password": composed, "confirm-password": decomposed});
    let ann = app.anonymous().login("ann", composed).is_ok();
    app.anonymous()
        .with_token(ann["access_token"].as_str().unwrap())
        .put("/change-password", change)
        .is(200, "Password changed");
    app.anonymous()
        .login("ann", "garcon-cafe")
        .is(401, "Wrong login and/or password");
}

#[test]
fn what_a_client_sends_beyond_the_keys_is_ignored() {
    let app = TestApp::new();
    let body = json!({"login": "ann", "password": PASSWORD, "confirm-password": PASSWORD, "id": 7, "is-admin": true});
    let registered = app.anonymous().post("/register", body).is_ok();
    assert_eq!(registered, user(1, "ann"));
}

#[test]
fn signing_in_checks_keys_then_nulls() {
    let app = TestApp::new();
    let post = |body| app.anonymous().post("/login", body);
    post(json!({"password": null})).is(400, "Invalid payload: 'login'");
    post(json!({"login": null})).is(400, "Invalid payload: 'password'");
    post(json!({"login": null, "password": null})).is(400, "Login must be provided");
    post(json!({"login": 1, "password": null})).is(400, "Password must be provided");
}

#[test]
fn an_outdated_hash_is_made_again_at_sign_in() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    outdate(&app);

    app.anonymous()
        .login("ann", "wrong horse")
        .is(401, "Wrong login and/or password");
    assert_eq!(
        app.count("select password_hash like '%m=8192%' from users"),
        1
    );
    app.anonymous().login("ann", PASSWORD).is_ok();
    assert_eq!(
        app.count("select password_hash like '%m=8,t=1,p=1%' from users"),
        1
    );
    app.anonymous().login("ann", PASSWORD).is_ok();
}

/// Stores a real hash of the same password at another cost.
fn outdate(app: &TestApp) {
    let params = argon2::Params::new(8 * 1024, 1, 1, None).unwrap();
    let old = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let hash: argon2::password_hash::phc::PasswordHash =
        argon2::PasswordHasher::hash_password(&old, PASSWORD.as_bytes()).unwrap();
    let hash = hash.to_string();
    let outdated = app
        .app
        .db
        .write(move |conn| Ok(conn.execute("update users set password_hash = ?", [hash])?));
    app.wait(outdated).unwrap();
}

#[test]
fn who_sign_in_at_once_with_an_outdated_hash_are_all_let_in() {
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    for _ in 0..5 {
        outdate(&app);
        let sign_in = || act("", |person: &Person<'_>| person.login("ann", PASSWORD));
        for reply in race(&app, vec![sign_in(), sign_in(), sign_in(), sign_in()]) {
            reply.is_ok();
        }
    }
}

#[test]
fn a_password_is_changed_and_only_this_session_stays() {
    let app = TestApp::new();
    let here = app.person("ann");
    let elsewhere = app.anonymous().signed_in("ann");
    let body = json!({"old-password": PASSWORD, "new-password": "better horse", "confirm-password": "better horse"});
    here.put("/change-password", body)
        .is(200, "Password changed");
    here.get("/me").is_ok();
    elsewhere.get("/me").is(401, "You aren't authorized");
    app.anonymous()
        .login("ann", PASSWORD)
        .is(401, "Wrong login and/or password");
    app.anonymous().login("ann", "better horse").is_ok();
}

#[test]
fn changing_the_password_checks_in_the_order_of_the_contract() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let put = |body| ann.put("/change-password", body);
    let values = |old: Value, new: Value, confirm: Value| {
        put(json!({"old-password": old, "new-password": new, "confirm-password": confirm}))
    };
    app.anonymous()
        .put("/change-password", json!({}))
        .is(401, "You aren't authorized");
    put(json!({})).is(400, "Invalid payload: 'old-password'");
    put(json!({"old-password": null})).is(400, "Invalid payload: 'new-password'");
    put(json!({"old-password": null, "new-password": null}))
        .is(400, "Invalid payload: 'confirm-password'");
    values(json!(null), json!(null), json!(null)).is(400, "Old password must be provided");
    values(json!(""), json!(null), json!(null)).is(400, "New password must be provided");
    values(json!(""), json!(""), json!(null)).is(400, "Confirm password must be provided");
    values(json!("wrong"), json!("short"), json!("other")).is(400, "New password min 8 characters");
    values(json!("wrong"), json!("x".repeat(1025)), json!("other"))
        .is(400, "New password max 1024 characters");
    values(json!(1), json!(2), json!(3)).is(400, "Old password must be text");
    values(json!(""), json!(2), json!(3)).is(400, "New password must be text");
    let reply = values(json!("wrong"), json!("better horse"), json!("other"));
    reply.is(401, "Wrong password");
    assert_eq!(reply.header("WWW-Authenticate"), Some("Bearer"));
    values(json!(PASSWORD), json!("better horse"), json!("other"))
        .is(400, "New passwords don't match");
    app.anonymous().login("ann", PASSWORD).is_ok();
}
