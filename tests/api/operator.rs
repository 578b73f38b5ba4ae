//! The operator's page: what operators see and do, and what they don't.

use serde_json::{Value, json};
use shared_spaces::config::{Config, Ffmpeg};
use shared_spaces::jobs::backup_runs::Work;
use shared_spaces::jobs::runner::{Job, Next};
use tokio_util::sync::CancellationToken;

use crate::support::{PASSWORD, Person, Reply, TestApp, pictures};

/// An operator, somebody who isn't one, and a space that is the latter's.
fn two(app: &TestApp) -> (Person<'_>, Person<'_>, i64) {
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = bob.space("Family");
    (ann, bob, space)
}

/// What the log says, the newest line first: who, what, about whom, and with which detail.
fn logged(operator: &Person<'_>) -> Vec<Value> {
    let lines = operator.get("/operator/log").is_ok();
    let lines = lines.as_array().unwrap().iter();
    lines
        .map(|line| json!([line["who"], line["action"], line["about"], line["detail"]]))
        .collect()
}

#[track_caller]
fn is_code(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{reply:?}");
    assert_eq!(reply.json()["code"], code);
}

fn problem(person: &Person<'_>, path: &str) -> Reply {
    person.get_with(path, "Accept", "application/json")
}

#[test]
fn the_first_account_is_an_operators_and_no_other_is() {
    let app = TestApp::new();
    let (ann, bob, _) = two(&app);
    assert_eq!(ann.get("/me").is_ok()["is_operator"], true);
    assert_eq!(bob.get("/me").is_ok()["is_operator"], false);
    is_code(&problem(&bob, "/operator/users"), 403, "not_an_operator");
    bob.get("/operator/users").is(403, "User not operator");
    // Those who come after the first aren't, also once that one is gone.
    app.remove_account("ann");
    let cid = app.person("cid");
    assert_eq!(cid.get("/me").is_ok()["is_operator"], false);
}

#[test]
fn an_operator_sees_every_account_with_what_it_takes_in_pages() {
    let app = TestApp::with(|config| config.quotas.user = 5_000_000);
    let (ann, bob, space) = two(&app);
    bob.share_photo(space, &pictures::png(1));
    app.move_photos();
    let first = ann.get("/operator/users?limit=1");
    let next = first.next().unwrap();
    assert_eq!(
        first.json(),
        json!([{"id": 1, "login": "ann", "name": "ann", "disabled_at": null, "is_operator": true,
            "spaces": 0, "used_bytes": 0, "max_bytes": 5_000_000, "has_own_quota": false}])
    );
    let second = ann.get(&next).is_ok();
    assert_eq!(second[0]["login"], "bob");
    assert_eq!(second[0]["spaces"], 1);
    let used = second[0]["used_bytes"].as_u64().unwrap();
    assert_eq!(bob.get("/me").is_ok()["storage"]["used_bytes"], used);
    assert!(used > 0);
    assert_eq!(ann.get("/operator/users/2").is_ok(), second[0]);
    ann.get("/operator/users/77")
        .is(404, "User with ID '77' doesn't exist");
}

#[test]
fn a_disabled_user_is_signed_out_until_an_operator_enables_them_and_both_are_logged_once() {
    let app = TestApp::new();
    let (ann, bob, _) = two(&app);
    let disable = |disabled| ann.put("/operator/users/2", json!({"disabled": disabled}));
    assert!(disable(true).is_ok()["disabled_at"].is_string());
    disable(true).is_ok();
    bob.get("/me").is(401, "You aren't authorized");
    assert_eq!(bob.login("bob", PASSWORD).status, 403);
    assert_eq!(disable(false).is_ok()["disabled_at"], Value::Null);
    bob.login("bob", PASSWORD).is_ok();
    assert_eq!(
        logged(&ann),
        [
            json!(["ann", "account_enabled", "bob", null]),
            json!(["ann", "account_disabled", "bob", null]),
        ]
    );
}

