//! The addresses of users, and what mail says.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{MailServer, PASSWORD, Person, ReceivedMail, Reply, TestApp};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const NOT_VALID: &str = "This link isn't valid, or not any more";
const ON_ITS_WAY: &str =
    "If there is such an account, and it has an address, a link is on its way there";

/// A server that sends mail.
pub struct World {
    pub app: TestApp,
    pub server: MailServer,
}

impl World {
    pub fn new() -> Self {
        let server = MailServer::new();
        let app = TestApp::with(|config| {
            config.public_url = Some(String::from("https://spaces.example.org"));
            config.mail.host = Some(String::from("127.0.0.1"));
            config.mail.port = Some(server.port());
            config.mail.tls = shared_spaces::config::MailTls::None;
            config.mail.from = Some(String::from("Shared Spaces <spaces@example.org>"));
        });
        Self { app, server }
    }

    /// Sends what is due, and returns what the server has got.
    pub fn sent(&self) -> Vec<ReceivedMail> {
        self.app.mail_all();
        self.server.received()
    }

    /// The only mail that is due.
    #[track_caller]
    pub fn only(&self) -> ReceivedMail {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0)
    }

    /// A new user with an address that they have confirmed.
    pub fn reachable(&self, login: &str) -> Person<'_> {
        let person = self.app.person(login);
        set(&person, &format!("{login}@example.org")).is_ok();
        let link = path(&self.only(), "/email-confirmations/");
        assert_eq!(self.app.anonymous().post(&link, json!({})).status, 200);
        person
    }

    fn forget(&self, login: &str) -> Reply {
        let body = json!({"login": login});
        self.app.anonymous().post("/password-resets", body)
    }

    fn redeem(&self, token: &str) -> Reply {
        let body = json!({"token": token, "new-password": "better horse", "confirm-password": "better horse"});
        self.app.anonymous().post("/password-resets/redeem", body)
    }
}

fn set(person: &Person<'_>, address: &str) -> Reply {
    person.put("/me", json!({"email": address}))
}

/// The path of a link to this server.
fn path(mail: &ReceivedMail, with: &str) -> String {
    let link = mail.link(with);
    let path = link.strip_prefix("https://spaces.example.org").unwrap();
    path.to_owned()
}

fn token(mail: &ReceivedMail) -> String {
    let link = mail.link("/app/password-reset#");
    link.split_once('#').unwrap().1.to_owned()
}

/// What `GET /me` says of the address.
fn email(person: &Person<'_>) -> [Value; 3] {
    let me = person.get("/me").is_ok();
    ["email", "unconfirmed_email", "email_refused"].map(|key| me[key].clone())
}

