//! Comments: who may say something, what is shown of it, and what becomes of it.

use rocket::http::{Accept, ContentType};
use serde_json::{Value, json};

use crate::races::{act, race};
use crate::support::{Form, Person, TestApp, user};

/// A space of Ann's with Bob and Dan in it, and a share of Bob's, with the id 1. Cid is outside.
fn family(app: &TestApp) -> [Person<'_>; 4] {
    let people = ["ann", "bob", "cid", "dan"].map(|login| app.person(login));
    let [ann, bob, ..] = &people;
    ann.space("Family");
    ann.invite(1, "bob");
    ann.invite(1, "dan");
    bob.share(1, "The garden at noon");
    people
}

const PATH: &str = "/shares/1/comments";
const NOT_MEMBER: &str = "Can't access this space - not a member";
const NOT_AUTHOR: &str = "User didn't write this comment";

fn said(text: &str) -> Value {
    json!({"text": text})
}

/// The texts of a list of comments.
fn texts(comments: &Value) -> Vec<&str> {
    let rows = comments.as_array().unwrap().iter();
    rows.map(|row| row["text"].as_str().unwrap()).collect()
}

/// What a share shows of its comments: how many, and the last texts.
fn shown(share: &Value) -> (i64, Vec<&str>) {
    let comments = &share["comments"];
    (
        comments["count"].as_i64().unwrap(),
        texts(&comments["latest"]),
    )
}

#[test]
fn a_member_says_something_and_all_members_read_it() {
    let app = TestApp::new();
    let [ann, bob, cid, dan] = family(&app);
    let made = dan.post(PATH, said("What a sight!\r\n👍"));
    assert_eq!(made.status, 201);
    assert_eq!(made.header("Location"), Some("/comments/1"));
    let comment = made.json();
    let expected = json!({
        "id": 1,
        "user": user(dan.id, "dan"),
        "text": "What a sight!\n👍",
        "created_at": comment["created_at"],
        "edited_at": null,
        "reactions": [],
        "mentions": [],
    });
    assert_eq!(comment, expected);
    assert!(comment["created_at"].as_str().unwrap().ends_with('Z'));
    for member in [&ann, &bob, &dan] {
        assert_eq!(member.get(PATH).is_ok(), json!([expected]));
        assert_eq!(member.get("/comments/1").is_ok(), expected);
    }
    cid.get(PATH).is(403, NOT_MEMBER);
    cid.get("/comments/1").is(403, NOT_MEMBER);
}

#[test]
fn comments_are_in_the_order_of_their_making_and_the_list_can_be_turned_round() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    let numbers = ["one", "two", "three", "four", "five"];
    for (nth, number) in numbers.iter().enumerate() {
        [&ann, &bob][nth % 2].comment(1, number);
    }
    assert_eq!(texts(&ann.get(PATH).is_ok()), numbers);
    let page = ann.get(&format!("{PATH}?order=newest&limit=2"));
    assert_eq!(texts(&page.is_ok()), ["five", "four"]);
    let page = ann.get(&page.next().unwrap());
    assert_eq!(texts(&page.is_ok()), ["three", "two"]);
    let page = ann.get(&page.next().unwrap());
    assert_eq!((texts(&page.is_ok()), page.next()), (vec!["one"], None));
    ann.get(&format!("{PATH}?order=loudest"))
        .is(400, "Order must be oldest or newest");
    ann.get(&format!("{PATH}?limit=0"))
        .is(400, "Limit must be a number from 1 to 500");
}

#[test]
fn a_share_shows_how_many_comments_it_has_and_the_last_two() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    let (second, third) = (ann.share(1, "Nobody answers"), ann.share(1, "One answers"));
    for (nth, number) in ["one", "two", "three"].iter().enumerate() {
        assert_eq!(bob.comment(1, number), nth as i64 + 1);
    }
    ann.comment(third, "Only me");
    let shares = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(shown(&shares[0]), (1, vec!["Only me"]));
    assert_eq!(shown(&shares[1]), (0, vec![]));
    assert_eq!(shown(&shares[2]), (3, vec!["two", "three"]));
    for (nth, share) in [third, second, 1].iter().enumerate() {
        let share = ann.get(&format!("/shares/{share}")).is_ok();
        assert_eq!(share["comments"], shares[nth]["comments"]);
    }
    let latest = &shares[2]["comments"]["latest"];
    assert_eq!(
        *latest,
        json!([
            bob.get("/comments/2").is_ok(),
            bob.get("/comments/3").is_ok()
        ])
    );
    // A page in the middle.
    let page = ann.get("/spaces/1/shares?limit=1");
    let page = ann.get(&page.next().unwrap());
    let page = ann.get(&page.next().unwrap()).is_ok();
    assert_eq!(page, json!([shares[2]]));
}

