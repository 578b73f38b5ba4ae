//! The descriptors of MPEG-4 (ISO 14496-1). Those of the decoder are written again.

use crate::fields::Fields;
use crate::scrub::{aac_settings, start_codes};
use crate::{Refusal, Result};

const ES: u8 = 3;
const DECODER: u8 = 4;
const SPECIFIC: u8 = 5;

/// The number of MPEG-4 Visual; pictures of JPEG, PNG and MPEG-2 may be called `mp4v` as well.
pub const VISUAL: u8 = 0x20;

/// The settings of a decoder, as MPEG-4 describes them.
pub struct Settings {
    /// Written again.
    pub bytes: Vec<u8>,
    /// The number of the format.
    pub format: u8,
    /// Whether they are those of AAC as a list of elements: neither of its later kinds, nor of another format.
    pub is_aac: bool,
}

/// Reads the settings of a decoder.
pub fn esds(payload: &[u8], is_video: bool) -> Result<Settings> {
    let mut fields = Fields(payload);
    fields.u32()?;
    let (tag, mut fields) = descriptor(&mut fields)?;
    // QuickTime has them without the outermost.
    let decoder = match tag {
        ES => {
            fields.u16()?;
            let flags = fields.u8()?;
            if flags & 0x80 != 0 {
                fields.u16()?;
            }
            if flags & 0x40 != 0 {
                // The stream is at an address.
                return Err(Refusal::External.into());
            }
            if flags & 0x20 != 0 {
                fields.u16()?;
            }
            find(fields, DECODER)?.ok_or(Refusal::MissingPart)?
        }
        DECODER => fields,
        _ => return Err(Refusal::MalformedPart.into()),
    };
    let mut fields = decoder;
    let head: [u8; 13] = fields.array()?;
    let mut inner = head.to_vec();
    // AAC of MPEG-2 has no kinds but those that are meant.
    let mut is_aac = matches!(head[0], 0x66..=0x68);
    // MP3 has no settings.
    let has_settings = !matches!(head[0], 0x69 | 0x6b);
    if let Some(specific) = find(fields, SPECIFIC)?.filter(|_| has_settings) {
        let mut specific = specific.0.to_vec();
        let kind = specific.first().map_or(0, |byte| byte >> 3);
        is_aac |= head[0] == 0x40 && matches!(kind, 1..=5 | 29);
        if is_video {
            start_codes::in_memory(&mut specific);
        } else if is_aac {
            aac_settings::overwrite(&mut specific);
        }
        write(&mut inner, SPECIFIC, &specific);
    }
    // The stream has number 0, and no flags.
    let mut stream = vec![0; 3];
    write(&mut stream, DECODER, &inner);
    // As MP4 has it.
    write(&mut stream, 6, &[2]);
    let mut bytes = vec![0; 4];
    write(&mut bytes, ES, &stream);
    Ok(Settings {
        bytes,
        format: head[0],
        is_aac,
    })
}

/// The next descriptor: its tag, and what is in it.
fn descriptor<'a>(fields: &mut Fields<'a>) -> Result<(u8, Fields<'a>)> {
    let tag = fields.u8()?;
    let mut length = 0;
    for at in 0.. {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
        if at == 3 {
            return Err(Refusal::MalformedPart.into());
        }
    }
    // Some writers count one too many at the end.
    let taken = fields.take(length.min(fields.0.len()))?;
    Ok((tag, Fields(taken)))
}

fn find(mut fields: Fields<'_>, wanted: u8) -> Result<Option<Fields<'_>>> {
    while !fields.0.is_empty() {
        let (tag, inner) = descriptor(&mut fields)?;
        if tag == wanted {
            return Ok(Some(inner));
        }
    }
    Ok(None)
}

fn write(bytes: &mut Vec<u8>, tag: u8, inner: &[u8]) {
    let length = inner.len();
    let seven = |shift: usize| u8::try_from(length >> shift & 0x7f).unwrap_or(0);
    bytes.extend_from_slice(&[
        tag,
        seven(21) | 0x80,
        seven(14) | 0x80,
        seven(7) | 0x80,
        seven(0),
    ]);
    bytes.extend_from_slice(inner);
}
