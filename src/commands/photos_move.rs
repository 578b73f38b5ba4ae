//! `shared-spaces photos move`: takes all photos from one store to the other.

use anyhow::{Result, ensure};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use super::{operators_log, serve};
use crate::app::{self, App};
use crate::check::sentence;
use crate::config::{Config, StoreKind};
use crate::data_dir;
use crate::data_dir::hold::RestoreHold;
use crate::domain::photos;
use crate::logging::audit::{self, By};
use crate::output::{complain, say};

/// Copies all photos, and deletes the originals if the settings already say that they are elsewhere.
///
/// # Errors
/// A store or the database can't be used; a photo couldn't be moved; a server is running that mustn't.
pub async fn run(config: Config, to: StoreKind) -> Result<()> {
    app::check_begun(&config).await?;
    RestoreHold::of(&config.data_dir).check()?;
    let is_last_part = config.photos.store == to;
    // A server that was started with these settings misses the photos that aren't there yet, and one that was started
    // with those from before needs the originals.
    let _lock = is_last_part
        .then(|| serve::lock(&config.data_dir))
        .transpose()?;
    let folder = &config.data_dir;
    if to == StoreKind::Local && data_dir::is_marked(folder) {
        // The database may have photos, but none need be here yet.
        let id = data_dir::init_marker(folder)?;
        data_dir::mark_photos(&folder.join(data_dir::PHOTOS), &id, false)?;
    }
    let app = App::start(config).await?;
    // The start has recognised a copy that nobody had used before.
    app.hold.check()?;
    let mover = app.mover(to)?;

    let total = app.db.read(|conn| Ok(photos::total_bytes(conn)?)).await?;
    // Also where the command is stopped.
    let bar = ProgressBar::new(total).with_finish(ProgressFinish::AndClear);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {bytes} of {total_bytes}, {eta} left",
    )?);
    let copied = mover.copy(|bytes| bar.inc(bytes)).await;
    bar.finish_and_clear();
    let copied = copied?;

    say!(
        "Copied to {}: {}. Already there: {}. Each was read back and compared.",
        name_of(to),
        copied.copied,
        copied.before
    )?;
    for (name, why) in &copied.stay {
        // Amazon's errors are pages.
        complain!("{name} was not moved: {}", sentence(why));
    }
    if is_last_part {
        mover.delete_originals().await?;
        operators_log::note_in(&app.db, app.now(), move |act| {
            act.note_move(&to.to_string())
        })
        .await;
        audit::photos_moved(By::CommandLine, &to.to_string());
        say!(
            "What is now in {} was deleted from {}.",
            name_of(to),
            name_of(to.other())
        )?;
    } else {
        say!(
            "Nothing was deleted. To switch over: stop the server, set photos.store = \"{to}\", run this command \
            again, and start the server."
        )?;
    }
    ensure!(
        copied.stay.is_empty(),
        "Photos that could not be moved: {}. They are unchanged; run the command again once that is fixed",
        copied.stay.len()
    );
    if is_last_part {
        mover.journal.end()?;
    }
    Ok(())
}

fn name_of(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Local => "the data folder",
        StoreKind::S3 => "S3",
    }
}