#[test]
fn a_quota_is_set_taken_away_and_given_back_to_the_settings() {
    let app = TestApp::with(|config| config.quotas.user = 5_000_000);
    let (ann, bob, space) = two(&app);
    let of_user = |max: Value| {
        let changed = ann
            .put("/operator/users/2", json!({"max_bytes": max}))
            .is_ok();
        (
            changed["max_bytes"].clone(),
            changed["has_own_quota"].clone(),
        )
    };
    assert_eq!(of_user(json!(1000.0)), (json!(1000), json!(true)));
    assert_eq!(bob.get("/me").is_ok()["storage"]["max_bytes"], 1000);
    assert_eq!(of_user(json!(0)), (Value::Null, json!(true)));
    assert_eq!(of_user(Value::Null), (json!(5_000_000), json!(false)));
    let path = format!("/operator/spaces/{space}");
    let changed = ann.put(&path, json!({"max_bytes": 2000})).is_ok();
    assert_eq!(
        (&changed["max_bytes"], &changed["has_own_quota"]),
        (&json!(2000), &json!(true))
    );
    assert_eq!(
        logged(&ann)[0],
        json!(["ann", "space_quota_changed", "Family", "2000"])
    );
    assert_eq!(
        logged(&ann)[1],
        json!(["ann", "user_quota_changed", "bob", "default"])
    );
    for wrong in [
        json!(-1),
        json!("1 GB"),
        json!(1.5),
        json!(u64::MAX),
        json!([]),
    ] {
        ann.put(&path, json!({"max_bytes": wrong})).is(
            400,
            "Max_bytes must be a number of bytes: 0 for no quota, or null for that of the settings",
        );
    }
    ann.put("/operator/users/2", json!({"disabled": "yes"}))
        .is(400, "Disabled must be true or false");
    ann.put("/operator/users/2", json!({"is_operator": 1}))
        .is(400, "Is_operator must be true or false");
}

#[test]
fn the_last_operator_stays_one_until_there_is_another() {
    let app = TestApp::new();
    let (ann, bob, _) = two(&app);
    let sentence =
        "User 'ann' is the only operator who can sign in: make another user an operator first";
    let password = json!({"password": PASSWORD});
    let attempts = || {
        [
            ann.put("/operator/users/1", json!({"is_operator": false})),
            ann.put("/operator/users/1", json!({"disabled": true})),
            ann.delete_with("/operator/users/1", password.clone()),
        ]
    };
    for refused in attempts() {
        refused.is(409, sentence);
    }
    // One who can't sign in doesn't count.
    ann.put(
        "/operator/users/2",
        json!({"is_operator": true, "disabled": true}),
    )
    .is_ok();
    for refused in attempts() {
        refused.is(409, sentence);
    }
    ann.put("/operator/users/2", json!({"disabled": false}))
        .is_ok();
    ann.put("/operator/users/1", json!({"is_operator": false}))
        .is_ok();
    ann.get("/operator/status").is(403, "User not operator");
    bob.login("bob", PASSWORD).is_ok();
    assert_eq!(
        logged(&app.anonymous().signed_in("bob"))[0],
        json!(["ann", "operator_revoked", "ann", null])
    );
}

#[test]
fn the_last_operator_may_leave_and_nobody_takes_their_place_unasked() {
    let app = TestApp::new();
    let leave = |person: &Person<'_>| {
        let left = person.delete_with("/me", json!({"password": PASSWORD}));
        assert_eq!(left.status, 204);
    };
    let (ann, bob, _) = two(&app);
    leave(&ann);
    let cid = app.person("cid");
    for left in [&bob, &cid] {
        assert_eq!(left.get("/me").is_ok()["is_operator"], false);
    }
    [bob, cid].iter().for_each(leave);
    // Where nobody is left, the installation begins again.
    let dora = app.person("dora");
    assert_eq!(dora.get("/me").is_ok()["is_operator"], true);
}

