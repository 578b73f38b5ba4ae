//! Every mount on this page, and one file a noun: each route has guards authenticate and parse the request, and calls one
//! function of the domain.

// The web app, which the executable carries.
pub mod accounts;
pub mod archives;
pub mod assets;
pub mod avatars;
pub mod comments;
pub mod email_confirmations;
pub mod events;
pub mod feeds;
pub mod invitations;
pub mod members;
pub mod notices;
pub mod operator;
pub mod pages;
pub mod password_resets;
pub mod photos;
pub mod pins;
pub mod push;
pub mod reactions;
pub mod server;
pub mod sessions;
// The photos that come to shares.
mod share_media;
pub mod shares;
pub mod spaces;
pub mod unsubscribe;
pub mod uploads;

use rocket::{Route, routes};

/// Every route of the API and of the pages, by who may use it.
pub fn all() -> Vec<Route> {
    let for_anybody = routes![
        pages::home,
        pages::app,
        pages::service_worker,
        pages::share_target,
        pages::docs,
        pages::asset,
        server::about,
        server::health,
        server::ready,
        accounts::register,
        accounts::login,
        // The address of a feed is the right to it.
        feeds::picture,
        feeds::read,
        invitations::offer,
        password_resets::ask,
        password_resets::redeem,
        email_confirmations::ask,
        email_confirmations::confirm,
        unsubscribe::ask,
        unsubscribe::end,
        // The holder of a signed link may fetch the photo.
        photos::photo,
        avatars::get,
        uploads::tus::capabilities,
        uploads::tus::capabilities_of_one,
        photos::preview,
    ];
    let for_users = routes![
        accounts::me,
        accounts::change_profile,
        accounts::delete,
        archives::of_user,
        avatars::set_own,
        avatars::remove_own,
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
        notices::list,
        notices::get,
        notices::mark_read,
        push::key,
        push::subscribe,
        push::unsubscribe,
        spaces::create,
        spaces::list,
    ];
    let for_members = routes![
        spaces::get,
        spaces::read,
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
        feeds::get,
        feeds::list,
        feeds::revoke,
        notices::settings,
        notices::set,
        archives::of_space,
        archives::of_selection,
    ];
    let for_admins = routes![
        spaces::rename,
        avatars::set_of_space,
        avatars::remove_of_space,
        spaces::delete,
        members::add,
        members::set_admin,
        invitations::create,
        invitations::list,
        invitations::revoke,
        pins::add,
        pins::remove,
    ];
    let for_operators = routes![
        operator::status,
        operator::checks,
        operator::invite,
        operator::log,
        operator::users::list,
        operator::users::get,
        operator::users::change,
        operator::users::remove,
        operator::users::reset_link,
        operator::users::list_sessions,
        operator::users::end_sessions,
        operator::users::end_session,
        operator::spaces::list,
        operator::spaces::get,
        operator::spaces::change,
        operator::spaces::remove,
        operator::photos::get,
        operator::photos::retry,
        operator::backups::get,
        operator::backups::start,
        operator::backups::verify,
    ];
    [
        pages::at_root(),
        for_anybody,
        for_users,
        for_members,
        for_admins,
        for_operators,
    ]
    .concat()
}
