//! A bare Rocket that sends the same bytes, which is the floor of reads, and one that is sent them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use rocket::config::LogLevel;
use rocket::data::ToByteUnit;
use rocket::fs::NamedFile;
use rocket::http::ContentType;
use rocket::{Config, Data, State, get, post, routes};

/// What is sent from memory, by name.
type Bytes = HashMap<String, &'static [u8]>;

struct Folder(PathBuf);

/// Answers until the process is ended.
///
/// # Errors
/// The folder can't be read, or the port isn't free.
pub async fn run(folder: &Path, port: u16) -> Result<()> {
    let mut bytes = Bytes::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        bytes.insert(name, std::fs::read(entry.path())?.leak());
    }
    let config = Config {
        port,
        log_level: LogLevel::Off,
        ..Config::release_default()
    };
    rocket::custom(config)
        .mount("/", routes![from_memory, from_disk, to_nothing])
        .manage(bytes)
        .manage(Folder(folder.to_owned()))
        .launch()
        .await
        .map_err(|error| anyhow!("the floor can't be served: {}", error.kind()))?;
    Ok(())
}

#[get("/bytes/<name>")]
fn from_memory(bytes: &State<Bytes>, name: &str) -> Option<(ContentType, &'static [u8])> {
    bytes.get(name).map(|bytes| (ContentType::JSON, *bytes))
}

#[get("/files/<name>")]
async fn from_disk(folder: &State<Folder>, name: &str) -> Option<NamedFile> {
    NamedFile::open(folder.0.join(name)).await.ok()
}

#[post("/nothing", data = "<data>")]
async fn to_nothing(data: Data<'_>) -> std::io::Result<&'static str> {
    data.open(1.gibibytes())
        .stream_to(tokio::io::sink())
        .await?;
    Ok("Thrown away")
}
