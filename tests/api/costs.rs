//! What requests cost: how often each reads from the database, and how often it has another thread do something. Both are
//! always the same, whatever else the machine does. Who makes a request dearer changes the number here, and says why.

use shared_spaces::db::QueryStats;

use super::support::{Form, Reply, TestApp};

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
        "/sessions".to_owned(),
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
