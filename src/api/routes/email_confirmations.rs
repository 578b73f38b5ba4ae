//! The links by which users confirm the address that mail for them goes to.

use rocket::{get, post};

use crate::api::extract::accepted_language::AcceptedLanguage;
use crate::api::request::AppState;
use crate::api::request::client_info::ClientInfo;
use crate::api::respond::form_page::FormPage;
use crate::domain::email;
use crate::domain::language::Language;
use crate::domain::tokens::Token;
use crate::error::Result;
use crate::logging::audit::{self, By};

/// Asks. Mail programs look at links ahead of their readers, and browsers do.
#[get("/email-confirmations/<token>")]
pub async fn ask(app: &AppState, language: AcceptedLanguage, token: &str) -> Result<FormPage> {
    let (token, now) = (Token::given(token), app.now());
    let found = app
        .db
        .read(move |conn| email::find_confirmation(conn, &token, now))
        .await?;
    let AcceptedLanguage(language) = language;
    let (address, login) = (&found.address, &found.login);
    let (sentence, button) = match language {
        Language::English => (
            format!(
                "Is {address} your address? Mail for the account “{login}” is sent there then."
            ),
            "Confirm this address",
        ),
        Language::German => (
            format!(
                "Ist {address} deine Adresse? Dann gehen die Mails für das Konto „{login}“ dorthin."
            ),
            "Adresse bestätigen",
        ),
    };
    Ok(FormPage {
        language,
        sentence,
        button: Some(button),
    })
}

/// Confirms the address. The link is the right.
#[post("/email-confirmations/<token>")]
pub async fn confirm(
    app: &AppState,
    client: &ClientInfo,
    language: AcceptedLanguage,
    token: &str,
) -> Result<FormPage> {
    let (token, now) = (Token::given(token), app.now());
    let found = app
        .db
        .write(move |conn| email::confirm(conn, &token, now))
        .await?;
    audit::email_confirmed(By::Client(client.address), found.user);
    let AcceptedLanguage(language) = language;
    let address = &found.address;
    let sentence = match language {
        Language::English => format!("{address} is confirmed."),
        Language::German => format!("{address} ist bestätigt."),
    };
    Ok(FormPage {
        language,
        sentence,
        button: None,
    })
}
