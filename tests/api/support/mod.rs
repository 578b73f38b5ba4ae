//! An application for each test, people who use it through its public API, and what they get back.

mod listening;
mod live;
mod mail_server;
mod person;
pub mod pictures;
mod push_service;
mod reply;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rocket::http::Header;
use rocket::local::blocking::Client;
use rocket::tokio::runtime::Builder;
use rusqlite::Connection;
use serde_json::{Value, json};
use shared_spaces::api;
use shared_spaces::app::App;
use shared_spaces::auth::passwords::Passwords;
use shared_spaces::config::Config;
use shared_spaces::data_dir::DATABASE;
use shared_spaces::domain::access::OperatorRight;
use shared_spaces::domain::mailing::{self, Mail};
use shared_spaces::domain::operating::Act;
use shared_spaces::domain::photo_name::PhotoName;
use shared_spaces::domain::text::GivenLogin;
use shared_spaces::domain::tokens::Token;
use shared_spaces::domain::{
    account_removal, account_status, password_resets, restore, space_deletion, users,
};
use shared_spaces::jobs::index_previews::IndexReport;
use shared_spaces::jobs::outcome::Outcome;
use shared_spaces::jobs::process_photo::PhotoWorker;
use shared_spaces::jobs::runner::{Job, Next};
use shared_spaces::jobs::send_pushes::SOON;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub use live::{Live, Stream};
pub use mail_server::{Fault, MailServer, ReceivedMail};
pub use person::{Form, Person, path_of};
pub use push_service::{Browser, PushService, Received};
pub use reply::Reply;

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse";
/// How long anything is waited for before the test fails. No machine is so slow: what takes this long hangs.
pub const TIMEOUT: Duration = Duration::from_secs(600);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many spaces and users, and whether the server, have another usage than what there is of photos and uploads.
pub const MISCOUNTS: &str = "with of_photos as (select p.space_id, s.user_id, p.stored_bytes as bytes
        from photos p join shares s on s.space_id = p.space_id and s.id = p.share_id),
     of_users as (select user_id, bytes from of_photos
        union all select user_id, coalesce(bytes, length) from uploads)
     select (select count(*) from spaces s left join space_usage u on u.space_id = s.id where coalesce(u.bytes, 0) <>
            (select coalesce(sum(bytes), 0) from of_photos where space_id = s.id))
      + (select count(*) from users s left join user_usage u on u.user_id = s.id where coalesce(u.bytes, 0) <>
            (select coalesce(sum(bytes), 0) from of_users where user_id = s.id))
      + (select count(*) from server_usage where bytes <> (select coalesce(sum(bytes), 0) from of_users))";

/// A server in this process with a folder of its own. When it is dropped, no photo may still wait to be moved to its space.
pub struct TestApp {
    pub app: App,
    client: Client,
    folder: TempDir,
    may_leave_jobs: bool,
}

/// With passwords that cost little: at what they cost in earnest, hashing was nearly half of what these tests compute. No test begins
/// in the last minutes of an hour, and sees it end: links, quiet hours, digests and dates change with one.
fn open(config: Config) -> App {
    const MINUTE: i64 = 60;
    const LAST: i64 = 5 * MINUTE;
    let mut app = App::open(config).unwrap();
    app.passwords = Passwords::with_cost(8, 1).unwrap();
    let minutes_left = 60 * MINUTE - app.now().seconds().rem_euclid(60 * MINUTE);
    if minutes_left <= LAST {
        app.clock
            .advance(Duration::from_secs((LAST + MINUTE).unsigned_abs()));
    }
    app
}

