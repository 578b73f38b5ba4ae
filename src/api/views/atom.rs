//! A feed of a space in Atom (RFC 4287), as feed readers get it.

use std::fmt::Write as _;
use std::io;

use picture::PreviewSize;
use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesText, Event};
use sha2::{Digest, Sha256};

use super::urls::Urls;
use crate::clock::Timestamp;
use crate::domain::feeds::FeedContent;
use crate::domain::ids::Id;
use crate::domain::photos::Photo;
use crate::domain::shares::Share;

/// The most characters of a title, which is the beginning of the text.
const MAX_TITLE: usize = 80;

/// Writes a feed. `installation` distinguishes the ids of this server from those of others; `address` is the feed's own, and its
/// pictures are below it.
///
/// # Errors
/// Never but for a lack of memory.
pub fn write(
    content: &FeedContent,
    installation: &str,
    address: &str,
    urls: &Urls,
) -> io::Result<Vec<u8>> {
    let space = content.space.id.number();
    let newest = content.shares.iter().map(changed_at).max();
    let updated = newest.unwrap_or(content.space_created_at);
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let feed = xml.create_element("feed");
    let feed = feed.with_attribute(("xmlns", "http://www.w3.org/2005/Atom"));
    feed.write_inner_content(|xml| {
        text(xml, "id", &urn(installation, "spaces", space))?;
        text(xml, "title", &content.space.name)?;
        text(xml, "updated", &updated.rfc3339())?;
        link(xml, "alternate", &urls.page(&format!("spaces/{space}")))?;
        for share in &content.shares {
            xml.create_element("entry")
                .write_inner_content(|xml| entry(xml, share, installation, address, urls))?;
        }
        Ok(())
    })?;
    Ok(xml.into_inner())
}

/// When a share was edited last, or else shared.
fn changed_at(share: &Share) -> Timestamp {
    share.edited_at.unwrap_or(share.created_at)
}

fn entry(
    xml: &mut Writer<Vec<u8>>,
    share: &Share,
    installation: &str,
    address: &str,
    urls: &Urls,
) -> io::Result<()> {
    let id = share.id.number();
    let page = urls.page(&format!("shares/{id}"));
    text(xml, "id", &urn(installation, "shares", id))?;
    text(xml, "title", &title(share))?;
    text(xml, "published", &share.created_at.rfc3339())?;
    text(xml, "updated", &changed_at(share).rfc3339())?;
    xml.create_element("author")
        .write_inner_content(|xml| text(xml, "name", &share.user.name))?;
    link(xml, "alternate", &page)?;
    let content = xml
        .create_element("content")
        .with_attribute(("type", "html"));
    content.write_text_content(BytesText::new(&allowed(&html(share, &page, address))))?;
    Ok(())
}

/// The beginning of the text, or what there is instead of one.
fn title(share: &Share) -> String {
    let line = share.text.lines().find(|line| !line.trim().is_empty());
    let Some(line) = line else {
        let videos = share.photos.iter().filter(|photo| photo.name.is_video());
        return match (share.photos.len(), videos.count()) {
            (1, 0) => "A photo".to_owned(),
            (1, 1) => "A video".to_owned(),
            (all, 0) => format!("{all} photos"),
            (all, videos) if all == videos => format!("{all} videos"),
            (all, _) => format!("{all} photos and videos"),
        };
    };
    let line = line.trim();
    match line.char_indices().nth(MAX_TITLE) {
        None => line.to_owned(),
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
    }
}

/// The text and the photos of a share as HTML, each leading to the share's own page.
fn html(share: &Share, page: &str, address: &str) -> String {
    let page = escape(page);
    let mut html = String::new();
    if !share.text.is_empty() {
        let lines: Vec<_> = share.text.lines().map(escape).collect();
        html = format!("<p>{}</p>", lines.join("<br>"));
    }
    for photo in &share.photos {
        let caption = photo.caption.as_deref().unwrap_or_default();
        let shown = picture(photo, caption, address);
        let shown = shown.unwrap_or_else(|| "▶".to_owned());
        let caption = escape(caption);
        // To a String, which can't fail.
        let _ = write!(html, "<p><a href=\"{page}\">{shown}</a></p>");
        if !caption.is_empty() {
            let _ = write!(html, "<p>{caption}</p>");
        }
    }
    html
}

/// The picture by which a photo or video is shown; none of a video without a poster.
fn picture(photo: &Photo, caption: &str, address: &str) -> Option<String> {
    if !photo.has_picture {
        return None;
    }
    let (width, height) = PreviewSize::Large.within(photo.width, photo.height);
    let url = format!("{address}/photos/{}", photo.name.as_str());
    let (url, caption) = (escape(&url), escape(caption));
    Some(format!(
        "<img src=\"{url}\" width=\"{width}\" height=\"{height}\" alt=\"{caption}\">"
    ))
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, text: &str) -> io::Result<()> {
    let text = allowed(text);
    xml.create_element(name)
        .write_text_content(BytesText::new(&text))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, rel: &str, href: &str) -> io::Result<()> {
    let link = xml.create_element("link").with_attribute(("rel", rel));
    link.with_attribute(("href", href)).write_empty()?;
    Ok(())
}

/// A text without the characters that XML can't have, not even escaped (XML 1.0, 2.2).
fn allowed(text: &str) -> String {
    let is_allowed = |char: &char| matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_allowed).collect()
}

/// An id that no other server has, and that stays the same wherever this one can be found: a UUID of version 8 (RFC 9562).
fn urn(installation: &str, kind: &str, id: i64) -> String {
    let hash = Sha256::digest(format!("shared-spaces {installation} {kind} {id}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    format!("urn:uuid:{a}-{b}-{c}-{d}-{e}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
