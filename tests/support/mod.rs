//! Starts the executable, talks to it over HTTP, and makes sure that it ends.

pub mod held;
mod media;
pub mod pebble;
mod person;
mod ports;
mod random;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::json;
use tokio::net::TcpSocket;
use tokio::runtime::Builder;

pub use person::{Person, Reply};
pub use ports::own_port;
pub use random::Random;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse";
/// How long anything is waited for before the test fails. No machine is so slow: what takes this long hangs.
pub const TIMEOUT: Duration = Duration::from_secs(600);
/// No client counts as too slow because the machine is, unless a test says otherwise.
const PATIENT: [(&str, &str); 2] = [
    ("SHARED_SPACES_CONNECTIONS__HEADER_TIMEOUT", "600s"),
    ("SHARED_SPACES_CONNECTIONS__STALL_TIMEOUT", "600s"),
];
/// How long a process may take to end by itself where lines are counted.
const GRACE: Duration = Duration::from_secs(20);
/// What a server says before its address.
const UP: &str = "Shared Spaces is up: ";

/// The executable with these arguments, on this data folder, with no settings from outside.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shared-spaces"));
    command
        .current_dir(folder)
        .arg("--data-dir")
        .arg(folder.join("data"))
        .args(arguments);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("SHARED_SPACES_") || name.starts_with("ROCKET_") || name == "RUST_LOG" {
            command.env_remove(&*name);
        }
    }
    command
}

/// Runs a command to its end, with `input` as its standard input.
pub fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    output(command(folder, arguments), input)
}

/// As [`run`], for a command that was given its settings.
pub fn output(mut command: Command, input: &str) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = Process::spawn(command);
    // A command that doesn't read its input may have ended already.
    let _written = process
        .child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes());
    let stdout = read_all(process.child.stdout.take().unwrap());
    let stderr = read_all(process.child.stderr.take().unwrap());
    Output {
        status: process.wait(),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    }
}

/// What a command printed, if it succeeded.
#[track_caller]
pub fn succeeds(folder: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(folder, arguments, input);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// What a command complained about, if it failed as it should.
#[track_caller]
pub fn fails(folder: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(folder, arguments, input);
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stderr).unwrap()
}

/// A process that doesn't outlive its test.
pub struct Process {
    child: Child,
}

impl Process {
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null());
        Self::spawn(command)
    }

    /// Starts it and waits until its log has a line with `words`.
    pub fn start_and_wait_for(mut command: Command, words: &str) -> Self {
        command.stderr(Stdio::piped());
        let mut process = Self::start(command);
        line_with(words, process.child.stderr.take().unwrap());
        process
    }

    /// As [`Self::start`], with a standard input of one's own.
    pub fn spawn(mut command: Command) -> Self {
        Self {
            child: command.spawn().unwrap(),
        }
    }

    /// Kills it immediately, whatever it is doing.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as a system does that shuts down.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Asks it to end, as Ctrl-C does.
    pub fn interrupt(&self) {
        self.signal("INT");
    }

    /// By the shell, which has `kill` on every system.
    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.id());
        let sent = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
    }

    /// What the system calls it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it has ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for its end.
    pub fn wait(mut self) -> ExitStatus {
        until("the process to end", || self.ended())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Where lines are counted, a process that is killed never records which it ran.
        if std::env::var_os("LLVM_PROFILE_FILE").is_some() && !self.has_ended() {
            self.terminate();
            let asked = Instant::now();
            while !self.has_ended() && asked.elapsed() < GRACE {
                pause(Duration::from_millis(5));
            }
        }
        // It may have ended already.
        let _killed = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A server on a free port.
pub struct Server {
    pub process: Process,
    pub url: String,
}

impl Server {
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// With settings in the environment.
    pub fn start_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_with_arguments(folder, settings, &[])
    }

    /// With settings in the environment, and more arguments.
    pub fn start_with_arguments(
        folder: &Path,
        settings: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        let mut command = command(folder, &["serve", "--port", "0"]);
        command
            .args(arguments)
            .envs(PATIENT)
            .envs(settings.iter().copied())
            .env("RUST_LOG", "error");
        Self::start_as(command)
    }

    /// By a command of one's own.
    pub fn start_as(mut command: Command) -> Self {
        command.stdout(Stdio::piped());
        let mut process = Process::start(command);
        let line = line_with(UP, process.child.stdout.take().unwrap());
        let url = line.strip_prefix(UP).unwrap().to_owned();
        Self { process, url }
    }

    /// By a command of one's own, with all that it says in the file `log`.
    pub fn start_logged(mut command: Command, log: &Path) -> Self {
        let file = File::create(log).unwrap();
        command.stderr(file.try_clone().unwrap()).stdout(file);
        let mut process = Process::start(command);
        let url = until("the server to say its address", || {
            let has_ended = process.has_ended();
            let said = fs::read_to_string(log).unwrap();
            let mut lines = said.split_inclusive('\n');
            let line = lines.find_map(|line| line.strip_suffix('\n')?.strip_prefix(UP));
            assert!(line.is_some() || !has_ended, "the server has ended: {said}");
            line.map(str::to_owned)
        });
        Self { process, url }
    }

    /// A connection with no HTTP on it yet.
    pub fn connect(&self) -> std::io::Result<TcpStream> {
        let (_, port) = self.url.rsplit_once(':').unwrap();
        let connection = TcpStream::connect(("127.0.0.1", port.parse().unwrap()))?;
        connection.set_read_timeout(Some(TIMEOUT))?;
        connection.set_write_timeout(Some(TIMEOUT))?;
        Ok(connection)
    }

    /// A connection from another address of this machine: with Linux, all of 127.0.0.0/8 are. The system takes in little for it
    /// that isn't read.
    pub fn connect_from(&self, last: u8) -> std::io::Result<TcpStream> {
        let (_, port) = self.url.rsplit_once(':').unwrap();
        let to = SocketAddr::from(([127, 0, 0, 1], port.parse().unwrap()));
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let connection = runtime.block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(8 * 1024)?;
            socket.bind(SocketAddr::from(([127, 0, 0, last], 0)))?;
            socket.connect(to).await?.into_std()
        })?;
        connection.set_nonblocking(false)?;
        connection.set_read_timeout(Some(TIMEOUT))?;
        connection.set_write_timeout(Some(TIMEOUT))?;
        Ok(connection)
    }

    /// A connection on which a request with `Expect: 100-continue` has begun: the server has said that it reads the body.
    pub fn begin(&self, head: &str) -> TcpStream {
        const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut connection = self.connect().unwrap();
        connection.write_all(head.as_bytes()).unwrap();
        let mut said = [0; GO_ON.len()];
        connection.read_exact(&mut said).unwrap();
        assert_eq!(said, GO_ON);
        connection
    }

    /// A client without a session.
    pub fn anybody(&self) -> Person {
        Person::anonymous(&self.url)
    }

    /// Registers a user and signs them in.
    pub fn person(&self, login: &str) -> Person {
        let body = json!({"login": login, "password": PASSWORD, "confirm-password": PASSWORD});
        assert_eq!(
            Person::anonymous(&self.url)
                .post("/register", &body)
                .unwrap()
                .status,
            200
        );
        self.sign_in(login, PASSWORD).unwrap()
    }

    /// Signs a user in, if this is their password.
    pub fn sign_in(&self, login: &str, password: &str) -> Option<Person> {
        let anonymous = Person::anonymous(&self.url);
        let reply = anonymous
            .post("/login", &json!({"login": login, "password": password}))
            .unwrap();
        (reply.status == 200)
            .then(|| anonymous.with_token(reply.json()["access_token"].as_str().unwrap()))
    }
}

