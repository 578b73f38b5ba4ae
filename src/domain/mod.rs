//! The rules and their SQL, one file a noun. Synchronous; no HTTP, no network and no bytes of photos.
//!
//! Every function takes a connection first, so that several compose inside one transaction. The acting user
//! proves it with a right as a value (`&Member`, `&Admin`, …) which only [`access`] can make.

// Who may do what, as proofs.
pub mod access;
// What there is in spaces, on one line.
mod activity;
// The types of photos and films.
pub mod media_kind;
// What clients call what they make.
pub mod client_key;
// What members say to a share.
pub mod comments;
// Ids as types: a space can't be taken for a share.
pub mod ids;
// Ids that were never used before.
pub mod id_sequence;
// What has changed, for those who listen.
pub mod events;
// The local queue of photos that wait to be moved to their spaces.
pub mod jobs;
// What distinguishes this installation from others.
pub mod installation;
// The highest ids ever used.
mod last_ids;
// Feeds for readers that don't sign in.
pub mod feeds;
// Invitation links.
pub mod invitations;
// Who belongs to a space, and who runs it.
pub mod members;
// The users whom texts mention.
mod mentions;
// Removing members, and the right to run a space.
pub mod member_rights;
// What ends with a password.
pub mod new_password;
// How much of a space its members are told.
pub mod notice_settings;
// What is still to be told.
pub mod notice_work;
// What users are told of what concerns them.
pub mod notices;
// Whom what has happened concerns.
pub mod notifying;
// Browsers that get push messages.
pub mod push_subscriptions;
// Push messages on their way.
pub mod pushes;
// When a user isn't sent anything.
pub mod quiet_hours;
// The languages that users are written to in.
pub mod language;
// What users say of themselves.
pub mod profile;
// The account of the caller, as only they are shown it.
pub mod own_account;
// All that a user has made.
pub mod own_data;
// What the picture of a user or a space is called.
pub mod avatar_name;
// The pictures of users and spaces.
pub mod avatars;
// Lists in pages, each with the cursor of the next one.
pub mod page;
// Links that rescue a forgotten password.
pub mod password_resets;
// Requests for a new password.
pub mod password_requests;
// Where mail for users goes.
pub mod email;
// Mail on its way.
pub mod mails;
// What is new, by mail.
pub mod digests;
// What the next mail says.
pub mod mailing;
// The photos of shares: what is known of them; their bytes are elsewhere.
pub mod photos;
// With which emoji members react.
pub mod reactions;
// Up to where members have read.
pub mod read_marks;
// Who was removed from a space, and can't come back by older links.
pub mod removals;
// Who is signed in where.
pub mod sessions;
// Thoughts, with or without a photo.
pub mod shares;
// Which edit of a share another one begins with.
pub mod share_version;
// When photos were taken.
pub mod taken_at;
// The spaces that people share.
pub mod spaces;
// How a space goes, some rows at a time.
pub mod space_deletion;
// How a share goes.
pub mod share_deletion;
// What people type: logins, passwords, names and texts, parsed once and then trusted.
pub mod text;
// Secrets that prove something.
pub mod tokens;
// Photos whose bytes are still to be deleted.
pub mod tombstones;
// People with an account.
pub mod users;
// Whether an account may be used.
pub mod account_status;
// The removal of an account.
pub mod account_removal;
// What the operator does with a space, and is shown of it.
pub mod operation;
// What operators do, each with its line in their log.
pub mod operating;
// What operators have done.
pub mod operator_log;
// How much there is of everything.
pub mod statistics;
// What changes in a database that comes back from a backup.
pub mod restore;
// Shares at the top of their space.
pub mod pins;
// What a photo is called, everywhere.
pub mod photo_name;
// What people send before the share that it is for.
pub mod uploads;
// How much photos and films take, and how much they may.
pub mod usage;
