//! What users say of themselves, and where others read it.

use std::time::Duration;

use serde_json::{Value, json};

use super::races::{act, race};
use crate::support::{Browser, Form, Live, Person, PushService, TestApp, pictures, user};

/// Every user object with this id in some JSON.
fn collect<'a>(value: &'a Value, id: i64, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(keys) => {
            if keys.contains_key("login") && value["id"] == id {
                found.push(value);
            }
            keys.values().for_each(|value| collect(value, id, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, id, found)),
        _ => {}
    }
}

fn set(person: &Person<'_>, change: Value) -> Value {
    person.put("/me", change).is_ok()
}

#[test]
fn a_name_is_shown_wherever_its_user_is() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    ann.post(&format!("/spaces/{space}/invitations"), json!({}));
    let share = ann.share_photo(space, &pictures::png(1))["id"].clone();
    ann.put_form(&format!("/shares/{share}"), Form::text("By @ann"))
        .is(200, "Share edited");
    let share = share.as_i64().unwrap();
    bob.comment(share, "A comment");
    ann.comment(share, "Another, by @ann for @bob");
    ann.put_nothing(&format!("/shares/{share}/reactions/%F0%9F%91%8D"));
    app.move_photos();
    app.notify_all();
    let me = set(&ann, json!({"name": " Ann Müller "}));
    assert_eq!(me["name"], "Ann Müller");
    let expected = json!({"id": ann.id, "login": "ann", "name": "Ann Müller", "avatar_url": null});
    for (path, times) in [
        ("/spaces".to_owned(), 1),
        (format!("/spaces/{space}/members"), 1),
        (format!("/spaces/{space}/shares"), 4),
        (format!("/spaces/{space}/images"), 1),
        (format!("/shares/{share}"), 4),
        (format!("/shares/{share}/comments"), 2),
        (format!("/shares/{share}/reactions"), 1),
        ("/notices".to_owned(), 1),
    ] {
        let answer = bob.get(&path).is_ok();
        let mut found = Vec::new();
        collect(&answer, ann.id, &mut found);
        assert_eq!(found, vec![&expected; times], "{path}");
    }
    let invitations = ann.get(&format!("/spaces/{space}/invitations")).is_ok();
    assert_eq!(invitations[0]["created_by"], expected);
    let feed = bob.post(&format!("/spaces/{space}/feeds"), json!({}));
    let address = feed.json()["url"].as_str().unwrap().to_owned();
    let path = address.rsplit_once("/feeds/").unwrap().1.to_owned();
    let feed = app.anonymous().get(&format!("/feeds/{path}")).text();
    assert!(feed.contains("<name>Ann Müller</name>"), "{feed}");
}

#[test]
fn what_is_left_out_stays_and_null_undoes_a_choice() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let chosen = |me: &Value| [&me["name"], &me["language"], &me["time_zone"]].map(Clone::clone);
    let none = [json!("ann"), json!(null), json!(null)];
    assert_eq!(chosen(&ann.get("/me").is_ok()), none);
    set(&ann, json!({"name": "Ann", "language": "de"}));
    let me = set(&ann, json!({"time_zone": "europe/vienna"}));
    let all = [json!("Ann"), json!("de"), json!("Europe/Vienna")];
    assert_eq!(chosen(&me), all);
    assert_eq!(ann.get("/me").is_ok(), me);
    assert_eq!(set(&ann, json!({})), me);
    let me = set(&ann, json!({"language": null, "time_zone": null}));
    assert_eq!(chosen(&me), [json!("Ann"), json!(null), json!(null)]);
    assert_eq!(chosen(&set(&ann, json!({"name": null}))), none);
    // The name that is the login isn't a choice of its own.
    set(&ann, json!({"name": "ann"}));
    assert_eq!(
        app.count("select count(*) from users where name is not null"),
        0
    );
}

#[test]
fn quiet_hours_are_from_22_to_7_until_others_are_chosen_or_none() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let hours = |from: &str, until: &str| json!({"from": from, "until": until});
    let seen = || ann.get("/me").is_ok()["quiet_hours"].clone();
    assert_eq!(seen(), hours("22:00", "07:00"));
    for chosen in [
        hours("13:00", "15:30"),
        hours("23:59", "00:00"),
        Value::Null,
        hours("21:30", "06:45"),
    ] {
        let me = set(&ann, json!({"quiet_hours": chosen}));
        assert_eq!(me["quiet_hours"], chosen);
        assert_eq!(seen(), chosen);
        // What is left out stays.
        set(&ann, json!({"language": "de", "time_zone": null}));
        assert_eq!(seen(), chosen);
    }
    // What else is in it is passed over, as everywhere.
    set(
        &ann,
        json!({"quiet_hours": {"from": "01:00", "until": "02:00", "days": ["monday"]}}),
    );
    assert_eq!(seen(), hours("01:00", "02:00"));
    assert_eq!(
        app.person("bob").get("/me").is_ok()["quiet_hours"],
        hours("22:00", "07:00")
    );
}

