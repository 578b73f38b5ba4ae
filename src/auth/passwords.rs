//! Passwords as Argon2id hashes. Hashing is slow on purpose, so it runs off the async threads, a bounded number at
//! once; a request that waits too long is told to retry.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::domain::text::{GivenPassword, Password};
use crate::error::{Error, Overload, Result};
use crate::process::runtime::cores;

const DEADLINE: Duration = Duration::from_secs(10);

/// What the check of a password has shown.
#[derive(Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    Wrong,
    Right,
    /// Right, and its hash was not made with today's parameters: `new` is.
    RightButOutdated {
        new: String,
    },
}

/// Hashes and checks passwords; clones share the bound on how many at once.
#[derive(Clone)]
pub struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
    /// What the password of an unknown login is checked against, so that it takes as long.
    dummy: Arc<str>,
}

impl Passwords {
    /// Argon2id with 19 MiB, two passes, one lane: what OWASP recommends.
    ///
    /// # Errors
    /// As [`Self::with_cost`].
    pub fn new() -> anyhow::Result<Self> {
        Self::with_cost(19 * 1024, 2)
    }

    /// Argon2id with as many KiB and passes, in one lane. Tests that aren't about passwords take few.
    ///
    /// # Errors
    /// Argon2 has no such cost.
    pub fn with_cost(kib: u32, passes: u32) -> anyhow::Result<Self> {
        let params = Params::new(kib, passes, 1, None).map_err(|error| anyhow!(error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // Nothing has this hash. It isn't computed, for which each command would pay at its start.
        let (salt, nobodys) = ("A".repeat(22), "A".repeat(43));
        let dummy = format!("$argon2id$v=19$m={kib},t={passes},p=1${salt}${nobodys}");
        // One core stays free for everybody else.
        let at_once = cores().saturating_sub(1).max(1);
        Ok(Self {
            argon2,
            permits: Arc::new(Semaphore::new(at_once)),
            dummy: dummy.into(),
        })
    }

    /// The hash of a password, as a PHC string with a salt of its own.
    ///
    /// # Errors
    /// [`Overload::Busy`] when too many others wait.
    pub async fn hash(&self, password: Password) -> Result<String> {
        let argon2 = self.argon2.clone();
        self.run(move || hash(&argon2, password.as_bytes())).await
    }

    /// Checks a password against a hash; without one, it takes as long and is wrong. What is too long for a
    /// password is wrong at once, with or without a hash.
    ///
    /// # Errors
    /// [`Overload::Busy`] if too many others wait; or the hash is malformed.
    pub async fn verify(
        &self,
        password: GivenPassword,
        stored: Option<String>,
    ) -> Result<PasswordCheck> {
        if password.is_nobodys() {
            return Ok(PasswordCheck::Wrong);
        }
        let argon2 = self.argon2.clone();
        let dummy = self.dummy.clone();
        self.run(move || {
            let Some(password) = password.normalised() else {
                return Ok(PasswordCheck::Wrong);
            };
            let hash = PasswordHash::new(stored.as_deref().unwrap_or(&dummy))
                .map_err(|error| anyhow!(error))?;
            let matches = argon2.verify_password(password.as_bytes(), &hash).is_ok();
            if !matches || stored.is_none() {
                return Ok(PasswordCheck::Wrong);
            }
            let params = Params::try_from(&hash).map_err(|error| anyhow!(error))?;
            if hash.algorithm == argon2::ARGON2ID_IDENT && same(&params, argon2.params()) {
                return Ok(PasswordCheck::Right);
            }
            let new = self::hash(&argon2, password.as_bytes())?;
            Ok(PasswordCheck::RightButOutdated { new })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T> {
        let permit = timeout(DEADLINE, self.permits.clone().acquire_owned())
            .await
            .map_err(|_| Overload::Busy)?
            .map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        Ok(done.await.map_err(Error::internal)??)
    }
}

fn same(a: &Params, b: &Params) -> bool {
    (a.m_cost(), a.t_cost(), a.p_cost()) == (b.m_cost(), b.t_cost(), b.p_cost())
}

fn hash(argon2: &Argon2<'_>, password: &[u8]) -> anyhow::Result<String> {
    let hash: PasswordHash = argon2
        .hash_password(password)
        .map_err(|error| anyhow!(error))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use rocket::futures::StreamExt;
    use rocket::futures::stream::FuturesUnordered;
    use rocket::http::{ContentType, Header};
    use rocket::local::asynchronous::Client;

    use super::*;
    use crate::api;
    use crate::app::App;
    use crate::config::{Config, Limits};

    fn password(text: &str) -> Password {
        Password::parse(crate::error::FieldName::Password, text, &Limits::default()).unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_matches_and_nobodys_never_does() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash(password("correct horse")).await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        let verify = async |password: &str, stored: Option<&String>| {
            passwords
                .verify(GivenPassword::new(String::from(password)), stored.cloned())
                .await
                .unwrap()
        };
        assert_eq!(
            verify("correct horse", Some(&stored)).await,
            PasswordCheck::Right
        );
        assert_eq!(
            verify("wrong horse", Some(&stored)).await,
            PasswordCheck::Wrong
        );
        assert_eq!(
            verify("nobody's password", None).await,
            PasswordCheck::Wrong
        );
    }

    #[tokio::test]
    async fn an_unknown_login_waits_for_its_turn_at_hashing_like_any_other() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash(password("correct horse")).await;
        let stored = stored.unwrap();
        let everybodys = u32::try_from(passwords.permits.available_permits()).unwrap();
        let _held = passwords.permits.acquire_many(everybodys).await.unwrap();
        for stored in [Some(stored), None] {
            tokio::select! {
                biased;
                verdict = passwords.verify(GivenPassword::new(String::from("correct horse")), stored) => {
                    panic!("{verdict:?} with nothing hashed");
                }
                () = std::future::ready(()) => {}
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn who_is_signed_in_is_served_while_a_flood_of_sign_ins_waits_for_its_turn() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data_dir: folder.path().to_owned(),
            ..Config::default()
        };
        config.rate_limits.enabled = false;
        let app = App::open(config).unwrap();
        let permits = app.passwords.permits.clone();
        let client = Client::untracked(api::rocket(app)).await.unwrap();
        let account =
            r#"{"login": "ann", "password": "correct horse", "confirm-password": "correct horse"}"#;
        let post = |path: &'static str| client.post(path).header(ContentType::JSON).body(account);
        post("/register").dispatch().await;
        let signed_in = post("/login").dispatch().await;
        let cookie = signed_in.headers().get_one("Set-Cookie").unwrap();
        let cookie = Header::new("Cookie", cookie.split_once(';').unwrap().0.to_owned());

        let everybodys = u32::try_from(permits.available_permits()).unwrap();
        let held = permits.acquire_many(everybodys).await.unwrap();
        let mut flood: FuturesUnordered<_> = (0..20).map(|_| post("/login").dispatch()).collect();
        for path in ["/me", "/spaces"] {
            let reading = client.get(path).header(cookie.clone()).dispatch();
            tokio::select! {
                reply = reading => assert_eq!(reply.status().code, 200),
                _ = flood.next() => panic!("somebody has signed in with nothing hashed"),
            }
        }
        drop(held);
        assert!(flood.all(async |reply| reply.status().code == 200).await);
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_outdated() {
        let passwords = Passwords::new().unwrap();
        let params = Params::new(8 * 1024, 1, 1, None).unwrap();
        let old = hash(
            &Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            b"correct horse",
        )
        .unwrap();
        let verdict = passwords
            .verify(GivenPassword::new(String::from("correct horse")), Some(old))
            .await
            .unwrap();
        let PasswordCheck::RightButOutdated { new } = verdict else {
            panic!("{verdict:?}");
        };
        let verdict =
            passwords.verify(GivenPassword::new(String::from("correct horse")), Some(new));
        assert_eq!(verdict.await.unwrap(), PasswordCheck::Right);
    }

    #[tokio::test]
    async fn what_is_too_long_for_a_password_is_wrong_with_nothing_hashed_whosever_it_is() {
        let passwords = Passwords::new().unwrap();
        let stored = passwords.hash(password("correct horse")).await.unwrap();
        let everybodys = u32::try_from(passwords.permits.available_permits()).unwrap();
        let _held = passwords.permits.acquire_many(everybodys).await.unwrap();
        for stored in [Some(stored), None] {
            let long = GivenPassword::new("a".repeat(1024 * 1024));
            tokio::select! {
                biased;
                verdict = passwords.verify(long, stored) => assert_eq!(verdict.unwrap(), PasswordCheck::Wrong),
                () = std::future::ready(()) => panic!("it waits for its turn at hashing"),
            }
        }
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let passwords = Passwords::new().unwrap();
        let a = passwords.hash(password("correct horse")).await.unwrap();
        let b = passwords.hash(password("correct horse")).await.unwrap();
        assert_ne!(a, b);
    }
}
