//! Every JSON shape of the API, one file a noun: of responses, and of the bodies of requests.

// Signing up and in, passwords.
pub mod accounts;
// A feed in Atom.
pub mod atom;
// What health checks have found.
pub mod check;
// What members say to a share.
pub mod comments;
// Cursors of lists.
pub mod cursor;
// What events carry.
pub mod events;
// Feeds, as their members manage them.
pub mod feeds;
// Invitation links.
pub mod invitations;
// Who belongs to a space.
pub mod members;
// What users are told of.
pub mod notices;
// All that a user has made.
pub mod own_data;
// Browsers that get push messages.
pub mod push;
// What operators are shown, in the app and on the command line.
pub mod operation;
// The operator's page.
pub mod operator;
// The queue and the backups on it.
pub mod operator_storage;
// The keys of bodies.
pub mod payload;
// Photos with their previews, and the list of a space's.
pub mod photos;
// Refusals, for programs.
pub mod problem;
// With which emoji members react.
pub mod reactions;
// Ids and times.
pub mod scalars;
// The server itself.
pub mod server;
// What schemas leave to the settings.
pub mod settings;
// The sessions of a user.
pub mod sessions;
// Thoughts, with or without a photo.
pub mod shares;
// The places that people share.
pub mod spaces;
// A space with its pinned shares.
pub mod space_of_member;
// How much photos and videos take.
pub mod storage;
// URLs that begin with our own address, and times.
pub mod urls;
// Uploads that wait for their share.
pub mod uploads;
// People with an account.
pub mod users;
// Whole numbers of JSON.
pub mod whole_number;
