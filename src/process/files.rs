//! How many files and connections this process may have open.

/// Allows as many as the system lets this process have: each connection is one, and the usual limit is from a time when a thousand
/// were many.
pub fn raise_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        // Otherwise it stays as it is.
        if let Err(error) = setrlimit(Resource::Nofile, raised) {
            tracing::debug!(%error, "could not raise the limit of open files");
        }
    }
}
