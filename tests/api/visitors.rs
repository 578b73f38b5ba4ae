//! Those who come through a proxy, and what changes when they come by HTTPS.

use rocket::http::Header;
use serde_json::json;

use crate::support::{PASSWORD, Person, Reply, TestApp};

/// A server that trusts the proxy through which all requests of these tests come.
fn behind_a_proxy() -> TestApp {
    TestApp::with(|config| {
        config.trusted_proxies = serde_json::from_value(json!(["127.0.0.1"])).unwrap();
    })
}

/// Signs in through a proxy that forwards this address.
fn login(app: &TestApp, headers: &[(&'static str, &'static str)]) -> Reply {
    let body = json!({"login": "ann", "password": PASSWORD}).to_string();
    let mut request = app.client().post("/login").body(body);
    request.add_header(rocket::http::ContentType::JSON);
    for (name, value) in headers {
        request.add_header(Header::new(*name, *value));
    }
    Reply::read(request.dispatch())
}

/// The address of a list's next page, as a client sees it.
fn own_address(ann: &Person<'_>, app: &TestApp, headers: &[(&'static str, &str)]) -> String {
    let mut request = app.client().get("/spaces?limit=1");
    for (name, value) in headers {
        request.add_header(Header::new(*name, (*value).to_owned()));
    }
    let reply = ann.send(request);
    let link = reply.header("Link").unwrap();
    let (origin, _) = link.split_once("/spaces?").unwrap();
    origin.strip_prefix('<').unwrap().to_owned()
}

const HTTPS: [(&str, &str); 2] = [
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "spaces.example.org"),
];

#[test]
fn links_begin_with_what_a_trusted_proxy_was_asked_for() {
    for (app, expected) in [
        (behind_a_proxy(), "https://spaces.example.org"),
        (TestApp::new(), "http://localhost:8000"),
    ] {
        let ann = app.person("ann");
        ann.space("Family");
        ann.space("Friends");
        assert_eq!(own_address(&ann, &app, &HTTPS), expected);
        assert_eq!(own_address(&ann, &app, &[]), "http://localhost:8000");
    }
}

#[test]
fn a_trusted_proxys_word_that_is_no_host_changes_nothing() {
    let app = behind_a_proxy();
    let ann = app.person("ann");
    ann.space("Family");
    ann.space("Friends");
    for host in ["a b/c", "user@a.example", "", &"a".repeat(265)] {
        let made_up = [("X-Forwarded-Host", host), ("X-Forwarded-Proto", "ftp")];
        assert_eq!(own_address(&ann, &app, &made_up), "http://localhost:8000");
    }
}

#[test]
fn by_https_the_cookie_is_for_this_host_and_for_https_only() {
    let public = TestApp::with(|config| config.public_url = Some("https://a.example".to_owned()));
    for (app, headers) in [(public, &[][..]), (behind_a_proxy(), &HTTPS[..])] {
        app.anonymous().register("ann").is_ok();
        let reply = login(&app, headers);
        let cookie = reply.header("Set-Cookie").unwrap();
        assert!(
            cookie.starts_with(&format!("__Host-shared-spaces-{}=", app.app.installation)),
            "{cookie}"
        );
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(reply.header("Strict-Transport-Security").is_some());
    }
    let app = TestApp::new();
    app.anonymous().register("ann").is_ok();
    let reply = login(&app, &HTTPS);
    let plain = format!("shared-spaces-{}=", app.app.installation);
    assert!(reply.header("Set-Cookie").unwrap().starts_with(&plain));
    assert_eq!(reply.header("Strict-Transport-Security"), None);
}

#[test]
fn by_https_a_cookie_that_a_neighbouring_host_could_have_planted_is_not_taken() {
    let app = TestApp::with(|config| config.public_url = Some("https://a.example".to_owned()));
    let token = app.person("ann").token().to_owned();
    let name = app.cookie_name();
    let me = |cookies: String| {
        let request = app
            .client()
            .get("/me")
            .header(Header::new("Cookie", cookies));
        Reply::read(request.dispatch())
    };
    for planted in [
        format!("session={token}"),
        format!("__Host-session={token}"),
        format!("{}={token}", name.strip_prefix("__Host-").unwrap()),
        format!("{}={token}", name.replacen("__H", "__%48", 1)),
        format!("\u{a0}{name}={token}"),
        format!("{name}\u{a0}={token}"),
        format!("{}={token}", name.to_lowercase()),
    ] {
        me(planted).is(401, "You aren't authorized");
    }
    me(format!("{name}={token}")).is_ok();
    me(format!("a=b; {name}={token}; c=d")).is_ok();
    // A browser doesn't allow a second one.
    for twice in [
        format!("{name}={token}; {name}={token}"),
        format!("{name}=x; {name}={token}"),
    ] {
        me(twice).is(401, "You aren't authorized");
    }
    let apart = app.client().get("/me").header(app.cookie(&token));
    let apart = apart.header(app.cookie("x"));
    Reply::read(apart.dispatch()).is(401, "You aren't authorized");
}

