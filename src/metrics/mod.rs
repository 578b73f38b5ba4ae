//! What is counted for monitoring, in the format of Prometheus.
//!
//! Nothing that people send is a label, and nothing names a person, a space or a photo: a route is its template, a status its
//! class. So there are no more series than routes, methods and classes.

// What is asked of the database when somebody looks.
mod gauges;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use self::gauges::Gauges;
pub use self::gauges::{Measured, Present};
use crate::clock::Clock;

/// What all names begin with.
const PREFIX: &str = "shared_spaces";
/// The type of what [`Metrics::write`] returns.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;
/// The upper bounds of latencies, in seconds.
const BUCKETS: [f64; 11] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0,
];
/// The label of requests that no route has matched.
const NO_ROUTE: &str = "none";

/// Everything that is counted; clones share it.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    requests: Family<RequestLabels, Histogram, Latencies>,
    streams: Family<StreamLabels, Counter>,
    steps: Family<StepLabels, Counter>,
    connections: Gauge,
    gauges: Gauges,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StreamLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StepLabels {
    job: &'static str,
    outcome: &'static str,
}

/// Makes the histogram of one route.
#[derive(Clone)]
struct Latencies;

impl MetricConstructor<Histogram> for Latencies {
    fn new_metric(&self) -> Histogram {
        Histogram::new(BUCKETS)
    }
}

/// One more of something, until this is dropped.
pub struct Counted(Gauge);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let requests = Family::new_with_constructor(Latencies);
        registry.register_with_unit(
            "http_request_duration",
            "The time from the head of a request to the end of its response, by method, template of the route and class of status",
            Unit::Seconds,
            requests.clone(),
        );
        let streams = Family::default();
        registry.register(
            "http_streams_opened",
            "Responses that last until their readers leave; they have no duration",
            streams.clone(),
        );
        let steps = Family::default();
        registry.register(
            "job_steps",
            "Steps of background jobs, by job and outcome: ok or failed",
            steps.clone(),
        );
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        let version = vec![("version", env!("CARGO_PKG_VERSION"))];
        registry.register("build", "The version that is running", Info::new(version));
        let started: Gauge = Gauge::default();
        started.set(Clock::default().now().seconds());
        registry.register_with_unit(
            "start_time",
            "When the process was started, since 1970",
            Unit::Seconds,
            started,
        );
        let gauges = Gauges::new(&mut registry);
        Self(Arc::new(Inner {
            registry,
            requests,
            streams,
            steps,
            connections,
            gauges,
        }))
    }
}

impl Metrics {
    /// A request was answered after this time. `method` is one of a few constants, and `route` the template that it
    /// matched, if any.
    pub fn request(&self, method: &'static str, route: Option<&str>, status: u16, took: Duration) {
        let labels = RequestLabels {
            method,
            route: route.unwrap_or(NO_ROUTE).to_owned(),
            status: class(status),
        };
        let seconds = took.as_secs_f64();
        self.0.requests.get_or_create(&labels).observe(seconds);
    }

    /// A response has begun that lasts until its reader leaves.
    pub fn stream(&self, route: Option<&str>) {
        let route = route.unwrap_or(NO_ROUTE).to_owned();
        self.0.streams.get_or_create(&StreamLabels { route }).inc();
    }

    /// A step of a background job has ended.
    pub fn step(&self, job: &'static str, is_ok: bool) {
        let outcome = if is_ok { "ok" } else { "failed" };
        self.0
            .steps
            .get_or_create(&StepLabels { job, outcome })
            .inc();
    }

    /// A client has connected, until the returned value is dropped.
    pub fn connection(&self) -> Counted {
        let connections = self.0.connections.clone();
        connections.inc();
        Counted(connections)
    }

    /// Everything, with what was measured just now; `None` if the database couldn't be asked: then the last figures stay, and
    /// one says so.
    pub fn write(&self, present: &Present, measured: Option<&Measured>) -> String {
        self.0.gauges.set(present, measured);
        let mut text = String::new();
        // A string takes everything.
        let _written = prometheus_text::encode(&mut text, &self.0.registry);
        text
    }
}

/// The class of a status: a hundred of them are one.
fn class(status: u16) -> &'static str {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// As much of a number as a gauge can show.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
