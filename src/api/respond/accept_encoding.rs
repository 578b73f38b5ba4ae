//! The codings that a client accepts (RFC 9110, section 12.5.3).

/// How a file is packed for its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// All of them, the smallest first.
    pub const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// Its name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// What the `Accept-Encoding` header says: the codings in lower case, each with how welcome it is.
pub struct AcceptEncoding(Vec<(String, f32)>);

impl AcceptEncoding {
    /// Reads the header's values. Without one, nothing is packed.
    pub fn parse<'a>(values: impl Iterator<Item = &'a str>) -> Self {
        let ranges = values.flat_map(|value| value.split(','));
        Self(ranges.filter_map(range).collect())
    }

    /// The most welcome of these, between equals the first; `None` if the file as it is would be more welcome.
    pub fn negotiate(&self, codings: &[Coding]) -> Option<Coding> {
        let plain = self.quality("identity").unwrap_or(0.0);
        let quality = |coding: &Coding| {
            self.quality(coding.name())
                .or(self.quality("*"))
                .unwrap_or(0.0)
        };
        let taken = codings
            .iter()
            .rev()
            .map(|coding| (*coding, quality(coding)));
        let taken = taken.filter(|(_, quality)| *quality > 0.0 && *quality >= plain);
        // Of equals, the last is the greatest.
        taken
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(coding, _)| coding)
    }

    fn quality(&self, name: &str) -> Option<f32> {
        self.0
            .iter()
            .find(|(coding, _)| coding == name)
            .map(|(_, quality)| *quality)
    }
}

/// A coding such as `br;q=0.8`. A malformed one is skipped.
fn range(text: &str) -> Option<(String, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts
        .next()
        .filter(|name| !name.is_empty())?
        .to_ascii_lowercase();
    let name = if name == "x-gzip" {
        String::from("gzip")
    } else {
        name
    };
    let quality = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case("q")
            .then(|| value.trim().parse::<f32>())
    });
    match quality {
        None => Some((name, 1.0)),
        Some(Ok(quality)) if (0.0..=1.0).contains(&quality) => Some((name, quality)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(header: &str) -> Option<Coding> {
        AcceptEncoding::parse(std::iter::once(header)).negotiate(&Coding::ALL)
    }

    #[test]
    fn the_smallest_that_is_taken_is_sent() {
        assert_eq!(best("gzip, deflate, br, zstd"), Some(Coding::Brotli));
        assert_eq!(best("gzip, deflate"), Some(Coding::Gzip));
        assert_eq!(best("GZip"), Some(Coding::Gzip));
        assert_eq!(best("x-gzip"), Some(Coding::Gzip));
        assert_eq!(best("*"), Some(Coding::Brotli));
        assert_eq!(best("br, identity"), Some(Coding::Brotli));
    }

    #[test]
    fn the_more_welcome_goes_before_the_smaller() {
        assert_eq!(best("br;q=0.5, gzip;q=0.8"), Some(Coding::Gzip));
        assert_eq!(best("br ; Q = 0.5 , gzip"), Some(Coding::Gzip));
        assert_eq!(best("gzip;q=0.5, *;q=0.4"), Some(Coding::Gzip));
        assert_eq!(best("br;q=0.2, gzip;q=0.1, identity;q=0.9"), None);
    }

    #[test]
    fn what_is_refused_or_cannot_be_read_is_not_sent() {
        assert_eq!(best("br;q=0, gzip"), Some(Coding::Gzip));
        assert_eq!(best("br;q=0, *"), Some(Coding::Gzip));
        for header in [
            "",
            "identity",
            "deflate, zstd",
            "*;q=0",
            "br;q=0",
            "br;q=2",
            "br;q=x",
            ";q=1",
            ",,",
        ] {
            assert_eq!(best(header), None, "{header}");
        }
        assert_eq!(
            AcceptEncoding::parse(std::iter::empty()).negotiate(&Coding::ALL),
            None
        );
    }
}
