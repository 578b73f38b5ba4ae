//! A mail with all its parts (RFC 5322, MIME): text, HTML, and its pictures.

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Result;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};

use crate::clock::Timestamp;

/// What a mail is made of.
pub struct Parts {
    /// What distinguishes it from all others: the same mail again has the same.
    pub id: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub at: Timestamp,
    /// What the HTML shows, each by its `cid:`.
    pub pictures: Vec<Picture>,
    /// Where a POST ends such mails.
    pub unsubscribe: Option<String>,
}

/// A picture that comes with a mail.
pub struct Picture {
    /// What the HTML calls it.
    pub id: String,
    pub bytes: Vec<u8>,
}

/// A mail from one to another.
///
/// # Errors
/// The address isn't one.
pub fn build(from: &Mailbox, to: &str, parts: Parts) -> Result<Message> {
    let milliseconds = u64::try_from(parts.at.0).unwrap_or(0);
    let alternatives = MultiPart::alternative().singlepart(SinglePart::plain(parts.text));
    let html = SinglePart::html(parts.html);
    let alternatives = if parts.pictures.is_empty() {
        alternatives.singlepart(html)
    } else {
        let mut related = MultiPart::related().singlepart(html);
        for Picture { id, bytes } in parts.pictures {
            let is_webp = bytes.starts_with(b"RIFF");
            let kind = ContentType::parse(if is_webp { "image/webp" } else { "image/jpeg" })?;
            // Without a name, so that no mail program lists it as an attachment.
            related = related.singlepart(Attachment::new_inline(id).body(bytes, kind));
        }
        alternatives.multipart(related)
    };
    let mut message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.parse()?))
        .subject(parts.subject)
        .date(UNIX_EPOCH + Duration::from_millis(milliseconds))
        .message_id(Some(format!("<{}@{}>", parts.id, from.email.domain())))
        // So that nobody's notice of absence answers it.
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if let Some(link) = parts.unsubscribe {
        // One click, and a POST by the mail program (RFC 8058).
        message = message
            .raw_header(header("List-Unsubscribe", &format!("<{link}>")))
            .raw_header(header(
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click",
            ));
    }
    Ok(message.multipart(alternatives)?)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::new(name, value.to_owned())
}