#[test]
fn what_cannot_be_undone_needs_the_operators_password_and_wrong_ones_are_counted() {
    let app = TestApp::new();
    let (ann, bob, space) = two(&app);
    bob.share(space, "Hello");
    let space = format!("/operator/spaces/{space}");
    let wrong = json!({"password": "wrong horse"});
    ann.delete_with(&space, wrong.clone())
        .is(401, "Wrong password");
    ann.delete_with("/operator/users/2", wrong.clone())
        .is(401, "Wrong password");
    bob.get("/spaces/1").is_ok();
    // That of somebody else proves nothing, and whoever isn't an operator is told nothing of passwords.
    bob.delete_with(&space, wrong.clone())
        .is(403, "User not operator");
    while ann.delete_with(&space, wrong.clone()).status == 401 {}
    assert_eq!(ann.delete_with(&space, wrong).status, 429);
    let right = json!({"password": PASSWORD});
    assert_eq!(ann.delete_with(&space, right).status, 429);
}

#[test]
fn an_account_and_a_space_are_removed_for_everybody_and_the_log_remembers_their_names() {
    let app = TestApp::new();
    let (ann, bob, space) = two(&app);
    let cid = app.person("cid");
    bob.invite(space, "cid");
    bob.share_photo(space, &pictures::png(1));
    app.move_photos();
    let password = json!({"password": PASSWORD});
    ann.delete_with("/operator/users/2", password.clone())
        .is(400, "User 'bob' is the only admin of 'Family': make another member admin there, or remove the members, first");
    let removed = ann.delete_with(&format!("/operator/spaces/{space}"), password.clone());
    assert_eq!(removed.status, 204);
    cid.get("/spaces/1")
        .is(404, "Space with ID '1' doesn't exist");
    assert_eq!(app.files(), [""; 0]);
    assert_eq!(
        ann.delete_with("/operator/users/2", password.clone())
            .status,
        204
    );
    bob.get("/me").is(401, "You aren't authorized");
    ann.delete_with("/operator/users/2", password)
        .is(404, "User with ID '2' doesn't exist");
    assert_eq!(
        logged(&ann),
        [
            json!(["ann", "account_removed", "bob", null]),
            json!(["ann", "space_removed", "Family", null]),
        ]
    );
}

