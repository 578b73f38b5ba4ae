//! What runs in the background, one file a job.

// Runs jobs, one step after the other, until the process ends.
pub mod runner;
// Looks after the database while the server runs.
pub mod database_maintenance;
// Reads the certificate of HTTPS again.
pub mod reload_certificate;
// Orders the certificate of HTTPS, and renews it.
pub mod order_certificate;
// Checks whether the data folder is still there.
pub mod watch_data_dir;
// Shows the service manager that the process still works.
pub mod watchdog;
// What the job for backups does, and what operators ask of it.
pub mod backup_runs;
// Makes a backup at regular intervals, or when an operator asks for one.
pub mod scheduled_backup;
// Deletes the bytes of deleted photos and of abandoned uploads.
pub mod cleanup;
// Deletes uploads that no share has taken.
pub mod expire_uploads;
// Deletes what is left of deleted spaces.
pub mod delete_spaces;
// Deletes old events.
pub mod prune_events;
// Makes notices of what has happened.
pub mod make_notices;
// Sends push messages.
pub mod send_pushes;
// Sends mail.
pub mod send_mails;
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
// What was sent to the workers again.
mod requested;
// Records which photos have previews, and what they look like.
pub mod index_previews;
// Measures what previews take.
pub mod measure_previews;
// The ffmpeg of this machine.
pub mod ffmpeg;
// Films that wait for ffmpeg.
pub mod waiting_films;
// Posters of films that came without one, by ffmpeg.
pub mod film_poster;
// Makes those posters, one after another.
pub mod make_posters;
// Which films need a rendition.
mod rendition_rules;
// Which worker makes the rendition of a film.
mod film_claim;
// Films as every browser plays them, by ffmpeg.
pub mod film_rendition;
// Records which films have renditions, and has those made that are missing.
pub mod index_renditions;
// Makes renditions, one after another.
pub mod make_renditions;
// Sends the names of new photos to a queue outside the database.
pub mod outbox;
