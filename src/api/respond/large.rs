//! Large responses, which wait for their reader in a memory that all have together.

use rocket::request::Request;

use crate::api::request::client_info::ClientInfo;
use crate::app::App;
use crate::error::{Overload, Result};
use crate::limits::subnet::client_subnet;
use crate::server::WaitingAnswer;

/// The most bytes of a response that isn't large.
pub const LARGE: usize = 64 * 1024;

/// Reserves memory for a response of this many bytes, if it is large, until it is sent.
///
/// # Errors
/// [`Overload::Busy`] if others have all of it.
pub fn reserve(request: &Request<'_>, bytes: usize) -> Result<()> {
    if bytes > LARGE
        && let Some(app) = request.rocket().state::<App>()
    {
        let address = client_subnet(ClientInfo::of(app, request).address);
        let reservation = app.limits.answers.reserve(Some(address), bytes as u64);
        let reservation = reservation.map_err(|_| Overload::Busy)?;
        request
            .local_cache(WaitingAnswer::default)
            .keep(reservation);
    }
    Ok(())
}
