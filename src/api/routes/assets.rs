//! The files of the web app, which the executable carries in itself: each as it is and, where that is smaller, packed.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::api::respond::accept_encoding::Coding;

/// What `npm run build` makes. A development build reads it when it is requested.
#[derive(RustEmbed)]
#[folder = "web/dist/"]
struct Dist;

/// The page of the app, whatever its address.
pub const PAGE: &str = "index.html";
/// The service worker of the app.
pub const SERVICE_WORKER: &str = "app/sw.js";
/// The page that shows the description of the API.
pub const DOCS: &str = "docs.html";

/// A file of the app, in a coding that the client accepts.
pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    /// The type of what is in it, such as `text/html; charset=utf-8`.
    pub media_type: String,
    /// How it is packed, if it is.
    pub coding: Option<Coding>,
    /// Whether others might get it in another form.
    pub varies: bool,
    /// A mark for exactly these bytes.
    pub etag: String,
}

/// The file with this name, such as `assets/index-Cyk2Xpx_.css`. `choose` gets the codings that it is there in, the
/// smallest first, and returns which to use, or none.
pub fn find(name: &str, choose: impl FnOnce(&[Coding]) -> Option<Coding>) -> Option<Asset> {
    if is_packed(name) {
        return None;
    }
    let plain = Dist::get(name)?;
    let media_type = match plain.metadata.mimetype() {
        text if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        other => other.to_owned(),
    };
    let mut packed: Vec<(Coding, EmbeddedFile)> = Coding::ALL
        .into_iter()
        .filter_map(|coding| Some((coding, Dist::get(&format!("{name}{}", extension(coding)))?)))
        .collect();
    let codings: Vec<Coding> = packed.iter().map(|(coding, _)| *coding).collect();
    let coding = choose(&codings);
    let file = packed
        .iter()
        .position(|(packed, _)| Some(*packed) == coding)
        .map_or(plain, |at| packed.swap_remove(at).1);
    Some(Asset {
        etag: URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()),
        bytes: file.data,
        media_type,
        coding,
        varies: !codings.is_empty(),
    })
}

/// A page of the app, for a server below this path of its host: its files are there too.
pub fn page_below(base: &str, name: &str) -> Option<Asset> {
    let page = find(name, |_| None)?;
    let text = String::from_utf8_lossy(&page.bytes);
    let bytes = text.replace("=\"/", &format!("=\"{base}/")).into_bytes();
    Some(Asset {
        etag: URL_SAFE_NO_PAD.encode(Sha256::digest(&bytes)),
        bytes: bytes.into(),
        varies: false,
        ..page
    })
}

/// The names of all files, however they are packed.
pub fn names() -> impl Iterator<Item = Cow<'static, str>> {
    Dist::iter().filter(|name| !is_packed(name))
}

/// The names of the files that stand at the root of the site, but for the pages.
pub fn at_root() -> impl Iterator<Item = Cow<'static, str>> {
    names().filter(|name| !name.contains('/') && name != PAGE && name != DOCS)
}

/// How the name of a packed file ends.
fn extension(coding: Coding) -> &'static str {
    match coding {
        Coding::Brotli => ".br",
        Coding::Gzip => ".gz",
    }
}

fn is_packed(name: &str) -> bool {
    Coding::ALL
        .iter()
        .any(|coding| name.ends_with(extension(*coding)))
}
