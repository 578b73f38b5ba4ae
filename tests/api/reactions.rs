//! Reactions: one emoji each, to shares and to comments.

use rocket::http::Accept;
use serde_json::{Value, json};

use crate::races::{act, race};
use crate::support::{Person, Reply, TestApp};

/// A space of Ann's with Bob and Dan in it, a share of Bob's and a comment of Dan's, each with the id 1. Cid is outside.
fn family(app: &TestApp) -> [Person<'_>; 4] {
    let people = ["ann", "bob", "cid", "dan"].map(|login| app.person(login));
    let [ann, bob, _, dan] = &people;
    ann.space("Family");
    ann.invite(1, "bob");
    ann.invite(1, "dan");
    bob.share(1, "The garden at noon");
    dan.comment(1, "What a sight!");
    people
}

const NOT_MEMBER: &str = "Can't access this space - not a member";
/// Both that one can react to, with what is said where there is none.
const BOTH: [(&str, &str); 2] = [
    ("/shares/1", "No such share"),
    ("/comments/1", "No such comment"),
];

/// The path of a reaction, with the emoji as a browser encodes it.
fn with(object: &str, emoji: &str) -> String {
    let encoded: String = emoji.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{object}/reactions/{encoded}")
}

fn react(person: &Person<'_>, object: &str, emoji: &str) -> Reply {
    person.put_nothing(&with(object, emoji))
}

#[track_caller]
fn done(reply: &Reply) {
    assert_eq!((reply.status, reply.text().as_str()), (204, ""));
}

/// What is shown under an object: each emoji, how often, and whether it is the reader's.
fn shown(object: &Value) -> Vec<(String, i64, bool)> {
    let reactions = object["reactions"].as_array().unwrap().iter();
    let one = |row: &Value| {
        let emoji = row["emoji"].as_str().unwrap().to_owned();
        (
            emoji,
            row["count"].as_i64().unwrap(),
            row["mine"].as_bool().unwrap(),
        )
    };
    reactions.map(one).collect()
}

fn row(emoji: &str, count: i64, mine: bool) -> (String, i64, bool) {
    (emoji.to_owned(), count, mine)
}

#[test]
fn members_react_and_everybody_sees_with_what_in_the_order_of_first_use() {
    for (object, _) in BOTH {
        let app = TestApp::new();
        let [ann, bob, _, dan] = family(&app);
        for (person, emoji) in [
            (&bob, "😂"),
            (&ann, "❤\u{fe0f}"),
            (&dan, "❤\u{fe0f}"),
            (&dan, "🇩🇪"),
        ] {
            done(&react(person, object, emoji));
        }
        let all = |mine: [bool; 3]| {
            vec![
                row("😂", 1, mine[0]),
                row("❤\u{fe0f}", 2, mine[1]),
                row("🇩🇪", 1, mine[2]),
            ]
        };
        for (person, mine) in [
            (&ann, [false, true, false]),
            (&bob, [true, false, false]),
            (&dan, [false, true, true]),
        ] {
            assert_eq!(shown(&person.get(object).is_ok()), all(mine));
            let share = &person.get("/spaces/1/shares").is_ok()[0];
            let comment = &person.get("/shares/1/comments").is_ok()[0];
            assert_eq!(share["comments"]["latest"][0], *comment);
            let (to, other) = if object == "/shares/1" {
                (share, comment)
            } else {
                (comment, share)
            };
            assert_eq!(shown(to), all(mine));
            assert_eq!(shown(other), []);
        }
        // What was used first keeps its place as long as anybody uses it.
        done(&ann.delete(&with(object, "❤\u{fe0f}")));
        done(&bob.delete(&with(object, "😂")));
        done(&bob.delete(&with(object, "😂")));
        done(&ann.put_nothing(&with(object, "😂")));
        let expected = [
            row("❤\u{fe0f}", 1, false),
            row("🇩🇪", 1, false),
            row("😂", 1, true),
        ];
        assert_eq!(shown(&ann.get(object).is_ok()), expected);
    }
}

#[test]
fn reacting_again_changes_nothing() {
    let app = TestApp::new();
    let [ann, ..] = family(&app);
    done(&react(&ann, "/shares/1", "👍"));
    let before = app.snapshot();
    done(&react(&ann, "/shares/1", "👍"));
    assert_eq!(app.snapshot(), before);
    done(&ann.delete(&with("/shares/1", "👍")));
    let before = app.snapshot();
    done(&ann.delete(&with("/shares/1", "👍")));
    assert_eq!(app.snapshot(), before);
}

#[test]
fn an_emoji_is_the_same_however_it_is_qualified() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    done(&react(&ann, "/shares/1", "❤"));
    done(&react(&bob, "/shares/1", "❤\u{fe0f}"));
    assert_eq!(
        shown(&ann.get("/shares/1").is_ok()),
        [row("❤\u{fe0f}", 2, true)]
    );
    done(&bob.delete(&with("/shares/1", "❤")));
    assert_eq!(
        shown(&ann.get("/shares/1").is_ok()),
        [row("❤\u{fe0f}", 1, true)]
    );
}

