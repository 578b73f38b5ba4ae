//! The files of the web page, which the executable carries in itself.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "web/"]
struct Web;

/// A file of the web page.
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    /// Its type, such as `text/html`.
    pub media_type: String,
}

/// The file with this name.
pub fn find(name: &str) -> Option<Asset> {
    let file = Web::get(name)?;
    let media_type = match file.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    Some(Asset {
        bytes: file.data,
        media_type,
    })
}
