//! Accounts that are deleted: by their users, and in small transactions.

use serde_json::json;
use shared_spaces::domain::account_removal::{self, Begun};
use shared_spaces::domain::space_deletion::CHUNK;
use shared_spaces::domain::text::GivenLogin;
use shared_spaces::domain::users;

use super::races::{act, race};
use crate::support::{Form, PASSWORD, Person, Reply, TestApp, pictures};

fn delete(person: &Person<'_>, password: &str) -> Reply {
    person.delete_with("/me", json!({"password": password}))
}

/// What is left in tables of what users make.
const LEFT: &str = "select (select count(*) from shares) + (select count(*) from comments) + (select count(*) from reactions)";

/// Bob in Ann's space with many shares, comments and reactions, as rows.
fn busy(app: &TestApp) -> (Person<'_>, Person<'_>) {
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let shares = 2 * CHUNK + 7;
    let filled = app.app.db.write(move |conn| {
        conn.execute_batch(&format!(
            "with recursive n(i) as (select 1001 union all select i + 1 from n where i < 1000 + {shares})
             insert into shares (id, space_id, user_id, text, created_at) select i, 1, 2, 'Words', 0 from n;
             insert into comments (id, share_id, space_id, user_id, text, created_at)
             select id, id, 1, 1 + id % 2, 'Words', 0 from shares;
             insert into reactions (space_id, share_id, comment_id, base, user_id, emoji, created_at)
             select 1, id, 9223372036854775807, '👍', 1 + id % 2, '👍', 0 from shares"
        ))?;
        Ok(())
    });
    app.wait(filled).unwrap();
    (ann, bob)
}

/// Begins to remove Bob's account, as a server does that is killed after the first transaction.
fn begin(app: &TestApp) -> Begun {
    let now = app.app.now();
    let begun = app.app.db.write(move |conn| {
        let user = users::get_by_login(conn, &GivenLogin::new(String::from("bob")))?;
        account_removal::begin(conn, &user, now)
    });
    app.wait(begun).unwrap()
}

#[test]
fn who_deletes_their_account_leaves_nothing() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let family = ann.space("Family");
    ann.invite(family, "bob");
    let own = bob.space("Attic");
    let share = ann.share(family, "Hello");
    bob.comment(share, "Secret words");
    bob.put_nothing(&format!("/shares/{share}/reactions/%F0%9F%91%8D"));
    bob.share_photo(family, &pictures::png(1));
    bob.share_photo(own, &pictures::png(2));
    bob.put(
        "/me",
        json!({"name": "Bob the Gardener", "time_zone": "Europe/Vienna"}),
    )
    .is_ok();
    app.move_photos();
    let upload = app.client().post("/uploads").body(pictures::png(3));
    assert_eq!(bob.send(upload).status, 201);
    let uploads = || {
        let mut files = app.all_files();
        // Previews may still be made of it.
        files.retain(|file| file.starts_with("uploads/") && !file.contains('.'));
        files
    };
    assert_eq!(uploads().len(), 1);
    assert_eq!(delete(&bob, PASSWORD).status, 204);
    assert_eq!(uploads(), [""; 0]);
    bob.get("/me").is(401, "You aren't authorized");
    app.anonymous()
        .login("bob", PASSWORD)
        .is(401, "Wrong login and/or password");
    let shares = ann.get(&format!("/spaces/{family}/shares")).is_ok();
    assert_eq!(shares.as_array().unwrap().len(), 1);
    assert_eq!(shares[0]["comments"]["count"], 0);
    assert_eq!(shares[0]["reactions"], json!([]));
    assert_eq!(
        ann.get(&format!("/spaces/{family}/members"))
            .is_ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(app.files(), [""; 0]);
    assert_eq!(app.count("select count(*) from users"), 1);
    assert_eq!(app.count("select count(*) from spaces"), 1);
    assert_eq!(
        app.count("select count(*) from pragma_foreign_key_check"),
        0
    );
    // The login is free, and nobody's whose things are still there.
    let again = app.person("bob");
    assert!(again.id > bob.id);
    assert_eq!(again.get("/spaces").is_ok(), json!([]));
}

#[test]
fn a_wrong_password_deletes_nothing_and_is_counted() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let request = app
        .client()
        .delete("/me")
        .header(rocket::http::ContentType::JSON);
    ann.send(request.body("{}"))
        .is(400, "Invalid payload: 'password'");
    let before = app.snapshot();
    let mut refused = 0;
    loop {
        let reply = delete(&ann, "wrong horse");
        if reply.status == 429 {
            break;
        }
        reply.is(401, "Wrong password");
        refused += 1;
        assert!(refused < 100);
    }
    assert_eq!(app.snapshot(), before);
    // Also the right one has to wait then.
    assert_eq!(delete(&ann, PASSWORD).status, 429);
    assert_eq!(ann.get("/spaces").is_ok().as_array().unwrap().len(), 1);
}