impl TestApp {
    /// With the default settings.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With some settings changed.
    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data_dir: folder.path().join("data"),
            ..Config::default()
        };
        change(&mut config);
        let app = open(config);
        let client = Client::untracked(api::rocket(app.clone())).unwrap();
        Self {
            app,
            client,
            folder,
            may_leave_jobs: false,
        }
    }

    /// The same folder with a new process, as after a restart.
    pub fn restarted(self) -> Self {
        self.restarted_with(|_| {})
    }

    /// As [`Self::restarted`], with some settings changed.
    pub fn restarted_with(self, change: impl FnOnce(&mut Config)) -> Self {
        self.wait(self.app.release_ids()).unwrap();
        self.opened_again(change)
    }

    /// The same folder with a new process, as after one that was killed.
    pub fn killed(self) -> Self {
        self.opened_again(|_| {})
    }

    fn opened_again(mut self, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = (*self.app.config).clone();
        change(&mut config);
        self.app = open(config);
        self.client = Client::untracked(api::rocket(self.app.clone())).unwrap();
        self
    }

    /// For tests that end with photos waiting.
    pub fn leaving_jobs(mut self) -> Self {
        self.may_leave_jobs = true;
        self
    }

    /// A client without a session.
    pub fn anonymous(&self) -> Person<'_> {
        Person::anonymous(&self.client)
    }

    /// A new user, signed in with a bearer token.
    pub fn person(&self, login: &str) -> Person<'_> {
        self.anonymous().register(login).is_ok();
        self.anonymous().signed_in(login)
    }

    /// Dispatches a request that was built by hand.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the cookie of a session is called here.
    pub fn cookie_name(&self) -> String {
        api::cookie_name(&self.app.installation, self.app.config.is_https())
    }

    /// The header with which a browser sends a session's cookie.
    pub fn cookie(&self, token: &str) -> Header<'static> {
        Header::new("Cookie", format!("{}={token}", self.cookie_name()))
    }

    /// Waits for something asynchronous of the application.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    }

    /// The token of a link by which a user sets a new password within a day, as the command line makes it.
    pub fn reset_token(&self, login: &'static str) -> String {
        let (token, now) = (Token::random().unwrap(), self.app.now());
        let kept = token.clone();
        let made = self.app.db.write(move |conn| {
            let user = users::get_by_login(conn, &GivenLogin::new(login.to_owned()))?;
            Ok(password_resets::create(conn, user.id, &kept, now, DAY)?)
        });
        self.wait(made).unwrap();
        token.as_str().to_owned()
    }

    /// Removes an account, as the command line does, and returns the photos whose bytes are to be deleted.
    pub fn remove_account(&self, login: &'static str) -> Vec<PhotoName> {
        let now = self.app.now();
        let removed = self.app.db.write(move |conn| {
            let user = users::get_by_login(conn, &GivenLogin::new(login.to_owned()))?;
            let begun = account_removal::begin(conn, &user, now)?;
            let (mut progress, mut photos) = (begun.progress, Vec::new());
            loop {
                photos.append(&mut progress.photos);
                if progress.is_over {
                    break;
                }
                progress = account_removal::remove_chunk(conn, user.id, now)?;
            }
            for space in begun.spaces {
                loop {
                    let progress = space_deletion::remove_chunk(conn, space, now)?;
                    photos.extend(progress.photos);
                    if progress.is_over {
                        break;
                    }
                }
            }
            Ok(photos)
        });
        self.wait(removed).unwrap()
    }

    /// One step of the worker.
    pub fn process_one(&self) -> Outcome {
        self.wait(self.app.photo_worker().step()).unwrap()
    }

    /// Steps the worker until nothing is left.
    pub fn move_photos(&self) {
        while self.process_one() != Outcome::Empty {}
    }

    /// Has everybody notified of what has happened.
    pub fn notify_all(&self) {
        let stop = CancellationToken::new();
        let mut notices = self.app.notices();
        while self.wait(notices.step(&stop)).unwrap() == Next::Again {}
    }

    /// Sends the push messages that are due.
    pub fn push_all(&self) {
        let stop = CancellationToken::new();
        let mut pushes = self.app.pushes();
        self.wait(async {
            loop {
                match pushes.step(&stop).await.unwrap() {
                    Next::Again => {}
                    Next::Wait(wait) if wait == SOON => {}
                    _ => break,
                }
            }
        });
    }

    /// A connection to the database that the server knows nothing of, as other processes have one.
    pub fn database(&self) -> Connection {
        let database = Connection::open(self.app.config.data_dir.join(DATABASE)).unwrap();
        database.execute_batch("pragma foreign_keys = on").unwrap();
        database.busy_timeout(Duration::from_secs(10)).unwrap();
        database
    }

    /// Sends the mail that is due.
    pub fn mail_all(&self) {
        let stop = CancellationToken::new();
        let mut mails = self.app.mails().unwrap();
        while self.wait(mails.step(&stop)).unwrap() == Next::Again {}
    }

    /// Takes the mail that is due, as the job does, and doesn't send it.
    pub fn claim_mail(&self) -> Option<Mail> {
        let (token, now) = (Token::random().unwrap(), self.app.now());
        let claimed = self
            .app
            .db
            .write(move |conn| mailing::claim(conn, &token, now));
        self.wait(claimed).unwrap()
    }

    /// Makes a user an operator, or takes that from them, as the command line does.
    pub fn set_operator(&self, login: &'static str, is_operator: bool) {
        let now = self.app.now();
        let changed = self.app.db.write(move |conn| {
            let user = users::get_by_login(conn, &GivenLogin::new(login.to_owned()))?;
            let by = OperatorRight::of_command_line();
            Act::new(conn, &by, now).set_operator(&user, is_operator)
        });
        assert!(self.wait(changed).unwrap());
    }

    /// Disables an account, as the command line does.
    pub fn disable(&self, login: &'static str) {
        let now = self.app.now();
        let disabled = self.app.db.write(move |conn| {
            let user = users::get_by_login(conn, &GivenLogin::new(login.to_owned()))?;
            Ok(account_status::disable(conn, user.id, now)?)
        });
        assert!(self.wait(disabled).unwrap());
    }

    /// Lets an account be used again.
    pub fn enable(&self, login: &'static str) {
        let enabled = self.app.db.write(move |conn| {
            let user = users::get_by_login(conn, &GivenLogin::new(login.to_owned()))?;
            Ok(account_status::enable(conn, user.id)?)
        });
        assert!(self.wait(enabled).unwrap());
    }

    /// Steps a worker without a database until nothing is left.
    pub fn move_photos_without_database(&self) {
        let (photos, queue) = (self.app.photos.clone(), self.app.queue.clone());
        let worker = PhotoWorker::new(photos, queue, self.app.thumbnailer(), None);
        while self.wait(worker.step()).unwrap() != Outcome::Empty {}
    }

    /// A path below the data folder.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("data").join(path)
    }

    /// Looks for previews, as the server does for those of workers without its database.
    pub fn look_for_previews(&self) -> IndexReport {
        self.wait(self.app.preview_indexer.index_due()).unwrap()
    }

    /// The photos' files, as paths below `photos`, sorted; without previews, and without the marker among them.
    pub fn files(&self) -> Vec<String> {
        let (_, mut photos) = self.previews_and_photos();
        photos.retain(|file| file != "shared-spaces.id");
        photos
    }

    /// The files of previews, as paths below `photos`, sorted.
    pub fn previews(&self) -> Vec<String> {
        let (previews, _) = self.previews_and_photos();
        previews
    }

    fn previews_and_photos(&self) -> (Vec<String>, Vec<String>) {
        files_below(&self.path("photos"))
            .into_iter()
            .partition(|path| path.starts_with("previews/"))
    }

    /// Every file of the data folder, as paths below it, sorted.
    pub fn all_files(&self) -> Vec<String> {
        files_below(&self.path(""))
    }

    /// Everything that is kept: each row of each table, and the photos' files. Equal before and after a request that
    /// changed nothing. Only which ids are reserved isn't in it: what is refused may use one up.
    pub fn snapshot(&self) -> Vec<String> {
        let read = self.app.db.read(|conn| {
            let mut rows = Vec::new();
            let tables: Vec<String> = conn
                .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' and name <> 'last_ids'")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for table in tables {
                let mut all = conn.prepare(&format!("select * from {table}"))?;
                let columns = all.column_count();
                let mut found = all.query([])?;
                while let Some(row) = found.next()? {
                    let values: Vec<String> = (0..columns)
                        .map(|column| Ok(format!("{:?}", row.get_ref(column)?)))
                        .collect::<rusqlite::Result<_>>()?;
                    rows.push(format!("{table}: {}", values.join(", ")));
                }
            }
            Ok(rows)
        });
        let mut rows = self.wait(read).unwrap();
        rows.extend(files_below(&self.path("photos")));
        rows
    }

    /// The version of a share, as clients know it.
    pub fn version(&self, number: u32) -> String {
        format!("{}-{number}", self.app.epoch)
    }

    /// The tag of a version of a share.
    pub fn tag(&self, number: u32) -> String {
        format!("\"{}\"", self.version(number))
    }

    /// Makes the database what it is after a restore. What is read from it at a start stays as it was until the next.
    pub fn prepare_restored(&self) {
        let restored = self
            .app
            .db
            .write(|conn| Ok(restore::prepare_restored(conn, &[])?));
        self.wait(restored).unwrap();
    }

    /// How often what is counted of photos and uploads isn't what there is.
    pub fn miscounts(&self) -> i64 {
        self.count(MISCOUNTS)
    }

    /// A number out of the database, for what can't be seen from outside.
    pub fn count(&self, sql: &'static str) -> i64 {
        self.wait(
            self.app
                .db
                .read(move |conn| Ok(conn.query_row(sql, [], |row| row.get(0))?)),
        )
        .unwrap()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() && !self.may_leave_jobs {
            assert_eq!(
                self.count("select count(*) from photo_jobs"),
                0,
                "photos wait to be moved"
            );
            assert_eq!(self.miscounts(), 0, "usage is miscounted");
            let photos = self.files();
            for preview in self.previews() {
                let photo = preview.strip_prefix("previews/").unwrap();
                let photo = photo.rsplit_once('.').unwrap().0.to_owned();
                assert!(photos.contains(&photo), "{preview} has outlived its photo");
            }
        }
    }
}

/// A user as others see them who have said nothing of themselves.
pub fn user(id: i64, login: &str) -> Value {
    json!({"id": id, "login": login, "name": login, "avatar_url": null})
}

fn files_below(root: &Path) -> Vec<String> {
    let mut files = Vec::new();
    collect(root, root, &mut files);
    files.sort();
    files
}

/// Runs something with a clock that jumps to the next thing that is waited for.
pub fn hurried<T>(work: impl Future<Output = T>) -> T {
    Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
}