/// A PNG with no metadata, which passes through the cleaner byte for byte; another one for each seed.
pub fn picture(side: u32, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let pixels = (0..side * side * 3)
        .map(|_| random.below(256) as u8)
        .collect();
    let mut bytes = Cursor::new(Vec::new());
    let picture = RgbImage::from_raw(side, side, pixels).unwrap();
    DynamicImage::from(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// The first line with `words` in what a process says. The rest is read too, so that the process isn't held up.
fn line_with(words: &str, output: impl Read + Send + 'static) -> String {
    let (said, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nothing listens any more once the line has come.
            let _heard = said.send(line);
        }
    });
    let until = Instant::now() + TIMEOUT;
    let mut others = String::new();
    while let Ok(line) = lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
        if line.contains(words) {
            return line;
        }
        others += &line;
        others.push('\n');
    }
    panic!("the process has not said {words:?}, but:\n{others}")
}

fn read_all(mut output: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// How often something is interrupted at a random moment: as often as `variable` says, or else what finds a common fault, and in the
/// long form of the tests, `scripts/test --long`, what finds a rare one.
pub fn rounds(variable: &str) -> u64 {
    let is_long = std::env::var_os("LONG").is_some();
    setting(variable).unwrap_or(if is_long { 12 } else { 4 })
}

/// A number that can be set when the tests are run.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_str().unwrap().parse().unwrap())
}

/// Waits for something that another process does.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < TIMEOUT, "waited too long for {what}");
        pause(Duration::from_millis(5));
    }
}

/// Between two looks at another process, which can't wake this one; and between the chunks of a slow client.
#[expect(
    clippy::disallowed_methods,
    reason = "another process can't wake this one, so it looks again and again"
)]
pub fn pause(time: Duration) {
    thread::sleep(time);
}

/// The files below a folder, as sorted paths from there, without the marker in it; none if the folder doesn't exist.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    collect(folder, folder, &mut found);
    found.retain(|file| file != "shared-spaces.id");
    found.sort();
    found
}

/// The photos of a data folder, as sorted paths below `photos`; without previews.
pub fn photos(data: &Path) -> Vec<String> {
    let mut found = files(&data.join("photos"));
    found.retain(|path| !path.starts_with("previews/"));
    found
}

/// The previews of a data folder, as sorted paths below `photos/previews`.
pub fn previews(data: &Path) -> Vec<String> {
    files(&data.join("photos/previews"))
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            found.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
}
