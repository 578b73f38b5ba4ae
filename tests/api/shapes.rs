//! The server's responses have the shape that its description states: each key is described, and each that is described is
//! there.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared_spaces::config::{Config, Ffmpeg};

use crate::support::{Browser, Form, Person, TestApp, pictures};

/// The names of the schemas that were met.
type Met = BTreeSet<String>;

/// Keys that may be absent: a space without a picture is answered as the original's clients have always seen spaces.
const OPTIONAL: &[&str] = &["avatar_url"];

/// What of a value isn't as its schema says, with where that is. Knows every keyword that schemas of ours have.
fn faults(
    description: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    met: &mut Met,
) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, expected) in schema.as_object().unwrap() {
        let number = || value.as_i64().zip(expected.as_i64());
        let fits = match keyword.as_str() {
            "$ref" => {
                let link = expected.as_str().unwrap();
                met.insert(link.rsplit('/').next().unwrap().to_owned());
                let target = description
                    .pointer(link.strip_prefix('#').unwrap())
                    .unwrap();
                found.extend(faults(description, target, value, at, met));
                true
            }
            "oneOf" => {
                let all = expected.as_array().unwrap().iter();
                all.filter(|one| faults(description, one, value, at, met).is_empty())
                    .count()
                    == 1
            }
            "type" => {
                let kinds = expected
                    .as_array()
                    .map_or(std::slice::from_ref(expected), Vec::as_slice);
                kinds.iter().any(|kind| is_a(kind.as_str().unwrap(), value))
            }
            "properties" => {
                let Some(object) = value.as_object() else {
                    continue;
                };
                for (key, schema) in expected.as_object().unwrap() {
                    let inner = object.get(key).into_iter();
                    found.extend(inner.flat_map(|value| {
                        faults(description, schema, value, &format!("{at}.{key}"), met)
                    }));
                }
                // Stricter than JSON Schema: what isn't described isn't sent, and where any is required, all but the optional
                // ones are.
                let required = schema["required"].as_array();
                let is_required = |key: &str| required.is_none_or(|all| all.contains(&key.into()));
                object.keys().all(|key| expected.get(key).is_some())
                    && expected
                        .as_object()
                        .unwrap()
                        .keys()
                        .all(|key| is_required(key) || OPTIONAL.contains(&&**key))
            }
            "required" => {
                let Some(object) = value.as_object() else {
                    continue;
                };
                let mut keys = expected.as_array().unwrap().iter();
                keys.all(|key| object.contains_key(key.as_str().unwrap()))
            }
            "items" => {
                for (nth, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(faults(
                        description,
                        expected,
                        item,
                        &format!("{at}[{nth}]"),
                        met,
                    ));
                }
                true
            }
            "enum" => expected.as_array().unwrap().contains(value),
            "const" => expected == value,
            "minimum" => number().is_none_or(|(value, min)| value >= min),
            "maximum" => number().is_none_or(|(value, max)| value <= max),
            "format" => has_format(expected.as_str().unwrap(), value),
            "pattern" => has_pattern(expected.as_str().unwrap(), value),
            "description" | "example" | "x-codes" => true,
            other => panic!("{at}: the schema has {other}, of which this test knows nothing"),
        };
        if !fits {
            found.push(format!("{at} is {value}, against {keyword}: {expected}"));
        }
    }
    found
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("no kind of value: {other}"),
    }
}

fn has_format(format: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return true;
    };
    match format {
        "uri" => text.starts_with("http://"),
        "date-time" => text.contains('T') && text.ends_with('Z'),
        other => panic!("no format of ours: {other}"),
    }
}

fn has_pattern(pattern: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return true;
    };
    match pattern {
        "^([01][0-9]|2[0-3]):[0-5][0-9]$" => {
            matches!(text.as_bytes(), [_, _, b':', _, _]) && ("00:00".."24:00").contains(&text)
        }
        other => panic!("no pattern of ours: {other}"),
    }
}

struct Described {
    all: Value,
    met: Met,
}

impl Described {
    /// Looks whether an answer is what the description has for this operation.
    fn expects(&mut self, method: &str, path: &str, answer: &Value) {
        let responses = &self.all["paths"][path][method]["responses"];
        let success = ["200", "201"]
            .iter()
            .find(|status| responses[status].is_object());
        let schema = &responses[success.unwrap()]["content"]["application/json"]["schema"];
        let found = faults(
            &self.all,
            schema,
            answer,
            &format!("{method} {path}"),
            &mut self.met,
        );
        assert!(found.is_empty(), "{found:#?}");
    }

    fn expects_at(&mut self, person: &Person<'_>, template: &str, path: &str) -> Value {
        let answer = person.get(path).is_ok();
        self.expects("get", template, &answer);
        answer
    }
}

