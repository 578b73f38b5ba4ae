//! Push messages, as a push service gets them and a browser reads them.

use std::time::Duration;

use serde_json::{Value, json};
use shared_spaces::domain::restore;

use crate::support::{Browser, Form, Person, PushService, Received, TestApp, pictures};

const MINUTE: Duration = Duration::from_secs(60);
const ENDPOINT: &str = "Endpoint must be the address of a public push service: HTTPS, port 443, and at most 500 characters";
const KEYS: &str =
    "Keys must have a p256dh, a point of P-256, and an auth of 16 bytes, in base64url";

/// A server that may send messages to a service, Ann's space, and Bob in it, with a browser that has subscribed.
pub struct World {
    pub app: TestApp,
    pub service: PushService,
    pub browser: Browser,
    pub space: i64,
}

impl World {
    pub fn new() -> Self {
        let service = PushService::new();
        let app = TestApp::with(|config| config.push.own_services = vec![service.origin()]);
        let (ann, bob) = (app.person("ann"), app.person("bob"));
        let space = ann.space("Family");
        ann.invite(space, "bob");
        let browser = Browser::at(format!("{}/bob", service.origin()));
        subscribe(&bob, &browser);
        app.notify_all();
        Self {
            service,
            browser,
            space,
            app,
        }
    }

    pub fn ann(&self) -> Person<'_> {
        self.app.anonymous().signed_in("ann")
    }

    pub fn bob(&self) -> Person<'_> {
        self.app.anonymous().signed_in("bob")
    }

    /// Lets time pass, in which what is due is sent, and returns what the service got.
    pub fn after(&self, time: Duration) -> Vec<Received> {
        self.app.notify_all();
        self.app.app.clock.advance(time);
        self.app.push_all();
        self.service.received()
    }

    /// The same as what Bob's browser reads.
    pub fn read_after(&self, time: Duration) -> Vec<String> {
        let received = self.after(time);
        let messages = received.iter().map(|received| self.browser.read(received));
        let body = |message: Value| message["notification"]["body"].as_str().unwrap().to_owned();
        messages.map(body).collect()
    }
}

pub fn subscribe(person: &Person<'_>, browser: &Browser) -> i64 {
    let reply = person.post("/push-subscriptions", browser.subscription());
    assert_eq!(reply.status, 201, "{}", reply.text());
    let id = reply.json()["id"].as_i64().unwrap();
    let location = format!("/push-subscriptions/{id}");
    assert_eq!(reply.header("Location"), Some(location.as_str()));
    id
}

#[test]
fn a_browser_gets_a_message_that_only_it_can_read() {
    let world = World::new();
    let ann = world.ann();
    let share = ann.share(world.space, "Look, a “lake”");
    assert!(world.after(Duration::from_secs(50)).is_empty());
    let received = world.after(Duration::from_secs(11));
    assert_eq!(received.len(), 1);
    let received = &received[0];
    assert_eq!(received.path, "/bob");
    for (name, value) in [
        ("ttl", "86400"),
        ("urgency", "normal"),
        ("content-encoding", "aes128gcm"),
    ] {
        assert_eq!(received.header(name), value, "{name}");
    }
    let topic = received.header("topic");
    assert_eq!(topic.len(), 22);
    let message = world.browser.read(received);
    let expected = json!({
        "web_push": 8030,
        "notification": {
            "title": "Family", "body": "ann: Look, a “lake”", "lang": "en", "tag": topic,
            "navigate": format!("http://localhost:8000/app/shares/{share}"),
            "data": {"space": world.space},
        },
        "app_badge": "1",
    });
    assert_eq!(message, expected);
    let key = ann.get("/push-key").is_ok()["key"].clone();
    let proof = received.header("authorization");
    assert!(proof.starts_with("vapid t="), "{proof}");
    assert!(proof.ends_with(&format!(", k={}", key.as_str().unwrap())));
    assert!(!String::from_utf8_lossy(&received.body).contains("lake"));
    // Once.
    assert!(world.after(60 * MINUTE).is_empty());
}

#[test]
fn messages_are_in_the_language_of_the_browser() {
    let world = World::new();
    let mut subscription = world.browser.subscription();
    subscription["language"] = json!("de-AT");
    let subscribed = world.bob().post("/push-subscriptions", subscription);
    assert_eq!(subscribed.status, 201);
    let share = world.ann().share(world.space, "Look");
    world.ann().comment(share, "@bob");
    assert_eq!(world.read_after(2 * MINUTE), ["ann hat dich erwähnt: @bob"]);
}

