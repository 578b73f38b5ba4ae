//! What is to be sent, as a mail: text and HTML, with links that begin with the public address.

use std::sync::Arc;

use anyhow::Result;
use lettre::message::{Mailbox, Message};

use super::digest;
use super::message::{self, Parts};
use super::words::LinkWords;
use super::{html, words};
use crate::auth::unsubscribe::UnsubscribeLinks;
use crate::clock::Timestamp;
use crate::domain::language::Language;
use crate::domain::mailing::{Content, Mail};
use crate::domain::tokens::Token;

pub use super::message::Picture;

/// The page of the app on which a new password is set.
const PASSWORD_PAGE: &str = "password-reset";

/// Writes the mails of this server.
#[derive(Clone)]
pub struct Letters {
    /// What links begin with.
    origin: Arc<str>,
    installation: Arc<str>,
    links: UnsubscribeLinks,
}

impl Letters {
    /// Those of this installation, which is reached at `origin`.
    pub fn new(origin: &str, installation: Arc<str>, links: UnsubscribeLinks) -> Self {
        Self {
            origin: origin.into(),
            installation,
            links,
        }
    }

    /// A mail as it is sent.
    ///
    /// # Errors
    /// Its address isn't one.
    pub fn write(
        &self,
        mail: &Mail,
        pictures: Vec<Picture>,
        from: &Mailbox,
        now: Timestamp,
    ) -> Result<Message> {
        let mut unsubscribe = None;
        let (language, host) = (mail.language, self.host());
        let (subject, text, html) = match &mail.content {
            Content::Confirmation(token) => {
                let words = words::confirmation(language, host, &mail.login);
                let link = format!("{}/email-confirmations/{}", self.origin, token.as_str());
                with_link(mail, words, &link)
            }
            Content::Password(token) => {
                let words = words::password(language, host, &mail.login);
                with_link(mail, words, &self.page(PASSWORD_PAGE, token))
            }
            Content::Digest(digest) => {
                let end = format!(
                    "{}/unsubscribe/{}",
                    self.origin,
                    self.links.token(mail.user())
                );
                unsubscribe = Some(end.clone());
                let shown: Vec<&str> = pictures.iter().map(|picture| picture.id.as_str()).collect();
                digest::write(language, digest, &shown, &self.origin, &end)
            }
        };
        let (number, created) = mail.number();
        let parts = Parts {
            id: format!("{number}.{}.{}", created.0, self.installation),
            subject,
            text,
            html,
            at: now,
            pictures,
            unsubscribe,
        };
        message::build(from, mail.address(), parts)
    }

    /// A link to a page of the app that is handed a secret, which browsers keep to themselves.
    fn page(&self, page: &str, token: &Token) -> String {
        format!("{}/app/{page}#{}", self.origin, token.as_str())
    }

    fn host(&self) -> &str {
        let (_, host) = self.origin.split_once("://").unwrap_or(("", &self.origin));
        host
    }
}

/// A mail with one link: its subject, its text and its HTML.
fn with_link(mail: &Mail, words: LinkWords, link: &str) -> (String, String, String) {
    let hello = words::greeting(mail.language, &digest::one_line(&mail.name));
    let mut text = format!("{hello}\n\n");
    let mut content = html::paragraph(&hello);
    for paragraph in &words.paragraphs {
        text += &format!("{paragraph}\n\n");
        content += &html::paragraph(paragraph);
    }
    text += &format!("{}:\n{link}\n\n{}\n", words.button, words.otherwise);
    content += &html::button(words.button, link);
    content += &html::small_print(&words.otherwise);
    let page = html::page(Language::tag(mail.language), &words.subject, &content);
    (words.subject, text, page)
}
