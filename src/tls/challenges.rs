//! How the server shows an authority that a name leads to it: by what it answers on the port of HTTP (HTTP-01, RFC 8555,
//! section 8.3), or by a special certificate on the port of HTTPS (TLS-ALPN-01, RFC 8737).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use anyhow::{Result, ensure};
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;

/// What an authority speaks that looks at a certificate of TLS-ALPN-01, and nobody else.
pub const ACME_TLS: &[u8] = b"acme-tls/1";
/// Where an authority asks for the answer of HTTP-01.
const PATH: &str = "/.well-known/acme-challenge/";
/// The longest token that is answered for: they have some 43 characters.
const MAX_TOKEN: usize = 256;

/// What an authority waits to see at the moment. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Challenges(Arc<RwLock<Pending>>);

#[derive(Debug, Default)]
struct Pending {
    /// Answers of HTTP-01, by their tokens.
    answers: HashMap<String, String>,
    /// Certificates of TLS-ALPN-01, by the names that they are for.
    certificates: HashMap<String, Arc<CertifiedKey>>,
}

/// Something that is shown until this is dropped.
#[derive(Debug)]
#[must_use = "it is shown no longer than this lives"]
pub struct Shown {
    challenges: Challenges,
    what: What,
}

#[derive(Debug)]
enum What {
    Answer(String),
    Certificate(String),
}

impl Challenges {
    /// What the path of a request is answered with, if an authority waits for it.
    pub fn answer(&self, path: &str) -> Option<String> {
        let token = path.strip_prefix(PATH)?;
        self.read().answers.get(token).cloned()
    }

    /// The certificate for this name, if an authority waits for it.
    pub fn certificate(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let name = name.to_ascii_lowercase();
        self.read().certificates.get(&name).cloned()
    }

    /// Answers for a token.
    ///
    /// # Errors
    /// It isn't one (RFC 8555, section 8.3).
    pub fn show_answer(&self, token: &str, answer: &str) -> Result<Shown> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        ensure!(
            (1..=MAX_TOKEN).contains(&token.len()) && token.bytes().all(is_plain),
            "The directory has sent a token that isn't one"
        );
        let mut pending = self.write();
        pending.answers.insert(token.to_owned(), answer.to_owned());
        Ok(self.shown(What::Answer(token.to_owned())))
    }

    /// Shows a certificate for this name that has the digest of the answer.
    ///
    /// # Errors
    /// It can't be made.
    pub fn show_certificate(
        &self,
        name: &str,
        digest: &[u8],
        provider: &CryptoProvider,
    ) -> Result<Shown> {
        let mut params = CertificateParams::new([name.to_owned()])?;
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let key = provider.key_provider.load_private_key(key.into())?;
        // Not by what checks that both belong together, which doesn't know the extension.
        let certified = CertifiedKey::new(vec![certificate.der().clone()], key);
        let mut pending = self.write();
        let name = name.to_ascii_lowercase();
        pending
            .certificates
            .insert(name.clone(), Arc::new(certified));
        Ok(self.shown(What::Certificate(name)))
    }

    fn shown(&self, what: What) -> Shown {
        let challenges = self.clone();
        Shown { challenges, what }
    }

    fn read(&self) -> RwLockReadGuard<'_, Pending> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Pending> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let mut pending = self.challenges.write();
        match &self.what {
            What::Answer(token) => drop(pending.answers.remove(token)),
            What::Certificate(name) => drop(pending.certificates.remove(name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs::default_provider;

    use super::*;

    #[test]
    fn only_known_tokens_are_answered_and_only_while_an_authority_waits() {
        let challenges = Challenges::default();
        let shown = challenges.show_answer("aB-_9", "aB-_9.key").unwrap();
        let at = |path: &str| challenges.answer(path);
        assert_eq!(
            at("/.well-known/acme-challenge/aB-_9").as_deref(),
            Some("aB-_9.key")
        );
        for other in [
            "/.well-known/acme-challenge/",
            "/.well-known/acme-challenge/aB-_8",
            "/.well-known/acme-challenge/aB-_9/",
            "/aB-_9",
        ] {
            assert_eq!(at(other), None, "{other}");
        }
        drop(shown);
        assert_eq!(at("/.well-known/acme-challenge/aB-_9"), None);
        for wrong in ["", "a/b", "../a", "a b", &"a".repeat(MAX_TOKEN + 1)] {
            assert!(challenges.show_answer(wrong, "x").is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_certificate_of_a_challenge_is_shown_for_its_name_alone() {
        let challenges = Challenges::default();
        let shown = challenges.show_certificate("A.example", &[7; 32], &default_provider());
        let shown = shown.unwrap();
        assert!(challenges.certificate("a.EXAMPLE").is_some());
        assert!(challenges.certificate("b.example").is_none());
        drop(shown);
        assert!(challenges.certificate("a.example").is_none());
    }
}
