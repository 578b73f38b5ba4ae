//! What a scrape reads.

use super::*;

fn text(metrics: &Metrics) -> String {
    metrics.write(&Present::default(), Some(&Measured::default()))
}

#[test]
fn a_request_counts_by_its_template_and_class_and_nothing_else() {
    let metrics = Metrics::default();
    let took = Duration::from_millis(7);
    for status in [200, 204, 404] {
        metrics.request("GET", Some("/spaces/<id>"), status, took);
    }
    metrics.request("other", None, 404, took);
    let text = text(&metrics);
    let count = "shared_spaces_http_request_duration_seconds_count";
    let bucket = "shared_spaces_http_request_duration_seconds_bucket";
    for line in [
        format!(r#"{count}{{method="GET",route="/spaces/<id>",status="2xx"}} 2"#),
        format!(r#"{count}{{method="GET",route="/spaces/<id>",status="4xx"}} 1"#),
        format!(r#"{count}{{method="other",route="none",status="4xx"}} 1"#),
        format!(r#"{bucket}{{method="other",route="none",status="4xx",le="0.005"}} 0"#),
        format!(r#"{bucket}{{method="other",route="none",status="4xx",le="0.01"}} 1"#),
    ] {
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
}

#[test]
fn what_is_over_is_not_counted_any_more() {
    let metrics = Metrics::default();
    let first = metrics.connection();
    let second = metrics.connection();
    assert!(text(&metrics).contains("\nshared_spaces_connections 2\n"));
    drop((first, second));
    assert!(text(&metrics).contains("\nshared_spaces_connections 0\n"));
}

#[test]
fn a_database_that_does_not_answer_is_told_and_its_last_figures_stay() {
    let metrics = Metrics::default();
    let measured = Measured {
        queued: 3,
        ..Measured::default()
    };
    metrics.write(&Present::default(), Some(&measured));
    let text = metrics.write(&Present::default(), None);
    assert!(text.contains("\nshared_spaces_database_up 0\n"), "{text}");
    assert!(text.contains("\nshared_spaces_queue_photos 3\n"), "{text}");
}

#[test]
fn names_say_their_unit_and_counters_that_they_count() {
    let metrics = Metrics::default();
    metrics.step("Cleanup", false);
    let text = text(&metrics);
    for line in [
        r#"shared_spaces_job_steps_total{job="Cleanup",outcome="failed"} 1"#,
        "shared_spaces_commits_total 0",
        "shared_spaces_wal_bytes -1",
        "shared_spaces_queue_oldest_seconds 0",
        concat!(
            r#"shared_spaces_build_info{version=""#,
            env!("CARGO_PKG_VERSION"),
            r#""} 1"#
        ),
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
