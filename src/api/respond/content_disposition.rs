//! The name under which a photo is to be saved: the `Content-Disposition` of the response (RFC 6266).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::domain::photo_name::PhotoName;

/// The most characters of a name, without the extension.
const MAX_CHARS: usize = 100;

/// The header's value for a requested name. It keeps what is valid in file names everywhere, and ends with the
/// extension of the photo; if nothing is left of the name, the photo's own is used.
pub fn content_disposition(wish: &str, photo: &PhotoName) -> String {
    let (own, extension) = photo.file().rsplit_once('.').unwrap_or((photo.file(), ""));
    attachment(wish, own, extension)
}

/// The header's value for a file with this extension; of a name with nothing in it, `own` is used.
pub fn attachment(wish: &str, own: &str, extension: &str) -> String {
    let extension = format!(".{extension}");
    let stem = wish.strip_suffix(&extension).unwrap_or(wish);
    let stem: String = stem.chars().map(harmless).take(MAX_CHARS).collect();
    // Dots hide a file on one system, and can't end its name on another.
    let stem = match stem.trim_matches(['.', ' ']) {
        "" => own,
        stem => stem,
    };
    let name = format!("{stem}{extension}");
    format!(
        "attachment; filename*=UTF-8''{}",
        utf8_percent_encode(&name, NON_ALPHANUMERIC)
    )
}

fn harmless(letter: char) -> char {
    match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;

    use super::*;

    #[test]
    fn a_photo_is_saved_under_the_wish_with_its_own_extension() {
        let photo = "1-34.7.jpg".parse().unwrap();
        for (wish, name) in [
            ("Family 2026-05-20", "Family 2026-05-20.jpg"),
            ("Family 34.jpg", "Family 34.jpg"),
            ("Über uns 🌻", "Über uns 🌻.jpg"),
            ("setup.exe", "setup.exe.jpg"),
            ("../../etc/passwd", "_.._etc_passwd.jpg"),
            ("C:\\photo", "C__photo.jpg"),
            ("a\r\nSet-Cookie: b", "a__Set-Cookie_ b.jpg"),
            ("\"'; filename=x", "_'; filename=x.jpg"),
            (" .hidden. ", "hidden.jpg"),
            ("", "34.7.jpg"),
            ("..", "34.7.jpg"),
            (".jpg", "34.7.jpg"),
            (&"x".repeat(101), &format!("{}.jpg", "x".repeat(100))),
        ] {
            let header = content_disposition(wish, &photo);
            let encoded = header
                .strip_prefix("attachment; filename*=UTF-8''")
                .unwrap();
            assert!(
                encoded
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'%'),
                "{header}"
            );
            assert_eq!(percent_decode_str(encoded).decode_utf8().unwrap(), name);
        }
    }
}
