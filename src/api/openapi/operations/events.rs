//! Events as they happen.

use serde_json::json;

use super::super::operation::{Operation, operation, query};
use super::not_a_member;
use crate::error::Overload;

pub(super) fn events() -> Vec<Operation> {
    vec![
        operation(
            "get",
            "/events",
            "events.stream",
            "What changes in my spaces, as it happens",
        )
        .about(
            "Server-Sent Events. The names of events: `share.created`, `share.edited`, `share.deleted`, `comment.created`, \
             `comment.edited`, `comment.deleted`, `media.ready` (the previews of a photo), `reaction.changed`, `member.joined`, `member.changed`, `member.left`, `space.changed`, `space.deleted`; and to me alone `read.changed` (on whichever device I have read), \
             `notice.created`, `notices.read` (`{up_to, unread_notices}`), `notices.changed` (how much I am told of a space, as `GET /spaces/<id>/notices`) and `me.changed` (as `GET /me`; not for storage and what is unread). The data is the changed \
             object as its own endpoint would return it to me at that moment, as JSON, with `space_id` and, for a photo or comment, \
             `share_id`. That of `reaction.changed` is `share_id`, `comment_id` (null if it is about the share itself) and `reactions`; \
             that of `read.changed` is the row of `GET /spaces`. Of what is gone, only these and its `id` (of `member.left`, the id of the user). Of several events of one \
             kind and object, a reader that is behind gets the last one. An event is sent when its change is durable, and only to \
             members of the space at that moment: a removed member gets nothing after the removal was acknowledged. \
             Their stream ends, and the next one begins after it.\n\n\
             The `id` of the last event, sent as `Last-Event-ID` or as `after`, resumes the stream for at least an hour. If that \
             isn't possible, also after a backup was restored, the stream begins with the event `reset`: load everything again. \
             A comment is sent every 20 seconds; a client that gets none for a minute should connect again. The stream ends when \
             the session ends, and when the server stops, with `retry`.",
        )
        .for_users()
        .takes(query(
            "space",
            "Only events of this space; without it, of all of mine.",
            json!({"type": "integer", "minimum": 1, "example": 1}),
        ))
        .takes(query(
            "after",
            "The `id` of the last event that I have; `Last-Event-ID` takes precedence.",
            json!({"type": "string", "example": "5f0c81d2-340"}),
        ))
        .answers(
            200,
            "Events, until the stream ends",
            json!({"text/event-stream": {"schema": {"type": "string"}}}),
        )
        .refuses([Overload::TooManyStreams])
        .refuses(not_a_member()),
    ]
}
