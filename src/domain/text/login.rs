//! Logins: those of new accounts, and those that are entered to find an account.
//!
//! A login stands for a person wherever others see it, so a new one must not pass for another's or for nothing. It is a
//! name by RFC 8265 (the profile `UsernameCaseMapped`, here with single spaces between its parts), of letters that are
//! written together somewhere (UTS 39, "highly restrictive"), and doesn't look like one that is there (UTS 39, skeletons).
//! What was made before these rules stays and can sign in; `shared-spaces doctor` lists them.

use precis_core::profile::PrecisFastInvocation;
use precis_profiles::UsernameCaseMapped;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::Script;
use unicode_security::confusable_detection::skeleton;
use unicode_security::mixed_script::AugmentedScriptSet;

use super::{characters, folded, forbidden, line, normalised, trimmed};
use crate::config::{LONGEST_LOGIN, Limits};
use crate::error::{Characters, Error, FieldName, Malformed, Result};

/// The version of Unicode that [`Login::look`] uses.
pub const UNICODE: (u64, u64, u64) = unicode_security::UNICODE_VERSION;

/// More marks on one letter than any language has.
pub(super) const MARKS: usize = 4;

const FIELD: FieldName = FieldName::Login;

/// The name that a user signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    text: String,
    key: LoginKey,
    look: String,
}

/// What two logins are compared by: NFKC, and no difference between upper and lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LoginKey(String);

/// A login as it was entered, to sign in or to name another user, of any length.
#[derive(Clone, Debug)]
pub struct GivenLogin {
    text: String,
    key: LoginKey,
    exact: LoginKey,
}

impl Login {
    /// The most characters that a login can have, whatever the settings say or have said.
    pub const MAX_CHARS: usize = LONGEST_LOGIN;

    /// Checks the login of a new account. The spaces around it are left out.
    ///
    /// # Errors
    /// Too long, too short, with nothing to be seen, with control characters; or with what could pass for another login.
    pub fn parse(text: &str, limits: &Limits) -> Result<Self> {
        let text = line(FIELD, text, limits.login_min, limits.login_max)?;
        check(&text)?;
        Ok(Self {
            key: LoginKey(folded(&text)),
            look: Self::look_of(&text),
            text,
        })
    }

    /// What is to be said against a login that was made before these rules; `None` if it would be taken today.
    pub fn doubt(text: &str) -> Option<Error> {
        line(FIELD, text, 1, Self::MAX_CHARS)
            .and_then(|line| check(&line))
            .err()
            .or_else(|| (trimmed(text) != text).then(|| Malformed::LoginSpacesAround.into()))
    }

    /// The login as its owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it is compared by.
    pub fn key(&self) -> &LoginKey {
        &self.key
    }

    /// What it looks like: two that could be taken for one another have the same.
    pub fn look(&self) -> &str {
        &self.look
    }

    /// As [`Self::look`], for an existing one. Takes time with its length, which is bounded.
    pub fn look_of(text: &str) -> String {
        // As it is written, because an upper-case i passes for an l, and only then without regard to case.
        let text: String = text.nfkc().collect();
        let skeleton: String = skeleton(&text).collect();
        // These have a dot already, over which another isn't seen.
        let skeleton = skeleton.replace("i\u{307}", "i").replace("j\u{307}", "j");
        folded(&skeleton)
    }
}

impl LoginKey {
    /// The key of a login as it was entered. One that is longer than a login can be has a key that no account has, and isn't
    /// folded.
    pub fn of(text: &str) -> Self {
        Self::exactly(trimmed(text))
    }