#[test]
fn the_author_edits_a_comment_and_the_same_text_again_is_no_edit() {
    let app = TestApp::new();
    let [_, bob, ..] = family(&app);
    let id = bob.comment(1, "Hello");
    let path = format!("/comments/{id}");
    let same = bob.put(&path, said("Hello")).is_ok();
    assert_eq!(same["edited_at"], Value::Null);
    let edited = bob.put(&path, said("Good evening")).is_ok();
    assert_eq!(edited["text"], "Good evening");
    // Without the `Z`, which would come behind the digits of a shorter fraction.
    let moment = |key: &str| edited[key].as_str().unwrap().trim_end_matches('Z');
    assert!(moment("edited_at") >= moment("created_at"));
    assert_eq!(bob.put(&path, said("Good evening")).is_ok(), edited);
    assert_eq!(bob.get(PATH).is_ok(), json!([edited]));
    assert_eq!(
        bob.get("/shares/1").is_ok()["comments"]["latest"],
        json!([edited])
    );
}

#[test]
fn only_the_author_edits_and_the_author_or_an_admin_deletes() {
    let app = TestApp::new();
    let [ann, bob, cid, dan] = family(&app);
    let (first, second) = (dan.comment(1, "By Dan"), dan.comment(1, "Also by Dan"));
    let (first, second) = (format!("/comments/{first}"), format!("/comments/{second}"));
    let before = app.snapshot();
    for other in [&ann, &bob, &cid] {
        other.put(&first, said("Not by Dan")).is(403, NOT_AUTHOR);
    }
    for other in [&bob, &cid] {
        other.delete(&first).is(403, NOT_AUTHOR);
    }
    assert_eq!(app.snapshot(), before);
    assert_eq!(dan.delete(&first).status, 204);
    assert_eq!(ann.delete(&second).status, 204);
    for path in [&first, &second] {
        dan.get(path).is(404, "No such comment");
        dan.put(path, said("Again")).is(404, "No such comment");
        dan.delete(path).is(404, "No such comment");
    }
    assert_eq!(bob.get(PATH).is_ok(), json!([]));
}

#[test]
fn a_former_member_may_delete_what_was_theirs_and_nothing_else() {
    let app = TestApp::new();
    let [ann, bob, _, dan] = family(&app);
    let id = dan.comment(1, "Bye");
    let bobs = bob.comment(1, "Why?");
    ann.delete(&format!("/spaces/1/members/{}", dan.id))
        .is(200, "Member deleted");
    // What they have said stays.
    assert_eq!(texts(&ann.get(PATH).is_ok()), ["Bye", "Why?"]);
    let path = format!("/comments/{id}");
    dan.get(&path).is(403, NOT_MEMBER);
    dan.get(PATH).is(403, NOT_MEMBER);
    dan.post(PATH, said("Because")).is(403, NOT_MEMBER);
    dan.put(&path, said("Bye bye")).is(403, NOT_MEMBER);
    dan.delete(&format!("/comments/{bobs}")).is(403, NOT_AUTHOR);
    assert_eq!(dan.delete(&path).status, 204);
    assert_eq!(texts(&ann.get(PATH).is_ok()), ["Why?"]);
}

#[test]
fn a_comment_is_checked_in_the_order_of_its_description() {
    let app = TestApp::new();
    let [_, bob, cid, _] = family(&app);
    app.anonymous()
        .post(PATH, json!({}))
        .is(401, "You aren't authorized");
    let before = app.snapshot();
    for (body, status, sentence) in [
        (json!({}), 400, "Invalid payload: 'text'"),
        (json!({"text": null}), 400, "Text must be provided"),
        (json!({"text": 7}), 400, "Text must be text"),
        (said(&"ü".repeat(2001)), 400, "Text max 2000 characters"),
        (said(""), 400, "Text min 1 characters"),
        (said(" \n\u{200b}"), 400, "Text cannot be empty"),
        (said("a\0"), 400, "Text cannot contain NUL characters"),
        (said("Hello"), 404, "No such share"),
    ] {
        cid.post("/shares/x/comments", body.clone())
            .is(status, sentence);
        let sentence = sentence.replace("share", "comment");
        cid.put("/comments/x", body).is(status, &sentence);
    }
    cid.post(PATH, said("Hello")).is(403, NOT_MEMBER);
    let form = app.client().post(PATH).header(ContentType::Form);
    assert_eq!(bob.send(form.body("text=Hello")).status, 415);
    assert_eq!(app.snapshot(), before);
    // Characters, and not bytes, and as NFC.
    bob.comment(1, &"u\u{308}".repeat(2000));
}