#[test]
fn skin_tones_are_kept_and_counted_together() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    let (light, dark) = ("👍\u{1f3fb}", "👍\u{1f3ff}");
    done(&react(&ann, "/shares/1", light));
    done(&react(&bob, "/shares/1", "👍"));
    assert_eq!(shown(&ann.get("/shares/1").is_ok()), [row("👍", 2, true)]);
    done(&react(&ann, "/shares/1", dark));
    let who = ann.get("/shares/1/reactions").is_ok();
    let tones: Vec<_> = who
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["emoji"].clone())
        .collect();
    assert_eq!(tones, [dark, "👍"]);
    done(&ann.delete(&with("/shares/1", "👍")));
    assert_eq!(shown(&bob.get("/shares/1").is_ok()), [row("👍", 1, true)]);
}

#[test]
fn reactions_are_listed_in_pages_with_their_authors() {
    for (object, _) in BOTH {
        let app = TestApp::new();
        let [ann, bob, cid, dan] = family(&app);
        for (person, emoji) in [(&ann, "😂"), (&bob, "😂"), (&dan, "👍"), (&ann, "👍")] {
            done(&react(person, object, emoji));
        }
        let path = format!("{object}/reactions");
        let whole = dan.get(&path).is_ok();
        let rows = whole.as_array().unwrap();
        let who: Vec<_> = rows
            .iter()
            .map(|row| (&row["emoji"], &row["user"]["login"]))
            .collect();
        let expected = [("👍", "ann"), ("👍", "dan"), ("😂", "ann"), ("😂", "bob")];
        let expected = expected.map(|(emoji, login)| (json!(emoji), json!(login)));
        let expected: Vec<_> = expected
            .iter()
            .map(|(emoji, login)| (emoji, login))
            .collect();
        assert_eq!(who, expected);
        assert!(rows[0]["created_at"].as_str().unwrap().ends_with('Z'));
        let mut next = Some(format!("{path}?limit=3"));
        let mut paged = Vec::new();
        while let Some(path) = next {
            let page = dan.get(&path);
            paged.extend(page.is_ok().as_array().unwrap().clone());
            next = page.next();
        }
        assert_eq!(paged, *rows);
        cid.get(&path).is(403, NOT_MEMBER);
        let foreign = ann.get("/spaces/1/shares?limit=1&cursor=Nw").is_ok();
        assert_eq!(foreign.as_array().unwrap().len(), 1);
        ann.get(&format!("{path}?cursor=Nw"))
            .is(400, "Cursor must come from a Link header of this list");
    }
}

#[test]
fn whatever_is_no_emoji_is_refused_before_the_rest_is_looked_at() {
    let app = TestApp::new();
    let [ann, _, cid, _] = family(&app);
    let before = app.snapshot();
    let long = "👍".repeat(400);
    for text in [
        "a",
        "1",
        "👍👍",
        "❤\u{fe0e}",
        " ",
        ":heart:",
        "🇩",
        long.as_str(),
    ] {
        for (object, _) in BOTH {
            for person in [&ann, &cid] {
                for object in [object, &object.replace('1', "9")] {
                    react(person, object, text).is(400, "A reaction must be one emoji");
                    person
                        .delete(&with(object, text))
                        .is(400, "A reaction must be one emoji");
                }
            }
        }
    }
    // Bytes that are no UTF-8.
    ann.put_nothing("/shares/1/reactions/%F0%9F%91")
        .is(400, "A reaction must be one emoji");
    app.anonymous()
        .put_nothing("/shares/1/reactions/a")
        .is(401, "You aren't authorized");
    let request = app
        .client()
        .put("/shares/1/reactions/a")
        .header(Accept::JSON);
    assert_eq!(ann.send(request).json()["code"], "not_an_emoji");
    assert_eq!(app.snapshot(), before);
}

#[test]
fn only_members_react_and_only_to_what_is_there() {
    let app = TestApp::new();
    let [ann, _, cid, _] = family(&app);
    let before = app.snapshot();
    for (object, missing) in BOTH {
        react(&cid, object, "👍").is(403, NOT_MEMBER);
        cid.delete(&with(object, "👍")).is(403, NOT_MEMBER);
        for id in ["0", "9", "x", "9223372036854775807", "9223372036854775808"] {
            let object = object.replace('1', id);
            react(&ann, &object, "👍").is(404, missing);
            ann.delete(&with(&object, "👍")).is(404, missing);
            ann.get(&format!("{object}/reactions")).is(404, missing);
        }
    }
    assert_eq!(app.snapshot(), before);
}

/// Different emoji, with or without a face.
const MANY: [&str; 21] = [
    "😀", "😃", "😄", "😁", "😆", "😅", "🤣", "😂", "🙂", "🙃", "🐶", "🐱", "🐭", "🐹", "🐰", "🦊",
    "🐻", "🐼", "🐨", "🐯", "🦁",
];