/// Bob's browser is where it is 23 o'clock now, or later in that hour.
fn at_eleven_in_the_evening() -> World {
    let world = World::new();
    let hour = world.app.app.now().seconds() / 3600 % 24;
    // The names of these zones have the signs the other way round.
    let zone = match 23 - hour {
        east @ 0..=14 => format!("Etc/GMT-{east}"),
        west => format!("Etc/GMT+{}", 24 - west),
    };
    let mut subscription = world.browser.subscription();
    subscription["time_zone"] = json!(zone);
    let subscribed = world.bob().post("/push-subscriptions", subscription);
    assert_eq!(subscribed.status, 201);
    world
}

/// Changes Bob's quiet hours, while the clock stands still.
fn quiet(world: &World, hours: Value) {
    world
        .bob()
        .put("/me", json!({"quiet_hours": hours}))
        .is_ok();
}

#[test]
fn nothing_is_sent_at_night_and_in_the_morning_all_of_it_at_once() {
    let world = at_eleven_in_the_evening();
    world.ann().share(world.space, "Late");
    assert!(world.after(5 * MINUTE).is_empty());
    world.ann().share(world.space, "Later");
    assert!(world.after(5 * 60 * MINUTE).is_empty());
    assert_eq!(world.read_after(4 * 60 * MINUTE), ["ann shared 2 times"]);
    assert!(world.after(12 * 60 * MINUTE).is_empty());
}

#[test]
fn each_user_has_quiet_hours_of_their_own() {
    let world = at_eleven_in_the_evening();
    quiet(&world, json!({"from": "13:00", "until": "15:00"}));
    world.ann().share(world.space, "Late");
    assert_eq!(world.read_after(2 * MINUTE), ["ann: Late"]);
    // At one in the afternoon, until three.
    assert!(world.after(14 * 60 * MINUTE).is_empty());
    world.ann().share(world.space, "At noon");
    assert!(world.after(50 * MINUTE).is_empty());
    assert_eq!(world.read_after(2 * 60 * MINUTE), ["ann: At noon"]);
    quiet(&world, json!(null));
    assert!(world.after(8 * 60 * MINUTE).is_empty());
    world.ann().share(world.space, "Late again");
    assert_eq!(world.read_after(2 * MINUTE), ["ann: Late again"]);
}

#[test]
fn what_waits_is_sent_as_soon_as_other_hours_allow_it() {
    let world = at_eleven_in_the_evening();
    world.ann().share(world.space, "Late");
    assert!(world.after(5 * MINUTE).is_empty());
    // Others that are on as well, and end in six hours.
    quiet(&world, json!({"from": "21:00", "until": "05:00"}));
    assert!(world.after(4 * 60 * MINUTE).is_empty());
    assert_eq!(world.read_after(2 * 60 * MINUTE), ["ann: Late"]);
    assert!(world.after(16 * 60 * MINUTE).is_empty());
    world.ann().share(world.space, "Late again");
    assert!(world.after(10 * MINUTE).is_empty());
    quiet(&world, json!(null));
    assert_eq!(world.read_after(Duration::ZERO), ["ann: Late again"]);
    assert!(world.after(12 * 60 * MINUTE).is_empty());
}

#[test]
fn what_waits_is_sent_later_if_the_hours_are_longer() {
    let world = at_eleven_in_the_evening();
    world.ann().share(world.space, "Late");
    assert!(world.after(5 * MINUTE).is_empty());
    quiet(&world, json!({"from": "22:00", "until": "10:00"}));
    assert!(world.after(9 * 60 * MINUTE).is_empty());
    assert_eq!(world.read_after(2 * 60 * MINUTE), ["ann: Late"]);
}

/// A time zone in which it is noon now, or a little later.
fn noon(world: &World) -> String {
    let hour = world.app.app.now().seconds() / 3600 % 24;
    match 12 - hour {
        east @ 0.. => format!("Etc/GMT-{east}"),
        west => format!("Etc/GMT+{}", -west),
    }
}

#[test]
fn who_moves_to_where_it_is_day_gets_what_waits() {
    let world = at_eleven_in_the_evening();
    world.ann().share(world.space, "Late");
    assert!(world.after(5 * MINUTE).is_empty());
    let zone = noon(&world);
    world.bob().put("/me", json!({"time_zone": zone})).is_ok();
    assert_eq!(world.read_after(Duration::ZERO), ["ann: Late"]);
}

