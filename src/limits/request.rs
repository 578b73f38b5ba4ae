//! All limits on requests.

use std::net::IpAddr;

use super::fair::FairLimit;
use super::login_throttle::LoginThrottle;
use super::streams::StreamLimits;
use super::uploads::UploadLimits;
use crate::clock::Clock;
use crate::config::Config;

/// The bytes that JSON bodies may take beyond what each connection has for one.
const BODIES: u64 = 8 * 1024 * 1024;
/// The bytes that large lists may take while they wait for their readers: eight of the largest, or hundreds of usual ones.
const ANSWERS: u64 = 32 * 1024 * 1024;

/// The bytes that ZIPs may take while they are sent: three of the largest, or dozens of usual ones.
const ZIPS: u64 = 64 * 1024 * 1024;

/// What each request may take of what all have together; clones share it.
#[derive(Clone)]
pub struct RequestLimits {
    pub logins: LoginThrottle,
    pub uploads: UploadLimits,
    pub streams: StreamLimits,
    /// The memory for JSON bodies that are larger than any of ours.
    pub bodies: FairLimit<IpAddr>,
    /// The memory for large responses that are built as a whole.
    pub answers: FairLimit<IpAddr>,
    /// The memory for ZIPs that are being sent; from each address, half of it.
    pub zips: FairLimit<IpAddr>,
}

impl RequestLimits {
    /// The limits as they are set.
    pub fn new(config: &Config, clock: &Clock) -> Self {
        Self {
            logins: LoginThrottle::new(&config.rate_limits, clock),
            uploads: UploadLimits::new(&config.connections),
            streams: StreamLimits::new(&config.connections),
            bodies: FairLimit::new(BODIES, u64::MAX),
            answers: FairLimit::new(ANSWERS, u64::MAX),
            zips: FairLimit::new(ZIPS, ZIPS / 2),
        }
    }
}