#[test]
fn the_longest_comment_is_a_setting() {
    let app = TestApp::with(|config| config.limits.comment_max = 5);
    let [_, bob, ..] = family(&app);
    bob.post(PATH, said("abcdef"))
        .is(400, "Text max 5 characters");
    bob.comment(1, "abcde");
}

#[test]
fn ids_that_name_nothing_are_refused_in_one_form() {
    let app = TestApp::new();
    let [ann, ..] = family(&app);
    ann.comment(1, "Hello");
    for id in [
        "0",
        "2",
        "-1",
        "x",
        "1.0",
        "9223372036854775808",
        "%20",
        "%F0%9F%91%8D",
    ] {
        let path = format!("/comments/{id}");
        ann.get(&path).is(404, "No such comment");
        ann.put(&path, said("Again")).is(404, "No such comment");
        ann.delete(&path).is(404, "No such comment");
        let path = format!("/shares/{}/comments", id.replace('1', "7"));
        ann.get(&path).is(404, "No such share");
        ann.post(&path, said("Hello")).is(404, "No such share");
    }
}

#[test]
fn programs_are_told_what_was_refused() {
    let app = TestApp::new();
    let [_, bob, _, dan] = family(&app);
    dan.comment(1, "By Dan");
    for (request, status, code) in [
        (app.client().get("/comments/9"), 404, "no_such_comment"),
        (app.client().delete("/comments/1"), 403, "not_the_author"),
        (app.client().get("/shares/9/comments"), 404, "no_such_share"),
    ] {
        let refusal = bob.send(request.header(Accept::JSON));
        assert_eq!(
            refusal.header("Content-Type"),
            Some("application/problem+json")
        );
        let problem = refusal.json();
        assert_eq!(
            (refusal.status, problem["code"].as_str()),
            (status, Some(code))
        );
    }
}

#[test]
fn a_comment_that_is_sent_again_is_the_comment_that_was_made() {
    let app = TestApp::new();
    let [ann, bob, ..] = family(&app);
    let first = bob.comment_under("a-1", 1, "Hello");
    let again = bob.comment_under("a-1", 1, "Hello");
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    assert_eq!(first.header("Location"), again.header("Location"));
    // Another person's key, another key, and none.
    ann.comment_under("a-1", 1, "Hello").json();
    bob.comment_under("a-2", 1, "Hello").json();
    bob.comment(1, "Hello");
    assert_eq!(app.count("select count(*) from comments"), 4);
    bob.put("/comments/1", said("Good evening")).is_ok();
    let edited = bob.comment_under("a-1", 1, "Hello").json();
    assert_eq!(
        (&edited["id"], &edited["text"]),
        (&json!(1), &json!("Good evening"))
    );

    let other = bob.share(1, "Another share");
    let before = app.snapshot();
    bob.comment_under("a-1", other, "Hello")
        .is(422, "This Idempotency-Key was used for another share");
    bob.comment_under("a b", 1, "").is(
        400,
        "Idempotency-Key must be 1 to 64 letters, digits, '-' or '_'",
    );
    assert_eq!(app.snapshot(), before);
    // What a share is called is another thing.
    bob.share_under("a-1", 1, Form::text("Hello")).is_ok();
}

#[test]
fn a_key_in_a_space_that_was_deleted_is_free_again() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let (first, second) = (ann.space("Family"), ann.space("Choir"));
    let (old, new) = (ann.share(first, "Old"), ann.share(second, "New"));
    ann.comment_under("a-key", old, "Hello").json();
    let hide = "update spaces set deleted_at = 1 where id = 1";
    let hidden = app.app.db.write(move |conn| Ok(conn.execute(hide, [])?));
    app.wait(hidden).unwrap();
    let made = ann.comment_under("a-key", new, "Hello");
    assert_eq!(made.status, 201);
    ann.get("/comments/1").is(404, "No such comment");
    ann.delete("/comments/1").is(404, "No such comment");
}

#[test]
fn counts_follow_every_way_in_which_comments_go() {
    let app = TestApp::new();
    let [ann, bob, _, dan] = family(&app);
    let mine = ann.share(1, "By Ann");
    for number in ["one", "two", "three"] {
        dan.comment(1, number);
        ann.comment(mine, number);
    }
    bob.comment(1, "four");
    let share = |id: i64| ann.get(&format!("/shares/{id}")).is_ok();
    assert_eq!(shown(&share(1)), (4, vec!["three", "four"]));
    assert_eq!(dan.delete("/comments/5").status, 204);
    assert_eq!(shown(&share(1)), (3, vec!["two", "four"]).clone());
    app.remove_account("dan");
    assert_eq!(shown(&share(1)), (1, vec!["four"]));
    assert_eq!(bob.delete("/comments/7").status, 204);
    assert_eq!(shown(&share(1)), (0, vec![]));
    assert_eq!(shown(&share(mine)), (3, vec!["two", "three"]));
    ann.delete(&format!("/shares/{mine}"))
        .is(200, "Share deleted");
    assert_eq!(app.count("select count(*) from comments"), 0);
    assert_eq!(app.count("select count(*) from comment_counts"), 0);
    // No id comes back.
    assert_eq!(bob.comment(1, "five"), 8);
    app.remove_account("bob");
    assert_eq!(app.count("select count(*) from comments"), 0);
    let app = app.restarted();
    let ann = app.anonymous().signed_in("ann");
    let share = ann.share(1, "Anybody?");
    assert_eq!(ann.comment(share, "six"), 9);
}

