//! Concurrent requests: real threads with a client each, and a barrier that releases them together.

use std::sync::Barrier;
use std::thread;

use rocket::local::blocking::Client;
use rocket::tokio::runtime::Builder;
use serde_json::json;
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::jobs::outcome::Outcome;

use crate::support::{Form, PASSWORD, Person, Reply, TestApp, path_of, pictures};

/// How often each race is run.
const ROUNDS: usize = 8;

/// A user, by their token, and what they do.
pub type Act<'t> = (String, Box<dyn FnOnce(&Person<'_>) -> Reply + Send + 't>);

pub fn act<'t>(token: &str, what: impl FnOnce(&Person<'_>) -> Reply + Send + 't) -> Act<'t> {
    (token.to_owned(), Box::new(what))
}

/// Lets all act at the same moment; returns the replies in order.
pub fn race(app: &TestApp, acts: Vec<Act<'_>>) -> Vec<Reply> {
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
        app.move_photos();
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
fn two_lists_of_the_same_photos_at_once_leave_one_of_them_and_nothing_besides() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        let several = (1..=3).fold(Form::default(), |form, seed| {
            form.file(&pictures::png(seed))
        });
        ann.post_form("/spaces/1/shares", several).is_ok();
        let list = |ids: &'static [i64]| {
            let media: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
            move |by: &Person<'_>| by.put("/shares/1", json!({"media": media}))
        };
        // Each keeps what the other leaves out, so that the later of the two may find less than it names.
        let replies = race(
            &app,
            vec![
                act(ann.token(), list(&[3, 1])),
                act(ann.token(), list(&[2, 3])),
            ],
        );
        assert_eq!(count(&replies, 200, "Share edited"), 1, "{replies:?}");
        let gone = replies.iter().filter(|reply| reply.status == 404);
        assert_eq!(gone.count(), 1, "{replies:?}");
        app.move_photos();
        let share = ann.get("/shares/1").is_ok();
        assert_eq!(share["media"].as_array().unwrap().len(), 2);
        assert_eq!(app.files().len(), 2, "{:?}", app.files());
    }
}

#[test]
fn a_list_and_a_deletion_at_once_leave_no_bytes_behind() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        let several = (1..=3).fold(Form::default(), |form, seed| {
            form.file(&pictures::png(seed))
        });
        ann.post_form("/spaces/1/shares", several).is_ok();
        let edit = |by: &Person<'_>| {
            let form = Form::default()
                .part("media", None, b"3")
                .file(&pictures::png(4))
                .file(&pictures::png(5));
            by.put_form("/shares/1", form)
        };
        let delete = |by: &Person<'_>| by.delete("/shares/1");
        let replies = race(&app, vec![act(ann.token(), edit), act(ann.token(), delete)]);
        assert_eq!(count(&replies, 200, "Share deleted"), 1, "{replies:?}");
        assert!(app.files().is_empty(), "{:?}", app.files());
    }
}

#[test]
fn photos_may_be_put_in_another_order_while_they_are_moved_to_their_space() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let several = (1..=6).fold(Form::default(), |form, seed| {
        form.file(&pictures::png(seed))
    });
    ann.post_form("/spaces/1/shares", several).is_ok();
    let orders: [&[i64]; 4] = [
        &[6, 5, 4, 3, 2, 1],
        &[2, 4, 6, 5, 1],
        &[5, 6, 1, 2],
        &[1, 5, 2],
    ];
    thread::scope(|scope| {
        let server = app.app.clone();
        let worker = scope.spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                while server.photo_worker().step().await.unwrap() != Outcome::Empty {}
            });
        });
        for order in orders {
            let media: Vec<_> = order.iter().map(|id| json!({"id": id})).collect();
            ann.put("/shares/1", json!({"media": media}))
                .is(200, "Share edited");
        }
        worker.join().unwrap();
    });
    app.move_photos();
    let share = ann.get("/shares/1").is_ok();
    let media = share["media"].as_array().unwrap();
    let shown: Vec<_> = media
        .iter()
        .map(|medium| app.anonymous().get(&path_of(&medium["url"])).bytes)
        .collect();
    assert_eq!(shown, [1, 5, 2].map(pictures::png));
    app.wait(app.app.cleanup().delete_everything_due()).unwrap();
    assert_eq!(app.files().len(), 3, "{:?}", app.files());
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
    app.move_photos();
    assert_eq!(app.files().len(), 8);
}

#[test]
fn one_key_makes_one_share_and_keeps_the_photo_of_that_one() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        let share = |seed: u32| {
            move |by: &Person<'_>| {
                by.share_under("a-key", 1, Form::text("Hello").file(&pictures::png(seed)))
            }
        };
        let replies = race(
            &app,
            (0..4).map(|seed| act(ann.token(), share(seed))).collect(),
        );
        let ids: Vec<_> = replies
            .iter()
            .map(|reply| reply.is_ok()["id"].clone())
            .collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(app.count("select count(*) from shares"), 1);
        assert_eq!(app.count("select count(*) from photos"), 1);
        assert_eq!(app.count("select count(*) from photo_jobs"), 1);
        assert_eq!(app.files(), [format!("temp/1-{}.png", ids[0])]);
        let path = path_of(&replies[0].json()["image_url"]);
        assert_eq!(ann.get(&path).status, 200);
        app.move_photos();
    }
}

#[test]
fn one_space_is_deleted_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        ann.share_photo(1, &pictures::png(1));
        let delete = |by: &Person<'_>| by.delete("/spaces/1");
        let replies = race(
            &app,
            vec![act(ann.token(), delete), act(ann.token(), delete)],
        );
        assert_eq!(count(&replies, 200, "Space deleted"), 1, "{replies:?}");
        let gone = count(&replies, 404, "Space with ID '1' doesn't exist");
        assert_eq!(gone, 1, "{replies:?}");
        assert!(app.files().is_empty());
    }
}