#[test]
fn who_signs_in_by_https_loses_the_cookie_from_before() {
    let app = TestApp::with(|config| config.public_url = Some("https://a.example".to_owned()));
    app.anonymous().register("ann").is_ok();
    let plain = format!("shared-spaces-{}", app.app.installation);
    let body = json!({"login": "ann", "password": PASSWORD}).to_string();
    let request = app.client().post("/login").body(body);
    let request = request
        .header(rocket::http::ContentType::JSON)
        .header(Header::new(
            "Cookie",
            format!("session=Flask's; {plain}=old"),
        ));
    let reply = Reply::read(request.dispatch());
    let mut cookies: Vec<_> = reply.headers("Set-Cookie").collect();
    cookies.sort_unstable();
    assert_eq!(cookies.len(), 3, "{cookies:?}");
    assert!(
        cookies[0].starts_with(&format!("__Host-{plain}=")),
        "{cookies:?}"
    );
    assert!(
        cookies[1].starts_with(&format!("__Secure-{plain}-browser=")),
        "{cookies:?}"
    );
    assert!(cookies[2].starts_with(&format!("{plain}=;")), "{cookies:?}");
}

/// Cookies know no ports: what another server at the same host sets comes along.
#[test]
fn on_plain_http_what_neighbours_set_keeps_nobody_out() {
    let app = TestApp::new();
    let (ann, bob) = (app.person("ann"), app.person("bob"));
    let (name, token) = (app.cookie_name(), ann.token());
    let me = |cookies: String| {
        let request = app
            .client()
            .get("/me")
            .header(Header::new("Cookie", cookies));
        Reply::read(request.dispatch())
    };
    for cookies in [
        format!("session=Flask's; {name}={token}"),
        format!("{name}=stale; {name}={token}"),
        format!("{name}={token}; {name}=stale"),
        format!("{name}={token}; {name}={token}"),
        format!("shared-spaces-00000000={}; {name}={token}", bob.token()),
    ] {
        assert_eq!(me(cookies).is_ok()["login"], "ann");
    }
    // A planted cookie doesn't make one user act as another.
    me(format!("{name}={}; {name}={token}", bob.token())).is(401, "You aren't authorized");
    // At most this many are looked up.
    let many = format!("{name}=x; ").repeat(8);
    me(format!("{many}{name}={token}")).is(401, "You aren't authorized");
    me(format!("session={token}")).is(401, "You aren't authorized");
}

#[test]
fn the_name_of_the_cookie_is_the_installations_own_and_stays() {
    let (app, other) = (TestApp::new(), TestApp::new());
    let name = app.cookie_name();
    let digits = name.strip_prefix("shared-spaces-").unwrap();
    assert!(digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert_ne!(name, other.cookie_name());
    assert_eq!(name, app.restarted().cookie_name());
}

#[test]
fn signing_in_by_http_where_sessions_are_for_https_is_refused_with_a_reason() {
    let app = TestApp::with(|config| {
        config.public_url = Some("https://a.example".to_owned());
        config.cors_origins = vec!["http://client.example".to_owned()];
    });
    app.anonymous().register("ann").is_ok();
    let from = |origin: Option<&'static str>, password: &str| {
        let body = json!({"login": "ann", "password": password}).to_string();
        let mut request = app.client().post("/login").body(body);
        request.add_header(rocket::http::ContentType::JSON);
        if let Some(origin) = origin {
            request.add_header(Header::new("Origin", origin));
        }
        Reply::read(request.dispatch())
    };
    for origin in ["http://a.example", "http://192.168.1.5:8000"] {
        for password in [PASSWORD, "no such horse"] {
            from(Some(origin), password).is(
                403,
                "Sign in at https://a.example: this page came by plain HTTP, and browsers keep a session here for HTTPS only",
            );
        }
    }
    for origin in [
        None,
        Some("https://a.example"),
        Some("http://localhost:8000"),
        Some("http://client.example"),
        Some("null"),
    ] {
        from(origin, PASSWORD).is_ok();
    }
}

#[test]
fn a_proxy_that_hides_the_port_is_named_as_the_cause() {
    let app = TestApp::new();
    let ann = app.person("ann");
    let from = |headers: &[(&'static str, &'static str)]| {
        let token = ann.token().to_owned();
        let mut request = app.client().delete("/logout").header(app.cookie(&token));
        for (name, value) in headers {
            request.add_header(Header::new(*name, *value));
        }
        Reply::read(request.dispatch())
    };
    from(&[("Origin", "http://localhost:8412")]).is(
        403,
        "Requests with the cookie must come from this site, and the server isn't told its own address: whoever runs it sets \
         public_url, or has the proxy in front pass on the host with its port",
    );
    let plain = "Requests with the cookie must come from this site";
    from(&[
        ("Origin", "http://localhost:8412"),
        ("Sec-Fetch-Site", "same-site"),
    ])
    .is(403, plain);
    from(&[("Origin", "http://localhost.evil.example:8000")]).is(403, plain);
    from(&[]).is(403, plain);
}

#[test]
fn of_many_cookies_of_our_name_eight_are_looked_at() {
    let app = TestApp::new();
    let token = app.person("ann").token().to_owned();
    let name = app.cookie_name();
    let me = |before: usize| {
        let cookies = format!("{name}=x; ").repeat(before) + &format!("{name}={token}");
        let request = app
            .client()
            .get("/me")
            .header(Header::new("Cookie", cookies));
        Reply::read(request.dispatch())
    };
    me(7).is_ok();
    for before in [8, 1000] {
        me(before).is(401, "You aren't authorized");
    }
}
