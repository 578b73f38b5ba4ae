//! What requests cost: how often each reads from the database, and how often it has another thread do something. Both are
//! always the same, whatever else the machine does. A change that makes a request costlier changes the number here, and says why.

use rusqlite::StatementStatus;
use serde_json::json;
use shared_spaces::db::QueryStats;

use super::support::{Form, Reply, TestApp, pictures};

/// What was asked of the database while `request` was answered.
fn cost(app: &TestApp, request: impl FnOnce() -> Reply) -> QueryStats {
    let before = app.app.db.stats();
    request().is_ok();
    let after = app.app.db.stats();
    QueryStats {
        reads: after.reads - before.reads,
        hops: after.hops - before.hops,
    }
}

#[test]
fn who_reads_is_looked_up_and_served_in_one_read_without_another_thread() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    for number in 0..50 {
        ann.share(space, &format!("number {number}"));
    }
    for path in [
        "/me".to_owned(),
        "/spaces".to_owned(),
        format!("/spaces/{space}"),
        format!("/spaces/{space}/shares"),
        format!("/spaces/{space}/members"),
        format!("/spaces/{space}/images"),
        "/shares/1".to_owned(),
        "/shares/1/comments".to_owned(),
        "/shares/1/reactions".to_owned(),
        "/sessions".to_owned(),
        "/notices".to_owned(),
        "/operator/users".to_owned(),
        "/operator/users/1".to_owned(),
        "/operator/users/1/sessions".to_owned(),
        "/operator/spaces".to_owned(),
        "/operator/log".to_owned(),
    ] {
        let asked = cost(&app, || ann.get(&path));
        assert_eq!(asked, QueryStats { reads: 1, hops: 0 }, "{path}");
    }
}

#[test]
fn sharing_a_text_looks_up_who_shares_and_has_no_other_thread_do_anything() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let path = format!("/spaces/{space}/shares");
    let asked = cost(&app, || ann.post_form(&path, Form::text("a thought")));
    assert_eq!(asked, QueryStats { reads: 1, hops: 0 });
}

#[test]
fn whether_there_is_room_for_a_photo_is_asked_in_the_read_that_looks_for_its_space() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let space = ann.space("Family");
    let form = Form::text("A photo").file(&pictures::png(1));
    let asked = cost(&app, || {
        ann.post_form(&format!("/spaces/{space}/shares"), form)
    });
    // Who shares, and the space.
    assert_eq!(asked.reads, 2);
    app.move_photos();
}

/// How often a statement was run that readers keep.
fn runs(app: &TestApp, sql: &'static str) -> i32 {
    let counted = app
        .app
        .db
        .read(move |conn| Ok(conn.prepare_cached(sql)?.get_status(StatementStatus::Run)));
    app.wait(counted).unwrap()
}

#[test]
fn a_page_of_shares_is_one_walk_each_along_what_belongs_to_them_and_each_author_is_looked_up_once()
{
    const SHARES: &str = "select id, text, created_at, user_id, edited_at, version from shares
    where space_id = ? and id < ? order by id desc limit ?";
    const PHOTOS: &str =
        "select p.id, p.name, p.width, p.height, p.animated, p.placeholder, p.caption, p.taken_at, p.taken_offset, \
        p.duration_ms, p.poster_bytes is not null, p.rendition_bytes is not null, p.share_id \
        from photos p where p.space_id = ? and p.share_id between ? and ?
    order by p.share_id desc, p.position desc";
    const COMMENTS: &str =
        "select c.id, c.text, c.created_at, c.edited_at, c.user_id, n.share_id, n.count \
        from comment_counts n cross join comments c
    on c.space_id = n.space_id and c.share_id = +n.share_id and c.id >= n.latest_from
    where n.space_id = ? and n.share_id between ? and ? order by n.share_id desc, c.id desc";
    const REACTIONS: &str = "select r.comment_id, r.base, r.count, r.place, exists (select 1 from reactions m \
        where m.space_id = r.space_id and m.share_id = r.share_id and m.comment_id = r.comment_id and m.base = r.base and \
        m.user_id = ?1), s.id from shares s left join comment_counts n on n.space_id = s.space_id and n.share_id = s.id
    cross join reaction_counts r on r.space_id = s.space_id and r.share_id = +s.id
    and r.comment_id >= coalesce(n.latest_from, 9223372036854775807)
    where s.space_id = ?2 and s.id between ?3 and ?4 order by s.id desc";
    const AUTHORS: &str = "select id, login, name, avatar from users where id = ?";
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let space = ann.space("Family");
    ann.invite(space, "bob");
    for number in 0..25 {
        for person in [&ann, &bob] {
            let photos = (0..3).map(|nth| pictures::png(number * 3 + nth));
            let form = photos.fold(Form::text("Three photos"), |form, photo| form.file(&photo));
            person
                .post_form(&format!("/spaces/{space}/shares"), form)
                .is_ok();
        }
    }
    app.move_photos();
    for share in 1..=40 {
        for person in [&ann, &bob, &ann] {
            person.comment(share, "What a sight!");
        }
        for object in ["shares", "comments"] {
            ann.put_nothing(&format!("/{object}/{share}/reactions/%F0%9F%91%8D"));
        }
    }
    let all = [SHARES, PHOTOS, COMMENTS, REACTIONS, AUTHORS];
    let before = all.map(|sql| runs(&app, sql));
    let shares = ann.get(&format!("/spaces/{space}/shares")).is_ok();
    let after = all.map(|sql| runs(&app, sql));
    let last = &shares[49]["comments"];
    assert_eq!(
        (&last["count"], last["latest"].as_array().unwrap().len()),
        (&json!(3), 2)
    );
    let asked: Vec<_> = after
        .iter()
        .zip(before)
        .map(|(after, before)| after - before)
        .collect();
    assert_eq!(asked, [1, 1, 1, 1, 2]);
}