#[test]
fn a_space_goes_with_its_comments_some_rows_at_a_time() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.share(1, "Much was said");
    ann.share(1, "And here");
    let filled = app.app.db.write(|conn| {
        conn.execute_batch(
            "with recursive n(i) as (select 1101 union all select i + 1 from n where i < 1900)
             insert into comments (space_id, share_id, id, user_id, created_at, text)
             select 1, 1 + i % 2, i, 1, 0, 'Words' from n",
        )?;
        Ok(())
    });
    app.wait(filled).unwrap();
    let shares = ann.get("/spaces/1/shares").is_ok();
    assert_eq!(shown(&shares[0]), (400, vec!["Words", "Words"]));
    ann.delete("/spaces/1").is(200, "Space deleted");
    for table in [
        "select count(*) from comments",
        "select count(*) from comment_counts",
        "select count(*) from spaces",
        "select count(*) from pragma_foreign_key_check",
    ] {
        assert_eq!(app.count(table), 0, "{table}");
    }
    let space = ann.space("Choir");
    let share = ann.share(space, "Hello");
    // The highest that there was.
    let app = app.restarted();
    let ann = app.anonymous().signed_in("ann");
    assert_eq!(ann.comment(share, "Hello"), 1901);
}

#[test]
fn an_edited_share_says_when_and_the_same_text_again_is_no_edit() {
    let app = TestApp::new();
    let [_, bob, ..] = family(&app);
    let edited_at = || bob.get("/shares/1").is_ok()["edited_at"].clone();
    bob.put_form("/shares/1", Form::text("The garden at noon"))
        .is(200, "Share edited");
    assert_eq!(edited_at(), Value::Null);
    bob.put_form("/shares/1", Form::text("The garden at night"))
        .is(200, "Share edited");
    let at = edited_at();
    assert!(at.as_str().unwrap().ends_with('Z'));
    assert_eq!(bob.get("/spaces/1/shares").is_ok()[0]["edited_at"], at);
}

#[test]
fn several_at_once_are_all_there_and_counted() {
    for _ in 0..4 {
        let app = TestApp::new();
        let [ann, bob, _, dan] = family(&app);
        let say = |by: &Person<'_>| by.post(PATH, said("All at once"));
        let people = [&ann, &bob, &dan, &ann, &bob, &dan];
        let replies = race(&app, people.map(|person| act(person.token(), say)).into());
        assert!(replies.iter().all(|reply| reply.status == 201));
        let comments = ann.get(PATH).is_ok();
        assert_eq!(comments.as_array().unwrap().len(), 6);
        let share = ann.get("/shares/1").is_ok();
        let last = comments.as_array().unwrap()[4..].to_vec();
        assert_eq!(share["comments"], json!({"count": 6, "latest": last}));
    }
}

#[test]
fn one_key_makes_one_comment_also_at_once() {
    for _ in 0..4 {
        let app = TestApp::new();
        let [_, bob, ..] = family(&app);
        let say = |by: &Person<'_>| by.comment_under("a-key", 1, "Hello");
        let acts = (0..4).map(|_| act(bob.token(), say)).collect();
        let replies = race(&app, acts);
        assert!(
            replies
                .iter()
                .all(|reply| reply.json() == replies[0].json())
        );
        assert_eq!(app.count("select count(*) from comments"), 1);
    }
}

#[test]
fn what_is_said_while_its_share_or_its_space_is_deleted_is_said_or_leaves_nothing() {
    for path in ["/shares/1", "/spaces/1"] {
        for _ in 0..4 {
            let app = TestApp::new();
            let ann = app.person("ann");
            ann.space("Family");
            ann.share(1, "Hello");
            let say = |by: &Person<'_>| by.post(PATH, said("Hello"));
            let delete = move |by: &Person<'_>| by.delete(path);
            let replies = race(&app, vec![act(ann.token(), say), act(ann.token(), delete)]);
            assert_eq!(replies[1].status, 200);
            if replies[0].status != 201 {
                replies[0].is(404, "No such share");
            }
            assert_eq!(app.count("select count(*) from comments"), 0);
            assert_eq!(app.count("select count(*) from comment_counts"), 0);
        }
    }
}
