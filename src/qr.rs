//! Links as QR codes: pictures that the camera of a phone reads, so that they needn't be typed.

use anyhow::{Context, Result};
use qrcode::QrCode;
use qrcode::render::{svg, unicode};

/// A link as an SVG image, black on white.
///
/// # Errors
/// The link is longer than a QR code can hold, about 2,900 bytes.
pub fn svg(link: &str) -> Result<String> {
    let image = code(link)?
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    Ok(image)
}

/// A link as lines of text for a terminal, light on dark.
///
/// # Errors
/// As [`svg()`].
pub fn text(link: &str) -> Result<String> {
    let lines = code(link)?
        .render::<unicode::Dense1x2>()
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .build();
    Ok(lines)
}

fn code(link: &str) -> Result<QrCode> {
    QrCode::new(link).context("The link is too long for a QR code")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str =
        "https://spaces.example.org/app/invitation#abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE";

    #[test]
    fn a_link_becomes_a_picture_for_pages_and_one_for_terminals() {
        assert!(svg(LINK).unwrap().contains("<svg"));
        let lines = text(LINK).unwrap();
        let widths: Vec<usize> = lines.lines().map(|line| line.chars().count()).collect();
        assert!(
            widths.len() > 15 && widths.iter().all(|width| *width == widths[0]),
            "{lines}"
        );
    }

    #[test]
    fn a_link_that_is_too_long_is_an_error() {
        assert!(svg(&"a".repeat(3000)).is_err());
    }
}
