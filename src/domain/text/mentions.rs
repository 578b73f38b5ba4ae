//! Which logins a text names, each behind an `@`.

use unicode_normalization::char::is_combining_mark;

use super::folded;

/// The most places of a text that are looked at.
const MAX: usize = 50;

/// Logins that are looked for, by what they are compared by.
#[derive(Debug, Default)]
pub struct Logins {
    /// Sorted, each with its number.
    keys: Vec<(String, usize)>,
}

impl Logins {
    /// Looks for the logins with these keys. They have numbers in this order, from 0.
    pub fn new(keys: impl IntoIterator<Item = String>) -> Self {
        let mut keys: Vec<_> = keys.into_iter().zip(0..).collect();
        keys.sort_unstable();
        Self { keys }
    }

    /// The numbers of those that a text names, each once, in the order of the text. Where several fit, the longest is meant.
    pub fn named_in(&self, text: &str) -> Vec<usize> {
        let mut named = Vec::new();
        let signs = text
            .match_indices('@')
            .map(|(at, sign)| text.split_at(at + sign.len()));
        for (_, behind) in signs.filter(|(before, _)| begins_behind(before)).take(MAX) {
            if let Some(number) = self.longest_at_start(behind)
                && !named.contains(&number)
            {
                named.push(number);
            }
        }
        named
    }

    fn longest_at_start(&self, text: &str) -> Option<usize> {
        let (mut found, mut start) = (None, String::new());
        let mut candidates = self.keys.as_slice();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            start.push_str(&folded(letter.encode_utf8(&mut [0; 4])));
            let from = candidates.partition_point(|(key, _)| *key < start);
            candidates = candidates.get(from..).unwrap_or_default();
            let to = candidates.partition_point(|(key, _)| key.starts_with(&start));
            candidates = candidates.get(..to).unwrap_or_default();
            let Some((key, number)) = candidates.first() else {
                break;
            };
            if *key == start && letters.peek().is_none_or(|next| !is_of_word(*next)) {
                found = Some(*number);
            }
        }
        found
    }
}

/// Whether a name may follow a text that ends with `@`. In an address, none does.
fn begins_behind(text: &str) -> bool {
    let mut before = text.chars().rev().skip(1);
    before
        .next()
        .is_none_or(|letter| !is_of_word(letter) && !matches!(letter, '@' | '.'))
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGINS: [&str; 7] = ["ann", "anna", "ann.b", "ann bell", "straße", "日本", "z-1"];

    fn named(text: &str) -> Vec<&'static str> {
        let logins = Logins::new(LOGINS.map(folded));
        let numbers = logins.named_in(text).into_iter();
        numbers.map(|number| LOGINS[number]).collect()
    }

    #[test]
    fn the_longest_login_behind_the_sign_is_meant() {
        for (text, expected) in [
            ("@ann", vec!["ann"]),
            ("Hello @Ann!", vec!["ann"]),
            ("(@ANNA)", vec!["anna"]),
            ("@ann.", vec!["ann"]),
            ("@ann.b.", vec!["ann.b"]),
            ("@ann bell, @ann bel", vec!["ann bell", "ann"]),
            ("@STRASSE and @straße", vec!["straße"]),
            ("あ @日本、", vec!["日本"]),
            ("@z-1-2", vec!["z-1"]),
            ("@anna @ann\n@anna", vec!["anna", "ann"]),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn an_address_or_a_part_of_a_word_names_nobody() {
        for text in [
            "",
            "ann",
            "@",
            "@@ann",
            "bob@ann.b",
            "bob.@ann",
            "7@ann",
            "ü@ann",
            "@annabel",
            "@annü",
            "@ann\u{301}",
            "@ ann",
            "@bob",
            "@日本語",
        ] {
            assert_eq!(named(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn of_many_signs_only_the_first_are_looked_at() {
        let many = "@bob ".repeat(MAX);
        assert_eq!(named(&format!("{many}@ann")), [""; 0]);
        assert_eq!(named(&format!("@ann {many}")), ["ann"]);
        assert_eq!(named(&format!("{}@ann", "a@bob ".repeat(MAX))), ["ann"]);
    }
}
