//! Push messages.

use serde_json::json;

use super::super::operation::{Operation, operation};
use crate::api::views::push::{PushKey, PushSubscription, Subscribe};
use crate::error::{Malformed, NotFound};

pub(super) fn push() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/push-key",
            "push.key",
            "Get the key that browsers subscribe with",
        )
        .about("The same for ever: a browser that has subscribed with it stays subscribed.")
        .for_users()
        .returns::<PushKey>()
        .refuses([NotFound::PushKey]),
        operation(
            "post",
            "/push-subscriptions",
            "push.subscribe",
            "Subscribe a browser to push messages",
        )
        .about(
            "With what its `PushSubscription.toJSON()` returns. The same again renews it, with the same id. It ends with the \
             session, and when the push service doesn't know it any more; a user has up to 20, and the one that was used longest \
             ago goes for another. The address is one of a public push service: HTTPS, port 443. Messages are encrypted for the \
             browser (RFC 8291), signed with our key (RFC 8292), and JSON in the declarative form \
             (`{\"web_push\": 8030, \"notification\": {title, body, lang, tag, navigate}, \"app_badge\"}`).",
        )
        .for_users()
        .takes_json::<Subscribe>()
        .creates::<PushSubscription>()
        .refuses([Malformed::Endpoint, Malformed::PushKeys])
        .refuses([NotFound::PushKey]),
        operation(
            "delete",
            "/push-subscriptions/{push_subscription_id}",
            "push.unsubscribe",
            "End the push messages of a browser",
        )
        .about("One of mine.")
        .for_users()
        .answers(204, "Done", json!({}))
        .refuses([NotFound::PushSubscription {
            id: String::from("1"),
        }]),
    ]
}
