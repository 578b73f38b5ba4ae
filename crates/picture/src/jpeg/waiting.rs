//! What waits for the scan that needs it: a table that no scan uses is nothing that a viewer would look at.

use std::mem;
use std::ops::Range;

use super::super::edit_list::EditList;
use super::push_segment;

/// What a part of a file is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Every picture.
    Always,
    /// Every picture: it decides the colour space of the components.
    Colours,
    /// Components with the steps of this table.
    Steps(u8),
    /// Scans with the codes of this table, those of the first coefficients or of the others.
    Codes { are_first: bool, table: u8 },
    /// Every scan: after how many units its data begins again.
    Restart,
}

impl Need {
    /// Its index among those where only the last one counts.
    fn place(self) -> Option<usize> {
        match self {
            Self::Steps(table) => Some(usize::from(table)),
            Self::Codes { are_first, table } => {
                Some(4 + 4 * usize::from(are_first) + usize::from(table))
            }
            Self::Restart => Some(12),
            Self::Colours => Some(13),
            Self::Always => None,
        }
    }
}

/// Parts of a file in their order.
#[derive(Default)]
pub struct Waiting {
    parts: Vec<Part>,
    /// Where the last ones are, where only the last counts.
    last: [Option<usize>; 14],
}

struct Part {
    need: Need,
    /// Where in the file its segment is, with the marker.
    segment: Range<usize>,
    /// Where in the file it is itself.
    content: Range<usize>,
}

impl Waiting {
    /// Has a part of a segment wait. It replaces one for the same need.
    pub fn put(&mut self, need: Need, segment: Range<usize>, content: Range<usize>) {
        // What was replaced goes at once: a file could have millions of those, and few are needed at a time.
        let place = need.place().and_then(|place| self.last.get_mut(place));
        if let Some(before) = place.and_then(Option::take)
            && before < self.parts.len()
        {
            self.parts.remove(before);
            for last in self.last.iter_mut().flatten() {
                *last -= usize::from(*last > before);
            }
        }
        if let Some(last) = need.place().and_then(|place| self.last.get_mut(place)) {
            *last = Some(self.parts.len());
        }
        self.parts.push(Part {
            need,
            segment,
            content,
        });
    }

    /// Keeps what is needed now.
    pub fn keep(&mut self, edits: &mut EditList, file: &[u8], is_needed: impl Fn(Need) -> bool) {
        let is_needed = |need| match need {
            Need::Always | Need::Colours | Need::Restart => true,
            need => is_needed(need),
        };
        let mut now = Vec::new();
        self.last = [None; 14];
        for part in mem::take(&mut self.parts) {
            if is_needed(part.need) {
                now.push(part);
            } else {
                self.put(part.need, part.segment, part.content);
            }
        }
        for parts in now.chunk_by(|one, other| one.segment == other.segment) {
            let Some((need, segment)) = parts.first().map(|part| (part.need, part.segment.clone()))
            else {
                continue;
            };
            let length: usize = parts.iter().map(|part| part.content.len()).sum();
            // What decides the colours can come before the profile, which goes to the front; copied, it does no harm there.
            if 4 + length == segment.len() && need != Need::Colours {
                edits.copy(segment);
                continue;
            }
            let contents: Vec<&[u8]> = parts
                .iter()
                .map(|part| &file[part.content.clone()])
                .collect();
            let mut own = Vec::new();
            push_segment(&mut own, file[segment.start + 1], &contents.concat());
            edits.insert(own);
        }
    }
}
