//! What is new, by mail.

use std::time::Duration;

use serde_json::json;
use shared_spaces::domain::{digests, mailing};

use crate::mail::World;
use crate::support::{Browser, Fault, Live, Person, ReceivedMail, TestApp, pictures};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECONDS_OF_DAY: i64 = 24 * 60 * 60;
const MORNING: i64 = 7 * 60 * 60;

/// Ann's space, and Bob in it, who gets a digest every morning (UTC).
struct Family {
    world: World,
    space: i64,
}

impl Family {
    fn new() -> Self {
        let world = World::new();
        let space = {
            let ann = world.app.person("ann");
            let bob = world.reachable("bob");
            let space = ann.space("Family");
            ann.invite(space, "bob");
            bob.put("/me", json!({"time_zone": "UTC", "digest": "daily"}))
                .is_ok();
            space
        };
        let family = Self { world, space };
        family.subscribe(json!({"level": "all", "email": true}));
        family.world.app.mail_all();
        family
    }

    fn ann(&self) -> Person<'_> {
        self.world.app.anonymous().signed_in("ann")
    }

    fn bob(&self) -> Person<'_> {
        self.world.app.anonymous().signed_in("bob")
    }

    fn subscribe(&self, settings: serde_json::Value) {
        let path = format!("/spaces/{}/notices", self.space);
        self.bob().put(&path, settings).is_ok();
    }

    /// What comes on the next morning.
    fn next_morning(&self) -> Vec<ReceivedMail> {
        assert!(self.world.sent().is_empty(), "it is before the morning");
        to_morning(&self.world.app);
        self.world.app.notify_all();
        self.world.sent()
    }

    /// The only mail of the next morning.
    #[track_caller]
    fn only(&self) -> ReceivedMail {
        let mut sent = self.next_morning();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0)
    }

    fn read(&self, share: i64) {
        let path = format!("/spaces/{}/read", self.space);
        assert_eq!(
            self.bob().put(&path, json!({"share_id": share})).status,
            204
        );
    }
}

/// Lets time pass until a minute after seven.
fn to_morning(app: &TestApp) {
    let now = app.app.now().seconds().rem_euclid(SECONDS_OF_DAY);
    let wait = (MORNING - now).rem_euclid(SECONDS_OF_DAY);
    let wait = if wait == 0 { SECONDS_OF_DAY } else { wait };
    app.app
        .clock
        .advance(Duration::from_secs(wait.try_into().unwrap()) + MINUTE);
}

#[test]
fn in_the_morning_comes_what_is_new_with_its_pictures() {
    let family = Family::new();
    let ann = family.ann();
    let share = ann.share(family.space, "Look: <lake> & “hills”\nand more");
    ann.share_photo(family.space, &pictures::png(3));
    ann.comment(share, "Well?");
    family.world.app.move_photos();
    family.world.app.look_for_previews();
    let mail = family.only();
    assert_eq!(mail.to, "bob@example.org");
    assert_eq!(mail.subject(), "New in Family");
    let text = mail.text();
    for words in [
        "Look: <lake> & “hills”\nand more",
        "ann shared a photo",
        "ann commented:\nWell?",
        &format!("https://spaces.example.org/app/shares/{share}"),
        &format!("https://spaces.example.org/app/spaces/{}", family.space),
    ] {
        assert!(text.contains(words), "{words} isn't in {text}");
    }
    let html = mail.html();
    assert!(
        html.contains("Look: &lt;lake&gt; &amp; “hills”<br>and more"),
        "{html}"
    );
    // One picture, which comes with the mail.
    let shown = mail.pictures();
    assert_eq!(shown.len(), 1);
    let (id, kind, bytes) = &shown[0];
    assert!(
        html.contains(&format!("src=\"cid:{id}\"")),
        "{id} isn't in {html}"
    );
    assert_eq!(html.matches("src=").count(), 1);
    assert_eq!(kind, "image/jpeg");
    assert!(bytes.starts_with(&[0xff, 0xd8]));
    assert!(mail.bytes.len() < 100 * 1024);
    // Not again, though it is still unread.
    assert!(family.next_morning().is_empty());
}

