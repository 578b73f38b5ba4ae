//! HTTP and nothing else: how requests are authenticated and parsed, what each route does, and how responses are written.

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
// Every mount, and one file a noun.
mod routes;
// The description of all this, for programs.
mod openapi;

use rocket::shield::Shield;
use rocket::{Build, Rocket, catchers};

use crate::app::App;
use crate::config::Listener;
use crate::server::Hooks;
pub use extract::session_cookie::name as cookie_name;
use middleware::{catcher, original_method, security_headers, tus};
pub use openapi::written as description;
use request::client_info::behind_proxy;
use request::refusal::refuse;
pub use routes::assets;
pub use views::urls::link_with_secret;

/// What the server needs from the API besides its routes.
pub const HOOKS: Hooks = Hooks {
    behind_proxy,
    refuse,
};

/// The server with every route, with these settings of its listener.
pub fn rocket_with(listener: Listener, app: App) -> Rocket<Build> {
    rocket::custom(listener.rocket())
        .mount("/", routes::all())
        .mount("/", rocket::routes![openapi::description])
        .register("/", catchers![catcher::catch])
        .attach(original_method::OriginalMethod)
        .attach(tus::Tus)
        // Rocket's own, none: all headers that protect are in one place.
        .attach(Shield::new())
        .attach(security_headers::Headers::new(app.clone()))
        .manage(openapi::Written::default())
        .manage(routes::operator::OneAtATime::default())
        .manage(listener)
        .manage(app)
}

/// The server with every route, as it is without any settings; what tests dispatch requests to.
pub fn rocket(app: App) -> Rocket<Build> {
    rocket_with(Listener::default(), app)
}