#[test]
fn whose_browser_moves_to_where_it_is_day_gets_what_waits() {
    let world = at_eleven_in_the_evening();
    world.ann().share(world.space, "Late");
    assert!(world.after(5 * MINUTE).is_empty());
    let mut subscription = world.browser.subscription();
    subscription["time_zone"] = json!(noon(&world));
    let subscribed = world.bob().post("/push-subscriptions", subscription);
    assert_eq!(subscribed.status, 201);
    assert_eq!(world.read_after(Duration::ZERO), ["ann: Late"]);
}

#[test]
fn a_message_is_not_late_for_having_waited_for_the_end_of_quiet_hours() {
    let world = at_eleven_in_the_evening();
    let minute = world.app.app.now().seconds() / 60 % 60;
    // They have just begun, and last 23 hours.
    let (from, until) = (format!("23:{minute:02}"), format!("22:{minute:02}"));
    quiet(&world, json!({"from": from, "until": until}));
    world.ann().share(world.space, "Late");
    assert!(world.after(2 * MINUTE).is_empty());
    assert!(world.after((22 * 60 + 50) * MINUTE).is_empty());
    // The service is busy then, and is asked again when a day is over.
    world.service.answer("503 Service Unavailable");
    assert_eq!(world.after(15 * MINUTE).len(), 1);
    quiet(&world, json!(null));
    assert_eq!(world.read_after(2 * 60 * MINUTE), ["ann: Late"]);
}

#[test]
fn a_busy_service_is_not_asked_sooner_because_the_hours_are_others() {
    let world = World::new();
    world.ann().share(world.space, "Hello");
    world
        .service
        .answer("429 Too Many Requests\r\nRetry-After: 300");
    assert_eq!(world.after(2 * MINUTE).len(), 1);
    quiet(&world, json!(null));
    assert!(world.after(4 * MINUTE).is_empty());
    assert_eq!(world.after(2 * MINUTE).len(), 1);
}

#[test]
fn what_one_author_does_within_ten_minutes_is_one_message() {
    let world = World::new();
    let ann = world.ann();
    let path = format!("/spaces/{}/shares", world.space);
    for number in 0..12 {
        ann.post_form(&path, Form::text("").file(&pictures::png(number + 1)))
            .is_ok();
        assert!(world.after(Duration::from_secs(45)).is_empty());
    }
    assert_eq!(world.read_after(MINUTE), ["ann shared 12 photos"]);
    world.app.move_photos();
    ann.share(world.space, "And that was it");
    assert!(world.after(8 * MINUTE).is_empty());
    ann.share(world.space, "Really");
    assert_eq!(world.read_after(2 * MINUTE), ["ann shared 2 times"]);
}

#[test]
fn a_message_waits_no_longer_than_ten_minutes_for_more() {
    let world = World::new();
    let mut sent = Vec::new();
    for minute in 1..=12 {
        world.ann().share(world.space, "More");
        for body in world.read_after(Duration::from_secs(50)) {
            sent.push((minute, body));
        }
    }
    assert_eq!(sent, [(12, String::from("ann shared 12 times"))]);
}

#[test]
fn what_was_deleted_or_read_meanwhile_is_not_sent() {
    let world = World::new();
    let (ann, bob) = (world.ann(), world.bob());
    let gone = ann.share(world.space, "Gone");
    world.app.notify_all();
    ann.delete(&format!("/shares/{gone}"))
        .is(200, "Share deleted");
    assert!(world.after(2 * MINUTE).is_empty());
    ann.share(world.space, "@bob");
    world.app.notify_all();
    bob.put_nothing("/notices/read");
    assert!(world.after(12 * MINUTE).is_empty());
    ann.share(world.space, "@bob?");
    let received = world.after(12 * MINUTE);
    assert_eq!(received[0].header("urgency"), "high");
    let message = world.browser.read(&received[0]);
    assert_eq!(message["notification"]["body"], "ann mentioned you: @bob?");
    // Both shares are unread in the space, though one was read of in the inbox.
    assert_eq!(message["app_badge"], "2");
}