fn every_shape_is_as_described(app: &TestApp) -> Described {
    let anybody = app.anonymous();
    let all = anybody.get("/openapi.json").is_ok();
    let met = Met::new();
    let mut described = Described { all, met };
    let made = anybody.register("ann").is_ok();
    described.expects("post", "/register", &made);
    let signed_in = anybody.login("ann", "correct horse").is_ok();
    described.expects("post", "/login", &signed_in);
    let ann = anybody.signed_in("ann");
    let bob = app.person("bob");
    described.expects_at(&anybody, "/server", "/server");
    described.expects_at(&ann, "/me", "/me");
    described.expects_at(&ann, "/sessions", "/sessions");

    let space = ann.post("/spaces", json!({"name": "Family"})).is_ok();
    described.expects("post", "/spaces", &space);
    ann.space("Nothing was shared here");
    let words = ann
        .post_form("/spaces/1/shares", Form::text("Only words"))
        .is_ok();
    described.expects("post", "/spaces/{space_id}/shares", &words);
    described.expects(
        "post",
        "/spaces/{space_id}/shares",
        &ann.share_photo(1, &pictures::png(1)),
    );
    let upload = crate::uploads::send(app, &ann, &pictures::png(2)).json();
    described.expects("post", "/uploads", &upload);
    described.expects_at(&ann, "/uploads/{upload_id}", "/uploads/1");
    app.move_photos();
    app.look_for_previews();
    let said = json!({"caption": "At the lake", "taken_at": "2019-07-14T15:30"});
    let medium = ann.put("/media/1", said).is_ok();
    described.expects("put", "/media/{photo_id}", &medium);
    let said = json!({"text": "What a sight!"});
    let comment = ann.post("/shares/1/comments", said.clone()).json();
    described.expects("post", "/shares/{share_id}/comments", &comment);
    ann.post("/shares/1/comments", said).json();
    let edited = ann.put("/comments/1", json!({"text": "What a day!"}));
    described.expects("put", "/comments/{comment_id}", &edited.is_ok());
    described.expects_at(&ann, "/comments/{comment_id}", "/comments/1");
    described.expects_at(&ann, "/shares/{share_id}/comments", "/shares/1/comments");
    assert_eq!(ann.put_nothing("/shares/1/pin").status, 204);
    for object in ["/shares/1", "/comments/1"] {
        assert_eq!(
            ann.put_nothing(&format!("{object}/reactions/%F0%9F%91%8D"))
                .status,
            204
        );
    }
    described.expects_at(&ann, "/shares/{share_id}/reactions", "/shares/1/reactions");
    described.expects_at(
        &ann,
        "/comments/{comment_id}/reactions",
        "/comments/1/reactions",
    );
    described.expects_at(&ann, "/comments/{comment_id}", "/comments/1");
    ann.put_form("/shares/1", Form::text("Edited words"))
        .is(200, "Share edited");
    described.expects_at(&ann, "/spaces", "/spaces");
    described.expects_at(&ann, "/spaces/{space_id}", "/spaces/1");
    described.expects_at(&ann, "/spaces/{space_id}/members", "/spaces/1/members");
    described.expects_at(&ann, "/spaces/{space_id}/shares", "/spaces/1/shares");
    described.expects_at(&ann, "/shares/{share_id}", "/shares/1");
    described.expects_at(&ann, "/shares/{share_id}", "/shares/2");
    described.expects_at(&ann, "/spaces/{space_id}/images", "/spaces/1/images");

    let feed = ann.post("/spaces/1/feeds", json!({})).json();
    described.expects("post", "/spaces/{space_id}/feeds", &feed);
    described.expects_at(&ann, "/spaces/{space_id}/feeds", "/spaces/1/feeds");
    described.expects_at(
        &ann,
        "/spaces/{space_id}/feeds/{feed_id}",
        "/spaces/1/feeds/1",
    );

    let link = ann
        .post("/spaces/1/invitations", json!({"role": "admin"}))
        .json();
    described.expects("post", "/spaces/{space_id}/invitations", &link);
    described.expects_at(
        &ann,
        "/spaces/{space_id}/invitations",
        "/spaces/1/invitations",
    );
    let token = link["url"]
        .as_str()
        .unwrap()
        .split('#')
        .nth(1)
        .unwrap()
        .to_owned();
    let offer = anybody
        .post("/invitations/offer", json!({"token": token}))
        .is_ok();
    described.expects("post", "/invitations/offer", &offer);
    let joined = bob
        .post("/invitations/accept", json!({"token": token}))
        .is_ok();
    described.expects("post", "/invitations/accept", &joined);

    bob.comment(1, "@ann, here I am");
    app.notify_all();
    described.expects_at(&ann, "/notices", "/notices");
    described.expects_at(&ann, "/notices/{notice_id}", "/notices/1");
    let path = "/spaces/1/notices";
    described.expects_at(&bob, "/spaces/{space_id}/notices", path);
    let set = bob.put(path, json!({"level": "mentions"})).is_ok();
    described.expects("put", "/spaces/{space_id}/notices", &set);

    described.expects_at(&ann, "/push-key", "/push-key");
    let browser = Browser::at(String::from("https://push.example.org/1"));
    let subscribed = ann.post("/push-subscriptions", browser.subscription());
    described.expects("post", "/push-subscriptions", &subscribed.json());

    operators_page_is_as_described(app, &mut described, &ann);

    let refusal = anybody.get_with("/me", "Accept", "application/json").json();
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let found = faults(
        &described.all,
        &problem,
        &refusal,
        "a refusal",
        &mut described.met,
    );
    assert!(found.is_empty(), "{found:#?}");
    described
}

