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
    /// It runs, or has ended and isn't reaped: its ID, which is that of its group, is no other's.
    Started(Child),
    /// It was reaped, or isn't to be started any more.
    Over,
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
            if matches!(*state, State::Over) {
                return Ok(None);
            }
            let child = command.spawn()?;
            let id = child.id();
            *state = State::Started(child);
            id
        };
        // Meanwhile, another thread may kill the process. It is reaped afterwards, under the lock, so that none kills another
        // process that got its ID.
        let waited = wait_for_end(id, || self.has_ended());
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Over) {
            State::Started(mut child) => {
                // What it has started and left behind ends with it.
                end_group(&child);
                waited?;
                child.wait().map(Some)
            }
            State::NotStarted | State::Over => Ok(None),
        }
    }

    /// Ends the process with all that it has started, or sees to it that it doesn't start.
    pub fn end(&self) {
        let mut state = self.lock();
        match &mut *state {
            State::Started(child) => {
                end_group(child);
                // It may have ended by itself.
                let _gone = child.kill();
            }
            State::NotStarted | State::Over => *state = State::Over,
        }
    }

    fn has_ended(&self) -> bool {
        match &mut *self.lock() {
            State::Started(child) => !matches!(child.try_wait(), Ok(None)),
            State::NotStarted | State::Over => true,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends all processes of the group of one that isn't reaped yet.
#[cfg(target_os = "linux")]
fn end_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        let _gone = kill_process_group(group, Signal::KILL);
    }
}

/// Elsewhere it may have been reaped already, and programs that start others don't run there.
#[cfg(not(target_os = "linux"))]
fn end_group(_: &Child) {}

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
            // It was reaped all the same.
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
