//! Shares that are being made or edited by this process. Until it is known whether their photos are theirs, no cleanup takes these for
//! abandoned, however old a clock that was just set makes them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::ids::ShareId;
use crate::domain::photo_name::PhotoName;

/// The shares, and how many requests make or edit each; clones share them.
#[derive(Clone, Debug, Default)]
pub struct SharesUnderWay(Arc<Mutex<HashMap<String, usize>>>);

/// One request that makes or edits a share, until it is dropped.
#[derive(Debug)]
pub struct ShareUnderWay {
    all: SharesUnderWay,
    share: String,
}

impl SharesUnderWay {
    /// From now on until what this returns is dropped, photos of this share are on their way.
    pub fn begin(&self, share: ShareId) -> ShareUnderWay {
        let share = share.to_string();
        *self.shares().entry(share.clone()).or_default() += 1;
        ShareUnderWay {
            all: self.clone(),
            share,
        }
    }

    /// Of photos that were found, those that aren't on their way to a share. Whether a share has one of these is to be
    /// asked afterwards: by then, what was on its way before is written, or never will be.
    pub fn without(&self, mut found: Vec<PhotoName>) -> Vec<PhotoName> {
        let shares = self.shares();
        found.retain(|name| !shares.contains_key(name.share()));
        found
    }

    fn shares(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ShareUnderWay {
    fn drop(&mut self) {
        let mut shares = self.all.shares();
        if let Some(requests) = shares.get_mut(&self.share) {
            *requests -= 1;
            if *requests == 0 {
                shares.remove(&self.share);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;

    #[test]
    fn what_is_on_its_way_is_left_out_until_the_last_request_for_its_share_is_over() {
        let all = SharesUnderWay::default();
        let left = || {
            let names = ["1-3.jpg", "1-34.jpg", "1-34.7.jpg", "2-341.jpg"];
            let found = names.map(|name| name.parse().unwrap()).to_vec();
            let left = all.without(found).into_iter();
            left.map(|name| name.to_string()).collect::<Vec<_>>()
        };
        let begin = || all.begin(ShareId::from_number(34));
        let (one, other) = (begin(), begin());
        assert_eq!(left(), ["1-3.jpg", "2-341.jpg"]);
        drop(one);
        assert_eq!(left(), ["1-3.jpg", "2-341.jpg"]);
        drop(other);
        assert_eq!(left().len(), 4);
    }
}
