//! The description of the API agrees with the API.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared_spaces::api::assets;

use crate::support::TestApp;

fn description(app: &TestApp) -> Value {
    app.anonymous().get("/openapi.json").is_ok()
}

/// Each operation with its method and path.
fn operations(description: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = description["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap();
            methods
                .iter()
                .map(|(method, operation)| (method.as_str(), path.as_str(), operation))
        })
        .collect()
}

/// A path with a mark in the place of each of its parameters.
fn without_names(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let segments = path.split('/').map(|segment| {
        if segment.starts_with(['<', '{']) {
            "*"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_of_the_api_is_described_and_nothing_else_is() {
    let app = TestApp::new();
    let description = description(&app);
    let described: BTreeSet<String> = operations(&description)
        .iter()
        .map(|(method, path, _)| format!("{} {}", method.to_uppercase(), without_names(path)))
        .collect();
    // What is served for browsers isn't part of the API.
    let is_page = |path: &str| {
        path == "/"
            || [
                "/app",
                "/assets",
                "/docs",
                "/email-confirmations",
                "/unsubscribe",
            ]
            .iter()
            .any(|page| path.starts_with(page))
            || assets::at_root().any(|name| path == format!("/{name}"))
    };
    let mounted: BTreeSet<String> = app
        .client()
        .rocket()
        .routes()
        .map(|route| (route.method, without_names(&route.uri.to_string())))
        .filter(|(_, path)| !is_page(path))
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    assert_eq!(described, mounted);
}

#[test]
fn only_what_anybody_may_do_needs_no_session() {
    let app = TestApp::new();
    let description = description(&app);
    for (method, path, operation) in operations(&description) {
        if path.contains('{') || method != "get" {
            continue;
        }
        let is_open = operation["security"].as_array().unwrap().is_empty();
        let status = app.anonymous().get(path).status;
        assert_eq!(is_open, status != 401, "{method} {path}");
        assert_eq!(
            is_open,
            operation["responses"]["401"].is_null(),
            "{method} {path}"
        );
    }
}

#[test]
fn every_link_inside_the_description_leads_somewhere() {
    let app = TestApp::new();
    let description = description(&app);
    let mut links = Vec::new();
    collect_links(&description, &mut links);
    assert!(links.len() > 50, "{}", links.len());
    for link in links {
        let pointer = link.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{link}");
    }
}

fn collect_links<'a>(value: &'a Value, links: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            links.extend(members.get("$ref").and_then(Value::as_str));
            members
                .values()
                .for_each(|member| collect_links(member, links));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_links(item, links)),
        _ => {}
    }
}

#[test]
fn every_body_and_every_refusal_has_an_example() {
    let app = TestApp::new();
    let description = description(&app);
    for (method, path, operation) in operations(&description) {
        let bodies = operation["requestBody"]["content"].as_object();
        for (kind, body) in bodies.into_iter().flatten() {
            let is_bytes = body["schema"]["format"] == "binary";
            assert!(
                body["example"].is_object() || is_bytes,
                "{method} {path} takes {kind}"
            );
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.starts_with(['4', '5']) {
                let examples = response["content"]["text/plain"]["examples"].as_object();
                assert!(
                    examples.is_some_and(|all| !all.is_empty()),
                    "{method} {path} {status}"
                );
            }
        }
    }
}

#[test]
fn bounds_are_those_of_the_settings() {
    let app = TestApp::with(|config| config.limits.space_name_max = 15);
    let description = description(&app);
    let body =
        &description["paths"]["/spaces"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(body["schema"]["properties"]["name"]["maxLength"], 15);
    let refusals = &description["paths"]["/spaces"]["post"]["responses"]["400"]["content"]["text/plain"]
        ["examples"];
    assert_eq!(refusals["too_long"]["value"], "Name max 15 characters");
}

/// What clients are generated from.
#[test]
fn every_operation_is_described_and_every_list_has_its_cursor() {
    let app = TestApp::new();
    let description = description(&app);
    let all = operations(&description);
    let mut lists = 0;
    for (method, path, operation) in &all {
        let about = operation["description"].as_str().unwrap();
        assert!(about.len() > 10, "{method} {path}");
        let link = &operation["responses"]["200"]["headers"]["Link"];
        let parameters = operation["parameters"].as_array().unwrap();
        let has = |name| parameters.iter().any(|parameter| parameter["name"] == name);
        assert_eq!(link.is_object(), has("cursor"), "{method} {path}");
        assert_eq!(link.is_object(), has("limit"), "{method} {path}");
        lists += usize::from(link.is_object());
    }
    assert_eq!(lists, 15);
}

#[test]
fn what_the_server_itself_refuses_is_described_everywhere() {
    let app = TestApp::new();
    let description = description(&app);
    for (method, path, operation) in operations(&description) {
        let responses = &operation["responses"];
        let codes = |status: &str| -> Vec<&str> {
            let examples = &responses[status]["content"]["text/plain"]["examples"];
            let examples = examples.as_object().into_iter().flatten();
            examples.map(|(code, _)| code.as_str()).collect()
        };
        assert!(
            codes("429").contains(&"too_many_requests"),
            "{method} {path}"
        );
        assert!(codes("503").contains(&"busy"), "{method} {path}");
        assert!(codes("503").contains(&"data_gone"), "{method} {path}");
        assert_eq!(
            codes("507").contains(&"disk_full"),
            !["get", "head", "options"].contains(&method),
            "{method} {path}"
        );
        let takes_body = operation["requestBody"].is_object();
        assert_eq!(
            codes("415").contains(&"coded_body"),
            takes_body,
            "{method} {path}"
        );
        assert_eq!(
            codes("413").contains(&"too_large"),
            takes_body,
            "{method} {path}"
        );
    }
}

/// Generated clients read a refusal as the first of the media types, and without an `Accept` they get text.
#[test]
fn refusals_are_described_as_text_before_all_else() {
    let app = TestApp::new();
    let text = app.anonymous().get("/openapi.json").text();
    let refusals: Vec<_> = text.match_indices("\"content\":{").collect();
    let mut both = 0;
    for (at, start) in refusals {
        let content = &text[at + start.len()..];
        let of_refusal = content.starts_with("\"text/plain\":{\"examples\"");
        both += usize::from(of_refusal);
        assert!(!content.starts_with("\"application/problem+json\""));
    }
    assert!(both > 100, "{both}");
    app.anonymous().get("/me").is(401, "You aren't authorized");
}

/// What the web app's types and sentences are made from: the schemas alone, because the examples of refusals are twenty times
/// as much. With `UPDATE_DESCRIPTION` set, they are written.
#[test]
fn the_schemas_that_the_web_app_is_made_from_are_those_of_the_server() {
    let app = TestApp::new();
    let description = description(&app);
    let about = json!({"title": "Shared Spaces", "version": "1"});
    let schemas = json!({"schemas": description["components"]["schemas"]});
    let current = json!({"openapi": "3.1.0", "info": about, "paths": {}, "components": schemas});
    let current = format!("{current:#}\n");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src/lib/api/schemas.json");
    if std::env::var_os("UPDATE_DESCRIPTION").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == current,
        "web/src/lib/api/schemas.json is stale: run `scripts/description`"
    );
}
