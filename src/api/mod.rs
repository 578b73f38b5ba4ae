//! HTTP and nothing else: every mount on this page, how requests are authenticated and parsed, and how responses are
//! written.

// The modules are in the order of the layers: each uses only those above it.
//
// What is known about a request, and kept with it.
pub(crate) mod request;
// Every JSON shape.
pub(crate) mod views;
// How responses are written.
mod respond;
// What a request contains: its user, its body, its path and its headers.
pub(crate) mod extract;
// What is done to every request and every response.
mod middleware;
// One file a noun.
mod routes;
// The description of all this, for programs.
mod openapi;

use rocket::figment::Figment;
use rocket::{Build, Rocket, catchers, routes};

use crate::app::App;
use crate::server::Hooks;
pub use extract::session_cookie::name as cookie_name;
use middleware::{catcher, original_method, security_headers};
use request::client_info::behind_proxy;
use request::refusal::refuse;
pub use routes::assets;
use routes::{
    accounts, invitations, members, pages, password_resets, photos, server, sessions, shares,
    spaces,
};
pub use views::urls::link_with_secret;

/// What the server needs from the API besides its routes.
pub const HOOKS: Hooks = Hooks {
    behind_proxy,
    refuse,
};

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
        // The holder of a signed link may fetch the photo.
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
        .register("/", catchers![catcher::catch])
        .attach(original_method::OriginalMethod)
        .attach(security_headers::shield())
        .attach(security_headers::Headers::new(app.clone()))
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
