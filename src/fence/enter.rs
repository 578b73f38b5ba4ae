//! What a process does to itself before it looks at what a stranger has sent: from then on it has what was opened for it and
//! nothing else. Nothing of this can be undone.

use std::io;
use std::path::PathBuf;

/// The limits of a process, chosen by its parent.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory, besides what it has at this moment.
    pub memory: u64,
    /// Seconds of computing.
    pub compute: u64,
    /// Bytes that it may write to a file.
    pub output: u64,
}

/// How much of the fence there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walls {
    /// Bounds, and no reach to files and to the network.
    All,
    /// Bounds, and nothing of files can be read or written; but the kernel is too old for the network, which Landlock covers
    /// from Linux 6.7 on. Before 6.2, it doesn't cover `truncate` either.
    NoNetwork,
    /// Bounds alone: Linux before 5.13 or without Landlock, or another system.
    BoundsOnly,
    /// Only the deadline by the clock, which the parent watches.
    ClockOnly,
}

impl Walls {
    /// All of them, from the most to the least.
    pub const ALL: [Self; 4] = [
        Self::All,
        Self::NoNetwork,
        Self::BoundsOnly,
        Self::ClockOnly,
    ];

    /// Whether a process that is taken over could read and write no files.
    pub fn keep_from_files(self) -> bool {
        matches!(self, Self::All | Self::NoNetwork)
    }

    /// A word for another process.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::NoNetwork => "no_network",
            Self::BoundsOnly => "bounds_only",
            Self::ClockOnly => "clock_only",
        }
    }
}

/// What a process may still reach.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// What may be read, with all below it, and programs in it started.
    pub readable: Vec<PathBuf>,
    /// Whether it may open its input and output by their paths in `/proc`, as a program must that jumps about in them.
    pub own_files: bool,
}

/// Enters the fence, as far as this system has one.
///
/// # Errors
/// The system refuses what it should have.
pub fn enter(limits: Limits, reach: &Reach) -> io::Result<Walls> {
    #[cfg(unix)]
    {
        bound(limits)?;
        reach_only(reach)
    }
    #[cfg(not(unix))]
    {
        let _unused = (limits, reach);
        Ok(Walls::ClockOnly)
    }
}

#[cfg(unix)]
fn bound(limits: Limits) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Without the parent, nothing waits for the result.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let memory = taken().saturating_add(limits.memory);
    for (resource, soft, hard) in [
        (Resource::As, memory, memory),
        // The first is a signal by which the parent sees what it was, and the second the end.
        (Resource::Cpu, limits.compute, limits.compute + 5),
        (Resource::Fsize, limits.output, limits.output),
        (Resource::Core, 0, 0),
    ] {
        let limit = Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// The address space that this process has, in bytes: mostly the executable. 0 where it can't be read.
#[cfg(unix)]
fn taken() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map_or(0, |kib| kib.saturating_mul(1024))
}

#[cfg(target_os = "linux")]
fn reach_only(reach: &Reach) -> io::Result<Walls> {
    use std::os::fd::AsFd;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, Ruleset,
        RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
        path_beneath_rules,
    };
    let enter = |ruleset: Result<RulesetCreated, RulesetError>| {
        let status = ruleset.and_then(RulesetCreated::restrict_self);
        let status = status.map_err(io::Error::other)?;
        Ok::<_, io::Error>(status.ruleset != RulesetStatus::NotEnforced)
    };
    // Everything is handled, and nothing allowed but to read and start what is listed. What the kernel doesn't support is left
    // out.
    let rules = path_beneath_rules(&reach.readable, AccessFs::from_read(ABI::V5));
    let (input, output) = (io::stdin(), io::stdout());
    let has_files = enter(
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(ABI::V5))
            .and_then(Ruleset::create)
            .and_then(|created| created.add_rules(rules))
            .and_then(|created| {
                if !reach.own_files {
                    return Ok(created);
                }
                let write = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate;
                created.add_rules([
                    Ok::<_, RulesetError>(PathBeneath::new(input.as_fd(), AccessFs::ReadFile)),
                    Ok(PathBeneath::new(output.as_fd(), write)),
                ])
            }),
    )?;
    let has_network = enter(
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessNet::BindTcp | AccessNet::ConnectTcp)
            .and_then(Ruleset::create),
    )?;
    // Abstract sockets, and signals to other processes, where the kernel supports that.
    enter(
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .scope(Scope::from_all(ABI::V6))
            .and_then(Ruleset::create),
    )?;
    Ok(match (has_files, has_network) {
        (true, true) => Walls::All,
        (true, false) => Walls::NoNetwork,
        _ => Walls::BoundsOnly,
    })
}

#[cfg(all(unix, not(target_os = "linux")))]
fn reach_only(_reach: &Reach) -> io::Result<Walls> {
    Ok(Walls::BoundsOnly)
}