#[test]
fn nothing_comes_where_all_was_read_and_of_the_rest_what_was_not() {
    let family = Family::new();
    let ann = family.ann();
    let first = ann.share(family.space, "One");
    family.read(first);
    assert!(family.next_morning().is_empty());
    let second = ann.share(family.space, "Two");
    let third = ann.share(family.space, "Three");
    family.read(second);
    ann.share(family.space, "Gone");
    let gone = third + 1;
    ann.delete(&format!("/shares/{gone}"))
        .is(200, "Share deleted");
    let text = family.only().text();
    assert!(
        text.contains("Three") && !text.contains("Two") && !text.contains("Gone"),
        "{text}"
    );
    // What is one's own is no news.
    family.bob().share(family.space, "Mine");
    assert!(family.next_morning().is_empty());
}

#[test]
fn who_has_left_or_wants_none_gets_nothing_of_a_space() {
    let family = Family::new();
    let ann = family.ann();
    ann.share(family.space, "For all of us");
    family.subscribe(json!({"level": "all", "email": false}));
    assert!(family.next_morning().is_empty());
    family.subscribe(json!({"level": "none", "email": true}));
    assert!(family.next_morning().is_empty());
    family.subscribe(json!({"level": "all", "email": true}));
    ann.delete(&format!("/spaces/{}/members/2", family.space))
        .is(200, "Member deleted");
    assert!(family.next_morning().is_empty());
    // Also not of what was under way when they were removed.
    ann.invite(family.space, "bob");
    family.subscribe(json!({"level": "all", "email": true}));
    family.world.app.mail_all();
    ann.share(family.space, "For all of us again");
    family
        .world
        .server
        .fail("RCPT", Fault::Says("450 Come again"));
    assert!(family.next_morning().is_empty());
    ann.delete(&format!("/spaces/{}/members/2", family.space))
        .is(200, "Member deleted");
    family.world.app.app.clock.advance(MINUTE * 10);
    assert!(family.world.sent().is_empty());
}

#[test]
fn who_is_removed_while_the_pictures_are_read_gets_nothing_of_the_space() {
    let family = Family::new();
    let ann = family.ann();
    ann.share(family.space, "For all of us");
    to_morning(&family.world.app);
    let (app, now) = (&family.world.app, family.world.app.app.now());
    let scheduled = app
        .app
        .db
        .write(move |conn| Ok(digests::schedule(conn, now)?));
    app.wait(scheduled).unwrap();
    let claimed = app.claim_mail().unwrap();
    ann.delete(&format!("/spaces/{}/members/2", family.space))
        .is(200, "Member deleted");
    let looked_up = app
        .app
        .db
        .write(move |conn| Ok(mailing::look_up(conn, claimed)?));
    assert!(app.wait(looked_up).unwrap().is_none());
    assert!(app.claim_mail().is_none());
}

#[test]
fn who_wants_no_digest_gets_none_whatever_their_spaces_say() {
    let family = Family::new();
    let ann = family.ann();
    ann.share(family.space, "Something");
    let bob = family.bob();
    let me = bob.put("/me", json!({"digest": "never"})).is_ok();
    assert_eq!(me["digest"], "never");
    assert!(family.next_morning().is_empty());
    assert!(family.next_morning().is_empty());
    bob.put("/me", json!({"digest": "daily"})).is_ok();
    family.world.app.mail_all();
    assert!(family.only().text().contains("Something"));
}

#[test]
fn of_what_concerns_them_only_that_comes() {
    let family = Family::new();
    family.subscribe(json!({"level": "mentions", "email": true}));
    let ann = family.ann();
    ann.share(family.space, "For everybody");
    assert!(family.next_morning().is_empty());
    ann.share(family.space, "For @bob");
    let text = family.only().text();
    assert!(
        text.contains("For @bob") && !text.contains("everybody"),
        "{text}"
    );
}

/// More comments of Ann's to her first share than are looked at, as rows.
const CHATTER: &str = "with recursive n (i) as (select 1001 union all select i + 1 from n where i < 2100)
    insert into comments (space_id, share_id, id, user_id, created_at, text) select 1, 1, i, 1, 0, 'Chatter' from n;
    insert into activity (space_id, seq, kind, object_id, share_id, author_id, created_at)
    select 1, (select max(seq) from activity) + id, 'comment', id, 1, 1, 0 from comments where id > 1000;
    update sqlite_sequence set seq = seq + 2100 where name = 'events';";

