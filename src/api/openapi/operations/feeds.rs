//! Feeds.

use serde_json::json;

use super::super::operation::{Operation, operation};
use super::{not_a_member, photos};
use crate::api::views::feeds::{Feed, FeedWithAddress};
use crate::domain::feeds::MAX_FEEDS;
use crate::error::{Conflict, NotFound};

pub fn feeds() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/spaces/{space_id}/feeds",
            "feeds.list",
            "The caller's feeds of a space",
        )
        .about("Their own alone. The address of a feed is returned once, when it is created, and not here.")
        .for_users()
        .lists::<Feed>()
        .refuses(not_a_member()),
        operation(
            "post",
            "/spaces/{space_id}/feeds",
            "feeds.create",
            "Creates a feed of a space for the caller",
        )
        .about(
            "Its address is the permission to read what is new in the space, as this member \
             could. It ends when it is revoked, with the membership, and when the member's \
             password is changed or reset.",
        )
        .for_users()
        .creates::<FeedWithAddress>()
        .refuses(not_a_member())
        .refuses([Conflict::TooManyFeeds { max: MAX_FEEDS }]),
        operation(
            "get",
            "/spaces/{space_id}/feeds/{feed_id}",
            "feeds.get",
            "One of the caller's feeds",
        )
        .about("Without its address, which is returned once, when it is created.")
        .for_users()
        .returns::<Feed>()
        .refuses(not_a_member())
        .refuses([NotFound::Feed {
            id: String::from("1"),
        }]),
        operation(
            "delete",
            "/spaces/{space_id}/feeds/{feed_id}",
            "feeds.revoke",
            "Ends a feed of the caller",
        )
        .about("Its address leads nowhere from then on.")
        .for_users()
        .answers(204, "Done", json!({}))
        .refuses(not_a_member())
        .refuses([NotFound::Feed {
            id: String::from("1"),
        }]),
        operation(
            "get",
            "/feeds/{token}",
            "feeds.read",
            "What is new in a space, by the address of a feed",
        )
        .about(
            "Atom 1.0 (RFC 4287): the newest 50 shares, with the large previews of their \
             photos at addresses below its own. Needs no session. `ETag` and `If-None-Match` \
             save sending it again.",
        )
        .answers(
            200,
            "The feed",
            json!({"application/atom+xml": {"schema": {"type": "string"}}}),
        )
        .refuses([NotFound::FeedToken]),
        photos::bytes(
            "/feeds/{token}/photos/{name}",
            "feeds.picture",
            "Get the bytes of a picture of a feed",
        )
        .about(
            "The large preview of a photo, or the poster of a video, for as long as the feed \
             is there. Needs no session.",
        )
        .refuses([NotFound::FeedToken, NotFound::Poster]),
    ]
}
