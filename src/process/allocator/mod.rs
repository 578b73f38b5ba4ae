//! How this process deals with large pieces of memory.

/// Has large blocks of memory returned to the system as soon as they are freed.
///
/// Hashing a password takes 19 MiB, and cleaning a photo once or twice its size. By its default, glibc keeps such pieces
/// for the next time, some for each thread: hundreds of MiB on a server that has nothing to do.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate sets this option of glibc's allocator")]
pub fn set_mmap_threshold() {
    const LARGE: i32 = 1024 * 1024;
    // SAFETY: `mallopt` takes two numbers, touches no memory of ours, and is called before the first thread starts.
    let is_set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
    debug_assert_eq!(is_set, 1, "glibc knows the option");
}

/// Other allocators return large blocks on their own.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn set_mmap_threshold() {}

/// Returns all unused memory to the system, also between blocks that are used.
///
/// Small pieces come out of stretches that threads share, and of a stretch only the end is returned to the system. One
/// small piece of another thread above a hundred MiB of tables, which decoding a picture took and has let go, would keep
/// all of them, in addition to what the next picture takes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate asks this of glibc's allocator")]
pub fn trim() {
    // SAFETY: `malloc_trim` takes a number, locks what it works on, and touches only memory that isn't allocated.
    let _was_any_given = unsafe { libc::malloc_trim(0) };
}

/// Other allocators return it on their own.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn trim() {}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests;