#[test]
fn the_only_admin_of_others_hands_over_first() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let before = app.snapshot();
    delete(&ann, PASSWORD).is(
        400,
        "User 'ann' is the only admin of 'Family': make another member admin there, or remove the members, first",
    );
    assert_eq!(app.snapshot(), before);
    ann.promote(space, bob.id);
    assert_eq!(delete(&ann, PASSWORD).status, 204);
    assert_eq!(bob.get("/spaces").is_ok()[0]["member_count"], 1);
}

#[test]
fn each_transaction_deletes_a_bounded_number_of_rows() {
    let app = TestApp::new();
    busy(&app);
    let mut before = app.count(LEFT);
    let mut progress = begin(&app).progress;
    let (mut transactions, user) = (1, 2);
    loop {
        let left = app.count(LEFT);
        // A share takes what others said to it with it.
        assert!((before - left) as usize <= CHUNK + 2, "{before} {left}");
        before = left;
        if progress.is_over {
            break;
        }
        let now = app.app.now();
        let more = app.app.db.write(move |conn| {
            let user = shared_spaces::domain::ids::Id::from_number(user);
            account_removal::remove_chunk(conn, user, now)
        });
        progress = app.wait(more).unwrap();
        transactions += 1;
    }
    assert_eq!(before, 0);
    assert!(transactions > 5);
}

#[test]
fn an_account_of_which_there_are_still_rows_is_none_any_more() {
    let app = TestApp::new();
    let (ann, bob) = busy(&app);
    assert!(!begin(&app).progress.is_over);
    assert!(app.count(LEFT) > 0);
    bob.get("/me").is(401, "You aren't authorized");
    app.anonymous()
        .login("bob", PASSWORD)
        .is(401, "Wrong login and/or password");
    ann.post("/spaces/1/members", json!({"login": "bob"}))
        .is(404, "User with login 'bob' doesn't exist");
    // Nor by what stands for its login meanwhile.
    ann.post("/spaces/1/members", json!({"login": "\u{1}2"}))
        .is(404, "User with login '\u{1}2' doesn't exist");
    // Somebody else may be called so already.
    let other = app.person("bob");
    ann.invite(1, "bob");
    other.post_form("/spaces/1/shares", Form::text("Hello"));
    app.wait(app.app.space_deletion().finish_all()).unwrap();
    let shares = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(shares.as_array().unwrap().len(), 1);
    assert_eq!(shares[0]["user"]["id"], other.id);
    assert_eq!(app.count("select count(*) from users"), 2);
}

#[test]
fn a_removal_that_broke_off_is_finished_by_the_next_start_and_no_id_comes_back() {
    let app = TestApp::new();
    let (ann, _) = busy(&app);
    let token = ann.token().to_owned();
    begin(&app);
    let app = app.restarted();
    app.wait(app.app.space_deletion().finish_all()).unwrap();
    assert_eq!(app.count(LEFT), 0);
    assert_eq!(
        app.count("select count(*) from pragma_foreign_key_check"),
        0
    );
    let app = app.restarted();
    let ann = app.anonymous().with_token(&token);
    assert!(ann.share(1, "Hello") > 1000 + 2 * CHUNK as i64 + 7);
}

#[test]
fn a_new_name_in_the_same_moment_does_not_bring_an_account_back() {
    let app = TestApp::new();
    for turn in 0..8 {
        let bob = app.person(&format!("bob{turn}"));
        bob.space("Attic");
        let acts = vec![
            act(bob.token(), |me| me.put("/me", json!({"name": "Bob"}))),
            act(bob.token(), |me| {
                me.delete_with("/me", json!({"password": PASSWORD}))
            }),
        ];
        let replies = race(&app, acts);
        assert!(matches!(replies[0].status, 200 | 401), "{:?}", replies[0]);
        assert_eq!(replies[1].status, 204);
        bob.get("/me").is(401, "You aren't authorized");
    }
    assert_eq!(app.count("select count(*) from users"), 0);
}

#[test]
fn two_deletions_in_the_same_moment_are_one() {
    let app = TestApp::new();
    let bob = app.person("bob");
    bob.space("Attic");
    let delete = || {
        act(bob.token(), |me| {
            me.delete_with("/me", json!({"password": PASSWORD}))
        })
    };
    let replies = race(&app, vec![delete(), delete()]);
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    assert!(statuses.contains(&204), "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 204 | 401)));
    assert_eq!(app.count("select count(*) from users"), 0);
}

#[test]
fn an_account_that_is_gone_is_said_to_be_although_what_it_shared_cannot_be_deleted_now() {
    let app = TestApp::new();
    let (_ann, bob) = busy(&app);
    let database = app.database();
    // Not in the first transaction, with which the account is gone.
    let refuse = "create trigger refuse before delete on shares when old.id = 1005
        begin select raise(abort, 'no'); end";
    database.execute_batch(refuse).unwrap();
    assert_eq!(delete(&bob, PASSWORD).status, 204);
    bob.get("/me").is(401, "You aren't authorized");
    assert!(app.count(LEFT) > 0);
    database.execute_batch("drop trigger refuse").unwrap();
    app.wait(app.app.space_deletion().finish_all()).unwrap();
    assert_eq!(app.count("select count(*) from users"), 1);
    assert_eq!(app.count("select count(*) from shares"), 0);
}
