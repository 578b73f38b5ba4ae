//! What is said of items.

use crate::error::Result;
use crate::reader::{Part, Reader};

/// A property, which several items may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    Size {
        width: u32,
        height: u32,
    },
    /// That of the decoder, in bytes.
    Hevc {
        bytes: usize,
    },
    /// Primaries and transfer by their numbers (ITU-T H.273).
    Colours {
        primaries: u16,
        transfer: u16,
    },
    Crop,
    Turn,
    Mirror,
    Alpha,
    Other,
}

impl Property {
    /// Reads one, by its box.
    pub fn read(part: &Part<'_>) -> Result<Self> {
        let mut reader = Reader::new(part.content);
        Ok(match &part.kind {
            b"ispe" => {
                reader.version()?;
                Self::Size {
                    width: reader.be32()?,
                    height: reader.be32()?,
                }
            }
            b"hvcC" => Self::Hevc {
                bytes: part.content.len(),
            },
            b"colr" if reader.take(4)? == b"nclx" => Self::Colours {
                primaries: reader.be16()?,
                transfer: reader.be16()?,
            },
            b"clap" => Self::Crop,
            b"irot" => Self::Turn,
            b"imir" => Self::Mirror,
            b"auxC" => {
                reader.version()?;
                let says = |urn: &[u8]| reader.rest().starts_with(urn);
                let is_alpha = says(b"urn:mpeg:hevc:2015:auxid:1\0")
                    || says(b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha");
                if is_alpha { Self::Alpha } else { Self::Other }
            }
            _ => Self::Other,
        })
    }
}