#[test]
fn an_address_counts_once_it_was_confirmed_by_a_link_that_was_sent_there() {
    let world = World::new();
    let ann = world.app.person("ann");
    let me = set(&ann, " Ann@Example.org ").is_ok();
    assert_eq!(me["unconfirmed_email"], "Ann@Example.org");
    assert_eq!(
        email(&ann),
        [json!(null), json!("Ann@Example.org"), json!(null)]
    );
    let mail = world.only();
    assert_eq!(mail.to, "Ann@Example.org");
    assert_eq!(mail.subject(), "Confirm your address");
    assert!(
        mail.text().contains("“ann” at spaces.example.org"),
        "{}",
        mail.text()
    );
    assert_eq!(
        mail.header("From").unwrap(),
        "\"Shared Spaces\" <spaces@example.org>"
    );
    assert_eq!(mail.header("Auto-Submitted").unwrap(), "auto-generated");
    let link = path(&mail, "/email-confirmations/");
    assert!(mail.html().contains(&link), "{}", mail.html());
    // Looking at it changes nothing: programs look at links too.
    let anybody = world.app.anonymous();
    let page = anybody.get(&link);
    assert_eq!(
        page.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert!(
        page.text().contains("<form method=\"post\">"),
        "{}",
        page.text()
    );
    assert!(
        page.header("Content-Security-Policy")
            .unwrap()
            .contains("form-action 'self'")
    );
    assert_eq!(email(&ann)[0], json!(null));
    let german = anybody.get_with(&link, "Accept-Language", "de-AT,en");
    assert!(
        german.text().contains("Ist Ann@Example.org deine Adresse?"),
        "{}",
        german.text()
    );
    let confirmed = anybody.post(&link, json!({}));
    assert!(confirmed.text().contains("Ann@Example.org is confirmed."));
    assert_eq!(
        email(&ann),
        [json!("Ann@Example.org"), json!(null), json!(null)]
    );
    anybody.post(&link, json!({})).is(404, NOT_VALID);
    anybody.get(&link).is(404, NOT_VALID);
    // The same again needs no mail.
    set(&ann, "Ann@Example.org").is_ok();
    assert!(world.sent().is_empty());
    ann.put("/me", json!({"email": null})).is_ok();
    assert_eq!(email(&ann), [json!(null), json!(null), json!(null)]);
}

#[test]
fn a_link_ends_with_its_day_and_with_another_address() {
    let world = World::new();
    let ann = world.reachable("ann");
    set(&ann, "first@example.org").is_ok();
    let first = path(&world.only(), "/email-confirmations/");
    set(&ann, "second@example.org").is_ok();
    let second = path(&world.only(), "/email-confirmations/");
    let anybody = world.app.anonymous();
    anybody.post(&first, json!({})).is(404, NOT_VALID);
    // Until then, mail goes where it went.
    assert_eq!(
        email(&ann),
        [
            json!("ann@example.org"),
            json!("second@example.org"),
            json!(null)
        ]
    );
    world.app.app.clock.advance(DAY);
    anybody.post(&second, json!({})).is(404, NOT_VALID);
    assert_eq!(email(&ann)[0], json!("ann@example.org"));
}

#[test]
fn an_address_that_is_given_up_before_its_mail_was_sent_gets_none() {
    let world = World::new();
    let ann = world.app.person("ann");
    set(&ann, "stranger@example.org").is_ok();
    set(&ann, "ann@example.org").is_ok();
    assert_eq!(world.only().to, "ann@example.org");
    set(&ann, "stranger@example.org").is_ok();
    ann.put("/me", json!({"email": null})).is_ok();
    assert!(world.sent().is_empty());
    set(&ann, "stranger@example.org").is_ok();
    world.app.remove_account("ann");
    assert!(world.sent().is_empty());
}

#[test]
fn nobody_has_many_mails_sent_to_strangers() {
    let world = World::new();
    let refused = "Too many attempts, try again in 1440 minutes";
    let ann = world.app.person("ann");
    for number in 0..5 {
        set(&ann, &format!("stranger{number}@example.org")).is_ok();
    }
    set(&ann, "another@example.org").is(429, refused);
    // Nor do several people to one of them.
    for (number, login) in ["bob", "cid", "dan", "eve", "fay"].into_iter().enumerate() {
        let reply = set(&world.app.person(login), "Stranger@example.org");
        assert_eq!(reply.status, 200, "{number}");
    }
    set(&world.app.person("gus"), "stranger@Example.org").is(429, refused);
    // Nor one person with an account after another.
    for login in ["bob", "cid", "dan", "eve", "fay"] {
        world.app.remove_account(login);
    }
    let kept = "select count(*) from mails where address like '%stranger@%' and user_id > 1";
    assert_eq!(world.app.count(kept), 0);
    set(&world.app.person("hal"), "STRANGER@example.org").is(429, refused);
    world.app.app.clock.advance(DAY + MINUTE);
    world.app.mail_all();
    set(&ann, "another@example.org").is_ok();
    assert_eq!(
        world
            .app
            .count("select count(*) from counted_confirmations"),
        0
    );
}

#[test]
fn what_is_no_address_is_refused() {
    let world = World::new();
    let ann = world.app.person("ann");
    let refusal = "Email must be an address such as ann@example.org";
    for address in [
        "",
        "ann",
        "ann@example.org\r\nBcc: bob@example.org",
        "a@b.org, c@d.org",
    ] {
        set(&ann, address).is(400, refusal);
    }
    set(&ann, &format!("{}@example.org", "a".repeat(100_000))).is(400, refusal);
    ann.put("/me", json!({"email": 7}))
        .is(400, "Email must be text");
    assert!(world.sent().is_empty());
}

#[test]
fn an_address_is_shown_to_its_owner_alone() {
    let world = World::new();
    let ann = world.reachable("ann");
    let bob = world.app.person("bob");
    let space = ann.space("Family");
    ann.invite(space, "bob");
    let share = ann.share(space, "Hello @bob");
    ann.comment(share, "Well?");
    world.app.notify_all();
    for path in [
        format!("/spaces/{space}/members"),
        format!("/spaces/{space}/shares"),
        format!("/shares/{share}/comments"),
        String::from("/notices"),
        String::from("/me"),
    ] {
        let said = bob.get(&path);
        assert_eq!(said.status, 200);
        assert!(!said.text().contains("ann@example.org"), "{path}");
    }
}

#[test]
fn a_forgotten_password_is_replaced_by_a_link_to_the_confirmed_address() {
    let world = World::new();
    let ann = world.reachable("ann");
    for typed in ["ANN", "Ann@Example.org"] {
        world.forget(typed).is(200, ON_ITS_WAY);
        let mail = world.only();
        assert_eq!(mail.to, "ann@example.org");
        assert_eq!(mail.subject(), "Set a new password");
        assert!(mail.html().contains(&token(&mail)));
    }
    world.forget("ann").is(200, ON_ITS_WAY);
    let token = token(&world.only());
    world.redeem(&token).is(200, "Password changed");
    ann.get("/me").is(401, "You aren't authorized");
    world.app.anonymous().login("ann", "better horse").is_ok();
    world.redeem(&token).is(404, NOT_VALID);
}

#[test]
fn whether_there_is_such_an_account_is_not_said_and_others_get_no_mail() {
    let world = World::new();
    let bob = world.app.person("bob");
    set(&bob, "bob@example.org").is_ok();
    world.sent();
    for typed in [
        "bob",
        "bob@example.org",
        "nobody",
        "nobody@example.org",
        "",
        "\u{0}",
        &"x".repeat(100_000),
    ] {
        world.forget(typed).is(200, ON_ITS_WAY);
    }
    assert!(world.sent().is_empty());
    let anybody = world.app.anonymous();
    anybody
        .post("/password-resets", json!({}))
        .is(400, "Invalid payload: 'login'");
    anybody
        .post("/password-resets", json!({"login": null}))
        .is(400, "Login must be provided");
    assert_eq!(world.app.count("select count(*) from password_requests"), 0);
}

#[test]
fn a_link_ends_after_an_hour_and_with_the_old_password() {
    let world = World::new();
    let ann = world.reachable("ann");
    world.forget("ann").is(200, ON_ITS_WAY);
    let late = token(&world.only());
    world.app.app.clock.advance(HOUR);
    world.redeem(&late).is(404, NOT_VALID);
    world.forget("ann").is(200, ON_ITS_WAY);
    let other = token(&world.only());
    let change = json!({"old-password": PASSWORD, "new-password": "new horse", "confirm-password": "new horse"});
    ann.put("/change-password", change)
        .is(200, "Password changed");
    world.redeem(&other).is(404, NOT_VALID);
    // One that hasn't been sent in time isn't sent.
    world.forget("ann").is(200, ON_ITS_WAY);
    world.app.app.clock.advance(HOUR);
    assert!(world.sent().is_empty());
}

#[test]
fn a_new_password_also_ends_an_address_that_waits_to_be_confirmed() {
    let world = World::new();
    let ann = world.reachable("ann");
    // As somebody does who has found Ann's device open.
    let given = |person: &Person<'_>| {
        set(person, "thief@example.org").is_ok();
        path(&world.only(), "/email-confirmations/")
    };
    let link = given(&ann);
    let change = json!({"old-password": PASSWORD, "new-password": "new horse", "confirm-password": "new horse"});
    ann.put("/change-password", change)
        .is(200, "Password changed");
    let refused = |link: &str| {
        let confirmed = world.app.anonymous().post(link, json!({}));
        assert_eq!(confirmed.status, 404);
    };
    refused(&link);
    assert_eq!(email(&ann)[1], json!(null));
    let link = given(&ann);
    world.forget("ann").is(200, ON_ITS_WAY);
    world
        .redeem(&token(&world.only()))
        .is(200, "Password changed");
    refused(&link);
    let signed_in = world.app.anonymous().login("ann", "better horse").is_ok();
    let token = signed_in["access_token"].as_str().unwrap();
    let ann = world.app.anonymous().with_token(token);
    assert_eq!(
        email(&ann),
        [json!("ann@example.org"), json!(null), json!(null)]
    );
    // One that is still on its way isn't sent.
    set(&ann, "thief@example.org").is_ok();
    let bob = world.app.person("bob");
    world.app.set_operator("bob", true);
    bob.put("/operator/users/1", json!({"disabled": true}))
        .is_ok();
    assert!(world.sent().is_empty());
}

