//! What is counted of the tables of codes, and where a picture ends too early for that.

use image::ImageFormat;

use super::super::super::super::tests::{encoded, find};
use super::*;

/// Bits in their order, as a file has them.
#[derive(Default)]
struct Writer(Vec<bool>);

impl Writer {
    fn put(&mut self, count: u32, value: u32) -> &mut Self {
        self.0.extend((0..count).map(|bit| value >> bit & 1 == 1));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| (0..).zip(bits).map(|(at, &bit)| u8::from(bit) << at).sum();
        self.0.chunks(8).map(byte).collect()
    }

    /// A picture of sixteen by sixteen pixels, up to whether it is transformed.
    fn begun() -> Self {
        let mut writer = Self::default();
        writer.put(8, 0x2f).put(14, 15).put(14, 15).put(4, 0);
        writer
    }

    /// A code with one symbol.
    fn single(&mut self, symbol: u32) -> &mut Self {
        self.put(3, 0b101).put(8, symbol)
    }
}

#[test]
fn each_group_that_a_pixel_names_is_counted_though_no_other_pixel_names_one() {
    for (red, green) in [(0, 0), (0, 7), (3, 200)] {
        let mut file = Writer::begun();
        // No transforms, no cache, but groups for squares of four by four, all in the same; without a cache too.
        file.put(1, 0).put(1, 0).put(1, 1).put(3, 0).put(1, 0);
        for symbol in [green, red, 0, 0, 0] {
            file.single(symbol);
        }
        let groups = red * 256 + green + 1;
        for _ in 0..5 * groups {
            file.single(1);
        }
        let taken = memory(&file.bytes()).unwrap();
        assert_eq!(taken, u64::from(groups) * (GROUP + 5 * HEAD));
        // One of them isn't there.
        let whole = file.bytes();
        assert_eq!(memory(&whole[..whole.len() - 2]), Err(ENDS));
    }
}

#[test]
fn a_table_has_as_much_room_as_its_longest_code_and_a_tree_behind_it() {
    let lengths = |counts: &[(usize, u8)]| {
        let lengths = counts
            .iter()
            .flat_map(|&(count, length)| vec![length; count]);
        Code::of(&lengths.collect::<Vec<_>>()).map(|code| code.memory - HEAD)
    };
    assert_eq!(lengths(&[(1, 7)]), Ok(0));
    assert_eq!(lengths(&[(2, 1)]), Ok(8));
    assert_eq!(lengths(&[(256, 8)]), Ok(1024));
    assert_eq!(lengths(&[(1768, 11), (560, 12)]), Ok(4096 + 32 * 2328));
    for incomplete in [&[(3, 1)][..], &[(2, 2)], &[(0, 1)]] {
        assert_eq!(lengths(incomplete), Err(MALFORMED));
    }
}

#[test]
fn counting_stops_where_it_is_too_much_already() {
    let mut file = Writer::begun();
    // 2,048 colours are remembered, which green has symbols for.
    let cache = 11;
    file.put(1, 0).put(1, 1).put(4, cache);
    file.put(1, 1).put(3, 0).put(1, 0);
    for symbol in [255, 255, 0, 0, 0] {
        file.single(symbol);
    }
    // Codes of 11 and 12 bits for all of them, coded with one bit for a repetition and two for each length.
    let mut codes = Writer::default();
    codes.put(1, 0).put(4, 12);
    for length in &ORDER[..16] {
        let width = match length {
            16 => 1,
            11 | 12 => 2,
            _ => 0,
        };
        codes.put(3, width);
    }
    codes.put(1, 0);
    for (code, count) in [(0b01, 1768), (0b11, 560)] {
        codes.put(2, code);
        for _ in 0..(count - 1) / 6 {
            codes.put(1, 0).put(2, 3);
        }
        for _ in 0..(count - 1) % 6 {
            codes.put(2, code);
        }
    }
    for _ in 0..4 {
        codes.single(0);
    }
    let group = GROUP + 5 * HEAD + 4096 + 32 * 2328;
    for _ in 0..MAX_MEMORY / group + 1 {
        file.0.extend(&codes.0);
    }
    // More groups are named than there are in the file.
    let taken = memory(&file.bytes()).unwrap();
    assert!(taken > MAX_MEMORY && taken < MAX_MEMORY + 65_536 * GROUP + group);
}

#[test]
fn what_an_encoder_writes_takes_little_and_is_refused_where_it_ends_before_its_pixels() {
    let file = encoded(ImageFormat::WebP, 40, 30);
    let data = &file[find(&file, b"VP8L") + 8..];
    assert!(memory(data).unwrap() < 65_536);
    let mut refused = 0;
    for end in 0..data.len() {
        refused += usize::from(memory(&data[..end]).is_err());
    }
    assert!(refused > 20);
    assert_eq!(memory_of_alpha(&[0, 1, 2], 40, 30), Ok(0));
    assert_eq!(memory_of_alpha(&[], 40, 30), Err(ENDS));
    // Without the header that states the size.
    let bits = &data[5..];
    assert_eq!(
        memory_of_alpha(&[&[1], bits].concat(), 40, 30),
        memory(data)
    );
}
