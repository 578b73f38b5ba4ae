//! The colours of a picture, described so that its JPEG is shown in the same ones.

use heifer::heifer_hevc_dec::params::Sps;
use heifer::heifer_isobmff::HeifFile;
use moxcms::ColorProfile;

/// H.273: nothing is said.
const UNSPECIFIED: u16 = 2;
const BT_2020: u16 = 9;
const P3: u16 = 12;
/// The largest colour profile in bytes; those with tables for inks have about two million.
const MAX_PROFILE: usize = 4 * 1024 * 1024;

/// The profile for a JPEG; `None` if it is shown as sRGB, as everything is without a statement.
pub fn profile(file: &HeifFile<'_>, told: Option<(u16, u16)>) -> Option<Vec<u8>> {
    let own = file.icc_profile(file.primary_id).ok().flatten();
    // Pixels are decoded to RGB, whatever the source.
    let fits =
        |profile: &&[u8]| profile.get(16..20) == Some(b"RGB ") && profile.len() <= MAX_PROFILE;
    if let Some(own) = own.filter(fits) {
        return Some(own.to_vec());
    }
    let (primaries, _) = told?;
    let mut profile = match primaries {
        P3 => ColorProfile::new_display_p3(),
        BT_2020 => ColorProfile::new_bt2020(),
        _ => return None,
    };
    // For the library, these numbers mean another P3.
    profile.cicp = None;
    profile.encode().ok()
}

/// Primaries and transfer, if the coded picture states them.
pub fn told(sps: &Sps) -> Option<(u16, u16)> {
    let vui = sps.vui.as_ref()?;
    let (primaries, transfer) = (
        u16::from(vui.colour_primaries),
        u16::from(vui.transfer_characteristics),
    );
    ((primaries, transfer) != (UNSPECIFIED, UNSPECIFIED)).then_some((primaries, transfer))
}
