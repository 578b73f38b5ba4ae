//! Browsers that get push messages.

use base64::Engine;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::scalars::{Id, Moment};
use crate::api::views::payload::{Field, Payload, object, optional_text, text};
use crate::domain::push_subscriptions::{self, BrowserAddress};
use crate::error::{FieldName, Malformed, Result};
use crate::push::encryption::BrowserKeys;
use crate::push::endpoint::{Endpoint, MAX_LENGTH};

/// What browsers subscribe with.
#[derive(Serialize, JsonSchema)]
pub struct PushKey {
    /// A public key of P-256 in base64url, the `applicationServerKey` of `PushManager.subscribe()`.
    #[schemars(extend("example" = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))]
    pub key: String,
}

/// A browser that gets push messages.
#[derive(Serialize, JsonSchema)]
pub struct PushSubscription {
    id: Id,
    created_at: Moment,
}

impl From<push_subscriptions::PushSubscription> for PushSubscription {
    fn from(subscription: push_subscriptions::PushSubscription) -> Self {
        Self {
            id: subscription.id.into(),
            created_at: subscription.created_at.into(),
        }
    }
}

/// Subscribes a browser, with what its `PushSubscription.toJSON()` returns.
#[derive(Deserialize, JsonSchema)]
pub struct Subscribe {
    #[schemars(length(max = MAX_LENGTH), extend("format" = "uri", "example" = "https://push.example.org/AbCd"))]
    pub endpoint: String,
    #[schemars(with = "SubscriptionKeys")]
    pub keys: Value,
    /// The language that messages are to be in, as a tag (BCP 47), besides what `toJSON()` returns. Left out, or one that the server
    /// hasn't, they are in English.
    #[schemars(extend("example" = "de"))]
    pub language: Option<String>,
    /// The time zone of the device (IANA): nothing is sent in the user's quiet hours there, unless they have chosen another zone. Left
    /// out, or one that isn't known, nothing is held back.
    #[schemars(extend("example" = "Europe/Vienna"))]
    pub time_zone: Option<String>,
}

/// What messages to a browser are encrypted with, in base64url.
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "it is only described")]
struct SubscriptionKeys {
    #[schemars(extend("example" = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"))]
    p256dh: String,
    #[schemars(extend("example" = "BTBZMqHH6r4Tts7J_aSIgg"))]
    auth: String,
}

impl Payload for Subscribe {
    const FIELDS: &'static [Field] = &[
        text("endpoint", FieldName::Endpoint),
        object("keys", FieldName::Keys, &["p256dh", "auth"]),
        optional_text("language", FieldName::Language),
        optional_text("time_zone", FieldName::TimeZone),
    ];
}

impl Subscribe {
    /// The address of the browser. `own` are the origins of push services that the operator trusts.
    ///
    /// # Errors
    /// [`Malformed::Endpoint`], [`Malformed::PushKeys`].
    pub fn parse(&self, own: &[String]) -> Result<BrowserAddress> {
        let endpoint = Endpoint::parse(&self.endpoint, own).ok_or(Malformed::Endpoint)?;
        let keys = self.keys().filter(BrowserKeys::are_valid);
        let keys = keys.ok_or(Malformed::PushKeys)?;
        Ok(BrowserAddress {
            endpoint: endpoint.as_str().to_owned(),
            p256dh: keys.public.to_vec(),
            auth: keys.auth.to_vec(),
        })
    }

    fn keys(&self) -> Option<BrowserKeys> {
        Some(BrowserKeys {
            public: bytes(self.keys.get("p256dh")?)?,
            auth: bytes(self.keys.get("auth")?)?,
        })
    }
}

fn bytes<const N: usize>(value: &Value) -> Option<[u8; N]> {
    let text = value.as_str()?;
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text));
    bytes.ok()?.try_into().ok()
}
