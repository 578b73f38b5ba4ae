//! Characters that can't be seen or change how others are shown.

use icu_properties::CodePointSetData;
use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint};

/// Symbols and letters that are drawn as nothing, which no property of Unicode covers.
const DRAWN_AS_NOTHING: [char; 4] = ['\u{2800}', '\u{1D159}', '\u{13441}', '\u{13442}'];

/// Whether a character shows nothing on its own: white space, and what only affects its neighbours.
pub(super) fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_ignorable(letter) || DRAWN_AS_NOTHING.contains(&letter)
}

/// Whether a character is drawn as nothing, or only changes how its neighbours are drawn: soft hyphens, joiners, variation
/// selectors, fillers, marks of direction.
pub(super) fn is_ignorable(letter: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter) || turns_direction(letter)
}

/// Whether a character changes the direction in which others are written.
pub(super) fn turns_direction(letter: char) -> bool {
    CodePointSetData::new::<BidiControl>().contains(letter)
}

/// Whether a character ends a line or commands a terminal.
pub(super) fn controls(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Whether a character is blank filler that isn't written on purpose: fillers of Hangul, the joiner of
/// graphemes, and the marks around annotations.
pub(super) fn fills(letter: char) -> bool {
    matches!(
        letter,
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
    )
}
