//! Families, thieves and crowds at the door.

use std::time::Duration;

use super::*;
use crate::domain::ids::Id;
use crate::domain::text::LoginKey;
use crate::error::{Error, Overload};

const HOME: &str = "192.0.2.1";
const AWAY: &str = "198.51.100.1";
const HOUR: Duration = Duration::from_secs(60 * 60);
const SECOND: Duration = Duration::from_secs(1);

struct Door {
    attempts: LoginThrottle,
    clock: Clock,
}

impl Door {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut RateLimits)) -> Self {
        let (mut limits, clock) = (RateLimits::default(), Clock::default());
        change(&mut limits);
        let attempts = LoginThrottle::new(&limits, &clock);
        Self { attempts, clock }
    }

    fn sign_in(&self, from: &str, login: &str) -> Result<Attempt> {
        self.attempts
            .sign_in(from.parse().unwrap(), &LoginKey::of(login), None)
    }

    /// Tries a wrong password; returns the time to wait if that is refused.
    fn mistype(&self, from: &str, login: &str) -> Option<Duration> {
        match self.sign_in(from, login) {
            Ok(attempt) => {
                attempt.consume();
                None
            }
            Err(Error::Overload(Overload::TooManyAttempts { wait })) => Some(wait),
            Err(other) => panic!("{other}"),
        }
    }

    /// How many wrong passwords are accepted for checking.
    fn guesses(&self, from: &str, login: &str) -> usize {
        (0..).find(|_| self.mistype(from, login).is_some()).unwrap()
    }
}

#[test]
fn ten_people_behind_one_address_sign_in_at_once_though_each_has_mistyped_thrice() {
    let door = Door::new();
    let login = |person: usize| format!("person {person}");
    let under_way: Vec<_> = (0..10)
        .map(|person| {
            for _ in 0..3 {
                assert_eq!(door.mistype(HOME, &login(person)), None);
            }
            door.sign_in(HOME, &login(person)).unwrap()
        })
        .collect();
    under_way.into_iter().for_each(Attempt::record_success);
}

#[test]
fn who_knows_their_password_is_never_kept_out_however_often_they_come() {
    let door = Door::new();
    for _ in 0..1000 {
        door.sign_in(HOME, "ann").unwrap().record_success();
    }
    assert_eq!(door.guesses(HOME, "ann"), 15);
}

#[test]
fn a_wrong_password_can_be_typed_ten_times_and_more_and_then_one_comes_back_every_two_minutes() {
    let door = Door::new();
    assert_eq!(door.guesses(HOME, "ann"), 15);
    let wait = door.mistype(HOME, "ann").unwrap();
    assert!(wait <= HOUR / 30 && wait > HOUR / 31, "{wait:?}");
    door.clock.advance(wait + SECOND);
    assert_eq!(door.guesses(HOME, "ann"), 1);
    door.clock.advance(HOUR);
    assert_eq!(door.guesses(HOME, "ann"), 15);
}

#[test]
fn attempts_under_way_count_so_that_many_at_once_are_no_more_than_one_after_the_other() {
    let door = Door::new();
    let under_way: Vec<_> = (0..15)
        .map(|_| door.sign_in(HOME, "ann").unwrap())
        .collect();
    assert!(door.sign_in(HOME, "ann").is_err());
    drop(under_way);
    assert_eq!(
        door.guesses(HOME, "ann"),
        15,
        "what was given up is given back"
    );
}

#[test]
fn a_login_is_the_same_however_it_is_written() {
    let door = Door::new();
    assert_eq!(door.guesses(HOME, "ann"), 15);
    assert_eq!(door.guesses(HOME, "ANN"), 0);
}

#[test]
fn one_address_tries_only_so_many_passwords_whosever_they_are() {
    let door = Door::new();
    let guesses: usize = (0..20)
        .map(|person| door.guesses(HOME, &format!("person {person}")))
        .sum();
    assert_eq!(guesses, 60);
    assert_eq!(door.guesses(AWAY, "person 19"), 15);
    door.clock.advance(HOUR / 120);
    assert_eq!(door.guesses(HOME, "somebody else"), 1);
}

#[test]
fn a_household_with_ipv6_is_one_address() {
    let door = Door::new();
    assert_eq!(door.guesses("2001:db8:0:7::1", "ann"), 15);
    assert_eq!(door.guesses("2001:db8:0:7:ffff::2", "ann"), 0);
    assert_eq!(door.guesses("2001:db8:0:8::1", "ann"), 15);
}

#[test]
fn who_guesses_from_one_address_keeps_the_owner_out_nowhere_else() {
    let door = Door::new();
    for _ in 0..24 {
        door.guesses(AWAY, "ann");
        door.sign_in(HOME, "ann").unwrap().record_success();
        door.clock.advance(HOUR);
    }
}

