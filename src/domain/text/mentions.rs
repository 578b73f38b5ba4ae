//! Which logins a text names, each behind an `@`.

use unicode_normalization::char::is_combining_mark;

use super::folded;
use crate::config::LONGEST_LOGIN;

/// The most places of a text that are looked at.
const MAX: usize = 50;

/// What stands behind an `@` and may begin with a login.
#[derive(Debug)]
pub struct Candidate {
    /// Folded as logins are to compare them, and no longer than one can be.
    beginning: String,
    /// The bytes of it at which a login may end.
    ends: Vec<usize>,
}

/// The places of a text where a login may stand, in its order.
pub fn candidates(text: &str) -> impl Iterator<Item = Candidate> {
    let signs = text
        .match_indices('@')
        .map(|(at, sign)| text.split_at(at + sign.len()));
    let begins = signs.filter(|(before, _)| begins_behind(before));
    begins.take(MAX).map(|(_, behind)| Candidate::new(behind))
}

impl Candidate {
    fn new(behind: &str) -> Self {
        let (mut beginning, mut ends) = (String::new(), Vec::new());
        let mut letters = behind.chars().peekable();
        for _ in 0..LONGEST_LOGIN {
            let Some(letter) = letters.next() else {
                break;
            };
            beginning.push_str(&folded(letter.encode_utf8(&mut [0; 4])));
            if letters.peek().is_none_or(|next| !is_of_word(*next)) {
                ends.push(beginning.len());
            }
        }
        Self { beginning, ends }
    }

    /// The longest login that stands here. `last_before` returns the last login in the order of their bytes that is not after a text,
    /// and `find` whom it names, if it is somebody who is looked for.
    ///
    /// A login that stands here is also the beginning of all that are between it and this text, and so of the last one before the
    /// text: what that has in common with the text is what is looked up next.
    ///
    /// # Errors
    /// Those of the two.
    pub fn longest<T, E>(
        &self,
        mut last_before: impl FnMut(&str) -> Result<Option<String>, E>,
        mut find: impl FnMut(&str) -> Result<Option<T>, E>,
    ) -> Result<Option<T>, E> {
        let mut rest = self.beginning.as_str();
        while let Some(login) = last_before(rest)? {
            let common = common_bytes(rest, &login);
            let is_whole = common == login.len();
            if is_whole
                && self.ends.binary_search(&common).is_ok()
                && let Some(found) = find(&login)?
            {
                return Ok(Some(found));
            }
            rest = &rest[..common];
            if is_whole {
                let last = rest.chars().next_back().map_or(0, char::len_utf8);
                rest = &rest[..common - last];
            }
            if rest.is_empty() {
                break;
            }
        }
        Ok(None)
    }
}

/// How many bytes two texts have in common at their beginnings, in whole characters.
fn common_bytes(one: &str, other: &str) -> usize {
    let letters = one.char_indices().zip(other.chars());
    let mut differing = letters.filter(|((_, letter), other)| letter != other);
    let shorter = one.len().min(other.len());
    differing.next().map_or(shorter, |((at, _), _)| at)
}

/// Whether a name may follow a text that ends with `@`. In an address, none does.
fn begins_behind(text: &str) -> bool {
    let mut before = text.chars().rev().skip(1);
    before
        .next()
        .is_none_or(|letter| !is_of_word(letter) && !matches!(letter, '@' | '.'))
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || is_combining_mark(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGINS: [&str; 7] = ["ann", "anna", "ann.b", "ann bell", "straße", "日本", "z-1"];

    /// The logins that a text names, and how often one was looked for.
    fn look_up(text: &str) -> (Vec<&'static str>, usize) {
        let mut logins = LOGINS.map(|login| (folded(login), login));
        logins.sort_unstable();
        let (mut named, mut count) = (Vec::new(), 0);
        for candidate in candidates(text) {
            let last_before = |rest: &str| {
                count += 1;
                let at = logins.partition_point(|(key, _)| key.as_str() <= rest);
                let last = at.checked_sub(1).map(|at| logins[at].0.clone());
                Ok::<_, std::convert::Infallible>(last)
            };
            let find = |key: &str| {
                let found = logins.iter().find(|(known, _)| known == key);
                Ok(found.map(|(_, login)| *login))
            };
            let Ok(found) = candidate.longest(last_before, find);
            named.extend(found.filter(|found| !named.contains(found)));
        }
        (named, count)
    }

    fn named(text: &str) -> Vec<&'static str> {
        look_up(text).0
    }

    #[test]
    fn a_login_is_found_in_a_few_steps_whatever_stands_behind_it() {
        let (named, count) =
            look_up("@anna, come and see what a day it is, and bring your brother");
        assert_eq!(named, ["anna"]);
        assert!(count <= 2, "{count}");
        let (named, count) = look_up(&format!("@{}", "z-1".repeat(1000)));
        assert!(named.is_empty() && count <= 4, "{count}");
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
            // Of somebody with a longer login, who may have left.
            "@ann_b",
            "@ann_",
            "_@ann",
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