#[test]
fn a_space_is_shown_and_handed_over_without_what_is_in_it() {
    let app = TestApp::new();
    let (ann, bob, space) = two(&app);
    bob.share(space, "Nobody else reads this");
    bob.share_photo(space, &pictures::png(1));
    app.move_photos();
    let all = ann.get("/operator/spaces").is_ok();
    assert_eq!(
        (&all[0]["name"], &all[0]["members"], &all[0]["shares"]),
        (&json!("Family"), &json!(1), &json!(2))
    );
    let path = format!("/operator/spaces/{space}");
    let shown = ann.get(&path);
    let text = shown.text();
    assert!(!text.contains("Nobody") && !text.contains(".png"), "{text}");
    let shown = shown.json();
    assert_eq!(shown["photos"], 1);
    assert_eq!(
        shown["members"][0]["user"],
        json!({"id": 2, "login": "bob", "name": "bob"})
    );
    // The right gives no way in.
    for inside in [
        "/spaces/1",
        "/spaces/1/shares",
        "/spaces/1/images",
        "/shares/1",
    ] {
        ann.get(inside)
            .is(403, "Can't access this space - not a member");
    }
    app.person("cid");
    let handed = ann.put(&path, json!({"transfer_to": "CID"})).is_ok();
    let roles: Vec<_> = handed["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| (member["user"]["login"].clone(), member["is_admin"].clone()))
        .collect();
    assert_eq!(
        roles,
        [(json!("bob"), json!(false)), (json!("cid"), json!(true))]
    );
    assert_eq!(
        logged(&ann),
        [json!(["ann", "space_transferred", "Family", "cid"])]
    );
    ann.put(&path, json!({"transfer_to": "dora", "max_bytes": 7}))
        .is(404, "User with login 'dora' doesn't exist");
    assert_eq!(ann.get(&path).is_ok()["max_bytes"], Value::Null);
    ann.get("/operator/spaces/77")
        .is(404, "Space with ID '77' doesn't exist");
}

/// The secret of a link.
fn secret(link: &Value) -> String {
    let url = link["url"].as_str().unwrap();
    url.split_once('#').unwrap().1.to_owned()
}

#[test]
fn a_link_sets_a_new_password_once() {
    let app = TestApp::new();
    let (ann, bob, _) = two(&app);
    let link = ann
        .send(app.client().post("/operator/users/2/password-reset"))
        .is_ok();
    assert!(
        link["url"]
            .as_str()
            .unwrap()
            .contains("/app/password-reset#")
    );
    assert!(link["qr"].as_str().unwrap().contains("<svg"));
    let redeem = json!({"token": secret(&link), "new-password": "better horse", "confirm-password": "better horse"});
    app.anonymous()
        .post("/password-resets/redeem", redeem.clone())
        .is(200, "Password changed");
    assert_eq!(
        app.anonymous()
            .post("/password-resets/redeem", redeem)
            .status,
        404
    );
    bob.get("/me").is(401, "You aren't authorized");
    app.anonymous().login("bob", "better horse").is_ok();
    assert_eq!(
        logged(&ann),
        [json!(["ann", "reset_link_made", "bob", null])]
    );
}

#[test]
fn an_invitation_leads_to_an_account_where_nobody_may_register_otherwise() {
    let app = TestApp::new();
    app.person("ann");
    let app = app.restarted_with(|config| {
        config.registration = shared_spaces::config::Registration::Invite;
    });
    let ann = app.anonymous().signed_in("ann");
    let link = ann
        .post("/operator/invitations", json!({"uses": 2, "days": 3}))
        .is_ok();
    assert_eq!(link["uses_left"], 2);
    let join = |login: &str| {
        app.anonymous().post(
            "/register",
            json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD, "invitation": secret(&link)}),
        )
    };
    join("bob").is_ok();
    join("cid").is_ok();
    assert_eq!(join("dora").status, 404);
    ann.post("/operator/invitations", json!({"uses": 0}))
        .is(400, "Uses must be a number from 1 to 1000");
    assert_eq!(logged(&ann), [json!(["ann", "invitation_made", null, "1"])]);
}

#[test]
fn sessions_are_ended_one_by_one_or_all_and_operators_stay_signed_in_themselves() {
    let app = TestApp::new();
    let (ann, bob, _) = two(&app);
    let again = app.anonymous().signed_in("bob");
    let sessions = ann.get("/operator/users/2/sessions").is_ok();
    assert_eq!(sessions.as_array().unwrap().len(), 2);
    let path = format!("/operator/users/2/sessions/{}", sessions[0]["id"]);
    assert_eq!(ann.delete(&path).status, 204);
    again.get("/me").is(401, "You aren't authorized");
    bob.get("/me").is_ok();
    // Another's isn't theirs.
    ann.delete("/operator/users/2/sessions/1")
        .is(404, "Session with ID '1' doesn't exist");
    assert_eq!(ann.delete("/operator/users/2/sessions").status, 204);
    bob.get("/me").is(401, "You aren't authorized");
    let elsewhere = app.anonymous().signed_in("ann");
    assert_eq!(ann.delete("/operator/users/1/sessions").status, 204);
    elsewhere.get("/me").is(401, "You aren't authorized");
    ann.get("/me").is_ok();
}

