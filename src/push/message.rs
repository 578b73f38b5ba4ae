//! What messages are made of: the declarative form, which browsers that know it show without the app, and which the app reads too.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::words;
use crate::domain::ids::Id;
use crate::domain::language::Language;
use crate::domain::notices::Kind as Reason;
use crate::domain::pushes::Delivery;

/// The version of the declarative form.
const DECLARATIVE: u16 = 8030;
/// How long messages are made, so that their length says little. Some browsers take no more than about 3000 bytes.
pub const LENGTH: usize = 1024;
/// The most characters of each part: with those of four bytes and the escapes of JSON, a message is below the length that all
/// services take.
const MAX_TITLE: usize = 50;
const MAX_BODY: usize = 250;

/// A message, to be encrypted.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    pub json: String,
    /// What one of the same kind replaces, while the service has it and where it is shown.
    pub topic: String,
    /// Whether it is worth waking a device that saves energy.
    pub is_urgent: bool,
}

impl Message {
    /// What a browser is sent.
    pub fn of(delivery: &Delivery) -> Self {
        let (content, language) = (&delivery.content, Language::of(&delivery.app.language));
        let (space, author) = delivery.topic();
        // 22 characters: a number that leaves one over four is refused by services that decode it.
        let hash = Sha256::digest(format!("{space} {author}"));
        let topic = URL_SAFE_NO_PAD.encode(&hash[..16]);
        let share = content.items.iter().map(|item| item.share);
        let only = share.reduce(|one, other| one.filter(|_| one == other));
        let page = match only.flatten() {
            Some(share) => format!("shares/{share}"),
            None => format!("spaces/{space}"),
        };
        let short = |text: &str, max: usize| -> String {
            if text.chars().nth(max).is_none() {
                return text.to_owned();
            }
            let beginning: String = text.chars().take(max - 1).collect();
            beginning + "…"
        };
        let body = words::body(content, language, delivery.is_short);
        let json = json!({
            "web_push": DECLARATIVE,
            "notification": {
                "title": short(&content.space, MAX_TITLE),
                "body": short(&body, MAX_BODY),
                "lang": language.tag(),
                "tag": topic,
                "navigate": format!("{}/app/{page}", delivery.app.origin),
                // The app shows one notification for each space.
                "data": { "space": space.number() },
            },
            "app_badge": content.unread.to_string(),
        });
        let mut reasons = content.items.iter().map(|item| item.reason);
        Self {
            json: json.to_string(),
            topic,
            is_urgent: reasons.any(|reason| reason == Some(Reason::Mention)),
        }
    }
}
