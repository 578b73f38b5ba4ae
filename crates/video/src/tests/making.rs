//! Makes MP4s box by box, and WebMs element by element.

/// A box.
pub fn a_box(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 8).unwrap();
    [&length.to_be_bytes()[..], kind, payload].concat()
}

/// Numbers of 32 bits.
pub fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

/// Where a box of this kind begins, the first of them.
pub fn find(bytes: &[u8], kind: &[u8; 4]) -> usize {
    bytes.windows(4).position(|window| window == kind).unwrap() - 4
}

/// A film of one track of VP8, which has no rules of its own: its tables are given, and its data.
pub struct Movie {
    pub sizes: Vec<u8>,
    pub runs: Vec<u32>,
    /// Where its chunks are, counted from the beginning of the data.
    pub offsets: Vec<u32>,
    pub data: Vec<u8>,
    /// More boxes in the head.
    pub more: Vec<u8>,
    /// More boxes in the list of tables.
    pub tables: Vec<u8>,
    /// More boxes in the format.
    pub format: Vec<u8>,
    /// More boxes in the track.
    pub track: Vec<u8>,
}

impl Default for Movie {
    /// Three samples in two chunks.
    fn default() -> Self {
        Self {
            sizes: words(&[0, 0, 3, 5, 6, 7]),
            runs: vec![1, 2, 1, 2, 1, 1],
            offsets: vec![0, 11],
            data: b"firstsecondthe third"[..18].to_vec(),
            more: Vec::new(),
            tables: Vec::new(),
            format: Vec::new(),
            track: Vec::new(),
        }
    }
}

impl Movie {
    pub fn make(&self) -> Vec<u8> {
        let front = [
            a_box(b"ftyp", b"isom\0\0\0\0isom"),
            a_box(b"mdat", &self.data),
        ]
        .concat();
        let data = u32::try_from(front.len() - self.data.len()).unwrap();
        let offsets: Vec<u32> = self
            .offsets
            .iter()
            .map(|offset| offset.wrapping_add(data))
            .collect();
        let count = |entries: usize| u32::try_from(entries).unwrap();
        let entry = [
            &words(&[0, 1])[..],
            &[0; 16],
            &[0, 64, 0, 48],
            &[0; 50],
            &a_box(b"vpcC", &[1; 12]),
            &self.format,
        ]
        .concat();
        let stbl = [
            a_box(b"stsd", &[words(&[0, 1]), a_box(b"vp08", &entry)].concat()),
            a_box(b"stts", &words(&[0, 1, 3, 100])),
            a_box(
                b"stsc",
                &[words(&[0, count(self.runs.len() / 3)]), words(&self.runs)].concat(),
            ),
            a_box(b"stsz", &self.sizes),
            a_box(
                b"stco",
                &[words(&[0, count(offsets.len())]), words(&offsets)].concat(),
            ),
            self.tables.clone(),
        ]
        .concat();
        let hdlr = a_box(b"hdlr", &[&words(&[0, 0])[..], b"vide", &[0; 13]].concat());
        let mdhd = a_box(b"mdhd", &words(&[0, 0, 0, 1000, 300, 0]));
        let minf = a_box(b"minf", &a_box(b"stbl", &stbl));
        let tkhd = a_box(b"tkhd", &[words(&[3, 0, 0, 1]), vec![0; 68]].concat());
        let trak = a_box(
            b"trak",
            &[
                tkhd,
                self.track.clone(),
                a_box(b"mdia", &[mdhd, hdlr, minf].concat()),
            ]
            .concat(),
        );
        let mvhd = a_box(
            b"mvhd",
            &[words(&[0, 0, 0, 1000, 300]), vec![0; 80]].concat(),
        );
        let moov = a_box(b"moov", &[mvhd, trak, self.more.clone()].concat());
        [front, moov].concat()
    }
}

/// An element whose length takes eight bytes.
pub fn element(id: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = 1_u64 << 56 | payload.len() as u64;
    [id, &length.to_be_bytes(), payload].concat()
}

pub const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
pub const CLUSTER: &[u8] = &[0x1f, 0x43, 0xb6, 0x75];
pub const TRACKS: &[u8] = &[0x16, 0x54, 0xae, 0x6b];

/// The head of a WebM.
pub fn webm_head() -> Vec<u8> {
    element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm"))
}

/// A track of VP8 with more in it.
pub fn webm_track(more: &[u8]) -> Vec<u8> {
    let size = [element(&[0xb0], &[64]), element(&[0xba], &[48])].concat();
    let track = [
        element(&[0xd7], &[1]),
        element(&[0x83], &[1]),
        element(&[0x86], b"V_VP8"),
        element(&[0xe0], &size),
        more.to_vec(),
    ];
    element(&[0xae], &track.concat())
}

/// A WebM of one track, with these elements after it in its segment.
pub fn webm(behind: &[u8]) -> Vec<u8> {
    let tracks = element(TRACKS, &webm_track(&[]));
    [webm_head(), element(SEGMENT, &[&tracks, behind].concat())].concat()
}

/// A cluster with a block of picture and more.
pub fn cluster(more: &[u8]) -> Vec<u8> {
    let block = element(&[0xa3], b"\x81\0\0\x80picture");
    element(
        CLUSTER,
        &[element(&[0xe7], &[0]), block, more.to_vec()].concat(),
    )
}
