//! A plain page with a sentence and a button, for links in mails: what follows a link changes nothing, and programs follow links too.

use std::io::Cursor;

use rocket::http::ContentType;
use rocket::request::Request;
use rocket::response::{Responder, Response};

use crate::domain::language::Language;
use crate::mail::escape;

/// A page in a language. The button, if there is one, posts to the address of the page.
pub struct FormPage {
    pub language: Language,
    pub sentence: String,
    pub button: Option<&'static str>,
}

impl<'r> Responder<'r, 'static> for FormPage {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        let (language, sentence) = (self.language.tag(), escape(&self.sentence));
        let button = self.button.map_or_else(String::new, |words| {
            let words = escape(words);
            format!("<form method=\"post\"><button>{words}</button></form>\n")
        });
        let page = format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>Shared Spaces</title>\n</head>\n\
             <body>\n<main>\n<h1>Shared Spaces</h1>\n<p>{sentence}</p>\n{button}</main>\n</body>\n</html>\n"
        );
        Response::build()
            .header(ContentType::HTML)
            // The address is a secret.
            .raw_header("X-Robots-Tag", "noindex")
            .sized_body(page.len(), Cursor::new(page))
            .ok()
    }
}
