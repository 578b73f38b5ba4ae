//! Names that every system accepts, and that are unique in the ZIP, even if case is ignored.

use std::collections::HashMap;

/// The longest name, in bytes. Systems allow 255 bytes or characters, with the folder before it on some.
const MAX_LENGTH: usize = 200;
/// The longest extension that is kept when a name is cut, in bytes with its dot.
const MAX_ENDING: usize = 16;
/// The name of a file without one.
const NO_NAME: &str = "file";

/// The names that are taken.
#[derive(Default)]
pub struct Names {
    /// By their lower case, with the number that the next of the same name gets.
    taken: HashMap<String, u64>,
}

impl Names {
    /// Reserves a unique name like this one.
    pub fn unique(&mut self, wanted: &str) -> String {
        let name = safe(wanted);
        let key = name.to_lowercase();
        let Some(&next) = self.taken.get(&key) else {
            self.taken.insert(key, 2);
            return name;
        };
        let mut number = next;
        loop {
            let numbered = with(&name, &format!(" ({number})"));
            number += 1;
            let other = numbered.to_lowercase();
            if !self.taken.contains_key(&other) {
                self.taken.insert(key, number);
                self.taken.insert(other, 2);
                return numbered;
            }
        }
    }
}

/// The name without anything that a system refuses.
fn safe(name: &str) -> String {
    let letters = name.chars().map(|letter| match letter {
        '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        // Some of these are invisible, and some reverse what follows them, such as `gpj.exe`.
        '\u{ad}'
        | '\u{34f}'
        | '\u{600}'..='\u{605}'
        | '\u{61c}'
        | '\u{6dd}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    });
    let name: String = letters.collect();
    // Windows drops dots and spaces at the end, and others hide what begins with a dot.
    let name = name
        .trim()
        .trim_end_matches(['.', ' '])
        .trim_start_matches(['.', ' ']);
    let name = if name.is_empty() { NO_NAME } else { name };
    match is_reserved(name) {
        true => with(&format!("_{name}"), ""),
        false => with(name, ""),
    }
}

/// The names of Windows devices, with any extension.
fn is_reserved(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|rest| {
            rest.chars().count() == 1
                && rest.contains([
                    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '¹', '²', '³',
                ])
        })
    };
    matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || numbered("COM")
        || numbered("LPT")
}

/// The name with a suffix before its extension, cut so that all of it is short enough.
fn with(name: &str, more: &str) -> String {
    let ending = name
        .rfind('.')
        .filter(|&at| at > 0 && name.len() - at <= MAX_ENDING)
        .filter(|&at| name[at + 1..].chars().all(char::is_alphanumeric))
        .map_or("", |at| &name[at..]);
    let stem = &name[..name.len() - ending.len()];
    let max = MAX_LENGTH - ending.len() - more.len();
    let end = stem.floor_char_boundary(max);
    let stem = stem[..end].trim_end_matches(['.', ' ']);
    format!("{stem}{more}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_system_does_not_take_becomes_something_like_it() {
        for (wanted, name) in [
            ("Lake.jpg", "Lake.jpg"),
            ("Grüße aus 東京 🏖.jpg", "Grüße aus 東京 🏖.jpg"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("C:\\a?b*c<d>e|f\"g.jpg", "C__a_b_c_d_e_f_g.jpg"),
            ("a\u{202e}gpj.exe", "a_gpj.exe"),
            ("\u{61c}a\u{ad}b\u{e0041}\u{3164}.jpg", "_a_b__.jpg"),
            ("a\0b\nc\u{7f}", "a_b_c_"),
            (" . a . ", "a"),
            ("", "file"),
            ("...", "file"),
            ("con", "_con"),
            ("Aux.tar.gz", "_Aux.tar.gz"),
            ("COM1 .txt", "_COM1.txt"),
            ("lpt³", "_lpt³"),
            ("console.jpg", "console.jpg"),
            ("COM10", "COM10"),
        ] {
            assert_eq!(Names::default().unique(wanted), name, "{wanted:?}");
        }
    }

    #[test]
    fn no_two_names_are_the_same_also_where_case_does_not_count() {
        let mut names = Names::default();
        let given = [
            "a.jpg",
            "A.JPG",
            "a (2).jpg",
            "a.jpg",
            "ä.jpg",
            "Ä.jpg",
            "a/b",
            "a:b",
        ];
        let made = given.map(|name| names.unique(name));
        let expected = [
            "a.jpg",
            "A (2).JPG",
            "a (2) (2).jpg",
            "a (3).jpg",
            "ä.jpg",
            "Ä (2).jpg",
            "a_b",
            "a_b (2)",
        ];
        assert_eq!(made, expected);
    }

    #[test]
    fn long_names_are_cut_between_letters_and_keep_their_ending() {
        let mut names = Names::default();
        for _ in 0..12 {
            let name = names.unique(&format!("{}.jpeg", "ü🏖".repeat(100)));
            assert!(
                name.len() <= MAX_LENGTH && name.len() > MAX_LENGTH - 8,
                "{name}"
            );
            assert!(name.ends_with(".jpeg"));
        }
        assert_eq!(names.taken.len(), 12);
        let name = names.unique(&format!("a.{}", "b".repeat(300)));
        assert_eq!(name.len(), MAX_LENGTH);
    }

    #[test]
    fn many_files_of_one_name_are_numbered_one_by_one() {
        let mut names = Names::default();
        for _ in 1..20_000 {
            names.unique("IMG_0001.jpg");
        }
        assert_eq!(names.unique("IMG_0001.jpg"), "IMG_0001 (20000).jpg");
    }
}