fn write(app: &TestApp, sql: &'static str) {
    let written = app.app.db.write(move |conn| Ok(conn.execute_batch(sql)?));
    app.wait(written).unwrap();
}

#[test]
fn what_concerns_them_comes_however_much_else_was_said_before() {
    let family = Family::new();
    family.subscribe(json!({"level": "mentions", "email": true}));
    let ann = family.ann();
    ann.share(family.space, "The first");
    write(&family.world.app, CHATTER);
    ann.share(family.space, "For @bob");
    let text = family.only().text();
    assert!(text.contains("For @bob"), "{text}");
    assert!(!text.contains("Chatter"), "{text}");
}

#[test]
fn what_is_new_comes_however_much_was_read_behind_the_mark() {
    let family = Family::new();
    let ann = family.ann();
    ann.share(family.space, "The first");
    write(&family.world.app, CHATTER);
    write(
        &family.world.app,
        "insert into opened_shares (member_id, share_id, seq) select m.id, 1, max(a.seq)
         from members m, activity a where m.user_id = 2 group by m.id",
    );
    ann.share(family.space, "The last");
    let text = family.only().text();
    assert!(text.contains("The last"), "{text}");
    assert!(!text.contains("Chatter"), "{text}");
}

#[test]
fn news_of_a_space_come_also_where_many_spaces_before_it_have_none() {
    let family = Family::new();
    let ann = family.ann();
    for number in 0..21 {
        let space = ann.space(&format!("Another {number}"));
        ann.invite(space, "bob");
        let path = format!("/spaces/{space}/notices");
        family
            .bob()
            .put(&path, json!({"level": "all", "email": true}))
            .is_ok();
    }
    ann.share(family.space, "Of the family");
    let text = family.only().text();
    assert!(text.contains("Of the family"), "{text}");
}

#[test]
fn once_a_week_it_comes_on_mondays() {
    let family = Family::new();
    family.bob().put("/me", json!({"digest": "weekly"})).is_ok();
    assert_eq!(family.bob().get("/me").is_ok()["digest"], "weekly");
    family.world.app.mail_all();
    let mut mondays = 0;
    for _ in 0..14 {
        family.ann().share(family.space, "Something");
        let sent = family.next_morning();
        let days = family
            .world
            .app
            .app
            .now()
            .seconds()
            .div_euclid(SECONDS_OF_DAY);
        // The first of January 1970 was a Thursday.
        let is_monday = (days + 3) % 7 == 0;
        assert_eq!(sent.len(), usize::from(is_monday));
        mondays += sent.len();
    }
    assert_eq!(mondays, 2);
}

#[test]
fn who_moves_gets_it_in_the_morning_of_where_they_are() {
    let family = Family::new();
    let ann = family.ann();
    ann.share(family.space, "Before they move");
    assert_eq!(family.next_morning().len(), 1);
    // Seven o'clock is three hours later there.
    let moved = json!({"time_zone": "Etc/GMT+3"});
    family.bob().put("/me", moved).is_ok();
    ann.share(family.space, "After it");
    family.world.app.notify_all();
    family.world.app.mail_all();
    let clock = &family.world.app.app.clock;
    clock.advance(2 * 60 * MINUTE);
    family.world.app.notify_all();
    assert!(family.world.sent().is_empty());
    clock.advance(60 * MINUTE);
    family.world.app.notify_all();
    assert_eq!(family.world.sent().len(), 1);
}

#[test]
fn it_comes_in_the_morning_of_the_first_device_that_says_where_it_is() {
    let family = Family::new();
    let bob = family.bob();
    bob.put("/me", json!({"time_zone": null})).is_ok();
    family.world.app.mail_all();
    let browser = Browser::at(String::from("https://push.example.org/bob"));
    let mut subscription = browser.subscription();
    // Seven o'clock is three hours later there.
    subscription["time_zone"] = json!("Etc/GMT+3");
    assert_eq!(bob.post("/push-subscriptions", subscription).status, 201);
    family.ann().share(family.space, "Hello");
    assert!(family.next_morning().is_empty());
    family.world.app.app.clock.advance(3 * 60 * MINUTE);
    assert_eq!(family.world.sent().len(), 1);
}

