//! Several coefficients passed over in one step: nearly all are short codes with few bits, and only their end matters.

/// How many of the next bits tell how far a step reaches.
pub const WINDOW: u32 = 12;

/// Steps by the next bits.
pub type Strides = [Stride; 1 << WINDOW];

/// Codes that follow each other, each with its bits. The last may have bits behind the window.
#[derive(Clone, Copy, Default)]
pub struct Stride {
    /// How many bits they have together, at most `WINDOW` and 15; 0 where the first code doesn't end in the window.
    pub bits: u8,
    /// By how many coefficients all but the last lead on, which is less than a block.
    pub before_last: u8,
    /// By how many coefficients all lead on.
    pub steps: u8,
}

/// For each symbol, by how many coefficients it leads on; one that ends the block leads beyond it.
pub const STEPS: [u8; 256] = {
    let mut steps = [0; 256];
    let mut symbol = 0;
    while symbol < 256 {
        let zeros = (symbol >> 4) as u8;
        steps[symbol] = match symbol & 0x0f {
            0 if zeros < 15 => 64,
            _ => zeros + 1,
        };
        symbol += 1;
    }
    steps
};

/// The steps of a table of codes. `find` returns the symbol whose code sixteen bits begin with, and the length of that code.
pub fn strides(find: impl Fn(u32) -> Option<(u8, u32)>) -> Box<Strides> {
    let mut strides = Box::new([Stride::default(); 1 << WINDOW]);
    for (window, stride) in (0..).zip(strides.iter_mut()) {
        *stride = widest(&find, window);
    }
    strides
}

fn widest(find: impl Fn(u32) -> Option<(u8, u32)>, window: u32) -> Stride {
    let mut stride = Stride::default();
    while u32::from(stride.bits) < WINDOW && stride.steps < 64 {
        let left = WINDOW - u32::from(stride.bits);
        // What is behind the window is taken for zeros, and doesn't count.
        let next = (window << (16 - left)) & 0xffff;
        let Some((symbol, length)) = find(next).filter(|&(_, length)| length <= left) else {
            break;
        };
        stride.bits += length as u8 + (symbol & 0x0f);
        stride.before_last = stride.steps;
        stride.steps += STEPS[usize::from(symbol)];
    }
    stride
}

#[cfg(test)]
mod tests {
    use super::super::huffman::{Bits, Codes};
    use super::*;

    /// Bytes that look like noise, without 0xff, which would end them.
    fn noise(seed: u32, count: usize) -> Vec<u8> {
        let mut state = seed;
        let mut byte = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 & 0xfe
        };
        std::iter::repeat_with(&mut byte).take(count).collect()
    }

    /// Codes of 2 to 16 bits, of every symbol that there is.
    fn codes() -> Codes {
        let counts = [0, 1, 2, 2, 2, 4, 4, 8, 8, 8, 16, 16, 16, 32, 64, 73];
        let symbols: Vec<u8> = (0..=255)
            .map(|number: u8| number.wrapping_mul(77))
            .collect();
        Codes::new(&counts, &symbols, false).unwrap()
    }

    #[test]
    fn steps_over_several_coefficients_end_where_single_ones_do() {
        let codes = codes();
        let one_by_one = Box::new([Stride::default(); 1 << WINDOW]);
        for seed in 0..200 {
            let data = noise(seed, 300);
            let (mut single, mut several) = (Bits::new(&data, 0), Bits::new(&data, 0));
            while !single.is_beyond() {
                codes.pass_block(&one_by_one, &mut single);
                codes.pass_block(codes.strides(), &mut several);
                assert_eq!(single.place(), several.place(), "of noise {seed}");
            }
            assert!(several.is_beyond());
        }
    }

    #[test]
    fn most_windows_of_short_codes_lead_over_several_coefficients() {
        // Two symbols of two bits: one coefficient each, of one bit.
        let codes = Codes::new(
            &[0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            &[1, 0],
            false,
        );
        let codes = codes.unwrap();
        let stride = codes.strides()[0];
        assert_eq!((stride.bits, stride.before_last, stride.steps), (12, 3, 4));
        // The end of the block ends the step as well.
        let stride = codes.strides()[0b0100_0000_0000];
        assert_eq!((stride.bits, stride.before_last, stride.steps), (2, 0, 64));
    }
}
