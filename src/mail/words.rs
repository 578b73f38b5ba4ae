//! What mails say, in the language of their reader.

use crate::domain::digests::Entry;
use crate::domain::language::Language;
use crate::push::words as push;

/// The words of a mail with one link.
pub struct LinkWords {
    pub subject: String,
    pub paragraphs: Vec<String>,
    pub button: &'static str,
    /// For whom it isn't meant.
    pub otherwise: String,
}

/// Has an address confirmed; `host` is that of this server, `login` that of the account.
pub fn confirmation(language: Language, host: &str, login: &str) -> LinkWords {
    match language {
        Language::English => LinkWords {
            subject: String::from("Confirm your address"),
            paragraphs: vec![
                format!(
                    "The account “{login}” at {host} is to get its mail here. Confirm that this address is yours."
                ),
                String::from("The link is valid for a day."),
            ],
            button: "Confirm this address",
            otherwise: String::from(
                "Was it not you? Then do nothing: without the link, nothing is sent here any more.",
            ),
        },
        Language::German => LinkWords {
            subject: String::from("Bestätige deine Adresse"),
            paragraphs: vec![
                format!(
                    "Das Konto „{login}“ bei {host} soll seine Mails hierher bekommen. Bestätige, dass diese Adresse deine ist."
                ),
                String::from("Der Link gilt einen Tag."),
            ],
            button: "Adresse bestätigen",
            otherwise: String::from(
                "Warst du das nicht? Dann tu nichts: Ohne den Link kommt hier nichts mehr an.",
            ),
        },
    }
}

/// Has a forgotten password replaced.
pub fn password(language: Language, host: &str, login: &str) -> LinkWords {
    match language {
        Language::English => LinkWords {
            subject: String::from("Set a new password"),
            paragraphs: vec![
                format!(
                    "Somebody has said that the password of the account “{login}” at {host} is forgotten. Set a new one here."
                ),
                String::from(
                    "The link is valid for an hour and works once. All devices are signed out then.",
                ),
            ],
            button: "Set a new password",
            otherwise: String::from(
                "Was it not you? Then do nothing: your password stays as it is.",
            ),
        },
        Language::German => LinkWords {
            subject: String::from("Setze ein neues Passwort"),
            paragraphs: vec![
                format!(
                    "Jemand hat angegeben, das Passwort des Kontos „{login}“ bei {host} vergessen zu haben. Hier kannst du ein neues setzen."
                ),
                String::from(
                    "Der Link gilt eine Stunde und ein einziges Mal. Danach sind alle Geräte abgemeldet.",
                ),
            ],
            button: "Neues Passwort setzen",
            otherwise: String::from(
                "Warst du das nicht? Dann tu nichts: Dein Passwort bleibt, wie es ist.",
            ),
        },
    }
}

/// How a mail begins.
pub fn greeting(language: Language, name: &str) -> String {
    match language {
        Language::English => format!("Hello {name},"),
        Language::German => format!("Hallo {name},"),
    }
}

/// The subject of a digest.
pub fn news(language: Language, spaces: &str) -> String {
    match language {
        Language::English => format!("New in {spaces}"),
        Language::German => format!("Neu in {spaces}"),
    }
}

/// What somebody has done, in a line.
pub fn entry(language: Language, entry: &Entry) -> String {
    let author: String = entry.author.chars().filter(|c| !c.is_control()).collect();
    match (entry.is_comment, entry.photos, language) {
        (true, _, Language::English) => format!("{author} commented"),
        (true, _, Language::German) => format!("{author} hat kommentiert"),
        (false, 0, Language::English) => format!("{author} shared"),
        (false, 0, Language::German) => format!("{author} hat geteilt"),
        (false, photos, _) => push::photos(&author, (photos, entry.videos), language),
    }
}

/// That there is more.
pub fn more(language: Language, count: usize) -> String {
    match (language, count) {
        (Language::English, 1) => String::from("And one more"),
        (Language::English, count) => format!("And {count} more"),
        (Language::German, 1) => String::from("Und eins mehr"),
        (Language::German, count) => format!("Und {count} weitere"),
    }
}

/// On the button that leads to a space.
pub fn open(language: Language) -> &'static str {
    match language {
        Language::English => "Open",
        Language::German => "Öffnen",
    }
}

/// What a picture is, for those who don't see it.
pub fn picture(language: Language) -> &'static str {
    match language {
        Language::English => "Photo",
        Language::German => "Foto",
    }
}

/// Why somebody gets a digest.
pub fn why(language: Language) -> &'static str {
    match language {
        Language::English => "You get this because you chose to have what is new sent by mail.",
        Language::German => "Du bekommst das, weil du dir Neues per Mail schicken lässt.",
    }
}

/// What ends it.
pub fn unsubscribe(language: Language) -> &'static str {
    match language {
        Language::English => "End these mails",
        Language::German => "Diese Mails abbestellen",
    }
}
