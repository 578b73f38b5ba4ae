//! Mail servers that refuse, are slow, or break off.

use std::time::{Duration, Instant};

use lettre::message::Message;
use serde_json::json;
use shared_spaces::config::{Config, MailTls};
use shared_spaces::domain::mailing;
use shared_spaces::mail::smtp::{Mailer, Sent};

use crate::mail::World;
use crate::support::{Fault, MailServer, TIMEOUT, TestApp};

const MINUTE: Duration = Duration::from_secs(60);
/// What a server gets here instead of a minute.
const SHORT: Duration = Duration::from_millis(300);

fn mailer(server: &MailServer) -> Mailer {
    let mut config = Config::default();
    config.mail.host = Some(String::from("127.0.0.1"));
    config.mail.port = Some(server.port());
    config.mail.tls = MailTls::None;
    config.mail.from = Some(String::from("spaces@example.org"));
    Mailer::new(&config).unwrap().unwrap().within(SHORT)
}

fn mail() -> Message {
    Message::builder()
        .from("spaces@example.org".parse().unwrap())
        .to("ann@example.org".parse().unwrap())
        .body(String::from("Hello"))
        .unwrap()
}

#[test]
fn what_a_server_says_decides_what_becomes_of_a_mail() {
    let app = TestApp::new();
    let (server, send) = (MailServer::new(), |server: &MailServer| {
        let mailer = mailer(server);
        app.wait(async { mailer.send(&mail()).await })
    });
    assert_eq!(send(&server), Sent::Accepted);
    assert_eq!(server.received().len(), 1);
    for (at, line) in [
        ("RCPT", "550 5.1.1 No such user"),
        (".", "554 Spam"),
        ("MAIL", "501 What?"),
    ] {
        server.fail(at, Fault::Says(line));
        assert!(matches!(send(&server), Sent::Refused(reason) if reason.contains(&line[4..])));
    }
    for (at, line) in [("RCPT", "450 Come again"), (".", "451 Come again")] {
        server.fail(at, Fault::Says(line));
        assert!(matches!(send(&server), Sent::Later(reason) if reason.contains("Come again")));
    }
    for (at, line) in [
        ("CONNECT", "554 Not you"),
        ("CONNECT", "421 Too many"),
        ("EHLO", "421 Too many"),
        ("MAIL", "530 Sign in first"),
    ] {
        server.fail(at, Fault::Says(line));
        assert!(matches!(send(&server), Sent::Unreachable(_)), "{line}");
    }
    // It refuses whatever comes from us: that isn't about who should have read this.
    for at in ["MAIL", "RCPT"] {
        server.fail(at, Fault::Says("550 Bad sender"));
        server.fail("MAIL", Fault::Says("550 Bad sender"));
        assert!(
            matches!(send(&server), Sent::Unreachable(reason) if reason.contains("Bad sender"))
        );
    }
    for at in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"] {
        server.fail(at, Fault::Closes);
        assert!(matches!(send(&server), Sent::Unreachable(_)), "{at}");
    }
    assert!(server.received().is_empty());
}

#[test]
fn a_server_that_takes_no_mail_from_us_does_not_pass_the_check() {
    let app = TestApp::new();
    let server = MailServer::new();
    let check = || app.wait(async { mailer(&server).check().await });
    check().unwrap();
    server.fail("MAIL", Fault::Says("550 Bad sender"));
    let refused = check().unwrap_err().to_string();
    assert!(refused.contains("Bad sender"), "{refused}");
    assert!(server.received().is_empty());
}

#[test]
fn a_server_that_hangs_or_never_ends_costs_bounded_time_and_memory() {
    let app = TestApp::new();
    let server = MailServer::new();
    for at in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."] {
        for fault in [
            Fault::Hangs,
            Fault::SaysForever("250-more\r\n"),
            Fault::SaysForever("250 without an end "),
        ] {
            server.fail(at, fault);
            let (begun, mailer) = (Instant::now(), mailer(&server));
            let sent = app.wait(async { mailer.send(&mail()).await });
            assert_ne!(sent, Sent::Accepted, "{at}");
            assert!(begun.elapsed() < TIMEOUT, "{at}: {:?}", begun.elapsed());
        }
    }
}

