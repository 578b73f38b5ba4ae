//! Memory for photos on their way in, used again and again: fresh memory comes from the kernel page by page, which took
//! a quarter of the time of an upload.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// The capacity of a buffer in bytes. Larger photos are buffered on disk.
pub const CAPACITY: usize = 4 * 1024 * 1024;
/// What is smaller gets memory of its own, which the allocator has at hand.
const SMALL: usize = 128 * 1024;
/// The buffers that are kept for later. More may be in use.
const MAX_IDLE: usize = 4;

/// Hands out buffers; clones share them.
#[derive(Clone, Default)]
pub struct BufferPool(Arc<Mutex<Vec<Vec<u8>>>>);

impl BufferPool {
    /// An empty buffer for about this many bytes, as far as they fit into one.
    pub fn take(&self, bytes: usize) -> Vec<u8> {
        if bytes < SMALL {
            return Vec::with_capacity(bytes);
        }
        let kept = self.idle().pop();
        kept.unwrap_or_else(|| Vec::with_capacity(CAPACITY))
    }

    /// The bytes in a buffer. Once the last reference is dropped, the buffer is reused.
    pub fn into_bytes(&self, buffer: Vec<u8>) -> Bytes {
        Bytes::from_owner(PooledBuffer {
            buffer,
            buffers: self.clone(),
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct PooledBuffer {
    buffer: Vec<u8>,
    buffers: BufferPool,
}

impl AsRef<[u8]> for PooledBuffer {
    fn as_ref(&self) -> &[u8] {
        &self.buffer
    }
}

impl Drop for PooledBuffer {
    fn drop(&mut self) {
        let mut buffer = mem::take(&mut self.buffer);
        let mut kept = self.buffers.idle();
        if buffer.capacity() == CAPACITY && kept.len() < MAX_IDLE {
            buffer.clear();
            kept.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_used_again_once_nobody_needs_what_was_in_it() {
        let buffers = BufferPool::default();
        let mut buffer = buffers.take(CAPACITY);
        buffer.extend_from_slice(b"a photo");
        let address = buffer.as_ptr();
        let bytes = buffers.into_bytes(buffer);
        let still_needed = bytes.clone();
        drop(bytes);
        let another = buffers.take(CAPACITY);
        assert_ne!(another.as_ptr(), address);
        assert_eq!(still_needed, "a photo");
        drop(still_needed);
        let again = buffers.take(SMALL);
        assert_eq!(again.as_ptr(), address);
        assert!(again.is_empty());
    }

    #[test]
    fn few_are_kept_and_none_of_another_size() {
        let buffers = BufferPool::default();
        let small = buffers.take(SMALL - 1);
        assert!(small.capacity() < CAPACITY);
        let large = Vec::with_capacity(2 * CAPACITY);
        let usual = (0..MAX_IDLE + 2).map(|_| buffers.take(CAPACITY));
        let lent: Vec<Bytes> = [small, large]
            .into_iter()
            .chain(usual)
            .map(|buffer| buffers.into_bytes(buffer))
            .collect();
        assert!(buffers.idle().is_empty());
        drop(lent);
        assert_eq!(buffers.idle().len(), MAX_IDLE);
    }
}
