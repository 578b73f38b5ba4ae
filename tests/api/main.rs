//! The whole API, in-process: each test has a folder, a database and people of its own.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod support;

mod accounts;
mod archives;
mod attempts;
mod clock;
mod comments;
mod compatibility;
mod costs;
mod deletion;
mod downloads;
mod errors;
mod events;
mod faults;
mod feeds;
mod films;
mod forms;
mod headers;
mod images;
mod invitations;
mod limits;
mod media;
mod members;
mod mentions;
mod openapi;
mod pages;
mod paging;
mod password_resets;
mod permissions;
mod photos;
mod pins;
mod previews;
mod problems;
mod races;
mod reactions;
mod retries;
mod server;
mod sessions;
mod shapes;
mod shares;
mod space_deletion;
mod spaces;
mod tus;
mod upgrade;
mod uploads;
mod versions;
mod visitors;
