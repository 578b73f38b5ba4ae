//! Every mount on this page, and one file a noun: each route has guards authenticate and parse the request, and calls one
//! function of the domain.

// The web app, which the executable carries.
pub mod accounts;
pub mod archives;
pub mod assets;
pub mod comments;
pub mod events;
pub mod feeds;
pub mod invitations;
pub mod members;
pub mod pages;
pub mod password_resets;
pub mod photos;
pub mod pins;
pub mod reactions;
pub mod server;
pub mod sessions;
pub mod shares;
pub mod spaces;
pub mod uploads;

use rocket::{Route, routes};

/// Every route of the API and of the pages, by who may use it.
pub fn all() -> Vec<Route> {
    let for_anybody = routes![
        pages::home,
        pages::app,
        pages::docs,
        pages::asset,
        server::about,
        server::health,
        server::ready,
        accounts::register,
        accounts::login,
        // The address of a feed is the right to it.
        feeds::read,
        invitations::offer,
        password_resets::redeem,
        // The holder of a signed link may fetch the photo.
        photos::photo,
        uploads::tus::capabilities,
        uploads::tus::capabilities_of_one,
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
        uploads::create,
        uploads::get,
        uploads::delete,
        uploads::tus::progress,
        uploads::tus::append,
        events::stream,
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
        comments::create,
        comments::list,
        comments::get,
        comments::edit,
        comments::delete,
        reactions::of_share,
        reactions::to_share,
        reactions::from_share,
        reactions::of_comment,
        reactions::to_comment,
        reactions::from_comment,
        photos::list,
        photos::describe,
        feeds::create,
        feeds::list,
        feeds::revoke,
        archives::of_space,
        archives::of_selection,
    ];
    let for_admins = routes![
        spaces::rename,
        spaces::delete,
        members::add,
        members::set_admin,
        invitations::create,
        invitations::list,
        invitations::revoke,
        pins::add,
        pins::remove,
    ];
    [
        pages::at_root(),
        for_anybody,
        for_users,
        for_members,
        for_admins,
    ]
    .concat()
}