#[test]
fn the_status_says_what_the_command_says() {
    let app = TestApp::new();
    let (ann, bob, space) = two(&app);
    bob.share(space, "Hello");
    ann.put("/operator/users/2", json!({"disabled": true}))
        .is_ok();
    let status = ann.get("/operator/status").is_ok();
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(
        [
            &status["users"],
            &status["disabled_users"],
            &status["shares"],
            &status["sessions"]
        ],
        [&json!(2), &json!(1), &json!(1), &json!(1)]
    );
    assert_eq!(status["is_served"], true);
    assert!(status["database_bytes"].as_u64().unwrap() > 0);
}

/// Nothing that is started in a process of its own.
fn without_processes(config: &mut Config) {
    config.photos.heic = false;
    config.photos.ffmpeg = Ffmpeg::Off;
}

#[test]
fn the_checks_say_what_doctor_says() {
    let app = TestApp::with(without_processes);
    let (ann, _, _) = two(&app);
    let checks = ann.get("/operator/checks").is_ok();
    let checks = checks.as_array().unwrap();
    let none = json!({"severity": "ok", "code": "no_photo_failed", "params": {}, "message": "No photo has failed"});
    assert!(checks.contains(&none), "{checks:?}");
    let of = |code| checks.iter().find(|check| check["code"] == code).unwrap();
    let valid = json!({"store": "local", "queue": "local", "worker": "embedded"});
    assert_eq!(of("settings_valid")["params"], valid);
    assert_eq!(of("no_backup_configured")["severity"], "warning");
    assert!(
        checks.iter().all(|check| check["severity"] != "error"),
        "{checks:?}"
    );
}

#[test]
fn photos_that_have_failed_are_shown_by_name_and_sent_again() {
    let app = TestApp::with(|config| config.photos.max_attempts = 1);
    let (ann, bob, space) = two(&app);
    bob.share_photo(space, &pictures::png(1));
    for file in app.all_files() {
        if file.starts_with("photos/temp/") {
            std::fs::rename(app.path(&file), app.path("aside")).unwrap();
            app.process_one();
            std::fs::rename(app.path("aside"), app.path(&file)).unwrap();
        }
    }
    let state = ann.get("/operator/photos").is_ok();
    assert_eq!(
        state["photos"][0]["photo"],
        "1-1.png",
        "{state} {:?}",
        app.all_files()
    );
    assert_eq!(state["photos"][0]["attempts"], 1);
    assert!(state["photos"][0]["error"].is_string());
    assert_eq!(state["queued"], 0);
    ann.post("/operator/photos/retry", json!({"photos": ["one"]}))
        .is(
            400,
            "Photos must be a list of at most 100 names such as 1-34.jpg",
        );
    let other = ann.post("/operator/photos/retry", json!({"photos": ["1-77.png"]}));
    assert_eq!(other.is_ok(), json!({"retried": 0}));
    let retried = ann.post("/operator/photos/retry", json!({"photos": ["1-1.png"]}));
    assert_eq!(retried.is_ok(), json!({"retried": 1}));
    app.move_photos();
    assert_eq!(
        ann.post("/operator/photos/retry", json!({})).is_ok(),
        json!({"retried": 0})
    );
    assert_eq!(logged(&ann)[1], json!(["ann", "photos_retried", null, "1"]));
}

