//! HTTP and nothing else: every mount on this page, who asks, what is asked, and how answers are written.

// What is asked: JSON bodies.
mod body;
// The cookie of a session.
mod cookie;
// In which codings somebody takes an answer.
mod encoding;
// How refusals are written: as text, or as problem details.
mod errors;
// What a part of a form says of itself.
mod disposition;
// What is asked: forms with a file.
mod form;
// JSON objects, without what nobody looks at.
mod object;
// Who asks.
mod guards;
// Which refusals the log tells.
mod refusals;
// What every answer carries.
mod headers;
// Which method a request has.
mod method;
// How the photos of shares are told.
mod images;
// Links that begin with our own address.
mod links;
// What programs can read of all this.
mod openapi;
// Header values with parameters.
mod parameters;
// What is asked: ids in paths, keys of requests, pieces of lists.
mod params;
// The bytes of a form, a portion at a time.
mod portions;
// Files in pieces: ranges and validators.
mod ranges;
// Under which name a photo is saved.
mod save_as;
// Forms of a text alone.
mod urlencoded;
// Who is at the other end.
mod visitor;

mod accounts;
mod invitations;
mod known_browser;
mod members;
mod pages;
mod password_resets;
mod photos;
mod server;
mod sessions;
mod shares;
mod spaces;

use rocket::figment::Figment;
use rocket::{Build, Rocket, catchers, routes};

use crate::app::App;
pub use cookie::name as cookie_name;
pub use errors::refuse;
pub use links::link_with_secret;
pub use visitor::{behind_proxy, host};

/// The server with every route, and Rocket's own settings from `figment`.
pub fn rocket_with(figment: Figment, app: App) -> Rocket<Build> {
    let for_anybody = routes![
        pages::home,
        pages::app,
        pages::docs,
        pages::asset,
        server::about,
        server::health,
        server::ready,
        openapi::description,
        accounts::register,
        accounts::login,
        invitations::offer,
        password_resets::redeem,
        // Whoever holds a signed link may fetch the photo.
        photos::photo,
        photos::preview,
    ];
    let for_users = routes![
        accounts::me,
        accounts::logout_by_get,
        accounts::logout,
        accounts::change_password,
        sessions::list,
        sessions::revoke,
        sessions::revoke_others,
        invitations::accept,
        spaces::create,
        spaces::list,
    ];
    let for_members = routes![
        spaces::get,
        members::list,
        members::remove,
        shares::create,
        shares::list,
        shares::get,
        shares::edit,
        shares::delete,
        photos::list,
    ];
    let for_admins = routes![
        spaces::rename,
        spaces::delete,
        members::add,
        members::set_admin,
        invitations::create,
        invitations::list,
        invitations::revoke,
    ];
    rocket::custom(figment)
        .mount("/", pages::at_root())
        .mount("/", for_anybody)
        .mount("/", for_users)
        .mount("/", for_members)
        .mount("/", for_admins)
        .register("/", catchers![errors::catch])
        .attach(method::OriginalMethod)
        .attach(headers::shield())
        .attach(headers::Headers::new(app.clone()))
        .manage(openapi::Written::default())
        .manage(app)
}

/// The server with every route and Rocket's defaults, silent; what tests dispatch requests to.
pub fn rocket(app: App) -> Rocket<Build> {
    let figment = Figment::from(rocket::Config {
        log_level: rocket::config::LogLevel::Off,
        ..Default::default()
    });
    rocket_with(figment, app)
}
