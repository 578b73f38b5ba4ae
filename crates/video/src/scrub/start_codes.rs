//! MPEG-4 Visual (ISO 14496-2): parts behind start codes. The part of user data says by what and when a film was made.

use std::io::{Read, Seek};

use crate::Result;
use crate::input::Input;
use crate::output::Output;

/// Whether a code, after two zeros and a one, begins what is overwritten: user data; what follows the code of an object or of the
/// end, which have nothing in them; stuffing; and what codes begin that no standard defines.
fn is_of_others(code: u8) -> bool {
    matches!(code, 0..=0x1f | 0x30..=0xaf | 0xb1 | 0xb2 | 0xc3..)
}

/// What is written over it.
const FILLER: u8 = b' ';
/// How much is looked at once, in bytes.
const AT_ONCE: u64 = 64 * 1024;

/// Where in a sample we are.
#[derive(Default)]
struct State {
    /// The last three bytes as they were.
    before: [u8; 3],
    is_of_others: bool,
}

impl State {
    fn overwrite(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            let [_, b, c] = self.before;
            if self.before == [0, 0, 1] {
                self.is_of_others = is_of_others(*byte);
                self.before = [b, c, *byte];
                continue;
            }
            self.before = [b, c, *byte];
            // Zeros may begin the next code, and say nothing.
            let is_code = *byte == 0 || *byte == 1 && (b, c) == (0, 0);
            if self.is_of_others && !is_code {
                *byte = FILLER;
            }
        }
    }
}

/// Writes a sample.
pub fn sample<R: Read + Seek>(
    size: u64,
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    let (mut state, mut left) = (State::default(), size);
    while left > 0 {
        let count = left.min(AT_ONCE);
        let mut bytes = input.bytes(usize::try_from(count).unwrap_or(0))?;
        state.overwrite(&mut bytes);
        output.write(&bytes)?;
        left -= count;
    }
    Ok(())
}

/// The same in memory.
pub fn in_memory(bytes: &mut [u8]) {
    State::default().overwrite(bytes);
}
