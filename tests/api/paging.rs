//! Lists in pages.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::{Person, Reply, TestApp, pictures};

/// All rows of a list, fetched in pages of `limit`, and the sizes of the pages.
fn pages(person: &Person<'_>, path: &str, limit: usize) -> (Vec<Value>, Vec<usize>) {
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    let mut next = Some(format!("{path}?limit={limit}"));
    while let Some(path) = next {
        let reply = person.get(&path);
        let page = reply.is_ok().as_array().unwrap().clone();
        sizes.push(page.len());
        rows.extend(page);
        next = reply.next();
    }
    (rows, sizes)
}

#[test]
fn every_list_comes_whole_in_pieces_and_in_the_same_order() {
    let app = TestApp::new();
    let ann = app.person("ann");
    for name in ["Family", "family", "Choir", "Attic", "Zoo"] {
        ann.space(name);
    }
    for login in ["bob", "cid", "dan", "eve"] {
        app.anonymous().register(login).is_ok();
        ann.invite(1, login);
    }
    for seed in 0..5 {
        ann.share_photo(1, &pictures::png(seed));
        ann.comment(1, &format!("number {seed}"));
    }
    app.move_photos();
    for path in [
        "/shares/1/comments",
        "/spaces",
        "/spaces/1/members",
        "/spaces/1/shares",
        "/spaces/1/images",
    ] {
        let whole = ann.get(path);
        assert_eq!(whole.next(), None, "{path}");
        let whole = whole.is_ok().as_array().unwrap().clone();
        assert_eq!(whole.len(), 5, "{path}");
        for (limit, sizes) in [
            (1, vec![1; 5]),
            (2, vec![2, 2, 1]),
            (4, vec![4, 1]),
            (5, vec![5]),
            (500, vec![5]),
        ] {
            assert_eq!(pages(&ann, path, limit), (whole.clone(), sizes), "{path}");
        }
    }
}

#[test]
fn a_list_has_a_hundred_rows_unless_told_otherwise() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let filled = app.app.db.write(|conn| {
        for id in 1..=101 {
            conn.execute("insert into shares (id, space_id, user_id, text, created_at) values (?, 1, 1, 'Hello', 0)", [id])?;
        }
        Ok(())
    });
    app.wait(filled).unwrap();
    let first = ann.get("/spaces/1/shares");
    assert_eq!(first.is_ok().as_array().unwrap().len(), 100);
    assert_eq!(
        ann.get(&first.next().unwrap())
            .is_ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn what_is_added_or_deleted_meanwhile_moves_nothing_else() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let ids: Vec<i64> = (0..6).map(|_| ann.share(1, "Hello")).collect();
    let first = ann.get("/spaces/1/shares?limit=3");
    ann.share(1, "A newer one");
    ann.delete(&format!("/shares/{}", ids[3]))
        .is(200, "Share deleted");
    let rest = ann.get(&first.next().unwrap()).is_ok();
    let rest: HashSet<i64> = rest
        .as_array()
        .unwrap()
        .iter()
        .map(|share| share["id"].as_i64().unwrap())
        .collect();
    assert_eq!(rest, HashSet::from([ids[0], ids[1], ids[2]]));
}

#[test]
fn a_limit_or_a_cursor_that_makes_no_sense_is_refused() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    for path in [
        "/spaces",
        "/spaces/1/members",
        "/spaces/1/shares",
        "/spaces/1/images",
    ] {
        for limit in [
            "0",
            "501",
            "-1",
            "%2B5",
            "ten",
            "",
            "1.5",
            "99999999999999999999",
        ] {
            ann.get(&format!("{path}?limit={limit}"))
                .is(400, "Limit must be a number from 1 to 500");
        }
        for cursor in ["garbage", "", "AAAA", "eyJhIjoxfQ"] {
            let reply = ann.get(&format!("{path}?cursor={cursor}"));
            reply.is(400, "Cursor must come from a Link header of this list");
        }
    }
}

#[test]
fn a_list_has_at_most_five_hundred_rows() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    let filled = app.app.db.write(|conn| {
        for id in 1..=501 {
            conn.execute("insert into shares (id, space_id, user_id, text, created_at) values (?, 1, 1, 'Hello', 0)", [id])?;
        }
        Ok(())
    });
    app.wait(filled).unwrap();
    let (rows, sizes) = pages(&ann, "/spaces/1/shares", 500);
    assert_eq!(sizes, [500, 1]);
    let ids: HashSet<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 501);
}

#[test]
fn the_way_to_the_next_piece_begins_like_every_other_link() {
    let app = TestApp::new();
    let ann = app.person("ann");
    ann.space("Family");
    ann.space("Choir");
    let link = |reply: &Reply| reply.header("Link").unwrap().to_owned();
    let from_host = link(&ann.get_at("spaces.local:8080", "/spaces?limit=1"));
    assert!(
        from_host.starts_with("<http://spaces.local:8080/spaces?"),
        "{from_host}"
    );
    let app =
        TestApp::with(|config| config.public_url = Some("https://spaces.example.org".to_owned()));
    let ann = app.person("ann");
    ann.space("Family");
    ann.space("Choir");
    let public = link(&ann.get_at("spaces.local:8080", "/spaces?limit=1"));
    assert!(
        public.starts_with("<https://spaces.example.org/spaces?"),
        "{public}"
    );
}

#[test]
fn a_cursor_of_one_list_shows_nothing_of_another() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    for person in [&ann, &bob] {
        let space = person.space("Family");
        person.share(space, "First");
        person.share(space, "Second");
    }
    let next = ann.get("/spaces/1/shares?limit=1").next().unwrap();
    bob.get(&next)
        .is(403, "Can't access this space - not a member");
    app.anonymous().get(&next).is(401, "You aren't authorized");
    let (_, query) = next.split_once('?').unwrap();
    let rows = bob.get(&format!("/spaces/2/shares?{query}")).is_ok();
    assert!(
        rows.as_array()
            .unwrap()
            .iter()
            .all(|row| row["user"]["login"] == "bob")
    );
    ann.get(&format!("/spaces?{query}"))
        .is(400, "Cursor must come from a Link header of this list");
}
