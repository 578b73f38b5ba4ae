//! What a part of a form says of itself (RFC 7578, section 4.2).

use multer::Field;

use crate::api::extract::chunks::{BEFORE_CONTENT, NoContent};
use crate::api::extract::header_params::Parameterized;
use crate::api::extract::malformed_form::{malformed_part, unreadable};
use crate::error::Result;

/// The name of a part, and of the file in it.
pub struct Disposition {
    pub name: Option<String>,
    /// The name of a file, which may be empty; without one, the part isn't a file.
    pub file_name: Option<String>,
}

impl Disposition {
    /// What the header of a part says.
    ///
    /// # Errors
    /// There is more before its content than is read, or it can't be read what the part is: it might be the photo, and what
    /// is taken for nothing would be lost with an answer of success.
    pub fn of(part: &Field<'_>) -> Result<Self> {
        let headers = part.headers();
        let size: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len())
            .sum();
        if size > BEFORE_CONTENT {
            return Err(unreadable(&NoContent));
        }
        let said = headers.get("Content-Disposition");
        let said = said.map(|value| String::from_utf8_lossy(value.as_bytes()));
        let read = |said| Parameterized::parse(said).ok_or_else(malformed_part);
        let said = said.as_deref().map(read).transpose()?;
        let get = |name| said.as_ref().and_then(|said| said.get_extended(name));
        Ok(Self {
            name: get("name").map(str::to_owned),
            file_name: get("filename").map(str::to_owned),
        })
    }

    /// Whether it has an empty file name: browsers send an untouched file input that way, without a byte.
    pub fn is_untouched(&self) -> bool {
        self.file_name.as_deref() == Some("")
    }
}