#[test]
fn a_backup_and_its_verification_are_made_on_request_one_at_a_time() {
    let archives = tempfile::tempdir().unwrap();
    let to = archives.path().to_str().unwrap().to_owned();
    let app = TestApp::with(|config| config.backup.destination = Some(to.clone()));
    let (ann, bob, space) = two(&app);
    bob.share_photo(space, &pictures::png(1));
    app.move_photos();
    let state = || ann.get("/operator/backups").is_ok();
    let none = state();
    assert_eq!(
        (
            &none["destination"],
            &none["archives"],
            &none["running"],
            &none["last_backup"]
        ),
        (&json!(to), &json!([]), &Value::Null, &Value::Null)
    );
    let start = || ann.send(app.client().post("/operator/backups"));
    let verify = || ann.send(app.client().post("/operator/backups/verify"));
    start().is(202, "Backup started");
    assert_eq!(state()["running"], "backup");
    for refused in [start(), verify()] {
        refused.is(
            409,
            "A backup or its verification is running: wait until it is over",
        );
    }
    let mut job = app.app.backups().unwrap();
    let mut step = || {
        let stop = CancellationToken::new();
        assert_eq!(app.wait(job.step(&stop)).unwrap(), Next::Again);
    };
    step();
    let made = state();
    assert_eq!(made["running"], Value::Null);
    assert_eq!(made["last_backup"]["succeeded"], true, "{made}");
    assert_eq!(made["archives"].as_array().unwrap().len(), 1);
    assert_eq!(made["archives"][0]["is_damaged"], false);
    verify().is(202, "Verification started");
    step();
    let verified = state();
    let message = verified["last_verification"]["message"].as_str().unwrap();
    assert!(message.contains("is intact"), "{message}");
    // Half an archive isn't one.
    let archive = archives
        .path()
        .join(made["archives"][0]["name"].as_str().unwrap());
    let bytes = std::fs::read(&archive).unwrap();
    std::fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
    verify().is(202, "Verification started");
    step();
    assert_eq!(state()["last_verification"]["succeeded"], false);
    assert_eq!(
        logged(&ann),
        [
            json!(["ann", "verification_started", null, null]),
            json!(["ann", "verification_started", null, null]),
            json!(["ann", "backup_started", null, null]),
        ]
    );
}

#[test]
fn nothing_is_backed_up_where_no_place_is_set_or_where_the_original_does_it() {
    let app = TestApp::new();
    let (ann, _, _) = two(&app);
    ann.send(app.client().post("/operator/backups")).is(
        409,
        "The setting backup.destination names no place for backups",
    );
    assert_eq!(app.app.backup_runs.state().running, None);
    assert!(app.app.backups().is_none());
    let gone = app.path("no-such-folder");
    let gone = gone.to_str().unwrap().to_owned();
    let app = app.restarted_with(|config| config.backup.destination = Some(gone.clone()));
    let ann = app.anonymous().signed_in("ann");
    let state = ann.get("/operator/backups").is_ok();
    assert!(
        state["unreadable"]
            .as_str()
            .unwrap()
            .contains("There is no folder"),
        "{state}"
    );
    // Who isn't an operator doesn't keep the job from anything.
    let bob = app.anonymous().signed_in("bob");
    bob.send(app.client().post("/operator/backups"))
        .is(403, "User not operator");
    assert!(app.app.backup_runs.reserve(Work::Backup).is_some());
}

#[test]
fn the_log_keeps_the_newest_lines_and_comes_in_pages() {
    let app = TestApp::new();
    let (ann, _, _) = two(&app);
    for quota in 1..=3 {
        ann.put("/operator/users/2", json!({"max_bytes": quota}))
            .is_ok();
    }
    let first = ann.get("/operator/log?limit=2");
    let next = first.next().unwrap();
    assert_eq!(first.json()[0]["detail"], "3");
    assert_eq!(ann.get(&next).is_ok()[0]["detail"], "1");
    let aged = app.app.db.write(|conn| {
        conn.execute("update operator_log set id = 9999 where detail = '2'", [])?;
        conn.execute("update operator_log set id = 10001 where detail = '3'", [])?;
        conn.execute(
            "update sqlite_sequence set seq = 10001 where name = 'operator_log'",
            [],
        )?;
        Ok(())
    });
    app.wait(aged).unwrap();
    ann.put("/operator/users/2", json!({"max_bytes": 4}))
        .is_ok();
    let details: Vec<_> = logged(&ann).iter().map(|line| line[3].clone()).collect();
    assert_eq!(details, ["4", "3", "2"]);
}