#[test]
fn hours_that_are_none_are_refused() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let before = ann.get("/me").is_ok();
    for odd in [
        json!({}),
        json!([]),
        json!("22:00-07:00"),
        json!(7),
        json!(false),
        json!({"from": "22:00"}),
        json!({"from": "22:00", "until": null}),
        json!({"from": 1320, "until": 420}),
        json!({"from": "22:00", "until": ["07:00"]}),
        json!({"from": "25:00", "until": "07:00"}),
        json!({"from": "22:00", "until": "7"}),
        json!({"from": "22:00", "until": "7:00"}),
        json!({"from": "22:00", "until": "07:00:00"}),
        json!({"from": "22:00", "until": "22:00"}),
        json!({"from": "22:00", "until": "7".repeat(100_000)}),
    ] {
        ann.put("/me", json!({"name": "Ann", "quiet_hours": odd}))
            .is(
                400,
                "Quiet_hours must have a from and an until, which are two different times of the day such as 22:00 and 07:00, or be \
                 null for none",
            );
    }
    assert_eq!(ann.get("/me").is_ok(), before);
}

#[test]
fn a_refused_profile_changes_nothing() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let before = ann.get("/me").is_ok();
    let zone = "Time_zone must be the name of a time zone, such as Europe/Vienna";
    for (body, sentence) in [
        (json!({"name": ""}), "Name min 1 characters"),
        (json!({"name": " \u{2003} "}), "Name cannot be empty"),
        (json!({"name": "a".repeat(51)}), "Name max 50 characters"),
        (
            json!({"name": "a\u{308}".repeat(900_000 / 3)}),
            "Name max 50 characters",
        ),
        (
            json!({"name": "a\nb"}),
            "Name cannot contain control characters",
        ),
        (
            json!({"name": "\u{202e}nna"}),
            "Name cannot contain text direction characters",
        ),
        (json!({"name": 7}), "Name must be text"),
        (
            json!({"name": "Ann", "language": "fr"}),
            "Language must be en or de",
        ),
        (json!({"language": ["de"]}), "Language must be text"),
        (json!({"name": "Ann", "time_zone": "Vienna"}), zone),
        (json!({"time_zone": "../../etc/passwd"}), zone),
        (json!({"time_zone": "x".repeat(100_000)}), zone),
    ] {
        ann.put("/me", body).is(400, sentence);
    }
    ann.put("/me", json!([]))
        .is(400, "The body must be a JSON object");
    assert_eq!(ann.get("/me").is_ok(), before);
}

#[test]
fn a_new_name_is_an_event_in_each_space_and_the_same_again_is_none() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let spaces = [ann.space("Family"), ann.space("Choir")];
    for space in spaces {
        ann.invite(space, "bob");
    }
    let live = Live::new(&app.app);
    let mut stream = live.listen(bob.token(), "");
    for name in ["Ann", "Anna"] {
        for _ in 0..2 {
            set(&ann, json!({"name": name, "language": "de"}));
        }
        let mut told = spaces.map(|_| {
            let (kind, data) = stream.event();
            assert_eq!(
                (kind.as_str(), &data["user"]["name"]),
                ("member.changed", &json!(name))
            );
            data["space_id"].as_i64().unwrap()
        });
        told.sort_unstable();
        assert_eq!(told, spaces);
    }
    assert_eq!(
        app.count("select count(*) from events where kind = 'member.changed'"),
        4
    );
}

#[test]
fn messages_say_the_name_in_the_chosen_language_and_keep_the_chosen_night() {
    let service = PushService::new();
    let app = TestApp::with(|config| config.push.own_services = vec![service.origin()]);
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    app.notify_all();
    let browser = Browser::at(format!("{}/bob", service.origin()));
    let mut subscription = browser.subscription();
    subscription["language"] = json!("en");
    assert_eq!(bob.post("/push-subscriptions", subscription).status, 201);
    set(&ann, json!({"name": "Ann Müller"}));
    set(&bob, json!({"language": "de"}));
    let after = |time: Duration| {
        app.notify_all();
        app.app.clock.advance(time);
        app.push_all();
        service.received()
    };
    ann.share_photo(space, &pictures::png(1));
    app.move_photos();
    let received = after(Duration::from_secs(61));
    let message = browser.read(&received[0]);
    assert_eq!(
        message["notification"]["body"],
        "Ann Müller hat ein Foto geteilt: A photo"
    );
    // Somewhere it is three in the morning.
    let hour = (app.app.now().0 / 3_600_000).rem_euclid(24);
    let east = (3 - hour).rem_euclid(24);
    let zone = match east {
        0..=12 => format!("Etc/GMT-{east}"),
        _ => format!("Etc/GMT+{}", 24 - east),
    };
    set(&bob, json!({"time_zone": zone}));
    ann.share(space, "At night");
    assert_eq!(after(Duration::from_secs(11 * 60)).len(), 0);
    set(&bob, json!({"time_zone": null}));
    assert_eq!(after(Duration::from_secs(6 * 60 * 60)).len(), 1);
}

#[test]
fn two_names_in_the_same_moment_leave_one_of_them_everywhere() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    for _ in 0..8 {
        let named =
            |name: &'static str| act(ann.token(), move |me| me.put("/me", json!({"name": name})));
        let replies = race(&app, vec![named("Ann A"), named("Ann B")]);
        for (reply, name) in replies.iter().zip(["Ann A", "Ann B"]) {
            assert_eq!((reply.status, &reply.json()["name"]), (200, &json!(name)));
        }
        let name = ann.get("/me").is_ok()["name"].clone();
        assert!(name == "Ann A" || name == "Ann B");
        let members = ann.get(&format!("/spaces/{space}/members")).is_ok();
        assert_eq!(members[0]["user"]["name"], name);
    }
}

#[test]
fn who_has_said_nothing_is_called_by_their_login() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let members = ann.get("/spaces/1/members").is_ok();
    assert_eq!(members[0]["user"], user(ann.id, "ann"));
}
