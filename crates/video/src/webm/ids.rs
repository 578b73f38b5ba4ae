//! The elements of a WebM, by their ids, and which of them stay.

pub const EBML: u32 = 0x1a45_dfa3;
pub const DOC_TYPE: u32 = 0x4282;
pub const MAX_ID_LENGTH: u32 = 0x42f2;
pub const MAX_SIZE_LENGTH: u32 = 0x42f3;

pub const SEGMENT: u32 = 0x1853_8067;
pub const SEEK_HEAD: u32 = 0x114d_9b74;
pub const SEEK: u32 = 0x4dbb;
pub const SEEK_ID: u32 = 0x53ab;
pub const INFO: u32 = 0x1549_a966;
pub const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
pub const DURATION: u32 = 0x4489;
pub const TRACKS: u32 = 0x1654_ae6b;
pub const TAGS: u32 = 0x1254_c367;
pub const CHAPTERS: u32 = 0x1043_a770;
pub const ATTACHMENTS: u32 = 0x1941_a469;
pub const CUES: u32 = 0x1c53_bb6b;

pub const TRACK: u32 = 0xae;
pub const TRACK_NUMBER: u32 = 0xd7;
pub const TRACK_UID: u32 = 0x73c5;
pub const TRACK_TYPE: u32 = 0x83;
pub const CODEC_ID: u32 = 0x86;
pub const CODEC_PRIVATE: u32 = 0x63a2;
pub const CONTENT_ENCODINGS: u32 = 0x6d80;
pub const CONTENT_ENCODING: u32 = 0x6240;
pub const CONTENT_ENCODING_TYPE: u32 = 0x5033;
pub const VIDEO: u32 = 0xe0;
pub const PIXEL_WIDTH: u32 = 0xb0;
pub const PIXEL_HEIGHT: u32 = 0xba;
pub const CROPS: [u32; 4] = [0x54cc, 0x54dd, 0x54bb, 0x54aa];
pub const DISPLAY_WIDTH: u32 = 0x54b0;
pub const DISPLAY_HEIGHT: u32 = 0x54ba;
pub const DISPLAY_UNIT: u32 = 0x54b2;
pub const COLOUR: u32 = 0x55b0;
pub const TRANSFER: u32 = 0x55ba;
pub const PROJECTION: u32 = 0x7670;
pub const PROJECTION_TYPE: u32 = 0x7671;
pub const POSE_ROLL: u32 = 0x7675;

pub const CLUSTER: u32 = 0x1f43_b675;
pub const TIMESTAMP: u32 = 0xe7;
pub const SIMPLE_BLOCK: u32 = 0xa3;
pub const BLOCK_GROUP: u32 = 0xa0;
pub const BLOCK: u32 = 0xa1;
pub const BLOCK_DURATION: u32 = 0x9b;
pub const REFERENCE: u32 = 0xfb;
pub const ENCRYPTED_BLOCK: u32 = 0xaf;

/// What happens to an element.
#[derive(Clone, Copy)]
pub enum Rule {
    /// It is overwritten completely.
    Drop,
    /// A number of at most eight bytes, which stays.
    Number,
    /// The same, but at most 255: flags and other numbers of few values. A larger one is overwritten.
    Small,
    /// Words that must be there: of the same length, and empty.
    Blank,
    /// It stays, and was checked by code of its own.
    Checked,
    /// It stays, with the contents that this function allows.
    List(fn(u32) -> Rule),
    /// The same, where there may be any number of them. Of all else that stays there is one in a list.
    Each(fn(u32) -> Rule),
}

/// The head of the file.
pub fn ebml(id: u32) -> Rule {
    match id {
        DOC_TYPE => Rule::Checked,
        0x4286 | 0x42f7 | MAX_ID_LENGTH | MAX_SIZE_LENGTH | 0x4287 | 0x4285 => Rule::Small,
        _ => Rule::Drop,
    }
}

/// Where to find the other lists. Entries for dropped elements are dropped before.
pub fn seek_head(id: u32) -> Rule {
    match id {
        SEEK => Rule::Each(|id| match id {
            SEEK_ID | 0x53ac => Rule::Number,
            _ => Rule::Drop,
        }),
        _ => Rule::Drop,
    }
}

/// About the whole film: how long a tick is, and how many it lasts. Two programs must be named.
pub fn info(id: u32) -> Rule {
    match id {
        TIMESTAMP_SCALE | DURATION => Rule::Number,
        0x4d80 | 0x5741 => Rule::Blank,
        _ => Rule::Drop,
    }
}

/// A track: numbers and flags, its format, its settings.
pub fn track(id: u32) -> Rule {
    match id {
        CODEC_ID | CODEC_PRIVATE => Rule::Checked,
        TRACK_NUMBER | TRACK_UID | TRACK_TYPE => Rule::Number,
        // Flags, and how many pictures are needed at once.
        0xb9 | 0x88 | 0x55aa | 0x9c | 0x6de7 | 0x6df8 => Rule::Small,
        // Durations and delays.
        0x23_e383 | 0x23_4e7a | 0x23_314f | 0x56aa | 0x56bb => Rule::Number,
        VIDEO => Rule::List(video),
        // Frequencies, channels, bits.
        0xe1 => Rule::List(|id| match id {
            0xb5 | 0x78b5 => Rule::Number,
            0x9f | 0x6264 => Rule::Small,
            _ => Rule::Drop,
        }),
        _ => Rule::Drop,
    }
}

fn video(id: u32) -> Rule {
    match id {
        PIXEL_WIDTH | PIXEL_HEIGHT | DISPLAY_WIDTH | DISPLAY_HEIGHT | DISPLAY_UNIT => Rule::Number,
        0x54aa | 0x54bb | 0x54cc | 0x54dd => Rule::Number,
        // How it is interlaced, for which eye it is, what keeps its shape.
        0x9a | 0x9d | 0x53b8 | 0x54b3 => Rule::Small,
        // Colours, and the light of the screen on which they were chosen.
        COLOUR => Rule::List(|id| match id {
            0x55b1..=0x55bb => Rule::Small,
            0x55bc | 0x55bd => Rule::Number,
            0x55d0 => Rule::List(|id| match id {
                0x55d1..=0x55da => Rule::Number,
                _ => Rule::Drop,
            }),
            _ => Rule::Drop,
        }),
        PROJECTION => Rule::List(|id| match id {
            PROJECTION_TYPE | 0x7673 | 0x7674 | POSE_ROLL => Rule::Number,
            _ => Rule::Drop,
        }),
        _ => Rule::Drop,
    }
}

/// The positions of times in the file.
pub fn cues(id: u32) -> Rule {
    match id {
        0xbb => Rule::Each(|id| match id {
            0xb3 => Rule::Number,
            0xb7 => Rule::Each(|id| match id {
                0xf7 | 0xf1 | 0xf0 | 0xb2 | 0x5378 => Rule::Number,
                _ => Rule::Drop,
            }),
            _ => Rule::Drop,
        }),
        _ => Rule::Drop,
    }
}

/// What comes with a block of picture or sound. Blocks themselves are checked one by one.
pub fn group(id: u32) -> Rule {
    match id {
        // Duration, priority, what it builds on, what isn't played of it.
        BLOCK_DURATION | 0xfa | REFERENCE | 0x75a2 => Rule::Number,
        _ => Rule::Drop,
    }
}

/// Whether an element is one that follows a cluster whose length isn't known, and not part of it.
pub fn ends_cluster(id: u32) -> bool {
    matches!(
        id,
        SEEK_HEAD | INFO | TRACKS | TAGS | CHAPTERS | ATTACHMENTS | CUES | CLUSTER
    )
}
