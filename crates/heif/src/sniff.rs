//! What kind of file it is, by its first bytes.

use crate::error::Format;

/// As many bytes of a file as decide what it is.
pub const HEAD: usize = 1024;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// A HEIF, whatever is in it.
    Heif,
    /// Something that isn't decoded here.
    Other(Format),
}

const JPEG_XL: [&[u8]; 2] = [b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"];
/// The brands of still pictures with HEVC, and of HEIFs in general.
const HEIF: [&[u8; 4]; 13] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2",
    b"mif3", b"msf1", b"miaf",
];
/// Those of other codecs.
const OTHERS: [(&[u8; 4], Format); 13] = [
    (b"avif", Format::Avif),
    (b"avis", Format::Avif),
    (b"avio", Format::Avif),
    (b"avci", Format::H264),
    (b"avcs", Format::H264),
    (b"jpeg", Format::Jpeg),
    (b"jpgs", Format::Jpeg),
    (b"j2ki", Format::Jpeg2000),
    (b"j2is", Format::Jpeg2000),
    (b"vvic", Format::Vvc),
    (b"vvis", Format::Vvc),
    (b"unif", Format::Uncompressed),
    (b"unci", Format::Uncompressed),
];

/// Finds what a file is by its first [`HEAD`] bytes, or by all that it has; `None` if this crate doesn't recognise it.
pub fn sniff(head: &[u8]) -> Option<Sniffed> {
    if JPEG_XL.iter().any(|magic| head.starts_with(magic)) {
        return Some(Sniffed::Other(Format::JpegXl));
    }
    let size: [u8; 4] = *head.first_chunk()?;
    let size = usize::try_from(u32::from_be_bytes(size)).unwrap_or(usize::MAX);
    if head.get(4..8)? != b"ftyp" || size < 16 {
        return None;
    }
    let brands = head.get(8..size.min(head.len()))?;
    let (major, others) = brands.split_first_chunk::<4>()?;
    // Behind the first one is a version.
    let compatible = others.get(4..)?.as_chunks().0;
    let is_listed = |brand: &[u8; 4]| {
        let other = OTHERS.iter().find(|(other, _)| *other == brand);
        match other {
            Some((_, format)) => Some(Sniffed::Other(*format)),
            None => HEIF.contains(&brand).then_some(Sniffed::Heif),
        }
    };
    // What decides is what is in it, and a brand of another codec only where nothing says HEVC.
    let all = || std::iter::once(major).chain(compatible);
    let is_hevc = |brand: &[u8; 4]| brand.starts_with(b"he");
    if all().any(|brand| is_hevc(brand) && HEIF.contains(&brand)) {
        return Some(Sniffed::Heif);
    }
    let found: Vec<Sniffed> = all().filter_map(is_listed).collect();
    let other = found.iter().find(|sniffed| **sniffed != Sniffed::Heif);
    other.or(found.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ftyp(brands: &[&[u8; 4]]) -> Vec<u8> {
        let mut file = 0_u32.to_be_bytes().to_vec();
        file.extend_from_slice(b"ftyp");
        let (major, others) = brands.split_first().unwrap();
        file.extend_from_slice(*major);
        file.extend_from_slice(&[0; 4]);
        others
            .iter()
            .for_each(|brand| file.extend_from_slice(*brand));
        let size = u32::try_from(file.len()).unwrap().to_be_bytes();
        file[..4].copy_from_slice(&size);
        file
    }

    #[test]
    fn brands_tell_hevc_from_other_codecs_and_from_films() {
        for (brands, found) in [
            (&[b"heic", b"mif1"][..], Some(Sniffed::Heif)),
            (&[b"mif1", b"heic"], Some(Sniffed::Heif)),
            (&[b"mif1", b"miaf"], Some(Sniffed::Heif)),
            (&[b"msf1", b"hevc"], Some(Sniffed::Heif)),
            (&[b"mif1", b"avif"], Some(Sniffed::Other(Format::Avif))),
            (&[b"avis", b"msf1"], Some(Sniffed::Other(Format::Avif))),
            (&[b"heic", b"avif"], Some(Sniffed::Heif)),
            (&[b"isom", b"mp42"], None),
            (&[b"qt  "], None),
        ] {
            assert_eq!(sniff(&ftyp(brands)), found, "{brands:?}");
        }
    }

    #[test]
    fn jpeg_xl_is_known_and_what_is_cut_off_is_nothing() {
        let jxl = Some(Sniffed::Other(Format::JpegXl));
        assert_eq!(sniff(b"\xff\x0a\0"), jxl);
        assert_eq!(sniff(b"\0\0\0\x0cJXL \r\n\x87\n\0"), jxl);
        let file = ftyp(&[b"heic", b"mif1"]);
        for end in 0..12 {
            assert_eq!(sniff(&file[..end]), None, "{end}");
        }
        assert_eq!(sniff(b"\xff\xd8\xff"), None);
    }
}
