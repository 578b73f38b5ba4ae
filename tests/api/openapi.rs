//! The description of the API agrees with the API.

use std::collections::BTreeSet;

use serde_json::Value;
use shared_spaces::assets;

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
    // What is served for browsers is no part of the API.
    let is_page = |path: &str| {
        path == "/"
            || ["/app", "/assets", "/docs"]
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
            assert!(body["example"].is_object(), "{method} {path} takes {kind}");
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