#[test]
fn a_link_for_a_new_password_ends_with_the_mailbox_that_it_was_sent_to() {
    let world = World::new();
    let ann = world.reachable("ann");
    world.forget("ann").is(200, ON_ITS_WAY);
    let of_old = token(&world.only());
    set(&ann, "new@example.org").is_ok();
    let link = path(&world.only(), "/email-confirmations/");
    assert_eq!(world.app.anonymous().post(&link, json!({})).status, 200);
    world.redeem(&of_old).is(404, NOT_VALID);
    world.forget("ann").is(200, ON_ITS_WAY);
    let of_new = token(&world.only());
    ann.put("/me", json!({"email": null})).is_ok();
    world.redeem(&of_new).is(404, NOT_VALID);
}

#[test]
fn no_link_from_before_a_restore_is_valid() {
    let world = World::new();
    let ann = world.reachable("ann");
    world.forget("ann").is(200, ON_ITS_WAY);
    let password = token(&world.only());
    set(&ann, "new@example.org").is_ok();
    let address = path(&world.only(), "/email-confirmations/");
    let space = ann.space("Family");
    let invitation = ann.post(&format!("/spaces/{space}/invitations"), json!({}));
    let url = invitation.json()["url"].as_str().unwrap().to_owned();
    world.app.prepare_restored();
    world.redeem(&password).is(404, NOT_VALID);
    assert_eq!(world.app.anonymous().post(&address, json!({})).status, 404);
    assert_eq!(email(&ann)[1], json!(null));
    let invitation = url.split_once('#').unwrap().1;
    let offered = world
        .app
        .anonymous()
        .post("/invitations/offer", json!({"token": invitation}));
    assert_eq!(offered.status, 404);
}

