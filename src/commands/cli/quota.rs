//! Quotas, as they are written on the command line.

use rocket::data::ByteUnit;

use crate::domain::usage::Quota;

/// The most bytes that the database can count.
const MAX_BYTES: u64 = i64::MAX as u64;

/// Reads a quota, or says how it is written.
pub fn quota(text: &str) -> Result<Quota, String> {
    match text {
        "default" => return Ok(Quota::Default),
        "none" => return Ok(Quota::None),
        _ => {}
    }
    let size = text.parse().ok().map(|size: ByteUnit| size.as_u64());
    match size.filter(|size| (1..=MAX_BYTES).contains(size)) {
        Some(size) => Ok(Quota::Bytes(size)),
        None => Err(String::from(
            "it must be a size above 0, such as 10GiB or 500MB, or none, or default for that of the settings",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_size_with_a_unit_or_in_bytes_or_none_or_the_default() {
        for (text, expected) in [
            ("10GiB", Quota::Bytes(10 << 30)),
            ("1.5 GB", Quota::Bytes(1_500_000_000)),
            ("700mb", Quota::Bytes(700_000_000)),
            ("12345", Quota::Bytes(12345)),
            ("none", Quota::None),
            ("default", Quota::Default),
        ] {
            assert_eq!(quota(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "0",
            "0GB",
            "-1",
            "ten",
            "10 Gx",
            "99999999999999999999",
            "16EiB",
        ] {
            assert!(quota(text).is_err(), "{text}");
        }
    }
}
