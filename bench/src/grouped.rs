//! The floor of writes by many: a bare Rocket that parses the form of a share and has one thread insert its row, which commits
//! once for all that wait.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use anyhow::{Result, anyhow};
use rocket::config::LogLevel;
use rocket::form::Form;
use rocket::http::{ContentType, Status};
use rocket::{Config, FromForm, State, post, routes};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::commits::{INSERT, last_id, open};

/// A text that waits for its row, and where its id goes.
type Waiting = (String, oneshot::Sender<i64>);

#[derive(FromForm)]
struct Share {
    text: String,
}

/// Answers until the process is ended.
///
/// # Errors
/// The database can't be opened, or the port isn't free.
pub async fn run(database: &Path, port: u16) -> Result<()> {
    let connection = open(database)?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        // Requests that wait get an error when this thread is gone, and so does what measures.
        if let Err(error) = write(&connection, &receiver) {
            eprintln!("the floor can't write: {error:#}");
        }
    });
    let config = Config {
        port,
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    rocket::custom(config)
        .mount("/", routes![share])
        .manage(sender)
        .launch()
        .await
        .map_err(|error| anyhow!("the floor can't be served: {}", error.kind()))?;
    Ok(())
}

#[post("/texts", data = "<form>")]
async fn share(
    writer: &State<Sender<Waiting>>,
    form: Form<Share>,
) -> Result<(ContentType, String), Status> {
    let (reply, id) = oneshot::channel();
    let waiting = (form.into_inner().text, reply);
    let sent = writer.send(waiting);
    sent.map_err(|_| Status::InternalServerError)?;
    let id = id.await.map_err(|_| Status::InternalServerError)?;
    Ok((ContentType::JSON, format!("{{\"id\":{id}}}")))
}

/// Inserts what waits, all that does in one transaction, until nothing more can come.
fn write(connection: &Connection, receiver: &Receiver<Waiting>) -> Result<()> {
    let mut last = last_id(connection)?;
    let mut insert = connection.prepare(INSERT)?;
    while let Ok(first) = receiver.recv() {
        let transaction = connection.unchecked_transaction()?;
        let mut done = Vec::new();
        for (text, reply) in std::iter::once(first).chain(receiver.try_iter()) {
            last += 1;
            insert.execute((last, text, last))?;
            done.push((reply, last));
        }
        transaction.commit()?;
        for (reply, id) in done {
            // A client that has left needs no answer.
            reply.send(id).ok();
        }
    }
    Ok(())
}