#[test]
fn what_was_read_in_the_space_meanwhile_is_not_sent() {
    let world = World::new();
    let (ann, bob) = (world.ann(), world.bob());
    let read = |share: i64| {
        let path = format!("/spaces/{}/read", world.space);
        assert_eq!(bob.put(&path, json!({"share_id": share})).status, 204);
    };
    let first = ann.share(world.space, "Read at once");
    world.app.notify_all();
    read(first);
    assert!(world.after(2 * MINUTE).is_empty());
    // Also what concerns the reader, though it stays in the inbox.
    ann.comment(first, "@bob, look");
    world.app.notify_all();
    read(first);
    assert!(world.after(12 * MINUTE).is_empty());
    // Of several, those are told that weren't read.
    let opened = ann.share(world.space, "And this");
    ann.share(world.space, "And that");
    world.app.notify_all();
    read(opened);
    assert_eq!(world.read_after(12 * MINUTE), ["ann: And that"]);
    // A mention that an edit has brought into what was read is news.
    read(first);
    ann.put_form(&format!("/shares/{first}"), Form::text("For @bob"))
        .is(200, "Share edited");
    assert_eq!(
        world.read_after(12 * MINUTE),
        ["ann mentioned you: For @bob"]
    );
}

#[test]
fn who_is_removed_gets_nothing_of_what_waits() {
    let world = World::new();
    let ann = world.ann();
    ann.share(world.space, "Not for Bob");
    world.app.notify_all();
    ann.delete(&format!("/spaces/{}/members/2", world.space))
        .is(200, "Member deleted");
    ann.share(world.space, "Nor this");
    assert!(world.after(20 * MINUTE).is_empty());
}

#[test]
fn the_level_says_what_is_sent() {
    let world = World::new();
    let (ann, bob) = (world.ann(), world.bob());
    let path = format!("/spaces/{}/notices", world.space);
    let set = |settings: Value| bob.put(&path, settings).is_ok();
    set(json!({"level": "mentions"}));
    let share = bob.share(world.space, "What now?");
    ann.share(world.space, "Something");
    ann.comment(share, "Now this");
    assert_eq!(world.read_after(20 * MINUTE), ["ann commented: Now this"]);
    set(json!({"level": "none"}));
    ann.comment(share, "And this, @bob");
    assert!(world.after(20 * MINUTE).is_empty());
    set(json!({"level": "all", "push": false}));
    ann.comment(share, "And that, @bob");
    assert!(world.after(20 * MINUTE).is_empty());
    // It is asked again when the message is sent.
    set(json!({"level": "all", "push": true}));
    ann.share(world.space, "Everything");
    world.app.notify_all();
    set(json!({"level": "mentions", "push": true}));
    assert!(world.after(20 * MINUTE).is_empty());
}

#[test]
fn a_service_that_is_busy_is_asked_again_and_one_that_has_accepted_is_not() {
    let world = World::new();
    let bob = world.bob();
    let second = Browser::at(format!("{}/second", world.service.origin()));
    subscribe(&bob, &second);
    world.ann().share(world.space, "Hello");
    world
        .service
        .answer("429 Too Many Requests\r\nRetry-After: 300");
    assert_eq!(world.after(2 * MINUTE).len(), 2);
    assert!(world.after(4 * MINUTE).is_empty());
    world.service.answer("503 Service Unavailable");
    assert_eq!(world.after(2 * MINUTE).len(), 1);
    // After a minute, as it has failed twice after two.
    assert!(world.after(Duration::from_secs(110)).is_empty());
    assert_eq!(world.after(Duration::from_secs(20)).len(), 1);
    assert!(world.after(60 * MINUTE).is_empty());
    // It is given up after a day.
    world.ann().share(world.space, "Hello?");
    for _ in 0..2 {
        world.service.answer("500 Internal Server Error");
    }
    assert_eq!(world.after(2 * MINUTE).len(), 2);
    assert!(world.after(25 * 60 * MINUTE).is_empty());
    world.ann().share(world.space, "Hello again");
    assert_eq!(world.after(2 * MINUTE).len(), 2);
}

#[test]
fn a_browser_that_is_gone_is_forgotten() {
    for status in ["404 Not Found", "410 Gone"] {
        let world = World::new();
        world.ann().share(world.space, "Hello");
        world.service.answer(status);
        assert_eq!(world.after(2 * MINUTE).len(), 1);
        world.ann().share(world.space, "Hello?");
        assert!(world.after(20 * MINUTE).is_empty());
        assert_eq!(world.bob().delete("/push-subscriptions/1").status, 404);
    }
}

#[test]
fn a_message_that_is_too_long_is_sent_shorter_once() {
    let world = World::new();
    world.ann().share(world.space, "Many words");
    for _ in 0..2 {
        world.service.answer("413 Payload Too Large");
    }
    let received = world.after(2 * MINUTE);
    let bodies: Vec<Value> = received
        .iter()
        .map(|received| world.browser.read(received)["notification"]["body"].clone())
        .collect();
    assert_eq!(bodies, ["ann: Many words", "ann shared something"]);
    assert!(world.after(60 * MINUTE).is_empty());
}

