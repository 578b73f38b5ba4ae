//! What runs in the background, one file a job.

// Runs jobs, one step after the other, until the process ends.
pub mod runner;
// Looks after the database while the server runs.
pub mod database_maintenance;
// Checks whether the data folder is still there.
pub mod watch_data_dir;
// Makes a backup at regular intervals.
pub mod scheduled_backup;
// Deletes the bytes of deleted photos and of abandoned uploads.
pub mod cleanup;
// Deletes uploads that no share has taken.
pub mod expire_uploads;
// Deletes what is left of deleted spaces.
pub mod delete_spaces;
// Deletes old events.
pub mod prune_events;
// Notices what other processes change.
pub mod watch_commits;
// Makes the previews of photos.
pub mod make_previews;
// Makes the previews of uploads.
pub mod preview_uploads;
// What a worker made of a photo.
pub mod outcome;
// What a worker has done so far, for the log.
pub(crate) mod stats;
// The worker: takes names from the queue and moves photos.
pub mod process_photo;
// Records which photos have previews, and what they look like.
pub mod index_previews;
// Posters of films that came without one, by ffmpeg.
pub mod film_poster;
// Makes those posters, one after another.
pub mod make_posters;
// Sends the names of new photos to a queue outside the database.
pub mod outbox;