#[test]
fn at_most_three_mails_an_hour_go_to_somebody() {
    let world = World::new();
    world.reachable("ann");
    for _ in 0..10 {
        world.forget("ann").is(200, ON_ITS_WAY);
    }
    assert_eq!(world.sent().len(), 3);
    world.app.app.clock.advance(HOUR);
    world.forget("ann").is(200, ON_ITS_WAY);
    assert_eq!(world.sent().len(), 1);
    // From one address come only some.
    let replies = (0..40).map(|_| world.forget("ann").status);
    assert_eq!(replies.max(), Some(429));
}

#[test]
fn those_who_share_an_address_get_a_mail_each_and_a_disabled_account_gets_none() {
    let world = World::new();
    for login in ["ann", "bob", "cid"] {
        set(&world.app.person(login), "family@example.org").is_ok();
        let link = path(&world.only(), "/email-confirmations/");
        assert_eq!(world.app.anonymous().post(&link, json!({})).status, 200);
    }
    world.app.disable("cid");
    world.forget("Family@example.org").is(200, ON_ITS_WAY);
    let texts: Vec<String> = world.sent().iter().map(ReceivedMail::text).collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts[0].contains("“ann”") && texts[1].contains("“bob”"),
        "{texts:?}"
    );
}

#[test]
fn mail_is_in_the_language_of_its_reader_and_says_names_as_they_are() {
    let world = World::new();
    let ann = world.reachable("ann");
    ann.put("/me", json!({"language": "de", "name": "Ann <b>& Co</b>"}))
        .is_ok();
    world.forget("ann").is(200, ON_ITS_WAY);
    let mail = world.only();
    assert_eq!(mail.subject(), "Setze ein neues Passwort");
    assert!(
        mail.text().starts_with("Hallo Ann <b>& Co</b>,"),
        "{}",
        mail.text()
    );
    let html = mail.html();
    assert!(
        html.contains("Hallo Ann &lt;b&gt;&amp; Co&lt;/b&gt;,"),
        "{html}"
    );
    assert!(html.contains("<html lang=\"de\">"));
    // Nothing is loaded from anywhere.
    assert!(!html.contains("src=") && !html.contains("url("), "{html}");
}