#[test]
fn who_guesses_from_many_addresses_is_stopped_and_the_owner_still_comes_in_where_they_are_known() {
    let door = Door::new();
    door.sign_in(HOME, "ann").unwrap().record_success();
    let guesses: usize = (0..200)
        .map(|host| door.guesses(&format!("198.51.100.{host}"), "ann"))
        .sum();
    assert_eq!(guesses, 60);
    door.sign_in(HOME, "ann").unwrap().record_success();
    // Elsewhere, for half a minute after the last guess.
    let wait = door.mistype("203.0.113.1", "ann").unwrap();
    assert!(wait <= HOUR / 120, "{wait:?}");
    door.clock.advance(wait + SECOND);
    door.sign_in("203.0.113.1", "ann").unwrap().record_success();
}

#[test]
fn a_login_that_nobody_has_is_limited_like_any_other() {
    let (theirs, nobodys) = (Door::new(), Door::new());
    theirs.sign_in(HOME, "ann").unwrap().record_success();
    for from in (1..10).map(|host| format!("198.51.100.{host}")) {
        assert_eq!(
            theirs.guesses(&from, "ann"),
            nobodys.guesses(&from, "nobody")
        );
    }
}

#[test]
fn a_stolen_session_guesses_the_password_no_faster_and_doesnt_keep_the_owner_from_changing_it() {
    let door = Door::new();
    let change = |session| {
        let from = HOME.parse().unwrap();
        door.attempts
            .change_password(from, SessionId::from_number(session))
    };
    (0..15).for_each(|_| change(1).unwrap().consume());
    assert!(change(1).is_err());
    change(2).unwrap().record_success();
    door.sign_in(HOME, "ann").unwrap().record_success();
}

#[test]
fn every_new_account_counts_for_the_address() {
    let door = Door::new();
    let register = |from: &str, number: usize| {
        let login = format!("person {number}");
        let attempt = door
            .attempts
            .register(from.parse().unwrap(), &LoginKey::of(&login));
        attempt.map(Attempt::consume)
    };
    let made = (0..).find(|number| register(HOME, *number).is_err());
    assert_eq!(made, Some(30));
    register(AWAY, 31).unwrap();
    door.clock.advance(HOUR);
    let made = (100..).find(|number| register(HOME, *number).is_err());
    assert_eq!(made, Some(130));
}

#[test]
fn nothing_is_limited_where_the_setting_says_so() {
    let door = Door::with(|limits| limits.enabled = false);
    for _ in 0..1000 {
        assert_eq!(door.mistype(HOME, "ann"), None);
    }
}

#[test]
fn however_many_come_little_is_remembered_and_most_of_those_who_are_stopped_stay_so() {
    let door = Door::with(|limits| limits.account_burst = 2);
    for person in 0..1000 {
        door.guesses("2001:db8::1", &format!("person {person}"));
    }
    let counted = door.attempts.counted.as_ref().unwrap();
    for number in 1..200_000_u32 {
        let from = IpAddr::from([
            0x2001,
            0xdb8,
            (number >> 16) as u16,
            number as u16,
            0,
            0,
            0,
            1,
        ]);
        let attempt = door
            .attempts
            .sign_in(from, &LoginKey::of(&format!("login {number}")), None);
        attempt.unwrap().consume();
    }
    for limiter in [
        &counted.passwords_from_address,
        &counted.passwords_for_account,
        &counted.passwords_from_strangers,
    ] {
        assert!(limiter.len() <= 50_000, "{}", limiter.len());
    }
    assert!(door.mistype("2001:db8::1", "person 0").is_some());
}

#[test]
fn a_known_browser_has_attempts_of_its_own_for_its_login_and_no_more_than_an_address() {
    let door = Door::new();
    let (browser, other) = (BrowserId::random().unwrap(), BrowserId::random().unwrap());
    let login = LoginKey::of("ann");
    let guess = |browser| {
        let attempt = door
            .attempts
            .sign_in(HOME.parse().unwrap(), &login, Some(browser));
        attempt.map(Attempt::consume).is_ok()
    };
    // At the same address, and everywhere.
    for number in 0..5 {
        door.guesses(&format!("203.0.113.{number}"), "ann");
        door.guesses(HOME, &format!("person {number}"));
    }
    assert_eq!(door.guesses(HOME, "ann"), 0);
    assert_eq!((0..100).filter(|_| guess(browser)).count(), 15);
    assert_eq!((0..100).filter(|_| guess(other)).count(), 15);
    door.clock.advance(HOUR / 30);
    assert!(guess(browser) && !guess(browser));
}
