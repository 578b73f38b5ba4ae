//! Amazon on this machine: one moto for all tests of this binary, and names of its own for each test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::Credentials;
use aws_sdk_sqs::operation::create_queue::builders::CreateQueueFluentBuilder;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::aws::proxy::Proxy;
use crate::python::python;
use crate::support::{Process, Server, command, output};

/// The version of moto that these tests were written with.
const MOTO: &str = "moto[server,s3,sqs]==5.2.5";

/// How many objects S3 lists at once here; Amazon's lists 1,000, which take a test a minute to put there.
pub const LISTED_AT_ONCE: u32 = 100;

static MOTO_PORT: LazyLock<u16> = LazyLock::new(start_moto);
/// Ends with this process: moto stops when its standard input does.
static RUNNING: Mutex<Option<Child>> = Mutex::new(None);
static TESTS: AtomicU32 = AtomicU32::new(0);

fn start_moto() -> u16 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/amazon.py");
    let mut moto = Command::new(python("moto", MOTO));
    let moto = moto
        .arg(script)
        .env("MOTO_S3_DEFAULT_MAX_KEYS", LISTED_AT_ONCE.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = moto.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    *RUNNING.lock().unwrap() = Some(child);
    line.trim().parse().unwrap()
}

/// A queue and bucket names that no other test uses, reached through a proxy that can be made to fail.
pub struct Cloud {
    pub proxy: Proxy,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub config: SdkConfig,
    pub queue_url: String,
    /// Where SQS puts what was received too often, if there is such a queue.
    pub dead_letters: Option<String>,
    pub temp: String,
    pub prefix: String,
    runtime: Runtime,
    folder: tempfile::TempDir,
}

impl Cloud {
    /// With a FIFO queue.
    pub fn new() -> Self {
        Self::with_queue(true)
    }

    pub fn with_queue(fifo: bool) -> Self {
        Self::with_queues(fifo, false)
    }

    /// With a dead-letter queue, to which a photo goes after one attempt.
    pub fn with_dead_letters(fifo: bool) -> Self {
        Self::with_queues(fifo, true)
    }

    /// With S3 on another port, which clients reach `through` a third.
    pub fn at(s3: u16, through: u16) -> Self {
        Self::between(s3, through, false, false)
    }

    /// Where moto listens.
    pub fn moto() -> u16 {
        *MOTO_PORT
    }

    fn with_queues(fifo: bool, dead_letters: bool) -> Self {
        Self::between(*MOTO_PORT, *MOTO_PORT, fifo, dead_letters)
    }