#[test]
fn where_no_mail_is_sent_it_is_said() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let refusal = "This server sends no mail";
    set(&ann, "ann@example.org").is(404, refusal);
    let body = json!({"login": "ann"});
    app.anonymous()
        .post("/password-resets", body)
        .is(404, refusal);
    assert_eq!(app.anonymous().get("/server").is_ok()["sends_mail"], false);
    assert_eq!(ann.put("/me", json!({"email": null})).status, 200);
    let world = World::new();
    assert_eq!(
        world.app.anonymous().get("/server").is_ok()["sends_mail"],
        true
    );
}

#[test]
fn what_waited_before_a_restore_is_not_sent() {
    let world = World::new();
    let ann = world.reachable("ann");
    set(&ann, "new@example.org").is_ok();
    world.forget("ann").is(200, ON_ITS_WAY);
    world.app.prepare_restored();
    assert!(world.sent().is_empty());
}

#[test]
fn nothing_is_left_of_the_mail_of_somebody_who_deletes_their_account() {
    let world = World::new();
    let (ann, bob) = (world.app.person("ann"), world.reachable("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    bob.put(
        &format!("/spaces/{space}/notices"),
        json!({"level": "all", "email": true}),
    )
    .is_ok();
    bob.put("/me", json!({"digest": "daily"})).is_ok();
    set(&bob, "other@example.org").is_ok();
    let link = path(&world.only(), "/email-confirmations/");
    set(&bob, "third@example.org").is_ok();
    world.forget("bob").is(200, ON_ITS_WAY);
    let deleted = bob.delete_with("/me", json!({"password": PASSWORD}));
    assert_eq!(deleted.status, 204);
    // What he asked for before waits in vain.
    assert!(world.sent().is_empty());
    let rows = world.app.snapshot();
    for mine in ["@example.org", "password_requests: ", "mails: "] {
        assert!(!rows.iter().any(|row| row.contains(mine)), "{rows:?}");
    }
    let anybody = world.app.anonymous();
    anybody.post(&link, json!({})).is(404, NOT_VALID);
    world.forget("bob@example.org").is(200, ON_ITS_WAY);
    assert!(world.sent().is_empty());
}

#[test]
fn an_account_that_is_being_deleted_gets_no_more_mail() {
    let world = World::new();
    let bob = world.reachable("bob");
    set(&bob, "other@example.org").is_ok();
    // As where the process ends between two of the steps.
    let marked = world.app.app.db.write(|conn| {
        conn.execute("update users set deleted_at = 1 where login = 'bob'", [])?;
        Ok(())
    });
    world.app.wait(marked).unwrap();
    assert!(world.sent().is_empty());
}
