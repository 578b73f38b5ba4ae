//! One file a noun: each route has guards authenticate and parse the request, and calls one function of the domain.

// The web app, which the executable carries.
pub mod accounts;
pub mod assets;
pub mod invitations;
pub mod members;
pub mod pages;
pub mod password_resets;
pub mod photos;
pub mod server;
pub mod sessions;
pub mod shares;
pub mod spaces;
