//! Two at once: real threads with a client each, and a barrier that lets them go together.

use std::sync::Barrier;
use std::thread;

use rocket::local::blocking::Client;
use serde_json::json;
use shared_spaces::api;
use shared_spaces::app::App;

use crate::support::{Form, Person, Reply, TestApp, pictures};

/// How often each race is run.
const ROUNDS: usize = 8;

/// Somebody, by their token, and what they do.
type Act<'t> = (String, Box<dyn FnOnce(&Person<'_>) -> Reply + Send + 't>);

fn act<'t>(token: &str, what: impl FnOnce(&Person<'_>) -> Reply + Send + 't) -> Act<'t> {
    (token.to_owned(), Box::new(what))
}

/// Lets everybody act at the same moment; gives the replies in order.
fn race(app: &TestApp, acts: Vec<Act<'_>>) -> Vec<Reply> {
    let barrier = Barrier::new(acts.len());
    let run = |app: App, (token, what): Act<'_>| {
        let client = Client::untracked(api::rocket(app)).unwrap();
        let person = Person::anonymous(&client).with_token(&token);
        barrier.wait();
        what(&person)
    };
    thread::scope(|scope| {
        let start = |act| {
            let app = app.app.clone();
            scope.spawn(|| run(app, act))
        };
        let threads: Vec<_> = acts.into_iter().map(start).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    })
}

/// How many replies have this status and sentence.
fn count(replies: &[Reply], status: u16, sentence: &str) -> usize {
    replies
        .iter()
        .filter(|reply| reply.status == status && reply.text() == sentence)
        .count()
}

/// A space with two admins.
fn two_admins(app: &TestApp) -> (Person<'_>, Person<'_>) {
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    ann.space("Family");
    ann.invite(1, "bob");
    ann.promote(1, bob.id);
    (ann, bob)
}

const ADMINS: &str = "select count(*) from members where is_admin = 1";

#[test]
fn two_admins_who_unmake_themselves_leave_one() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let (ann, bob) = two_admins(&app);
        let resign = |me: &Person<'_>| {
            let who = me.get("/me").is_ok()["id"].clone();
            me.put(
                &format!("/spaces/1/members/{who}"),
                json!({"is-admin": false}),
            )
        };
        let replies = race(
            &app,
            vec![act(ann.token(), resign), act(bob.token(), resign)],
        );
        assert_eq!(
            count(&replies, 200, "Admin permission changed"),
            1,
            "{replies:?}"
        );
        assert_eq!(
            count(&replies, 400, "Space must have at least one admin"),
            1,
            "{replies:?}"
        );
        assert_eq!(app.count(ADMINS), 1);
    }
}

#[test]
fn two_admins_who_remove_each_other_leave_one() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let (ann, bob) = two_admins(&app);
        let remove =
            |who: i64| move |by: &Person<'_>| by.delete(&format!("/spaces/1/members/{who}"));
        let replies = race(
            &app,
            vec![
                act(ann.token(), remove(bob.id)),
                act(bob.token(), remove(ann.id)),
            ],
        );
        assert_eq!(count(&replies, 200, "Member deleted"), 1, "{replies:?}");
        assert_eq!(
            count(&replies, 403, "Can't access this space - not a member"),
            1,
            "{replies:?}"
        );
        assert_eq!(app.count(ADMINS), 1);
    }
}

#[test]
fn one_login_is_registered_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let logins = ["ann", "Ann", "ANN", "ann"];
        let acts = logins.map(|login| act("", move |anybody| anybody.register(login)));
        let replies = race(&app, acts.into());
        assert_eq!(
            replies.iter().filter(|reply| reply.status == 200).count(),
            1,
            "{replies:?}"
        );
        assert_eq!(
            count(&replies, 400, "User already exists"),
            3,
            "{replies:?}"
        );
        assert_eq!(app.count("select count(*) from users"), 1);
    }
}

#[test]
fn one_member_is_added_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let (ann, bob) = two_admins(&app);
        app.anonymous().register("cid").is_ok();
        let add = |by: &Person<'_>| by.post("/spaces/1/members", json!({"login": "cid"}));
        let replies = race(
            &app,
            vec![
                act(ann.token(), add),
                act(bob.token(), add),
                act(ann.token(), add),
            ],
        );
        assert_eq!(count(&replies, 200, "Member added"), 1, "{replies:?}");
        assert_eq!(
            count(&replies, 400, "User already member of this space"),
            2,
            "{replies:?}"
        );
        assert_eq!(app.count("select count(*) from members"), 3);
    }
}

#[test]
fn one_share_is_deleted_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let (ann, bob) = two_admins(&app);
        ann.share_photo(1, &pictures::png(1));
        let delete = |by: &Person<'_>| by.delete("/shares/1");
        let replies = race(
            &app,
            vec![act(ann.token(), delete), act(bob.token(), delete)],
        );
        assert_eq!(count(&replies, 200, "Share deleted"), 1, "{replies:?}");
        assert_eq!(count(&replies, 404, "No such share"), 1, "{replies:?}");
        assert!(app.files().is_empty());
    }
}

#[test]
fn two_new_photos_at_once_leave_one_photo_and_no_bytes_of_the_other() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        ann.share_photo(1, &pictures::png(1));
        let edit = |seed: u32| {
            move |by: &Person<'_>| {
                by.put_form(
                    "/shares/1",
                    Form::text("Another").file(&pictures::png(seed)),
                )
            }
        };
        let replies = race(
            &app,
            vec![act(ann.token(), edit(2)), act(ann.token(), edit(3))],
        );
        assert_eq!(count(&replies, 200, "Share edited"), 2, "{replies:?}");
        app.sort_all();
        assert_eq!(app.files().len(), 1, "{:?}", app.files());
    }
}

#[test]
fn an_edit_and_a_deletion_at_once_leave_no_bytes_behind() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        ann.share_photo(1, &pictures::png(1));
        let edit = |by: &Person<'_>| {
            by.put_form("/shares/1", Form::text("Another").file(&pictures::png(2)))
        };
        let delete = |by: &Person<'_>| by.delete("/shares/1");
        let replies = race(&app, vec![act(ann.token(), edit), act(ann.token(), delete)]);
        assert_eq!(count(&replies, 200, "Share deleted"), 1, "{replies:?}");
        assert!(app.files().is_empty(), "{:?}", app.files());
    }
}

#[test]
fn shares_at_once_get_ids_of_their_own() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let share = |by: &Person<'_>| {
        by.post_form(
            "/spaces/1/shares",
            Form::text("Hello").file(&pictures::png(1)),
        )
    };
    let replies = race(&app, (0..8).map(|_| act(ann.token(), share)).collect());
    let mut ids: Vec<i64> = replies
        .iter()
        .map(|reply| reply.is_ok()["id"].as_i64().unwrap())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=8).collect::<Vec<_>>());
    app.sort_all();
    assert_eq!(app.files().len(), 8);
}
