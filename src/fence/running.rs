//! A process that is waited for by a thread of its own, and may be ended by others at any moment.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// At most one process.
#[derive(Default)]
pub struct Running(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    NotStarted,
    Started(Child),
    /// The result isn't wanted any more.
    Unwanted,
}

/// Ends a process when it is dropped.
pub struct EndOnDrop(pub Arc<Running>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Running {
    /// Starts the process and waits for its end, on a thread that may wait: the process dies with this thread, and so with
    /// everything that waits. `None` if it is unwanted before it has started.
    pub fn run(&self, mut command: Command) -> io::Result<Option<ExitStatus>> {
        let id = {
            let mut state = self.lock();
            if matches!(*state, State::Unwanted) {
                return Ok(None);
            }
            let child = command.spawn()?;
            let id = child.id();
            *state = State::Started(child);
            id
        };
        // Meanwhile, another thread may kill the process. It is reaped afterwards, under the lock, so that none kills another
        // process that got its ID.
        wait_for_end(id, || self.has_ended())?;
        match &mut *self.lock() {
            State::Started(child) => child.wait().map(Some),
            State::NotStarted | State::Unwanted => Ok(None),
        }
    }

    /// Ends the process with all that it has started, or sees to it that it doesn't start.
    pub fn end(&self) {
        let mut state = self.lock();
        match &mut *state {
            State::Started(child) => {
                #[cfg(unix)]
                if let Ok(None) = child.try_wait() {
                    end_group(child.id());
                }
                // It may have ended by itself.
                let _gone = child.kill();
            }
            State::NotStarted | State::Unwanted => *state = State::Unwanted,
        }
    }

    fn has_ended(&self) -> bool {
        match &mut *self.lock() {
            State::Started(child) => !matches!(child.try_wait(), Ok(None)),
            State::NotStarted | State::Unwanted => true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(unix)]
fn end_group(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _gone = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(target_os = "linux")]
fn wait_for_end(id: u32, has_ended: impl Fn() -> bool) -> io::Result<()> {
    use rustix::io::Errno;
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    loop {
        match waitid(
            WaitId::Pid(id),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        ) {
            Err(Errno::INTR) => {}
            // Who ended it has reaped it.
            Err(Errno::CHILD) if has_ended() => return Ok(()),
            result => return Ok(result.map(|_| ())?),
        }
    }
}

/// For systems where a process can't be waited for without reaping it, or where we don't know how.
#[cfg(not(target_os = "linux"))]
fn wait_for_end(_: u32, has_ended: impl Fn() -> bool) -> io::Result<()> {
    const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
    while !has_ended() {
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
