//! AAC (ISO 14496-3): elements of bits. Those in front of the sound that only fill up, or carry data, are emptied: encoders
//! put their names there. What follows the sound can only be found by decoding it, and stays.

use std::io::{Read, Seek};

use crate::input::Input;
use crate::output::Output;
use crate::{Refusal, Result};

/// The longest sample, in bytes: 48 channels with 6,144 bits each have less.
const MAX_SAMPLE: u64 = 64 * 1024;

const DATA: u32 = 4;
const FILL: u32 = 6;
/// A filling with this in it limits how loud the sound is.
const DYNAMIC_RANGE: u32 = 11;

/// Reads bits and empties them.
pub struct Bits<'a> {
    pub bytes: &'a mut [u8],
    /// In bits.
    pub at: usize,
}

impl Bits<'_> {
    /// How many are left.
    pub fn left(&self) -> usize {
        (self.bytes.len() * 8).saturating_sub(self.at)
    }

    pub fn peek(&self, count: usize) -> Option<u32> {
        let mut number = 0;
        for at in self.at..self.at + count {
            let bit = self.bytes.get(at / 8)? >> (7 - at % 8) & 1;
            number = number << 1 | u32::from(bit);
        }
        Some(number)
    }

    pub fn take(&mut self, count: usize) -> Option<u32> {
        let number = self.peek(count)?;
        self.at += count;
        Some(number)
    }

    pub fn clear(&mut self, count: usize) {
        for at in self.at..self.at + count {
            if let Some(byte) = self.bytes.get_mut(at / 8) {
                *byte &= !(0x80 >> (at % 8));
            }
        }
        self.at += count;
    }
}

/// Empties what is in front of the sound; `None` once the sample ends, which is left to the decoder to find.
fn overwrite(bytes: &mut [u8]) -> Option<()> {
    let mut bits = Bits { bytes, at: 0 };
    loop {
        match bits.take(3)? {
            FILL => {
                let mut count = bits.take(4)?;
                if count == 15 {
                    count += bits.take(8)?.saturating_sub(1);
                }
                let length = count as usize * 8;
                match bits.peek(4)? {
                    DYNAMIC_RANGE => bits.at += length,
                    _ => bits.clear(length),
                }
            }
            DATA => {
                bits.take(4)?;
                let is_aligned = bits.take(1)? == 1;
                let mut count = bits.take(8)?;
                if count == 255 {
                    count += bits.take(8)?;
                }
                if is_aligned {
                    bits.clear(bits.at.next_multiple_of(8) - bits.at);
                }
                bits.clear(count as usize * 8);
            }
            _ => return Some(()),
        }
    }
}

/// Writes a sample.
pub fn sample<R: Read + Seek>(
    size: u64,
    input: &mut Input<R>,
    output: &mut Output<'_>,
) -> Result<()> {
    if size > MAX_SAMPLE {
        return Err(Refusal::MalformedSound.into());
    }
    let mut bytes = input.bytes(usize::try_from(size).unwrap_or(0))?;
    overwrite(&mut bytes);
    output.write(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits as text, with words between them.
    fn bits(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut all = String::new();
        for (bits, words) in parts {
            all.push_str(bits);
            for byte in *words {
                all.push_str(&format!("{byte:08b}"));
            }
        }
        let bytes = all.as_bytes().chunks(8);
        bytes
            .map(|bits| {
                let text = format!("{:0<8}", std::str::from_utf8(bits).unwrap());
                u8::from_str_radix(&text, 2).unwrap()
            })
            .collect()
    }

    #[test]
    fn fillings_and_data_in_front_of_the_sound_are_emptied_and_the_sound_is_not() {
        let words = b"SECRET of an encoder";
        // 21 bytes: a half that says filling, another half, and the words.
        let length = format!("110{:04b}{:08b}", 15, 7);
        let made = bits(&[
            (&format!("{length}0000"), words),
            ("0000", &[]),
            // Six bytes of data, aligned or not.
            ("10000000", &[]),
            ("00000110", b"SECRET"),
            ("000", b"sound"),
        ]);
        let mut cleaned = made.clone();
        overwrite(&mut cleaned);
        let expected = bits(&[
            (&format!("{length}0000"), &[0; 20]),
            ("0000", &[]),
            ("10000000", &[]),
            ("00000110", &[0; 6]),
            ("000", b"sound"),
        ]);
        assert_eq!(cleaned, expected);
        assert_ne!(cleaned, made);
    }

    #[test]
    fn a_sample_that_ends_within_an_element_is_emptied_to_its_end() {
        let mut made = bits(&[("110111111111111", b"SECRET")]);
        overwrite(&mut made);
        assert_eq!(made, bits(&[("110111111111111", &[0; 6])]));
        overwrite(&mut []);
    }
}
