//! Builds the web app where necessary, and declares to cargo what to watch.

#[path = "build/web.rs"]
mod web;

use std::process::ExitCode;

use web::WebApp;

fn main() -> ExitCode {
    // The macro that embeds migrations can't say so itself.
    println!("cargo:rerun-if-changed=migrations");
    let app = WebApp {
        folder: "web".into(),
        node: "node".into(),
        npm: if cfg!(windows) { "npm.cmd" } else { "npm" }.into(),
    };
    for path in app.watched() {
        println!("cargo:rerun-if-changed={}", path.display());
    }
    match app.bring_up_to_date() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
