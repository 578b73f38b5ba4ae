//! What is new, as text and as HTML.

use std::fmt::Write;

use super::html::{self, escape};
use super::words;
use crate::domain::digests::{Digest, Entry, SpaceNews};
use crate::domain::ids::ShareId;
use crate::domain::language::Language;
use crate::domain::photo_name::PhotoName;

/// The most characters of the names of spaces in a subject.
const MAX_SUBJECT: usize = 60;
/// The longest side that a picture is shown with, in pixels.
const WIDTH: u16 = 200;

/// What the HTML calls the picture of a photo.
pub fn picture_id(name: &PhotoName) -> String {
    format!("{name}@pictures")
}

/// A digest: its subject, its text and its HTML. `shown` are the pictures that come with it, and `end` ends such mails.
pub fn write(
    language: Language,
    digest: &Digest,
    shown: &[&str],
    origin: &str,
    end: &str,
) -> (String, String, String) {
    let subject = subject(language, digest);
    let (mut text, mut content) = (String::new(), String::new());
    for space in &digest.spaces {
        let name = one_line(&space.name);
        let link = format!("{origin}/app/spaces/{}", space.id);
        // Writing to a string can't fail.
        let _written = write!(
            text,
            "{name}\n{}\n{link}\n\n",
            "=".repeat(name.chars().count())
        );
        content += &html::row(
            HEADING,
            &format!(
                "<a href=\"{}\" style=\"color:inherit;text-decoration:none\">{}</a>",
                escape(&link),
                escape(&name)
            ),
        );
        for entry in &space.entries {
            let link = share_link(origin, entry.share);
            text += &entry_as_text(language, entry, &link);
            content += &entry_as_html(language, entry, &link, shown);
        }
        if let Some(more) = more(language, space) {
            let _written = write!(text, "{more}.\n\n");
            content += &html::paragraph(&more);
        }
        content += &html::button(words::open(language), &link);
    }
    let reason = words::why(language);
    let _written = write!(
        text,
        "-- \n{reason}\n{}: {end}\n",
        words::unsubscribe(language)
    );
    content += &html::row(
        "font-size:13px;line-height:20px;padding:16px 0 0",
        &format!(
            "{} <a href=\"{}\" style=\"color:inherit\">{}</a>",
            escape(reason),
            escape(end),
            escape(words::unsubscribe(language))
        ),
    );
    let page = html::page(language.tag(), &subject, &content);
    (subject, text, page)
}

const HEADING: &str = "font-size:18px;line-height:26px;font-weight:bold;padding:8px 0 12px";

fn subject(language: Language, digest: &Digest) -> String {
    let names: Vec<String> = digest
        .spaces
        .iter()
        .map(|space| one_line(&space.name))
        .collect();
    let names = names.join(", ");
    let short = if names.chars().count() > MAX_SUBJECT {
        let beginning: String = names.chars().take(MAX_SUBJECT - 1).collect();
        beginning + "…"
    } else {
        names
    };
    words::news(language, &short)
}

fn share_link(origin: &str, share: ShareId) -> String {
    format!("{origin}/app/shares/{share}")
}

fn entry_as_text(language: Language, entry: &Entry, link: &str) -> String {
    let line = words::entry(language, entry);
    let excerpt = entry.excerpt.trim();
    if excerpt.is_empty() {
        format!("{line}\n{link}\n\n")
    } else {
        format!("{line}:\n{excerpt}\n{link}\n\n")
    }
}

fn entry_as_html(language: Language, entry: &Entry, link: &str, shown: &[&str]) -> String {
    let link = escape(link);
    let mut content = format!(
        "<a href=\"{link}\" style=\"color:inherit;text-decoration:none\"><b>{}</b></a>",
        escape(&words::entry(language, entry))
    );
    let id = entry.picture.as_ref().map(picture_id);
    if let Some(id) = id.filter(|id| shown.contains(&id.as_str())) {
        let alt = escape(words::picture(language));
        content += &format!(
            "<br><a href=\"{link}\"><img src=\"cid:{}\" width=\"{WIDTH}\" alt=\"{alt}\" \
             style=\"width:{WIDTH}px;max-width:100%;height:auto;border:0;border-radius:8px;margin:8px 0 0;display:block\"></a>",
            escape(&id)
        );
    }
    let excerpt = entry.excerpt.trim();
    if !excerpt.is_empty() {
        let excerpt = escape(excerpt).replace('\n', "<br>");
        content += &format!("<div style=\"padding:4px 0 0\">{excerpt}</div>");
    }
    html::row("font-size:16px;line-height:24px;padding:0 0 20px", &content)
}

fn more(language: Language, space: &SpaceNews) -> Option<String> {
    (space.more > 0).then(|| words::more(language, space.more))
}

/// A text without what ends a line.
pub fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
