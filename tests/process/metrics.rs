//! What monitoring reads of a running server, and that those who set up nothing offer nothing.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Server, command, output, own_port, picture, until};

/// Steps of a job that runs as soon as the server does.
const JOB: &str = r#"shared_spaces_job_steps_total{job="PruneEvents",outcome="ok"}"#;

/// An address that is free at this moment.
fn free() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

fn read(address: SocketAddr, path: &str) -> (u16, String, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut reply = agent.get(format!("http://{address}{path}")).call().unwrap();
    let kind = reply.headers()["content-type"].to_str().unwrap().to_owned();
    let text = reply.body_mut().read_to_string().unwrap();
    (reply.status().as_u16(), kind, text)
}

/// The value of a sample, with its labels as they are written.
fn sample(text: &str, name: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

#[test]
fn a_scrape_has_what_has_happened_and_nothing_that_anybody_sent() {
    let folder = tempfile::tempdir().unwrap();
    let address = free();
    let settings = [(
        "SHARED_SPACES_MONITORING__METRICS_ADDRESS",
        &*address.to_string(),
    )];
    let server = Server::start_with(folder.path(), &settings);
    let ann = server.person("annabella");
    let space = ann.space("Nobody's garden");
    ann.share_photo(&space, &picture(24, 1));
    assert_eq!(ann.get("/spaces/999?secret=horse").unwrap().status, 404);
    assert_eq!(ann.get("/no/such/page").unwrap().status, 404);

    let of =
        |labels: &str| format!("shared_spaces_http_request_duration_seconds_count{{{labels}}}");
    let shared = of(r#"method="POST",route="/spaces/<id>/shares",status="2xx""#);
    // The line is written, and the request counted, once its response is sent.
    let text = until("the requests to be counted", || {
        let (status, kind, text) = read(address, "/metrics");
        assert_eq!(
            (status, &*kind),
            (200, "text/plain; version=0.0.4; charset=utf-8")
        );
        let unmatched = sample(&text, &of(r#"method="GET",route="none",status="4xx""#));
        let job = sample(&text, JOB);
        let all = [unmatched, sample(&text, &shared), job];
        all.iter().all(Option::is_some).then_some(text)
    });
    assert_eq!(sample(&text, &shared), Some(1.0), "{text}");
    assert!(sample(&text, "shared_spaces_sessions").is_some_and(|sessions| sessions >= 0.0));
    for (name, least) in [
        ("shared_spaces_database_up", 1.0),
        ("shared_spaces_commits_total", 3.0),
        ("shared_spaces_writes_total", 3.0),
        ("shared_spaces_database_bytes", 4096.0),
        ("shared_spaces_disk_free_bytes", 1.0),
        ("shared_spaces_stored_bytes", 0.0),
        ("shared_spaces_stored_quota_bytes", 0.0),
        ("shared_spaces_disk_has_room", 1.0),
        (JOB, 1.0),
    ] {
        let value = sample(&text, name);
        assert!(
            value.is_some_and(|value| value >= least),
            "{name}: {value:?}\n{text}"
        );
    }
    for secret in ["annabella", "garden", "horse"] {
        assert!(!text.contains(secret), "{secret}");
    }
    check(&text);

    // There is nothing else, and the server itself has none.
    assert_eq!(read(address, "/spaces").0, 404);
    assert_eq!(server.anybody().get("/metrics").unwrap().status, 404);
    server.process.terminate();
    assert!(server.process.wait().success());
}

/// Has Prometheus's own reader look at it, where there is one; and else looks that each sample belongs to a family.
fn check(text: &str) {
    let spawned = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::null())
        .output();
    if spawned.is_ok() {
        let mut promtool = Command::new("promtool");
        promtool.args(["check", "metrics"]);
        let checked = output(promtool, text);
        let said = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success(), "{said}\n{text}");
        assert!(said.trim().is_empty(), "{said}");
    }
    let families: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert!(families.iter().any(|name| line.starts_with(name)), "{line}");
    }
}

#[test]
fn an_address_that_can_not_be_used_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap();
    let complain = |value: &str| {
        let mut serve = command(folder.path(), &["serve", "--port", "0"]);
        serve.env("SHARED_SPACES_MONITORING__METRICS_ADDRESS", value);
        let output = output(serve, "");
        assert_eq!(output.status.code(), Some(1));
        assert!(!folder.path().join("data/shared-spaces.db").exists());
        String::from_utf8(output.stderr).unwrap()
    };
    let said = complain(&taken.to_string());
    assert!(
        said.contains(&format!("The figures can't be offered at {taken}")),
        "{said}"
    );
    drop(listener);
    let said = complain("127.0.0.1:0");
    assert!(said.contains("must have a port above 0"), "{said}");
    let said = complain("everywhere");
    assert!(said.contains("monitoring.metrics_address"), "{said}");
    let port = own_port().to_string();
    let mut serve = command(folder.path(), &["serve", "--port", &port]);
    let address = format!("0.0.0.0:{port}");
    serve.env("SHARED_SPACES_MONITORING__METRICS_ADDRESS", &address);
    let said = String::from_utf8(output(serve, "").stderr).unwrap();
    assert!(
        said.contains(&format!(
            "metrics_address is {address}, where the server itself listens"
        )),
        "{said}"
    );
    assert!(!folder.path().join("data").exists());
}

#[test]
fn a_log_for_programs_is_an_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut serve = command(folder.path(), &["serve", "--port", "0"]);
    serve.env("SHARED_SPACES_LOG_FORMAT", "json");
    let server = Server::start_logged(serve, &log);
    server.person("ann");
    server.process.terminate();
    assert!(server.process.wait().success());
    let said = fs::read_to_string(&log).unwrap();
    let lines: Vec<Value> = said
        .lines()
        .filter(|line| !line.starts_with("Shared Spaces is up"))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let signed_in = lines.iter().find(|line| line["message"] == "signed in");
    let signed_in = signed_in.unwrap_or_else(|| panic!("{said}"));
    assert_eq!(signed_in["target"], "shared_spaces::record");
    assert_eq!(signed_in["level"], "INFO");
    assert_eq!(signed_in["login"], "\"ann\"");
    let request = lines
        .iter()
        .find(|line| line["message"] == "request" && line["route"] == "/login");
    assert_eq!(request.unwrap()["status"], 200);
}