#[test]
fn a_subscription_ends_with_its_session() {
    let world = World::new();
    let bob = world.bob();
    let browser = Browser::at(format!("{}/again", world.service.origin()));
    subscribe(&bob, &browser);
    bob.delete("/logout").is(200, "Logged out");
    world.ann().share(world.space, "Hello");
    let received = world.after(2 * MINUTE);
    let paths: Vec<&str> = received
        .iter()
        .map(|received| received.path.as_str())
        .collect();
    assert_eq!(paths, ["/bob"]);
    // Who signs in there next has it then, and who was there before hasn't.
    world.app.person("cid");
    world.ann().invite(world.space, "cid");
    let cid = world.app.anonymous().signed_in("cid");
    subscribe(&cid, &world.browser);
    world.app.remove_account("cid");
    world.ann().share(world.space, "Hello?");
    assert!(world.after(20 * MINUTE).is_empty());
}

#[test]
fn the_same_browser_is_renewed_and_of_many_the_last_twenty_stay() {
    let world = World::new();
    let bob = world.bob();
    assert_eq!(subscribe(&bob, &world.browser), 1);
    for number in 0..20 {
        world.app.app.clock.advance(Duration::from_secs(1));
        let browser = Browser::at(format!("{}/{number}", world.service.origin()));
        subscribe(&bob, &browser);
    }
    assert_eq!(bob.delete("/push-subscriptions/1").status, 404);
    assert_eq!(world.ann().delete("/push-subscriptions/3").status, 404);
    assert_eq!(bob.delete("/push-subscriptions/3").status, 204);
    bob.delete("/push-subscriptions/3")
        .is(404, "Push subscription with ID '3' doesn't exist");
}

#[test]
fn what_is_no_address_of_a_browser_is_refused() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let public = Browser::at(String::from("https://push.example.org/1"));
    subscribe(&ann, &public);
    let refused = |change: &dyn Fn(&mut Value), refusal: &str| {
        let mut body = public.subscription();
        change(&mut body);
        ann.post("/push-subscriptions", body).is(400, refusal);
    };
    for endpoint in [
        "http://push.example.org/1",
        "https://127.0.0.1/1",
        "https://localhost/1",
        "",
    ] {
        refused(&|body| body["endpoint"] = json!(endpoint), ENDPOINT);
    }
    for (key, value) in [
        ("p256dh", json!("BAAA")),
        ("p256dh", json!(7)),
        ("p256dh", Value::Null),
        ("auth", json!("short")),
        ("auth", json!([])),
    ] {
        refused(&|body| body["keys"][key] = value.clone(), KEYS);
    }
    refused(&|body| body["keys"] = json!("none"), KEYS);
    refused(&|body| body["keys"] = Value::Null, "Keys must be provided");
    refused(&|body| body["endpoint"] = json!(7), "Endpoint must be text");
    ann.post("/push-subscriptions", json!({}))
        .is(400, "Invalid payload: 'endpoint'");
}

#[test]
fn a_server_without_push_messages_says_so() {
    let app = TestApp::with(|config| config.push.enabled = false);
    let ann = app.person("ann");
    let refusal = "This server sends no push messages";
    ann.get("/push-key").is(404, refusal);
    let browser = Browser::at(String::from("https://push.example.org/1"));
    ann.post("/push-subscriptions", browser.subscription())
        .is(404, refusal);
}

#[test]
fn the_key_stays_and_what_waited_before_a_restore_is_not_sent() {
    let world = World::new();
    let key = world.ann().get("/push-key").is_ok();
    world.ann().share(world.space, "Hello");
    world.app.notify_all();
    let World { app, service, .. } = world;
    let prepared = app
        .app
        .db
        .write(|conn| Ok(restore::prepare_restored(conn, &[])?));
    app.wait(prepared).unwrap();
    let app = app.restarted();
    let ann = app.anonymous().signed_in("ann");
    assert_eq!(ann.get("/push-key").is_ok(), key);
    app.app.clock.advance(20 * MINUTE);
    app.push_all();
    assert!(service.received().is_empty());
    ann.share(1, "Hello again");
    app.notify_all();
    app.app.clock.advance(2 * MINUTE);
    app.push_all();
    assert_eq!(service.received().len(), 1);
}
