//! The settings of AAC (ISO 14496-3): what they say in words, and what follows them, is emptied.

use super::aac::Bits;

/// AAC with its upper half described (SBR), and with its second channel described as well (PS).
const SBR: [u32; 2] = [5, 29];
/// Settings that were added later begin with this, anywhere behind those that all decoders know.
const LATER: u32 = 0x2b7;
const LATER_STILL: u32 = 0x548;

/// Empties the rest of settings of AAC. Those of other kinds stay as they are.
pub fn overwrite(bytes: &mut [u8]) {
    let mut bits = Bits { bytes, at: 0 };
    if let Some(has_all) = head(&mut bits) {
        if !has_all {
            // Until there are too few bits, as decoders search.
            while bits.left() > 15 && bits.peek(11) != Some(LATER) {
                bits.clear(1);
            }
            let at = bits.at;
            if bits.left() > 15 && later(&mut bits).is_none() {
                bits.at = at;
            }
        }
        bits.clear(bits.left());
    }
}

/// Passes what all decoders know, and says whether that has everything; `None` if they are of another kind.
fn head(bits: &mut Bits<'_>) -> Option<bool> {
    let mut kind = bits.take(5)?;
    frequency(bits)?;
    let channels = bits.take(4)?;
    let has_all = SBR.contains(&kind);
    if has_all {
        frequency(bits)?;
        kind = bits.take(5)?;
    }
    if !matches!(kind, 1..=4) {
        return None;
    }
    bits.take(1)?;
    if bits.take(1)? == 1 {
        bits.take(14)?;
    }
    let has_flag = bits.take(1)? == 1;
    if channels == 0 {
        layout(bits)?;
    }
    if has_flag {
        bits.take(1)?;
    }
    Some(has_all)
}

/// By number, or as it is.
fn frequency(bits: &mut Bits<'_>) -> Option<()> {
    if bits.take(4)? == 15 {
        bits.take(24)?;
    }
    Some(())
}

/// Which channel is where, and a comment about that.
fn layout(bits: &mut Bits<'_>) -> Option<()> {
    bits.take(10)?;
    let mut counts = [0; 6];
    for (count, width) in counts.iter_mut().zip([4, 4, 4, 2, 3, 4]) {
        *count = bits.take(width)?;
    }
    // How they are mixed for one channel, for two, and for a matrix.
    for width in [4, 4, 3] {
        if bits.take(1)? == 1 {
            bits.take(width)?;
        }
    }
    for (count, width) in counts.into_iter().zip([5, 5, 5, 4, 4, 5]) {
        for _ in 0..count {
            bits.take(width)?;
        }
    }
    bits.clear(bits.at.next_multiple_of(8) - bits.at);
    let comment = bits.take(8)?;
    bits.clear(comment as usize * 8);
    Some(())
}

/// Whether the upper half is described, and the second channel.
fn later(bits: &mut Bits<'_>) -> Option<()> {
    bits.take(11)?;
    if bits.take(5)? == SBR[0] && bits.take(1)? == 1 {
        frequency(bits)?;
        if bits.left() > 11 && bits.peek(11)? == LATER_STILL {
            bits.take(12)?;
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(settings: &[u8]) -> Vec<u8> {
        let mut bytes = settings.to_vec();
        overwrite(&mut bytes);
        bytes
    }

    #[test]
    fn settings_stay_and_what_follows_them_is_emptied() {
        for settings in [
            // Plain, of an unlisted frequency, with a delay.
            &[0x12, 0x10][..],
            &[0x17, 0x80, 0x56, 0x22, 0x10],
            &[0x12, 0x12, 0x34, 0x50],
            // With SBR and PS, told at once or later.
            &[0x2b, 0x92, 0x08],
            &[0xeb, 0x09, 0x88],
            &[0x12, 0x10, 0x56, 0xe5, 0],
            &[0x13, 0x10, 0x56, 0xe5, 0xa5, 0x48, 0x80],
            // Behind zeros.
            &[0x12, 0x10, 0, 0, 0x56, 0xe5, 0xa0],
        ] {
            assert_eq!(cleaned(settings), settings);
            let more = [settings, b"SECRET"].concat();
            let expected = [settings, &[0; 6]].concat();
            assert_eq!(cleaned(&more), expected, "{settings:x?}");
        }
    }

    #[test]
    fn the_comment_of_a_layout_is_emptied() {
        // Two channels at the front, as ffmpeg writes it for channels that have no number.
        let layout = [0x12, 0x00, 0x05, 0x88, 0x04, 0x00, 0x08];
        let length = layout.len();
        let made = [&layout[..], &[0x20, 6], b"SECRET", b"SECRET"].concat();
        let empty = cleaned(&made);
        assert_eq!(empty.len(), made.len());
        assert!(!empty.windows(3).any(|bytes| bytes == b"SEC"), "{empty:x?}");
        assert_eq!(empty[..length - 1], layout[..length - 1]);
        assert_eq!(cleaned(&empty), empty);
    }

    #[test]
    fn settings_of_other_kinds_and_those_that_end_early_stay() {
        for other in [
            &b""[..],
            &[0x12],
            &[0xf9, 0x46, 0x40, b'x', b'y'],
            b"SECRET",
        ] {
            assert_eq!(cleaned(other), other);
        }
    }
}