#[test]
fn one_click_ends_it_without_a_session_and_a_look_at_the_link_does_not() {
    let family = Family::new();
    let ann = family.ann();
    ann.share(family.space, "Something");
    let mail = family.only();
    let link = mail.header("List-Unsubscribe").unwrap();
    assert_eq!(
        mail.header("List-Unsubscribe-Post").unwrap(),
        "List-Unsubscribe=One-Click"
    );
    let link = link.strip_prefix("<https://spaces.example.org").unwrap();
    let link = link.strip_suffix('>').unwrap();
    assert!(mail.text().contains(link) && mail.html().contains(link));
    let anybody = family.world.app.anonymous();
    let page = anybody.get(link);
    assert!(
        page.text().contains("<form method=\"post\">"),
        "{}",
        page.text()
    );
    ann.share(family.space, "Something else");
    assert_eq!(family.next_morning().len(), 1);
    for forged in [
        format!("{link}A"),
        link.replace("/2-", "/1-"),
        String::from("/unsubscribe/x"),
    ] {
        anybody
            .post(&forged, json!({}))
            .is(403, "This link isn't valid");
        anybody.get(&forged).is(403, "This link isn't valid");
    }
    let live = Live::new(&family.world.app.app);
    let bob = family.bob();
    let mut of_bob = live.listen(bob.token(), "");
    // As a mail program sends it (RFC 8058).
    let one_click = family.world.app.client().post(link.to_owned());
    let one_click = one_click.header(rocket::http::ContentType::Form);
    let reply = anybody.send(one_click.body("List-Unsubscribe=One-Click"));
    assert_eq!(reply.status, 200);
    assert!(
        reply.text().contains("You get no more mails"),
        "{}",
        reply.text()
    );
    assert_eq!(of_bob.expect("notices.changed")["email"], false);
    ann.share(family.space, "And this");
    assert!(family.next_morning().is_empty());
    let path = format!("/spaces/{}/notices", family.space);
    assert_eq!(family.bob().get(&path).is_ok()["email"], false);
}

#[test]
fn much_that_is_new_is_counted_and_the_mail_stays_small() {
    let family = Family::new();
    let ann = family.ann();
    for number in 0..30 {
        ann.share(family.space, &format!("{number} {}", "long ".repeat(300)));
    }
    let mail = family.only();
    assert!(mail.text().contains("And 20 more"), "{}", mail.text());
    assert!(mail.html().len() < 20_000);
    assert!(family.next_morning().is_empty());
}

#[test]
fn an_address_that_refuses_mail_gets_no_more_until_it_is_confirmed_again() {
    let family = Family::new();
    family.ann().share(family.space, "Something");
    family
        .world
        .server
        .fail("RCPT", Fault::Says("550 No such user"));
    assert!(family.next_morning().is_empty());
    family.ann().share(family.space, "Something else");
    assert!(family.next_morning().is_empty());
}

#[test]
fn after_days_without_a_server_one_digest_comes_on_the_next_morning() {
    let family = Family::new();
    family.ann().share(family.space, "Something");
    family.world.app.app.clock.advance(DAY * 5);
    assert!(family.world.sent().is_empty());
    assert_eq!(family.next_morning().len(), 1);
    family.world.app.app.clock.set_back(DAY * 60);
    family
        .ann()
        .share(family.space, "After the clock was set right");
    family.world.app.mail_all();
    assert_eq!(family.next_morning().len(), 1);
}

#[test]
fn it_is_in_the_language_of_its_reader() {
    let family = Family::new();
    family.bob().put("/me", json!({"language": "de"})).is_ok();
    family.ann().share_photo(family.space, &pictures::png(4));
    family.world.app.move_photos();
    let mail = family.only();
    assert_eq!(mail.subject(), "Neu in Family");
    assert!(
        mail.text().contains("ann hat ein Foto geteilt"),
        "{}",
        mail.text()
    );
    assert!(mail.html().contains("Diese Mails abbestellen"));
}
