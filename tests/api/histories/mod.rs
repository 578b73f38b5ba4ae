//! Histories that nobody has thought of: four users do one thing after the other in a few spaces, and after each of some of them,
//! everybody is shown what plain lists say ([`model`]). What fails is made as short as it can be.

mod model;
mod step;

use std::env;
use std::iter::once;

use model::{Cause, LOGINS, Model, Reactions, User};
use proptest::bool::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};
use serde_json::{Value, json};
use step::{Made, Step, USUAL, What};

use crate::support::{Person, TestApp};

/// How many histories there are, unless `PROPTEST_CASES` says otherwise; then they are new ones each time.
const HISTORIES: u32 = 24;
const LONGEST: usize = 80;
/// After how many steps everybody looks.
const LOOK: usize = 8;

fn settings() -> Config {
    let is_asked = env::var_os("PROPTEST_CASES").is_some();
    let settings = Config {
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    match is_asked {
        true => settings,
        false => Config {
            cases: HISTORIES,
            rng_seed: RngSeed::Fixed(1),
            ..settings
        },
    }
}

fn step() -> impl Strategy<Value = Step> {
    let users = 0..LOGINS.len();
    (
        select(USUAL),
        users.clone(),
        0..6_usize,
        users,
        0..6_usize,
        weighted(0.15),
    )
        .prop_map(|(what, by, to, whom, choice, is_wild)| Step {
            what,
            by,
            to,
            whom,
            choice,
            is_wild,
        })
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn whatever_users_do_everybody_is_shown_what_the_rules_say(
        steps in proptest::collection::vec(step(), 1..LONGEST)
    ) {
        tell(&steps);
    }
}

/// A space of the first user, with all others.
fn beginning() -> impl Iterator<Item = Step> {
    let first = Step {
        what: What::NewSpace,
        by: 0,
        to: 0,
        whom: 0,
        choice: 0,
        is_wild: false,
    };
    let add = move |whom| Step {
        what: What::AddMember,
        whom,
        ..first
    };
    once(first).chain((1..LOGINS.len()).map(add))
}

fn tell(steps: &[Step]) {
    let app = TestApp::new();
    let people = LOGINS.map(|login| app.person(login));
    let (mut model, mut made) = (Model::default(), Made::default());
    for step in beginning() {
        step.run(0, &people, &mut model, &mut made);
    }
    for (number, step) in steps.iter().enumerate() {
        step.run(number, &people, &mut model, &mut made);
        app.notify_all();
        if number % LOOK == LOOK - 1 || number + 1 == steps.len() {
            for (user, person) in people.iter().enumerate() {
                look(user, person, &model);
            }
        }
    }
}

/// Compares what a user is shown with what the model says.
fn look(user: User, person: &Person<'_>, model: &Model) {
    let login = LOGINS[user];
    let mut spaces = Vec::new();
    for space in &model.spaces {
        let path = format!("/spaces/{}", space.id);
        let Some(member) = space.member(user) else {
            assert_eq!(person.get(&format!("{path}/shares")).status, 403);
            continue;
        };
        spaces.push(json!([space.id, member.is_admin, space.unread(member)]));
        let shown = person.get(&format!("{path}/shares")).is_ok();
        let shares: Vec<_> = space.shares.iter().rev().collect();
        let expected = shares.iter().map(|share| {
            let latest = share.comments.len().saturating_sub(2);
            let latest: Vec<_> = share.comments[latest..].iter().map(|one| one.id).collect();
            json!([
                share.id,
                LOGINS[share.author],
                share.text,
                share.comments.len(),
                latest,
                reactions(&share.reactions, user)
            ])
        });
        let row = |row: &Value| {
            let latest = row["comments"]["latest"].as_array().unwrap().iter();
            let latest: Vec<_> = latest.map(|one| &one["id"]).collect();
            json!([
                row["id"],
                row["user"]["login"],
                row["text"],
                row["comments"]["count"],
                latest,
                shown_reactions(row)
            ])
        };
        assert_eq!(
            rows(&shown, row),
            json!(expected.collect::<Vec<_>>()),
            "{login}"
        );
        let pinned = &person.get(&path).is_ok()["pinned"];
        assert_eq!(
            rows(pinned, |row| row["id"].clone()),
            json!(space.pins),
            "{login}"
        );
        for share in shares {
            let shown = person
                .get(&format!("/shares/{}/comments", share.id))
                .is_ok();
            let expected = share.comments.iter().map(|one| {
                json!([
                    one.id,
                    LOGINS[one.author],
                    one.text,
                    reactions(&one.reactions, user)
                ])
            });
            let row = |row: &Value| {
                json!([
                    row["id"],
                    row["user"]["login"],
                    row["text"],
                    shown_reactions(row)
                ])
            };
            assert_eq!(
                rows(&shown, row),
                json!(expected.collect::<Vec<_>>()),
                "{login}"
            );
        }
    }
    let shown = person.get("/spaces").is_ok();
    let row = |row: &Value| json!([row["space"]["id"], row["is_admin"], row["unread"]]);
    assert_eq!(rows(&shown, row), json!(spaces), "{login}");
    look_at_inbox(user, person, model);
}

fn look_at_inbox(user: User, person: &Person<'_>, model: &Model) {
    let own = || model.notices.iter().rev().filter(|one| one.reader == user);
    let expected = own().map(|notice| {
        let (share, comment) = match notice.cause {
            Cause::Share(share) => (json!(share), Value::Null),
            Cause::Comment(comment) => {
                let mut shares = model.spaces.iter().flat_map(|space| &space.shares);
                let share = shares.find(|one| one.comments.iter().any(|said| said.id == comment));
                (json!(share.map(|share| share.id)), json!(comment))
            }
            Cause::Join(_) => (Value::Null, Value::Null),
        };
        json!([notice.space, notice.kind, share, comment, notice.is_read])
    });
    let row = |row: &Value| {
        json!([
            row["space"]["id"],
            row["kind"],
            row["share_id"],
            row["comment_id"],
            row["is_read"]
        ])
    };
    let shown = person.get("/notices").is_ok();
    assert_eq!(
        rows(&shown, row),
        json!(expected.collect::<Vec<_>>()),
        "{}",
        LOGINS[user]
    );
    let unread = own().filter(|notice| !notice.is_read).count();
    assert_eq!(person.get("/me").is_ok()["unread_notices"], unread);
}

fn rows(list: &Value, row: impl Fn(&Value) -> Value) -> Value {
    list.as_array().unwrap().iter().map(row).collect()
}

fn reactions(to: &Reactions, reader: User) -> Value {
    let rows = to.0.iter();
    rows.map(|(emoji, users)| json!([emoji, users.len(), users.contains(&reader)]))
        .collect()
}

fn shown_reactions(object: &Value) -> Value {
    rows(&object["reactions"], |row| {
        json!([row["emoji"], row["count"], row["mine"]])
    })
}
