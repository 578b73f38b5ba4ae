//! Looks up the names of push services, and leads to public addresses only: a name may lead anywhere, and elsewhere than a moment ago.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use hyper_util::client::legacy::connect::dns::Name;
use tokio::net::lookup_host;
use tower_service::Service;

use super::endpoint::is_public;

/// Names of services that may be anywhere, because the operator names them.
#[derive(Clone)]
pub struct PublicResolver {
    pub own: Arc<[String]>,
}

impl Service<Name> for PublicResolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let is_own = self.own.iter().any(|own| own == name.as_str());
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<_> = found
                .filter(|address| is_own || is_public(address.ip()))
                .collect();
            if addresses.is_empty() {
                let problem = format!("{} has no public address", name.as_str());
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
            }
            Ok(addresses.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_leads_nowhere_unless_it_is_the_operators() {
        let look_up = async |own: &[&str]| {
            let own = own.iter().map(|name| (*name).to_owned()).collect();
            let name = Name::from_str("localhost").unwrap();
            PublicResolver { own }.call(name).await
        };
        let refused = look_up(&[]).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        assert!(look_up(&["localhost"]).await.unwrap().next().is_some());
    }
}
