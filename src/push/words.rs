//! What messages say, in the language of their reader.

use crate::domain::language::Language;
use crate::domain::notices::Kind as Reason;
use crate::domain::pushes::{Content, Item, ItemKind};

/// What has happened, in a line or two. Without the words of others where it is to be short.
pub fn body(content: &Content, language: Language, is_short: bool) -> String {
    let author = &content.author;
    let mention = content
        .items
        .iter()
        .rev()
        .find(|item| item.reason == Some(Reason::Mention));
    let (line, excerpt) = match (mention, content.items.as_slice()) {
        (Some(item), _) => (mentioned(author, language), item.excerpt.as_str()),
        (None, [item]) => (one(author, item, language), item.excerpt.as_str()),
        (None, items) => (several(author, items, language), ""),
    };
    match (is_short || excerpt.is_empty(), line == *author) {
        (false, _) => format!("{line}: {excerpt}"),
        (true, false) => line,
        (true, true) => something(author, language),
    }
}

fn mentioned(author: &str, language: Language) -> String {
    match language {
        Language::English => format!("{author} mentioned you"),
        Language::German => format!("{author} hat dich erwähnt"),
    }
}

fn one(author: &str, item: &Item, language: Language) -> String {
    use Language::{English, German};
    match (item.kind, language) {
        (ItemKind::Join, English) => format!("{author} has joined"),
        (ItemKind::Join, German) => format!("{author} ist dabei"),
        (ItemKind::Comment, English) => format!("{author} commented"),
        (ItemKind::Comment, German) => format!("{author} hat kommentiert"),
        (ItemKind::Share, _) if item.photos > 0 => {
            photos(author, (item.photos, item.videos), language)
        }
        // The words follow.
        (ItemKind::Share, _) => author.to_owned(),
    }
}

fn something(author: &str, language: Language) -> String {
    match language {
        Language::English => format!("{author} shared something"),
        Language::German => format!("{author} hat etwas geteilt"),
    }
}

fn several(author: &str, items: &[Item], language: Language) -> String {
    let count = |kind| items.iter().filter(|item| item.kind == kind).count();
    let (shares, comments) = (count(ItemKind::Share), count(ItemKind::Comment));
    let mut shared = items.iter().filter(|item| item.kind == ItemKind::Share);
    let sum = |of: fn(&Item) -> u32| items.iter().map(of).sum();
    let (files, videos) = (sum(|item| item.photos), sum(|item| item.videos));
    let said = match language {
        Language::English if comments == 1 => String::from("commented"),
        Language::English => format!("commented {comments} times"),
        Language::German if comments == 1 => String::from("kommentiert"),
        Language::German => format!("{comments}-mal kommentiert"),
    };
    let by = match language {
        Language::English => author.to_owned(),
        Language::German => format!("{author} hat"),
    };
    let shown = match (shared.all(|item| item.photos > 0), language) {
        (true, _) if shares > 0 => photos(author, (files, videos), language),
        (false, language) if shares == 1 => something(author, language),
        (_, Language::English) => format!("{author} shared {shares} times"),
        (_, Language::German) => format!("{author} hat {shares}-mal geteilt"),
    };
    match (shares, comments, language) {
        (_, 0, _) => shown,
        (0, _, _) => format!("{by} {said}"),
        (_, _, Language::English) => format!("{shown} and {said}"),
        (_, _, Language::German) => format!("{shown} und {said}"),
    }
}

/// That somebody has shared photos or videos.
pub fn photos(author: &str, (files, videos): (u32, u32), language: Language) -> String {
    let photos = files.saturating_sub(videos);
    match language {
        Language::English => match (photos, videos) {
            (1, 0) => format!("{author} shared a photo"),
            (photos, 0) => format!("{author} shared {photos} photos"),
            (0, 1) => format!("{author} shared a video"),
            (0, videos) => format!("{author} shared {videos} videos"),
            _ => format!("{author} shared {files} photos and videos"),
        },
        Language::German => match (photos, videos) {
            (1, 0) => format!("{author} hat ein Foto geteilt"),
            (photos, 0) => format!("{author} hat {photos} Fotos geteilt"),
            (0, 1) => format!("{author} hat ein Video geteilt"),
            (0, videos) => format!("{author} hat {videos} Videos geteilt"),
            _ => format!("{author} hat {files} Fotos und Videos geteilt"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: ItemKind, excerpt: &str, photos: u32, videos: u32) -> Item {
        Item {
            kind,
            reason: None,
            share: None,
            excerpt: excerpt.to_owned(),
            photos,
            videos,
        }
    }

    fn both(items: Vec<Item>) -> [String; 2] {
        let content = Content {
            space: String::from("Family"),
            author: String::from("Ann"),
            items,
            unread: 0,
        };
        [Language::English, Language::German].map(|language| body(&content, language, false))
    }

    #[test]
    fn one_thing_is_said_with_its_words() {
        use ItemKind::{Comment, Join, Share};
        for (item, expected) in [
            (item(Share, "Look!", 0, 0), ["Ann: Look!", "Ann: Look!"]),
            (
                item(Share, "Look!", 1, 0),
                [
                    "Ann shared a photo: Look!",
                    "Ann hat ein Foto geteilt: Look!",
                ],
            ),
            (
                item(Share, "", 3, 3),
                ["Ann shared 3 videos", "Ann hat 3 Videos geteilt"],
            ),
            (
                item(Comment, "Nice", 0, 0),
                ["Ann commented: Nice", "Ann hat kommentiert: Nice"],
            ),
            (item(Join, "", 0, 0), ["Ann has joined", "Ann ist dabei"]),
        ] {
            assert_eq!(both(vec![item]), expected);
        }
    }

    #[test]
    fn several_things_are_counted() {
        use ItemKind::{Comment, Share};
        let share = |photos, videos| item(Share, "Look!", photos, videos);
        let comment = || item(Comment, "Nice", 0, 0);
        for (items, expected) in [
            (
                vec![share(5, 0), share(7, 0)],
                ["Ann shared 12 photos", "Ann hat 12 Fotos geteilt"],
            ),
            (
                vec![share(1, 0), share(1, 1)],
                [
                    "Ann shared 2 photos and videos",
                    "Ann hat 2 Fotos und Videos geteilt",
                ],
            ),
            (
                vec![share(5, 0), share(0, 0)],
                ["Ann shared 2 times", "Ann hat 2-mal geteilt"],
            ),
            (
                vec![comment(), comment()],
                ["Ann commented 2 times", "Ann hat 2-mal kommentiert"],
            ),
            (
                vec![share(0, 0), comment()],
                [
                    "Ann shared something and commented",
                    "Ann hat etwas geteilt und kommentiert",
                ],
            ),
        ] {
            assert_eq!(both(items), expected);
        }
    }

    #[test]
    fn a_mention_comes_before_all_else() {
        let mention = Item {
            reason: Some(Reason::Mention),
            ..item(ItemKind::Comment, "@bob?", 0, 0)
        };
        let other = item(ItemKind::Share, "Look!", 0, 0);
        assert_eq!(
            both(vec![mention, other]),
            ["Ann mentioned you: @bob?", "Ann hat dich erwähnt: @bob?"]
        );
    }
}
