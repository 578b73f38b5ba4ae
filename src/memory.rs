//! How this process deals with large pieces of memory.

/// Has large pieces of memory given back to the system as soon as they aren't used any more.
///
/// Hashing a password takes 19 MiB, and cleaning a photo once or twice its size. By its default, glibc keeps such pieces
/// for the next time, some for each thread: hundreds of MiB on a server that has nothing to do.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "no crate sets this option of glibc's allocator")]
pub fn give_back_soon() {
    const LARGE: i32 = 1024 * 1024;
    // SAFETY: `mallopt` takes two numbers, touches no memory of ours, and is called before the first thread starts.
    let is_set = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
    debug_assert_eq!(is_set, 1, "glibc knows the option");
}

/// Other allocators give large pieces back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back_soon() {}
