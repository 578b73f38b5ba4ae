//! How a film is turned and mirrored by the matrices of the whole and of a track.

use crate::film::Rotation;

/// Where a point to the right and one below go: the first four numbers that matter, as -1, 0 or 1.
type Turn = [[i32; 2]; 2];

/// That of what isn't turned, moved or made larger.
pub const NONE: [u8; 36] = [
    0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0,
];

/// How a film is turned, after it was mirrored left to right where it is mirrored. What isn't quite a quarter counts as
/// the nearest.
pub fn rotation(movie: &[u8; 36], track: &[u8; 36]) -> Rotation {
    let (first, then) = (turn(track), turn(movie));
    let both = first.map(|[x, y]| [0, 1].map(|at| x * then[0][at] + y * then[1][at]));
    let [[a, b], [c, d]] = both;
    // A mirror changes the sign of the determinant, and only that of the first row.
    let (a, b) = match a * d - b * c {
        -1 => (-a, -b),
        _ => (a, b),
    };
    match (a, b, c, d) {
        (0, 1, -1, 0) => Rotation::Quarter,
        (-1, 0, 0, -1) => Rotation::Half,
        (0, -1, 1, 0) => Rotation::ThreeQuarters,
        _ => Rotation::None,
    }
}

/// A matrix with what its last column has wherever pictures aren't tilted in depth, which players don't do: 0, 0 and 1. Some writers
/// leave all of it 0.
pub fn flat(mut matrix: [u8; 36]) -> [u8; 36] {
    const ONE: [u8; 4] = [0x40, 0, 0, 0];
    matrix[8..12].fill(0);
    matrix[20..24].fill(0);
    if matrix[32..] != [0; 4] {
        matrix[32..].copy_from_slice(&ONE);
    }
    matrix
}

/// The signs of a matrix, along the sides that it has more of; of one that squeezes a picture to nothing, as if it did nothing.
fn turn(matrix: &[u8; 36]) -> Turn {
    let number = |at: usize| {
        let bytes = [matrix[at], matrix[at + 1], matrix[at + 2], matrix[at + 3]];
        i32::from_be_bytes(bytes)
    };
    let [a, b, c, d] = [0, 4, 12, 16].map(number);
    let size =
        |one: i32, other: i32| u64::from(one.unsigned_abs()) + u64::from(other.unsigned_abs());
    let [a, b, c, d] = match size(b, c) > size(a, d) {
        true => [0, b.signum(), c.signum(), 0],
        false => [a.signum(), 0, 0, d.signum()],
    };
    match a * d - b * c {
        0 => [[1, 0], [0, 1]],
        _ => [[a, b], [c, d]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i32 = 1 << 16;

    #[test]
    fn a_matrix_turns_and_moves_and_nothing_else() {
        let moved = [&[7; 8][..], &[0; 4], &[7; 8], &[0; 4], &[7; 8], &NONE[32..]].concat();
        assert_eq!(flat([7; 36])[..], moved);
        for matrix in [NONE, [0; 36]] {
            assert_eq!(flat(matrix), matrix);
        }
    }

    fn matrix([a, b, c, d]: [i32; 4]) -> [u8; 36] {
        let mut bytes = [0; 36];
        for (at, number) in [(0, a), (4, b), (12, c), (16, d)] {
            bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    #[test]
    fn sides_are_swapped_by_quarters_also_mirrored_and_not_quite_exact() {
        let same = matrix([ONE, 0, 0, ONE]);
        for (turned, expected) in [
            ([0, 0, 0, 0], Rotation::None),
            ([ONE, 0, 0, ONE], Rotation::None),
            ([0, ONE, -ONE, 0], Rotation::Quarter),
            ([-ONE, 0, 0, -ONE], Rotation::Half),
            ([0, -ONE, ONE, 0], Rotation::ThreeQuarters),
            ([1, ONE, -ONE, -1], Rotation::Quarter),
            ([ONE, 3, -3, ONE], Rotation::None),
            ([i32::MIN, 0, 0, i32::MIN], Rotation::Half),
            // Mirrored.
            ([-ONE, 0, 0, ONE], Rotation::None),
            ([ONE, 0, 0, -ONE], Rotation::Half),
            ([0, ONE, ONE, 0], Rotation::ThreeQuarters),
            ([0, -ONE, -ONE, 0], Rotation::Quarter),
        ] {
            let turned = matrix(turned);
            assert_eq!(rotation(&same, &turned), expected);
            assert_eq!(rotation(&turned, &same), expected);
        }
    }

    #[test]
    fn the_turn_of_the_whole_comes_after_that_of_a_track() {
        let (quarter, mirror) = (matrix([0, ONE, -ONE, 0]), matrix([-ONE, 0, 0, ONE]));
        assert_eq!(rotation(&quarter, &quarter), Rotation::Half);
        assert_eq!(rotation(&quarter, &mirror), Rotation::Quarter);
        assert_eq!(rotation(&mirror, &quarter), Rotation::ThreeQuarters);
        assert_eq!(rotation(&mirror, &mirror), Rotation::None);
    }
}
