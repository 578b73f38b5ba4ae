//! How samples are grouped, where decoders need that to begin in the middle.

use super::boxes::Part;
use super::parts::Parts;
use super::runs::Runs;
use super::tables::Table;
use crate::{Refusal, Result};

/// The groups that are kept, by how long their description is, in bytes.
const GROUPS: [(&[u8; 4], u32); 4] = [(b"roll", 2), (b"rap ", 1), (b"sync", 1), (b"tscl", 20)];
/// The most descriptions of a kind of groups.
const MAX_DESCRIPTIONS: u32 = 1000;

/// The groups, where their descriptions are as they should be. Others are dropped: films are played without them.
pub fn groups(stbl: &[Part<'_>], moov: &[u8], samples: u32) -> Parts {
    let mut parts = Parts::default();
    for (name, width) in GROUPS {
        let of = |kind: &[u8; 4]| {
            let mut found = stbl
                .iter()
                .filter(|part| &part.kind == kind && part.payload.get(4..8) == Some(name));
            found.next().filter(|_| found.next().is_none()).copied()
        };
        if let (Some(described), Some(mapped)) = (of(b"sgpd"), of(b"sbgp")) {
            let descriptions = descriptions(&described, width);
            let map = mapped.full().and_then(|(version, _, mut fields)| {
                fields.u32()?;
                let count = fields.u32()?;
                Table::of(&mapped, fields, count, Runs::WIDTH, version)
            });
            if let (Ok(descriptions), Ok(map)) = (descriptions, map)
                && map.version == 0
            {
                let runs = Runs::of(map.range(), samples, moov);
                let Some(used) = used(&descriptions, &runs, moov) else {
                    continue;
                };
                let fields = [&name[..], &width.to_be_bytes()].concat();
                let count = used.len() / width as usize;
                parts.own(descriptions.header(b"sgpd", &fields, count));
                parts.own(used);
                map.write_runs(b"sbgp", name, runs, &mut parts);
            }
        }
    }
    parts
}

fn descriptions(part: &Part<'_>, width: u32) -> Result<Table> {
    let (version, _, mut fields) = part.full()?;
    let (_, length, count) = (fields.u32()?, fields.u32()?, fields.u32()?);
    match (version, length == width, count <= MAX_DESCRIPTIONS) {
        (1, true, true) => Table::of(part, fields, count, width as usize, version),
        _ => Err(Refusal::MalformedPart.into()),
    }
}

/// The descriptions up to the last that samples have, with zeros for those that none has; `None` if no sample has any, or one
/// that isn't there.
fn used(descriptions: &Table, runs: &Runs, moov: &[u8]) -> Option<Vec<u8>> {
    let mut is_used = vec![false; descriptions.count];
    for (_, number) in runs.all(moov) {
        // 0 stands for none.
        if let Some(at) = usize::try_from(u32::from_be_bytes(number))
            .ok()?
            .checked_sub(1)
        {
            *is_used.get_mut(at)? = true;
        }
    }
    let count = is_used.iter().rposition(|&is_used| is_used)? + 1;
    let mut bytes = Vec::new();
    for (entry, is_used) in descriptions.entries(moov).zip(is_used).take(count) {
        match is_used {
            true => bytes.extend_from_slice(entry),
            false => bytes.resize(bytes.len() + entry.len(), 0),
        }
    }
    Some(bytes)
}