#[test]
fn different_emoji_are_limited_and_nobody_uses_up_all() {
    for (object, _) in BOTH {
        let app = TestApp::new();
        let [ann, bob, _, dan] = family(&app);
        for emoji in &MANY[..10] {
            done(&react(&ann, object, emoji));
        }
        let before = app.snapshot();
        react(&ann, object, MANY[10]).is(
            409,
            "You have reacted with 10 different emoji here, and nobody can with more: take one back first",
        );
        assert_eq!(app.snapshot(), before);
        for emoji in &MANY[10..20] {
            done(&react(&bob, object, emoji));
        }
        react(&dan, object, MANY[20]).is(
            409,
            "There are 20 different reactions here, and there can't be more: use one of them",
        );
        // One that is there can be used, also by somebody who is among them already.
        done(&react(&dan, object, MANY[0]));
        done(&react(&ann, object, MANY[0]));
        done(&ann.delete(&with(object, MANY[1])));
        done(&react(&dan, object, MANY[20]));
        assert_eq!(shown(&ann.get(object).is_ok()).len(), 20);
    }
}

#[test]
fn a_former_member_may_take_back_what_was_theirs_and_nothing_else() {
    for (object, _) in BOTH {
        let app = TestApp::new();
        let [ann, _, _, dan] = family(&app);
        done(&react(&dan, object, "👍"));
        ann.delete(&format!("/spaces/1/members/{}", dan.id))
            .is(200, "Member deleted");
        assert_eq!(shown(&ann.get(object).is_ok()), [row("👍", 1, false)]);
        react(&dan, object, "😂").is(403, NOT_MEMBER);
        dan.delete(&with(object, "😂")).is(403, NOT_MEMBER);
        done(&dan.delete(&with(object, "👍")));
        assert_eq!(shown(&ann.get(object).is_ok()), []);
    }
}

const NONE_LEFT: [&str; 3] = [
    "select count(*) from reactions",
    "select count(*) from reaction_counts",
    "select count(*) from pragma_foreign_key_check",
];

#[test]
fn reactions_go_with_what_they_are_to_and_with_their_account() {
    let app = TestApp::new();
    let [ann, bob, _, dan] = family(&app);
    for (object, _) in BOTH {
        for person in [&ann, &bob, &dan] {
            done(&react(person, object, "👍"));
        }
    }
    app.remove_account("bob");
    // Bob's share has gone with Bob, and with it Dan's comment.
    for sql in NONE_LEFT {
        assert_eq!(app.count(sql), 0, "{sql}");
    }
    let share = ann.share(1, "Another");
    let comment = dan.comment(share, "By Dan");
    let (share, comment) = (format!("/shares/{share}"), format!("/comments/{comment}"));
    for object in [&share, &comment] {
        done(&react(&dan, object, "👍"));
        done(&react(&ann, object, "👍"));
    }
    assert_eq!(dan.delete(&comment).status, 204);
    assert_eq!(app.count("select count(*) from reactions"), 2);
    app.remove_account("dan");
    assert_eq!(shown(&ann.get(&share).is_ok()), [row("👍", 1, true)]);
    ann.delete("/spaces/1").is(200, "Space deleted");
    for sql in NONE_LEFT {
        assert_eq!(app.count(sql), 0, "{sql}");
    }
}

#[test]
fn many_at_once_are_counted_once_each() {
    for _ in 0..4 {
        let app = TestApp::new();
        let [ann, bob, _, dan] = family(&app);
        let say = |by: &Person<'_>| by.put_nothing(&with("/shares/1", "👍"));
        let people = [&ann, &bob, &dan, &ann, &bob, &dan];
        let replies = race(&app, people.map(|person| act(person.token(), say)).into());
        replies.iter().for_each(done);
        assert_eq!(shown(&ann.get("/shares/1").is_ok()), [row("👍", 3, true)]);
        let take = |by: &Person<'_>| by.delete(&with("/shares/1", "👍"));
        let replies = race(
            &app,
            [&ann, &ann].map(|person| act(person.token(), take)).into(),
        );
        replies.iter().for_each(done);
        assert_eq!(shown(&ann.get("/shares/1").is_ok()), [row("👍", 2, false)]);
    }
}

#[test]
fn older_comments_show_their_reactions_in_their_list_alone() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    let other = bob.share(1, "Another");
    for number in ["two", "three"] {
        ann.comment(1, number);
        ann.comment(other, number);
    }
    for comment in 1..=5 {
        done(&react(&bob, &format!("/comments/{comment}"), "👍"));
    }
    let counts = |comments: &Value| -> Vec<_> {
        let rows = comments.as_array().unwrap().iter();
        rows.map(|row| (row["id"].as_i64().unwrap(), shown(row).len()))
            .collect()
    };
    let shares = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(counts(&shares[0]["comments"]["latest"]), [(3, 1), (5, 1)]);
    assert_eq!(counts(&shares[1]["comments"]["latest"]), [(2, 1), (4, 1)]);
    assert_eq!((shown(&shares[0]), shown(&shares[1])), (vec![], vec![]));
    let list = ann.get("/shares/1/comments?order=newest").is_ok();
    assert_eq!(counts(&list), [(4, 1), (2, 1), (1, 1)]);
}