    fn exactly(text: &str) -> Self {
        Self(normalised(text, Login::MAX_CHARS).map_or_else(String::new, |text| folded(&text)))
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl GivenLogin {
    /// Accepts anything: it only has to match an account.
    pub fn new(text: String) -> Self {
        Self {
            key: LoginKey::of(&text),
            exact: LoginKey::exactly(&text),
            text,
        }
    }

    /// As it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key without the spaces around it: attempts are counted by it, and accounts are found by it.
    pub fn key(&self) -> &LoginKey {
        &self.key
    }

    /// The key with the spaces around it, which is that of an account from before they were left out.
    pub fn exact(&self) -> &LoginKey {
        &self.exact
    }
}

/// Whether a line can be a login that passes for no other. Everything is judged by what NFKC makes of it, because logins
/// are compared by that.
fn check(text: &str) -> Result<()> {
    let compared: String = text.nfkc().collect();
    if text
        .chars()
        .chain(compared.chars())
        .any(characters::is_ignorable)
    {
        return Err(forbidden(FIELD, Characters::Invisible));
    }
    let parts: Vec<_> = compared.split(' ').collect();
    if parts.contains(&"") {
        return Err(Malformed::LoginSpacesInARow.into());
    }
    let is_plain = |part: &&str| {
        UsernameCaseMapped::prepare(*part).is_ok() && !part.starts_with(is_combining_mark)
    };
    if !parts.iter().all(is_plain) {
        return Err(Malformed::LoginSigns.into());
    }
    if !is_written_together(&compared) {
        return Err(Malformed::LoginScripts.into());
    }
    if !parts
        .iter()
        .all(|part| UsernameCaseMapped::enforce(*part).is_ok())
    {
        return Err(Malformed::LoginRightToLeft.into());
    }
    if max_marks(&compared) > MARKS {
        return Err(Malformed::PiledMarks { field: FIELD }.into());
    }
    Ok(())
}

/// The most marks that stand on one letter.
pub(super) fn max_marks(text: &str) -> usize {
    let (mut marks, mut max) = (0, 0);
    for letter in text.nfd() {
        // Many that stand above or below a letter, as in Thai, have the combining class of a letter.
        marks = if is_combining_mark(letter) {
            marks + 1
        } else {
            0
        };
        max = max.max(marks);
    }
    max
}

/// Whether all letters are of one script, or of a mixture that some language is written in: what UTS 39 calls highly
/// restrictive. Which letters there may be is decided elsewhere.
fn is_written_together(text: &str) -> bool {
    let mut of_all = AugmentedScriptSet::default();
    let mut beside_latin = AugmentedScriptSet::default();
    for set in text.chars().map(AugmentedScriptSet::for_char) {
        of_all.intersect_with(set);
        if !set.base.contains_script(Script::Latin) {
            beside_latin.intersect_with(set);
        }
    }
    !of_all.is_empty() || beside_latin.kore || beside_latin.hanb || beside_latin.jpan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(text: &str) -> String {
        match Login::parse(text, &Limits::default()) {
            Ok(login) => login.text,
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn logins_that_are_written_alike_fold_to_the_same() {
        for (a, b) in [
            ("Ann", "aNN"),
            ("ﬁona", "FIONA"),
            ("Ａnn", "ann"),
            ("Straße", "STRASSE"),
            ("ΣΑΣ", "σας"),
            ("ann", " ann\u{a0}"),
        ] {
            assert_eq!(LoginKey::of(a), LoginKey::of(b));
        }
        assert_ne!(LoginKey::of("ann"), LoginKey::of("änn"));
    }

    #[test]
    fn what_is_longer_than_a_login_can_be_has_the_key_of_nobody() {
        let nobody = LoginKey(String::new());
        assert_eq!(LoginKey::of(&"\u{fdfa}".repeat(345_000)), nobody);
        assert_eq!(LoginKey::of(&"a".repeat(Login::MAX_CHARS + 1)), nobody);
        // As long as a login can be, in its longest encoding.
        let long = "\u{3b1}\u{313}\u{300}\u{345}".repeat(Login::MAX_CHARS);
        assert_ne!(LoginKey::of(&long), nobody);
        assert_eq!(
            LoginKey::of(&long),
            LoginKey::of(&"\u{1f82}".repeat(Login::MAX_CHARS))
        );
    }

    #[test]
    fn people_are_called_in_any_script() {
        for name in [
            "ann",
            "Jürgen",
            "O'Brien",
            "anna maria",
            "ann@example.org",
            "ann_2+x",
            "Зоя",
            "さくら",
            "田中ゆき",
            "김민준",
            "王小芳",
            "Lee 王芳",
            "אבג",
            "محمد",
            "ქეთევან",
            "Ελένη",
            "प्रिया",
            "สมชาย",
            "Đặng",
            "ᏣᎳᎩ",
            "Ｊürgen",
            "ﬁona",
        ] {
            assert_eq!(login(name), name);
            assert!(Login::doubt(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_spaces_around_a_login_are_left_out() {
        assert_eq!(login("ann "), "ann");
        assert_eq!(login("\u{3000}ann\u{a0}"), "ann");
        assert_eq!(login("an "), "an");
        assert_eq!(login("a "), "Login min 2 characters");
        assert_eq!(login("   "), "Login cannot be empty");
        assert_eq!(login("ann\n"), "Login cannot contain control characters");
    }

    #[test]
    fn what_looks_like_nothing_or_like_another_is_refused() {
        let invisible = "Login cannot contain invisible characters";
        let scripts = "Login cannot mix letters of different scripts";
        let signs = "Login can only contain letters, digits, spaces and the signs of ASCII";
        for (text, sentence) in [
            ("a\u{200b}nn", invisible),
            ("ann\u{200b}", invisible),
            ("\u{202e}nna", invisible),
            ("an\u{ad}n", invisible),
            ("ann\u{fe0f}", invisible),
            ("ann\u{e0101}", invisible),
            ("an\u{200d}n", invisible),
            ("an\u{3164}n", invisible),
            ("\u{feff}ann", invisible),
            ("\u{2800}\u{2800}\u{2800}", "Login cannot be empty"),
            ("\u{200b}\u{200b}\u{200b}", "Login cannot be empty"),
            ("an\u{2800}n", signs),
            ("\u{430}nn", scripts),
            ("ann\u{3bf}", scripts),
            ("ann\u{661}", scripts),
            ("ann  smith", "Login cannot contain several spaces in a row"),
            (
                "ann \u{a0}smith",
                "Login cannot contain several spaces in a row",
            ),
            ("ann\u{1f44d}", signs),
            ("ann\u{2019}s", signs),
            ("\u{301}ann", signs),
            ("ann\u{e000}", signs),
            ("ann\u{378}", signs),
            (
                "1אב",
                "Login from right to left must begin with a letter and end with a letter or digit",
            ),
            (
                "a\u{316}\u{317}\u{318}\u{319}\u{31a}nn",
                "Login cannot pile marks on one letter",
            ),
            (
                "ก\u{e47}\u{e47}\u{e47}\u{e47}\u{e47}",
                "Login cannot pile marks on one letter",
            ),
        ] {
            assert_eq!(login(text), sentence, "{text:?}");
        }
    }

    #[test]
    fn names_in_scripts_with_many_marks_pile_none() {
        for name in [
            "กิ่งแก้ว",
            "ปิ่นมณี",
            "श्रीकृष्ण",
            "ज़्यादा",
            "வைஷ்ணவி",
            "བརྒྱད་སྤྱན",
            "ស្រីស្រស់",
            "မြန်မာ့သွေး",
            "Nguyễn Thị Ệ",
            "בְּרֵאשִׁ֖ית",
            "مُحَمَّدٌ",
            "가나다",
        ] {
            assert!(max_marks(name) <= MARKS, "{name}: {}", max_marks(name));
        }
        for tower in [
            '\u{489}', '\u{20dd}', '\u{e47}', '\u{1abe}', '\u{93f}', '\u{301}',
        ] {
            let text = format!("a{}", tower.to_string().repeat(20));
            assert_eq!(max_marks(&text), 20, "{tower:?}");
        }
    }

    #[test]
    fn what_can_be_taken_for_one_another_looks_the_same() {
        for (a, b) in [
            ("bill", "biII"),
            ("Bill", "bi11"),
            ("coco", "сосо"),
            ("COCO", "СОСО"),
            ("torn", "tom"),
            ("ann0", "anno"),
            ("BOB", "ΒΟΒ"),
            ("irma", "i\u{307}rma"),
            ("jim", "j\u{307}i\u{307}m"),
        ] {
            assert_eq!(Login::look_of(a), Login::look_of(b), "{a} {b}");
        }
        for (a, b) in [
            ("ann", "anna"),
            ("ann", "änn"),
            ("bob", "rob"),
            ("ann1", "ann2"),
        ] {
            assert_ne!(Login::look_of(a), Login::look_of(b), "{a} {b}");
        }
    }
}
