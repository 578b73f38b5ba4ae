//! When push messages are sent, and when not again.

use std::time::Duration;

use shared_spaces::jobs::runner::Job;
use tokio_util::sync::CancellationToken;

use crate::push::{World, subscribe};
use crate::support::Browser;

const MINUTE: Duration = Duration::from_secs(60);

/// Subscribes this many browsers of Bob's.
fn many_browsers(world: &World, count: usize) {
    for number in 1..count {
        let browser = Browser::at(format!("{}/bob/{number}", world.service.origin()));
        subscribe(&world.bob(), &browser);
    }
}

#[test]
fn a_service_that_asks_for_no_pause_gets_one_all_the_same() {
    let world = World::new();
    world.ann().share(world.space, "Hello");
    for _ in 0..2 {
        world
            .service
            .answer("503 Service Unavailable\r\nRetry-After: 0");
    }
    assert_eq!(world.after(MINUTE).len(), 1);
    assert!(world.after(Duration::from_secs(50)).is_empty());
    assert_eq!(world.after(Duration::from_secs(20)).len(), 1);
    assert!(world.after(Duration::from_secs(110)).is_empty());
    assert_eq!(world.after(Duration::from_secs(20)).len(), 1);
}

#[test]
fn what_has_waited_for_more_than_a_day_is_no_news() {
    let world = World::new();
    world.ann().share(world.space, "Hello");
    world.app.notify_all();
    // A copy of another server, which sends its own.
    world.app.app.clock.advance(25 * 60 * MINUTE);
    world.app.push_all();
    assert!(world.service.received().is_empty());
    world.ann().share(world.space, "Hello again");
    assert_eq!(world.read_after(2 * MINUTE), ["ann: Hello again"]);
}

#[test]
fn who_is_removed_while_messages_are_sent_gets_none_of_those_that_wait() {
    let world = World::new();
    many_browsers(&world, 9);
    world.ann().share(world.space, "For all of us");
    let database = world.app.database();
    world.service.before_answer(move || {
        let removed = database.execute("delete from members where user_id = 2", ());
        assert_eq!(removed.unwrap(), 1);
    });
    let sent = world.after(MINUTE).len();
    assert!((1..=4).contains(&sent), "{sent} were sent");
    assert!(world.after(60 * MINUTE).is_empty());
}

#[test]
fn a_device_whose_session_has_expired_gets_none() {
    let world = World::new();
    let ann = world.ann();
    let lifetime = world.app.app.config.sessions.lifetime;
    world.app.app.clock.advance(lifetime / 2);
    ann.get("/me").is_ok();
    world.app.app.clock.advance(lifetime / 2 + MINUTE);
    ann.share(world.space, "Hello");
    assert!(world.after(MINUTE).is_empty());
    assert_eq!(world.app.count("select count(*) from sessions"), 1);
}

#[test]
fn what_a_service_has_taken_is_not_sent_again_because_another_could_not_be_recorded() {
    let world = World::new();
    many_browsers(&world, 5);
    world.ann().share(world.space, "For all of us");
    let database = world.app.database();
    let refuse = "create trigger refuse before delete on push_deliveries when old.id < 5
        begin select raise(abort, 'no'); end";
    database.execute_batch(refuse).unwrap();
    world.app.notify_all();
    world.app.app.clock.advance(MINUTE);
    let mut pushes = world.app.app.pushes();
    let failed = world.app.wait(pushes.step(&CancellationToken::new()));
    assert!(failed.is_err());
    assert_eq!(world.service.received().len(), 5);
    database.execute_batch("drop trigger refuse").unwrap();
    assert_eq!(world.after(2 * MINUTE).len(), 4);
}
