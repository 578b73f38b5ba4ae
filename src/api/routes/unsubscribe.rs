//! The links in digests that end them (RFC 8058).

use rocket::{get, post};

use crate::api::extract::accepted_language::AcceptedLanguage;
use crate::api::request::AppState;
use crate::api::respond::form_page::FormPage;
use crate::auth::unsubscribe::UnsubscribeLinks;
use crate::domain::digests;
use crate::domain::language::Language;
use crate::error::{Denied, Result};

/// Asks. Programs follow links in mails.
#[get("/unsubscribe/<token>")]
pub fn ask(app: &AppState, language: AcceptedLanguage, token: &str) -> Result<FormPage> {
    let AcceptedLanguage(language) = language;
    let links = UnsubscribeLinks::new(app.signing_key.clone());
    links.user(token).ok_or(Denied::BadLink)?;
    let (sentence, button) = match language {
        Language::English => (
            "Do you want no more mails about what is new?",
            "End these mails",
        ),
        Language::German => (
            "Möchtest du keine Mails mehr über Neues bekommen?",
            "Mails abbestellen",
        ),
    };
    Ok(FormPage {
        language,
        sentence: sentence.to_owned(),
        button: Some(button),
    })
}

/// Ends the digests of whom the link belongs to. The link is the right: mail programs send this, and have no session. Once more is
/// as good.
#[post("/unsubscribe/<token>")]
pub async fn end(app: &AppState, language: AcceptedLanguage, token: &str) -> Result<FormPage> {
    let links = UnsubscribeLinks::new(app.signing_key.clone());
    let user = links.user(token).ok_or(Denied::BadLink)?;
    app.db
        .write(move |conn| Ok(digests::unsubscribe(conn, user)?))
        .await?;
    let AcceptedLanguage(language) = language;
    let sentence = match language {
        Language::English => {
            "You get no more mails about what is new. In the app, they can be chosen again."
        }
        Language::German => {
            "Du bekommst keine Mails über Neues mehr. In der App lassen sie sich wieder einschalten."
        }
    };
    Ok(FormPage {
        language,
        sentence: sentence.to_owned(),
        button: None,
    })
}
