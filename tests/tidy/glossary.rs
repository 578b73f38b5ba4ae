//! The words of the glossary in `docs/ARCHITECTURE.md` that were replaced, and where they stay.

use super::rules::words;
use super::source::File;

/// Words of our own for which the field has others, as names of modules, types, functions and constants.
const DROPPED: &str = "
    Accepted Answerer Arrival Arriving Asked Attempts Bridge Briefly Buffers CarriedOut CleanOutput Desk Doubtful
    Ending Finding ForGood Given Kept KeptPhoto LEAST Lane Lent LinkKey LinkMaker LinkSigner LinkToPhoto
    LinksToPhoto Lot MOST Mover MySession MySpace NoReset NotReady Offer OpenSpace Outlives PATIENCE PIECE Patience
    PhotoLinks Piece Place Places PowerCut ROOM Relation Remembered Room Scratch Sealed Sealing SentMethod Served
    Sorted Sorter Spot Standing Sweeper Tally Terms UnderWay UnseenPhoto Upkeep Verdict Visitor Visitors Wanted
    Whereabouts Workplace

    after_key asked_to_end begin_again best_of blame bring_back bring_looks_forward bury carry_out catalogue
    clear_remains delete_sorted deleted_at_once draft empty_log examine find_earlier find_sorted found_damage
    give_back_soon go_on hand_on has_sorted in_order intake is_among is_any_seen is_asked is_begun is_stopped
    is_taken keep_deleted keep_others_out leave_ids_out let_in list_unseen look_after make_folder make_ready
    mark_both note_look on_one_line plans portions postpone put_back put_sorted run_here save_as scratch
    sit_down sit_down_now solitary_spaces sort_all sort_one spot standing sync_folder unsee_all unsorted
    wait_to_the_end waits was_sorted
";

/// Those that nothing is called, a variable neither.
const DROPPED_EVERYWHERE: &str = "
    bridge finding lane notes patience room seal sealing sorter sweep sweeper tally tell visitor workplace
";

/// Phrases of comments, sentences and documents that the glossary replaced.
const DROPPED_PHRASES: [&str; 20] = [
    " anew",
    "are believed",
    "at the least",
    "at the most",
    "by whoever",
    "came to nothing",
    "comes to nothing",
    "fn whoever",
    "for whoever",
    "give the command",
    "is believed",
    "must be said",
    "no good any more",
    "place of backups",
    "tells more",
    "temporary store",
    "to whoever",
    "who asks",
    "whereof",
    "Whoever ",
];

/// Where dropped words stay, because data has them that exists: the file, the text in it, and what it is.
pub const IN_DATA: [(&str, &str, &str); 5] = [
    (
        "src/backup/archive/manifest.rs",
        "\"beside\"",
        "where the photos of an archive are",
    ),
    (
        "src/domain/users.rs",
        "where look = ",
        "the column of what a login looks like",
    ),
    (
        "src/config/renamed.rs",
        "\"connections.most\"",
        "former settings, which are refused with the new name",
    ),
    (
        "src/config/photos.rs",
        "temp_bucket",
        "the setting, and what the bucket has in it",
    ),
    (
        "migrations/V1__initial.sql",
        "temporary store",
        "an applied migration is never edited",
    ),
];

/// What was renamed doesn't come back.
pub fn avoids_dropped_words(file: &File) -> Vec<String> {
    let defines = [
        "const", "enum", "fn", "mod", "static", "struct", "trait", "type", "union",
    ];
    let lines = file.bare_lines().filter_map(|(at, line)| {
        let is_bound = |name: &&str| {
            let (end, start) = (format!("_{name}"), format!("{name}_"));
            ["MOST", "LEAST"].iter().any(|word| {
                end.ends_with(&format!("_{word}")) || start.starts_with(&format!("{word}_"))
            })
        };
        let names = words(&line).zip(words(&line).skip(1));
        let defined = names
            .filter(|(keyword, _)| defines.contains(keyword))
            .map(|(_, name)| name)
            .find(|name| DROPPED.split_whitespace().any(|word| word == *name) || is_bound(name));
        let anywhere = || {
            words(&line).find(|name| {
                DROPPED_EVERYWHERE
                    .split_whitespace()
                    .any(|word| word == *name)
            })
        };
        let name = defined.or_else(anywhere)?;
        Some(file.complaint(
            at,
            &format!("`{name}`: the glossary has another word for it"),
        ))
    });
    lines.collect()
}

/// What was reworded doesn't come back. The glossary itself names what it replaced.
pub fn avoids_dropped_phrases(file: &File) -> Vec<String> {
    if file.path.starts_with("tests/tidy") {
        return Vec::new();
    }
    let lines = file.text.lines().enumerate();
    let lines = lines.filter(|(_, line)| !line.starts_with("| "));
    lines
        .filter_map(|(at, line)| {
            let phrase = DROPPED_PHRASES
                .iter()
                .find(|phrase| line.contains(**phrase))?;
            Some(file.complaint(
                at + 1,
                &format!("`{}`: say it in the glossary's words", phrase.trim()),
            ))
        })
        .collect()
}