#[test]
fn a_server_that_is_not_there_or_hangs_holds_up_no_request() {
    let world = World::new();
    world.server.fail("CONNECT", Fault::Hangs);
    let ann = world.app.person("ann");
    let begun = Instant::now();
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    let body = json!({"login": "ann"});
    assert_eq!(
        world.app.anonymous().post("/password-resets", body).status,
        200
    );
    assert!(begun.elapsed() < TIMEOUT);
}

#[test]
fn a_mail_that_is_put_off_is_sent_again_and_one_that_was_confirmed_is_not() {
    let world = World::new();
    let ann = world.app.person("ann");
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    for minutes in [1, 2, 4] {
        world.server.fail("RCPT", Fault::Says("450 Come again"));
        assert!(world.sent().is_empty());
        let due = world.app.count("select min(due_at) from mails");
        let pause = Duration::from_millis((due - world.app.app.now().0).try_into().unwrap());
        assert_eq!(pause.as_secs().div_ceil(60), minutes);
        world.app.app.clock.advance(pause);
    }
    assert_eq!(world.sent().len(), 1);
    world.app.app.clock.advance(MINUTE * 600);
    assert!(world.sent().is_empty());
}

#[test]
fn a_mail_whose_confirmation_was_lost_is_the_same_when_it_is_sent_again_and_both_links_work() {
    let world = World::new();
    let ann = world.app.person("ann");
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    world.server.fail(".", Fault::Closes);
    let first = world.only();
    world.app.app.clock.advance(MINUTE * 2);
    let second = world.only();
    assert_eq!(first.id(), second.id());
    let links = [&first, &second].map(|mail| mail.link("/email-confirmations/"));
    let path = links[0].strip_prefix("https://spaces.example.org").unwrap();
    assert_eq!(world.app.anonymous().post(path, json!({})).status, 200);
}

#[test]
fn an_address_that_a_server_refuses_is_told_to_its_owner() {
    let world = World::new();
    let ann = world.app.person("ann");
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    world
        .server
        .fail("RCPT", Fault::Says("550 No such user here"));
    assert!(world.sent().is_empty());
    let me = ann.get("/me").is_ok();
    let refused = me["email_refused"].as_str().unwrap();
    assert!(refused.contains("No such user here"), "{refused}");
    world.app.app.clock.advance(MINUTE * 600);
    assert!(world.sent().is_empty());
}

#[test]
fn a_mailbox_that_has_refused_a_mail_is_tried_again_when_its_address_is_given_again() {
    let world = World::new();
    let ann = world.reachable("ann");
    let refused = || ann.get("/me").is_ok()["email_refused"].clone();
    world
        .server
        .fail("RCPT", Fault::Says("552 The mailbox is full"));
    let forgotten = json!({"login": "ann"});
    world.app.anonymous().post("/password-resets", forgotten);
    assert!(world.sent().is_empty());
    assert!(refused().is_string());
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    let mail = world.only();
    assert_eq!(mail.subject(), "Confirm your address");
    assert!(refused().is_null());
    // Once it takes mail, there is nothing to confirm.
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    assert!(world.sent().is_empty());
}

#[test]
fn a_mail_that_was_under_way_when_the_process_ended_is_sent_again() {
    let world = World::new();
    let ann = world.app.person("ann");
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    // As the job takes it.
    let claimed = world.app.claim_mail();
    assert!(claimed.is_some());
    assert!(world.sent().is_empty());
    world.app.app.clock.advance(MINUTE * 3);
    assert_eq!(world.sent().len(), 1);
}

#[test]
fn what_was_cancelled_or_is_no_news_any_more_is_not_sent_although_it_was_taken() {
    let world = World::new();
    let ann = world.app.person("ann");
    ann.put("/me", json!({"email": "ann@example.org"})).is_ok();
    let claimed = world.app.claim_mail().unwrap();
    ann.put("/me", json!({"email": null})).is_ok();
    let looked_up = world
        .app
        .app
        .db
        .write(move |conn| Ok(mailing::look_up(conn, claimed)?));
    assert!(world.app.wait(looked_up).unwrap().is_none());
    world.app.app.clock.advance(MINUTE * 600);
    assert!(world.sent().is_empty());
}