    fn between(s3: u16, through: u16, fifo: bool, dead_letters: bool) -> Self {
        let number = TESTS.fetch_add(1, Ordering::Relaxed);
        let proxy = Proxy::start(through);
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let config = runtime.block_on(config(&format!("http://127.0.0.1:{}", *MOTO_PORT)));
        let s3_config = aws_sdk_s3::config::Builder::from(&config)
            .endpoint_url(format!("http://127.0.0.1:{s3}"))
            .force_path_style(true)
            .build();
        let s3 = aws_sdk_s3::Client::from_conf(s3_config);
        let sqs = aws_sdk_sqs::Client::new(&config);
        let ending = if fifo { ".fifo" } else { "" };
        let create = |name: String| {
            // What a killed worker had in hand comes again soon.
            let hidden = if dead_letters { "30" } else { "3" };
            let create = sqs
                .create_queue()
                .queue_name(name + ending)
                .attributes(QueueAttributeName::VisibilityTimeout, hidden);
            if fifo {
                create.attributes(QueueAttributeName::FifoQueue, "true")
            } else {
                create
            }
        };
        let made = |create: CreateQueueFluentBuilder| {
            runtime.block_on(create.send()).unwrap().queue_url.unwrap()
        };
        let mut queue = create(format!("photos-{number}"));
        let dead_letters = dead_letters.then(|| made(create(format!("failed-{number}"))));
        if dead_letters.is_some() {
            let arn = format!("arn:aws:sqs:us-east-1:123456789012:failed-{number}{ending}");
            let policy = json!({"deadLetterTargetArn": arn, "maxReceiveCount": 1});
            queue = queue.attributes(QueueAttributeName::RedrivePolicy, policy.to_string());
        }
        let queue_url = made(queue);
        // Clients reach the queue where they reach everything else.
        let path = queue_url.splitn(4, '/').nth(3).unwrap();
        let queue_url = format!("http://127.0.0.1:{}/{path}", proxy.port());
        let (temp, prefix) = (format!("temp-{number}"), format!("test-{number}-space-id-"));
        let folder = tempfile::tempdir().unwrap();
        Self {
            proxy,
            s3,
            sqs,
            config,
            queue_url,
            dead_letters,
            temp,
            prefix,
            runtime,
            folder,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The settings of servers and workers, as environment.
    pub fn settings(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://127.0.0.1:{}", self.proxy.port());
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", "us-east-1"),
            ("SHARED_SPACES_PHOTOS__STORE", "s3"),
            ("SHARED_SPACES_PHOTOS__QUEUE", "sqs"),
            ("SHARED_SPACES_PHOTOS__QUEUE_URL", &self.queue_url),
            ("SHARED_SPACES_PHOTOS__TEMP_BUCKET", &self.temp),
            ("SHARED_SPACES_PHOTOS__BUCKET_PREFIX", &self.prefix),
        ];
        settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    /// A server with these settings, and others over them.
    pub fn server(&self, others: &[(&str, &str)]) -> Server {
        let settings = self.settings();
        let mut all: Vec<(&str, &str)> = settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend_from_slice(others);
        Server::start_with(self.folder(), &all)
    }

    /// A worker in a process of its own, in a folder without a database.
    pub fn worker(&self) -> Process {
        let folder = self.folder().join("worker");
        fs::create_dir_all(&folder).unwrap();
        Process::start(self.command(&folder, &["worker"], &[]))
    }

    /// The executable with these settings, and others over them.
    pub fn command(&self, folder: &Path, arguments: &[&str], others: &[(&str, &str)]) -> Command {
        let mut command = command(folder, arguments);
        command
            .envs(self.settings())
            .envs(others.iter().copied())
            .env("RUST_LOG", "off");
        command
    }

    /// Runs a command to its end, in the folder of the server.
    pub fn run(&self, arguments: &[&str], others: &[(&str, &str)]) -> Output {
        output(self.command(self.folder(), arguments, others), "")
    }

    /// What a command printed, if it succeeded.
    #[track_caller]
    pub fn succeeds(&self, arguments: &[&str], others: &[(&str, &str)]) -> String {
        let output = self.run(arguments, others);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command printed and what it complained about, if it failed as it should.
    #[track_caller]
    pub fn fails(&self, arguments: &[&str], others: &[(&str, &str)]) -> (String, String) {
        let output = self.run(arguments, others);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{printed}");
        (printed, String::from_utf8(output.stderr).unwrap())
    }

    /// Puts a message into the queue, as others may.
    pub fn send(&self, body: &str) {
        let mut send = self
            .sqs
            .send_message()
            .queue_url(&self.queue_url)
            .message_body(body);
        if self.queue_url.ends_with(".fifo") {
            let group = body.split('-').next().unwrap_or_default();
            send = send.message_group_id(group).message_deduplication_id(body);
        }
        self.wait(send.send()).unwrap();
    }

    /// Makes a bucket, as an operator would.
    pub fn make_bucket(&self, bucket: &str) {
        let create = self.s3.create_bucket().bucket(bucket);
        self.wait(create.send()).unwrap();
    }

    /// Puts an object into a bucket.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let put = self.s3.put_object().bucket(bucket).key(key);
        self.wait(put.body(bytes.to_vec().into()).send()).unwrap();
    }

    /// Puts an object into a bucket that has been there for two days.
    pub fn put_old(&self, bucket: &str, key: &str, bytes: &[u8]) {
        let put = self.s3.put_object().bucket(bucket).key(key);
        let put = put.metadata("age", "172800");
        self.wait(put.body(bytes.to_vec().into()).send()).unwrap();
    }

    /// The bytes of an object.
    pub fn get(&self, bucket: &str, key: &str) -> Vec<u8> {
        let get = self.s3.get_object().bucket(bucket).key(key);
        let object = self.wait(get.send()).unwrap();
        self.wait(object.body.collect()).unwrap().to_vec()
    }

    /// The names of the buckets that belong to this test's spaces, sorted.
    pub fn buckets(&self) -> Vec<String> {
        let listed = self.wait(self.s3.list_buckets().send()).unwrap();
        let names = listed
            .buckets()
            .iter()
            .filter_map(|bucket| bucket.name().map(str::to_owned));
        let mut ours: Vec<_> = names
            .filter(|name| name.starts_with(&self.prefix))
            .collect();
        ours.sort();
        ours
    }

    /// The keys in a bucket, sorted; none if it isn't there.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let listed = self.wait(self.s3.list_objects_v2().bucket(bucket).send());
        let mut keys: Vec<_> = match listed {
            Ok(listed) => listed
                .contents()
                .iter()
                .filter_map(|object| object.key().map(str::to_owned))
                .collect(),
            Err(_) => Vec::new(),
        };
        keys.sort();
        keys
    }

    /// The keys of previews, sorted.
    pub fn previews(&self) -> Vec<String> {
        self.keys(&self.preview_bucket())
    }

    /// The bucket of previews, as it is called without a setting.
    pub fn preview_bucket(&self) -> String {
        format!("{}-previews", self.temp)
    }

    /// How many messages are in the queue, hidden ones included.
    pub fn messages(&self) -> u32 {
        self.messages_in(&self.queue_url)
    }

    /// How many messages are in the dead-letter queue, hidden ones included.
    pub fn failed_messages(&self) -> u32 {
        self.messages_in(self.dead_letters.as_ref().unwrap())
    }

    fn messages_in(&self, url: &str) -> u32 {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let ask = self
            .sqs
            .get_queue_attributes()
            .queue_url(url)
            .set_attribute_names(Some(names.to_vec()));
        let attributes = self.wait(ask.send()).unwrap();
        names
            .iter()
            .map(|name| {
                attributes.attributes().unwrap()[name]
                    .parse::<u32>()
                    .unwrap()
            })
            .sum()
    }
}

/// How the SDK reaches an endpoint on this machine.
pub async fn config(endpoint: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    let loader =
        aws_config::defaults(BehaviorVersion::latest()).region(Region::from_static("us-east-1"));
    loader
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .load()
        .await
}
