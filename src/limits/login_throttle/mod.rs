//! How often somebody may try to sign in, to change a password, or to make an account.
//!
//! Only failures are counted, except for new accounts, where each attempt is. An attempt is taken when it begins and given
//! back when it succeeds, so that many at once can't get past the limit together.
//!
//! Wrong passwords are counted three times over: for the address they come from; for the account and the address together;
//! and for the account, from all addresses together at which it has not signed in lately. Guessing from one
//! address hits the second limit, which has no effect elsewhere. Guessing from many hits the third; then the
//! owner can still sign in where they have done so before, stays signed in wherever they are, and can sign in
//! elsewhere as soon as the next attempt comes back. Logins without an account are counted like others.
//!
//! A browser that proves that its owner has signed in there before (see [`known_browsers`](super::known_browsers)) has
//! attempts of its own for this one account, whatever others do, at the same address or elsewhere, before a restart or
//! after it.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::limits::known_browsers::BrowserId;
use governor::Quota;

use crate::clock::Clock;
use crate::config::RateLimits;
use crate::domain::ids::SessionId;
use crate::domain::text::LoginKey;
use crate::error::Result;
use crate::limits::limiter::{KnownAddresses, Limiter};
use crate::limits::subnet::client_subnet;

/// By how many times all addresses together may exceed the attempts of one at an account.
const GLOBAL_FACTOR: u32 = 4;

/// What has been tried; clones share it.
#[derive(Clone)]
pub struct LoginThrottle {
    /// `None` where nothing is limited.
    counted: Option<Arc<Limiters>>,
}

struct Limiters {
    /// Keys are kept as hashes with a secret of this process, so that each takes the same little memory.
    secret: RandomState,
    passwords_from_address: Limiter,
    passwords_for_account: Limiter,
    passwords_from_strangers: Limiter,
    accounts_from_address: Limiter,
    accounts_by_login: Limiter,
    mails_from_address: Limiter,
    /// The addresses at which accounts have signed in.
    known: KnownAddresses,
}

/// An attempt under way. Unless it is [consumed](Attempt::consume), it is returned at the end.
#[must_use = "what is dropped at once doesn't count"]
pub struct Attempt {
    counted: Option<Arc<Limiters>>,
    taken: Vec<(Limiter, u64)>,
    /// The account and the address, as [`KnownAddresses`] has them.
    known_address: Option<u64>,
}

impl LoginThrottle {
    /// Nothing has been tried yet.
    pub fn new(limits: &RateLimits, clock: &Clock) -> Self {
        let limiter = |attempts, per_hour| Limiter::new(quota(attempts, per_hour), clock.clone());
        let counted = limits.enabled.then(|| Limiters {
            secret: RandomState::new(),
            passwords_from_address: limiter(limits.address_burst, limits.address_per_hour),
            passwords_for_account: limiter(limits.account_burst, limits.account_per_hour),
            passwords_from_strangers: limiter(
                limits.account_burst.saturating_mul(GLOBAL_FACTOR),
                limits.account_per_hour.saturating_mul(GLOBAL_FACTOR),
            ),
            accounts_from_address: limiter(limits.registration_burst, limits.registration_per_hour),
            accounts_by_login: limiter(limits.account_burst, limits.account_per_hour),
            mails_from_address: limiter(limits.registration_burst, limits.registration_per_hour),
            known: KnownAddresses::default(),
        });
        Self {
            counted: counted.map(Arc::new),
        }
    }

    /// An attempt from `address` with a password for `login`, which may not exist; `known` is the browser in which somebody
    /// has signed in with it before.
    ///
    /// # Errors
    /// [`TooManyAttempts`](crate::error::Overload::TooManyAttempts).
    pub fn sign_in(
        &self,
        address: IpAddr,
        login: &LoginKey,
        known: Option<BrowserId>,
    ) -> Result<Attempt> {
        self.begin(|counted, attempt| {
            let address = client_subnet(address);
            let known_address = counted.key(("account", login, address));
            attempt.known_address = Some(known_address);
            if let Some(browser) = known {
                let browser = counted.key(("browser", login, browser));
                return attempt.take(&counted.passwords_for_account, browser);
            }
            attempt.take(&counted.passwords_from_address, counted.key(address))?;
            attempt.take(&counted.passwords_for_account, known_address)?;
            if counted.known.contains(known_address) {
                return Ok(());
            }
            attempt.take(&counted.passwords_from_strangers, counted.key(login))
        })
    }

    /// An attempt with the old password while signed in. Counted by session, because the thief of one must not keep
    /// the owner, who has another, from changing the password.
    ///
    /// # Errors
    /// As [`LoginThrottle::sign_in`].
    pub fn change_password(&self, address: IpAddr, session: SessionId) -> Result<Attempt> {
        self.begin(|counted, attempt| {
            let address = counted.key(client_subnet(address));
            attempt.take(&counted.passwords_from_address, address)?;
            let session = counted.key(("session", session));
            attempt.take(&counted.passwords_for_account, session)
        })
    }

    /// An attempt from `address` to make an account.
    ///
    /// # Errors
    /// As [`LoginThrottle::sign_in`].
    pub fn register(&self, address: IpAddr, login: &LoginKey) -> Result<Attempt> {
        self.begin(|counted, attempt| {
            let address = counted.key(client_subnet(address));
            attempt.take(&counted.accounts_from_address, address)?;
            attempt.take(&counted.accounts_by_login, counted.key(login))
        })
    }

    /// An attempt from `address` to have mail sent about a forgotten password.
    ///
    /// # Errors
    /// As [`LoginThrottle::sign_in`].
    pub fn request_mail(&self, address: IpAddr) -> Result<Attempt> {
        self.begin(|counted, attempt| {
            let address = counted.key(client_subnet(address));
            attempt.take(&counted.mails_from_address, address)
        })
    }

    fn begin(&self, take: impl FnOnce(&Limiters, &mut Attempt) -> Result<()>) -> Result<Attempt> {
        let mut attempt = Attempt {
            counted: self.counted.clone(),
            taken: Vec::new(),
            known_address: None,
        };
        if let Some(counted) = &self.counted {
            take(counted, &mut attempt)?;
        }
        Ok(attempt)
    }
}

impl Attempt {
    fn take(&mut self, limiter: &Limiter, key: u64) -> Result<()> {
        limiter.take(key)?;
        self.taken.push((limiter.clone(), key));
        Ok(())
    }

    /// It stays taken.
    pub fn consume(mut self) {
        self.taken.clear();
    }

    /// It was the right password: this account is known at this address from now on.
    pub fn record_success(self) {
        if let (Some(counted), Some(known_address)) = (&self.counted, self.known_address) {
            counted.known.insert(known_address);
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        for (limiter, key) in self.taken.drain(..) {
            limiter.give_back(key);
        }
    }
}

impl Limiters {
    fn key(&self, what: impl std::hash::Hash) -> u64 {
        self.secret.hash_one(what)
    }
}

fn quota(attempts: u32, per_hour: u32) -> Quota {
    let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_hour(at_least_one(per_hour)).allow_burst(at_least_one(attempts))
}

#[cfg(test)]
mod tests;
