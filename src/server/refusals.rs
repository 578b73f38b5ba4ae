//! What replaces the library's own responses to malformed requests: it has no way to put anything into them, and they lack
//! the headers of every response and a message.

use std::sync::Arc;

/// The complete error responses, by their status; clones share them.
#[derive(Clone, Default)]
pub(super) struct Refusals(Arc<Vec<(u16, Vec<u8>)>>);

/// The headers of the library's own responses, and of no others.
const OWN: [&str; 3] = ["connection: close", "content-length: 0", "date: "];
/// The longest of them is shorter.
const LONGEST: usize = 256;

impl Refusals {
    /// `refusals`: from the line of the status to the end of the body.
    pub(super) fn new(refusals: Vec<(u16, Vec<u8>)>) -> Self {
        Self(Arc::new(refusals))
    }

    /// What to write instead of bytes that end in a response of the library; `None` if they don't. No response of ours can
    /// be taken for one: all have more headers, and no body ends as a head does.
    pub(super) fn instead_of(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let head = bytes.strip_suffix(b"\r\n\r\n")?;
        let tail = &head[head.len().saturating_sub(LONGEST)..];
        let start = memchr::memmem::rfind(tail, b"HTTP/1.")?;
        let mut lines = std::str::from_utf8(&tail[start..]).ok()?.split("\r\n");
        let status: u16 = lines.next()?.get(9..12)?.parse().ok()?;
        if !lines.all(|line| OWN.iter().any(|own| line.starts_with(own))) {
            return None;
        }
        let (_, own) = self.0.iter().find(|(known, _)| *known == status)?;
        let before = &head[..head.len() - (tail.len() - start)];
        Some([before, own].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_library_says_by_itself_is_put_otherwise() {
        let refusals = Refusals::new(vec![(400, b"ours".to_vec())]);
        let instead = |text: &str| {
            let found = refusals.instead_of(text.as_bytes());
            found.map(|found| String::from_utf8(found).unwrap())
        };
        let own = "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\
                   date: Tue, 15 Nov 1994 08:12:31 GMT\r\n\r\n";
        assert_eq!(instead(own).as_deref(), Some("ours"));
        assert_eq!(
            instead(&format!("an end{own}")).as_deref(),
            Some("an endours")
        );
        let old = "HTTP/1.0 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(instead(old).as_deref(), Some("ours"));
        for other in [
            "",
            "\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 431 Too Large\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx-frame-options: DENY\r\n\r\n",
            &own[..own.len() - 1],
        ] {
            assert_eq!(instead(other), None, "{other}");
        }
    }
}