/// Nothing that the checks try in a process of its own.
fn without_processes(config: &mut Config) {
    config.photos.heic = false;
    config.photos.ffmpeg = Ffmpeg::Off;
}

/// What operators are answered; ann is one.
fn operators_page_is_as_described(app: &TestApp, described: &mut Described, ann: &Person<'_>) {
    for path in ["status", "checks", "users", "spaces", "photos", "backups"] {
        let path = format!("/operator/{path}");
        described.expects_at(ann, &path, &path);
    }
    let (user, space) = ("/operator/users/{user_id}", "/operator/spaces/{space_id}");
    described.expects_at(ann, user, "/operator/users/2");
    let changed = ann.put("/operator/users/2", json!({"max_bytes": 1_000_000_000}));
    described.expects("put", user, &changed.is_ok());
    let sessions = format!("{user}/sessions");
    described.expects_at(ann, &sessions, "/operator/users/2/sessions");
    let link = ann.send(app.client().post("/operator/users/2/password-reset"));
    described.expects("post", &format!("{user}/password-reset"), &link.is_ok());
    let invitation = ann.post("/operator/invitations", json!({})).is_ok();
    described.expects("post", "/operator/invitations", &invitation);
    described.expects_at(ann, space, "/operator/spaces/1");
    let changed = ann.put("/operator/spaces/1", json!({"max_bytes": 1_000_000_000}));
    described.expects("put", space, &changed.is_ok());
    let retried = ann.post("/operator/photos/retry", json!({})).is_ok();
    described.expects("post", "/operator/photos/retry", &retried);
    described.expects_at(ann, "/operator/log", "/operator/log");
}

#[test]
fn what_is_answered_has_the_keys_and_kinds_that_are_described() {
    let app = TestApp::with(without_processes);
    let Described { all, met } = every_shape_is_as_described(&app);
    let schemas = all["components"]["schemas"].as_object().unwrap().keys();
    // Photos' names are parts of paths.
    let shown: Met = schemas
        .filter(|name| *name != "PhotoName")
        .cloned()
        .collect();
    assert_eq!(
        met, shown,
        "is there an answer that this test doesn't ask for?"
    );
}

#[test]
fn for_clients_of_the_original_it_is_described_as_it_is_answered_too() {
    let app = TestApp::with(|config| {
        without_processes(config);
        config.compatibility.original_clients = true;
    });
    let Described { all, .. } = every_shape_is_as_described(&app);
    let timestamp = &all["components"]["schemas"]["Share"]["properties"]["timestamp"];
    assert_eq!(timestamp["example"], "2026-05-17T09:30:00");
    assert_eq!(timestamp["format"], Value::Null);
}

#[test]
fn an_answer_of_another_shape_is_found() {
    let description = json!({"a": {"type": "integer", "minimum": 1}});
    let schema = json!({
        "type": "object", "required": ["id", "at", "of"],
        "properties": {
            "id": {"$ref": "#/a"},
            "at": {"type": ["string", "null"], "format": "date-time"},
            "of": {"oneOf": [{"type": "array", "items": {"enum": ["x"]}}, {"type": "null"}]},
        },
    });
    let count = |value: &Value| faults(&description, &schema, value, "", &mut Met::new()).len();
    for value in [
        json!({"id": 1, "at": null, "of": null}),
        json!({"id": 1, "at": "2026-05-17T09:30:00Z", "of": ["x"]}),
    ] {
        assert_eq!(count(&value), 0, "{value}");
    }
    for value in [
        json!({"id": 1, "at": null}),
        json!({"id": 1, "at": null, "of": null, "more": 1}),
        json!({"id": 0, "at": null, "of": null}),
        json!({"id": "1", "at": null, "of": null}),
        json!({"id": 1, "at": "2026-05-17T09:30:00", "of": null}),
        json!({"id": 1, "at": null, "of": ["y"]}),
        json!({"id": 1, "at": null, "of": 1}),
    ] {
        assert_eq!(count(&value), 1, "{value}");
    }
    let optional = json!({"type": "object", "required": [], "properties": {"id": {"$ref": "#/a"}}});
    let found = faults(
        &description,
        &optional,
        &json!({"id": 1}),
        "",
        &mut Met::new(),
    );
    assert_eq!(found.len(), 1, "{found:?}");
}