#[test]
fn a_space_is_not_deleted_under_somebody_who_is_just_added() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        app.anonymous().register("bob").is_ok();
        ann.space("Family");
        let add = |by: &Person<'_>| by.post("/spaces/1/members", json!({"login": "bob"}));
        let delete = |by: &Person<'_>| by.delete("/spaces/1");
        let replies = race(&app, vec![act(ann.token(), add), act(ann.token(), delete)]);
        let (added, deleted) = (replies[0].status == 200, replies[1].status == 200);
        assert!(added != deleted, "{replies:?}");
        if added {
            replies[1].is(400, "Space must contain only one member");
        } else {
            replies[0].is(404, "Space with ID '1' doesn't exist");
        }
        let members = if added { 2 } else { 0 };
        assert_eq!(app.count("select count(*) from members"), members);
    }
}

#[test]
fn a_photo_shared_while_its_author_is_removed_is_shared_or_leaves_nothing() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let (ann, bob) = (app.person("ann"), app.person("bob"));
        ann.space("Family");
        ann.invite(1, "bob");
        let share = |by: &Person<'_>| {
            let form = Form::text("Hello").file(&pictures::png(1));
            by.post_form("/spaces/1/shares", form)
        };
        let path = format!("/spaces/1/members/{}", bob.id);
        let remove = move |by: &Person<'_>| by.delete(&path);
        let replies = race(
            &app,
            vec![act(bob.token(), share), act(ann.token(), remove)],
        );
        replies[1].is(200, "Member deleted");
        if replies[0].status == 200 {
            app.move_photos();
            assert_eq!(app.files().len(), 1);
        } else {
            replies[0].is(403, "Can't access this space - not a member");
            assert!(app.files().is_empty(), "{:?}", app.files());
        }
    }
}

#[test]
fn a_photo_shared_while_its_space_is_deleted_leaves_nothing() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        let share = |by: &Person<'_>| {
            let form = Form::text("Hello").file(&pictures::png(1));
            by.post_form("/spaces/1/shares", form)
        };
        let delete = |by: &Person<'_>| by.delete("/spaces/1");
        let replies = race(
            &app,
            vec![act(ann.token(), share), act(ann.token(), delete)],
        );
        replies[1].is(200, "Space deleted");
        if replies[0].status != 200 {
            replies[0].is(404, "Space with ID '1' doesn't exist");
        }
        assert!(app.files().is_empty(), "{:?}", app.files());
        assert_eq!(app.count("select count(*) from shares"), 0);
    }
}

#[test]
fn one_password_is_changed_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        let change = |new: &'static str| {
            let body =
                json!({"old-password": PASSWORD, "new-password": new, "confirm-password": new});
            move |by: &Person<'_>| by.put("/change-password", body)
        };
        let passwords = ["better horse", "faster horse"];
        let acts = passwords.map(|new| act(ann.token(), change(new)));
        let replies = race(&app, acts.into());
        assert_eq!(count(&replies, 200, "Password changed"), 1, "{replies:?}");
        assert_eq!(count(&replies, 401, "Wrong password"), 1, "{replies:?}");
        let works = passwords.map(|new| app.anonymous().login("ann", new).status);
        let changed = [replies[0].status, replies[1].status];
        assert_eq!(works, changed);
    }
}

#[test]
fn one_session_is_ended_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        let sign_out = |by: &Person<'_>| by.delete("/logout");
        let replies = race(
            &app,
            vec![act(ann.token(), sign_out), act(ann.token(), sign_out)],
        );
        assert!(
            count(&replies, 200, "Logged out") >= 1,
            "no one could leave: {replies:?}"
        );
        assert!(replies.iter().all(|reply| reply.status < 500));
        assert_eq!(app.count("select count(*) from sessions"), 0);
    }
}

#[test]
fn a_photo_is_there_at_every_moment_of_its_move() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        ann.space("Family");
        let paths: Vec<_> = (0..4)
            .map(|seed| path_of(&ann.share_photo(1, &pictures::png(seed))["image_url"]))
            .collect();
        let photo_worker = app.app.photo_worker();
        let sort = move |by: &Person<'_>| {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            while runtime.block_on(photo_worker.step()).unwrap() != Outcome::Empty {}
            by.get("/health")
        };
        let fetch = |by: &Person<'_>| {
            for path in paths.iter().cycle().take(60) {
                assert_eq!(by.get(path).status, 200, "{path}");
            }
            by.get("/health")
        };
        race(&app, vec![act("", sort), act("", fetch)]);
        assert!(
            app.files()
                .iter()
                .all(|file| file.starts_with("space-id-1"))
        );
    }
}

#[test]
fn the_last_place_of_an_invitation_is_given_once() {
    for _ in 0..ROUNDS {
        let app = TestApp::new();
        let ann = app.person("ann");
        let space = ann.space("Family");
        let made = ann
            .post(&format!("/spaces/{space}/invitations"), json!({}))
            .json();
        let (_, token) = made["url"].as_str().unwrap().split_once('#').unwrap();
        let people: Vec<_> = ["bob", "cid", "dan"]
            .map(|login| app.person(login))
            .to_vec();
        let accept = |me: &Person<'_>| me.post("/invitations/accept", json!({"token": token}));
        let replies = race(
            &app,
            people
                .iter()
                .map(|person| act(person.token(), accept))
                .collect(),
        );
        assert_eq!(
            replies.iter().filter(|reply| reply.status == 200).count(),
            1
        );
        assert_eq!(
            count(
                &replies,
                404,
                "This invitation isn't valid, or not any more"
            ),
            2
        );
        assert_eq!(app.count("select count(*) from members"), 2);
    }
}
