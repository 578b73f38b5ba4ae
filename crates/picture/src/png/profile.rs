//! The colour profile of a PNG, which is packed and has a name.

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::super::icc;
use super::chunk::chunk_of;

/// A colour profile with what decides colours and nothing else, under a name of ours. `None` if it is malformed or unpacks to
/// too much.
pub fn profile(data: &[u8]) -> Option<Vec<u8>> {
    /// Profiles are small, and packed once.
    const LEVEL: u8 = 9;
    // Behind the name, the only way of packing that there is.
    let name_end = data.iter().position(|&byte| byte == 0)?;
    let packed = data.get(name_end..)?.strip_prefix(&[0, 0])?;
    let profile = decompress_to_vec_zlib_with_limit(packed, icc::MAX_BYTES).ok()?;
    let packed = compress_to_vec_zlib(&icc::essential(&profile)?, LEVEL);
    Some(chunk_of(
        *b"iCCP",
        &[b"icc\0\0", packed.as_slice()].concat(),
    ))
}
