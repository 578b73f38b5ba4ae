//! From an account to a certificate: an order, the proof that each name leads here, and what the authority then signs.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use instant_acme::{
    Account, AccountBuilder, AuthorizationStatus, ChallengeType, Error, Identifier, NewAccount,
    NewOrder, Order, OrderStatus, RetryPolicy, SuggestedWindow,
};
use tokio::task::spawn_blocking;

use super::http::Http;
use super::reason::{kind, not_shown, refused};
use super::schedule::identifier;
use super::store::{KeptAccount, Store};
use super::way::WayToShow;
use crate::config;
use crate::tls::certificates::Certificates;
use crate::tls::challenges::Shown;
use crate::tls::pair::Pair;

/// How often the directory is asked whether it has come to an end, and for how long. What it asks for itself comes first.
const POLL: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(500))
    .backoff(1.5)
    .timeout(Duration::from_secs(5 * 60));

/// What an order is made with.
pub struct Orderer<'a> {
    pub http: &'a Http,
    pub settings: &'a config::Acme,
    pub names: &'a [String],
    pub store: &'a Store,
    pub certificates: &'a Certificates,
    pub has_redirect: bool,
}

impl Orderer<'_> {
    /// Orders a certificate, which replaces this one. Returns its key and its chain, as PEM.
    ///
    /// # Errors
    /// The directory can't be reached or refuses.
    pub async fn order(&self, way: WayToShow, replaced: Option<&Pair>) -> Result<String> {
        let account = self.account().await?;
        let mut order = self.begin(&account, replaced).await?;
        let shown = self.show(&mut order, way).await?;
        match order.poll_ready(&POLL).await {
            Ok(OrderStatus::Ready) => {}
            Ok(_) | Err(Error::Api(_)) => return Err(reason(&mut order).await),
            Err(error) => {
                return Err(error)
                    .context("The authority doesn't look whether the names lead here");
            }
        }
        drop(shown);
        let key = order.finalize().await.map_err(refused)?;
        let chain = order.poll_certificate(&POLL).await.map_err(refused)?;
        Ok(format!("{key}\n{chain}"))
    }

    /// When the directory suggests to renew a certificate; `None` if it makes no suggestions.
    ///
    /// # Errors
    /// It can't be asked.
    pub async fn window(&self, pair: &Pair) -> Result<Option<SuggestedWindow>> {
        let (Some(id), Some(kept)) = (identifier(pair), self.kept_account()?) else {
            return Ok(None);
        };
        let account = self.builder().from_credentials(kept.credentials).await;
        let account = account.map_err(|error| self.unreachable(error))?;
        match account.renewal_info(&id).await {
            Ok((info, _)) => Ok(Some(info.suggested_window)),
            Err(Error::Unsupported(_)) => Ok(None),
            Err(error) => Err(refused(error)),
        }
    }

    fn builder(&self) -> AccountBuilder {
        Account::builder_with_http(Box::new(self.http.clone()))
    }

    fn unreachable(&self, error: Error) -> anyhow::Error {
        let directory = &self.settings.directory;
        match error {
            Error::Api(_) => refused(error),
            Error::Json(error) => anyhow!(
                "What {directory} answers is no ACME directory ({error}): check tls.acme.directory"
            ),
            error => anyhow::Error::from(error).context(format!(
                "The directory {directory} can't be used: check tls.acme.directory, tls.acme.root if it is one of your own \
                 network, and whether this machine reaches it"
            )),
        }
    }

    /// The account at this directory, if one was made.
    fn kept_account(&self) -> Result<Option<KeptAccount>> {
        let kept = self.store.account()?;
        Ok(kept.filter(|kept| kept.directory == self.settings.directory))
    }

    /// The account at this directory, created if there is none.
    async fn account(&self) -> Result<Account> {
        let contact = self.settings.email.as_ref();
        let contact: Vec<String> = contact
            .map(|email| format!("mailto:{email}"))
            .into_iter()
            .collect();
        let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
        if let Some(kept) = self.kept_account()? {
            let told = kept.email;
            let account = self.builder().from_credentials(kept.credentials).await;
            let account = account.map_err(|error| self.unreachable(error))?;
            if told != self.settings.email {
                account.update_contacts(&contact).await.map_err(refused)?;
                if let Some(kept) = self.kept_account()? {
                    let email = self.settings.email.clone();
                    self.keep_account(KeptAccount { email, ..kept }).await?;
                }
            }
            return Ok(account);
        }
        let new = NewAccount {
            contact: &contact,
            // The settings are refused otherwise.
            terms_of_service_agreed: self.settings.accept_terms,
            only_return_existing: false,
        };
        let directory = self.settings.directory.clone();
        let created = self.builder().create(&new, directory.clone(), None).await;
        let (account, credentials) = created.map_err(|error| self.unreachable(error))?;
        let email = self.settings.email.clone();
        let kept = KeptAccount {
            directory,
            email,
            credentials,
        };
        self.keep_account(kept).await?;
        Ok(account)
    }

    async fn keep_account(&self, account: KeptAccount) -> Result<()> {
        let store = self.store.clone();
        spawn_blocking(move || store.keep_account(&account)).await?
    }

    /// Begins an order. That it replaces a certificate, which spares a limit, is said if the directory wants to hear it.
    async fn begin(&self, account: &Account, replaced: Option<&Pair>) -> Result<Order> {
        let names = self.names.iter().cloned().map(Identifier::Dns);
        let names: Vec<_> = names.collect();
        if let Some(id) = replaced.and_then(identifier) {
            match account.new_order(&NewOrder::new(&names).replaces(id)).await {
                Ok(order) => return Ok(order),
                Err(Error::Api(problem)) if kind(&problem) == "rateLimited" => {
                    return Err(refused(Error::Api(problem)));
                }
                // Such as of a certificate that was replaced already.
                Err(error) => {
                    tracing::debug!(%error, "the directory doesn't take that a certificate is replaced");
                }
            }
        }
        let order = account.new_order(&NewOrder::new(&names)).await;
        order.map_err(refused)
    }

    /// Has the authority look whether each name leads here.
    async fn show(&self, order: &mut Order, way: WayToShow) -> Result<Vec<Shown>> {
        let mut shown = Vec::new();
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(refused)?;
            let name = authorization.identifier().to_string().to_ascii_lowercase();
            match authorization.status {
                AuthorizationStatus::Valid => continue,
                AuthorizationStatus::Pending => {}
                status => bail!("The authorization of {name} can't be used: it is {status:?}"),
            }
            ensure!(
                self.names.contains(&name),
                "The directory asks for {name}, which wasn't ordered"
            );
            let offers = |way: &WayToShow| {
                let mut offered = authorization.challenges.iter();
                let is_possible = *way == WayToShow::Tls || self.has_redirect;
                is_possible && offered.any(|challenge| challenge.r#type == way.challenge())
            };
            let ways = [way, WayToShow::Tls, WayToShow::Http];
            let way = ways.into_iter().find(offers).with_context(|| {
                format!(
                    "The directory accepts for {name} neither TLS-ALPN-01 nor, if tls.redirect_port is set, HTTP-01"
                )
            })?;
            let mut challenge = authorization
                .challenge(way.challenge())
                .context("A challenge is gone")?;
            let answer = challenge.key_authorization();
            let challenges = self.certificates.challenges();
            shown.push(match way {
                WayToShow::Http => challenges.show_answer(&challenge.token, answer.as_str())?,
                WayToShow::Tls => challenges.show_certificate(
                    &name,
                    answer.digest().as_ref(),
                    self.certificates.provider(),
                )?,
            });
            tracing::debug!(
                name,
                ?way,
                "the authority is asked to look whether the name leads here"
            );
            challenge.set_ready().await.map_err(refused)?;
        }
        Ok(shown)
    }
}

/// Why the authority hasn't accepted that the names lead here.
async fn reason(order: &mut Order) -> anyhow::Error {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        if let Err(error) = authorization.refresh().await {
            return refused(error);
        }
        let name = authorization.identifier().to_string();
        for challenge in &authorization.challenges {
            if let Some(problem) = &challenge.error {
                let way = match challenge.r#type {
                    ChallengeType::Http01 => WayToShow::Http,
                    _ => WayToShow::Tls,
                };
                return not_shown(&name, way, problem);
            }
        }
    }
    match order.state().error.clone() {
        Some(problem) => refused(Error::Api(problem)),
        None => {
            anyhow!("The authority doesn't accept that the names lead here, and gives no reason")
        }
    }
}
