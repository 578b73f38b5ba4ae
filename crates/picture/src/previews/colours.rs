//! What the colours of a picture mean where another than a colour profile says it: a PNG in parts of its own, and inks only
//! together with their profile. Previews are to look as browsers show the picture.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    Layout, MatrixCoefficients, TransferCharacteristics, TransformOptions, curve_from_gamma,
};
use png::{CodingIndependentCodePoints, Info, ScaledFloat, SourceChromaticities};

use super::super::icc;

/// The gamma that is written for sRGB. Browsers take what is nearly that for sRGB where nothing more is said.
const SRGB: f32 = 0.45455;
const NEARLY: f32 = 0.05;

/// The colour profile of a PNG: of several parts that define its colours, the one that browsers use. `None` is sRGB.
pub fn of_png(info: &Info<'_>, is_grey: bool) -> Option<Vec<u8>> {
    let coded = info.coding_independent_code_points.and_then(by_code_points);
    if coded.is_none() {
        if let Some(profile) = &info.icc_profile {
            return Some(profile.to_vec());
        }
        if info.srgb.is_some() {
            return None;
        }
    }
    let profile = coded.or_else(|| by_gamma(info.gama_chunk?, info.chrm_chunk))?;
    let profile = match is_grey {
        true => {
            let mut grey = ColorProfile::new_gray_with_gamma(1.0);
            grey.gray_trc = profile.red_trc;
            grey
        }
        false => profile,
    };
    icc::essential(&profile.encode().ok()?)
}

/// By numbers for standards (ITU-T H.273), as video has them.
fn by_code_points(points: CodingIndependentCodePoints) -> Option<ColorProfile> {
    if points.matrix_coefficients != 0 || !points.is_video_full_range_image {
        return None;
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(points.color_primaries).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(points.transfer_function)
            .ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    profile.red_trc.is_some().then_some(profile)
}

/// By how brightness grows with the numbers, and where the three colours are that all others are made of.
fn by_gamma(gamma: ScaledFloat, places: Option<SourceChromaticities>) -> Option<ColorProfile> {
    let gamma = gamma.into_value();
    if gamma <= 0.0 || places.is_none() && (gamma / SRGB - 1.0).abs() <= NEARLY {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    if let Some(places) = places {
        let place = |(x, y): (ScaledFloat, ScaledFloat)| Chromaticity {
            x: x.into_value(),
            y: y.into_value(),
        };
        let primaries = ColorPrimaries {
            red: place(places.red),
            green: place(places.green),
            blue: place(places.blue),
        };
        profile.update_rgb_colorimetry(place(places.white).to_xyyb(), primaries);
    }
    profile.cicp = None;
    // Three colours, two of which are the same, span no others.
    let volume = profile.colorant_matrix().determinant();
    if !volume.is_some_and(|volume| volume.is_finite() && volume.abs() > 1e-4) {
        return None;
    }
    let curve = curve_from_gamma(1.0 / gamma);
    profile.red_trc = Some(curve.clone());
    profile.green_trc = Some(curve.clone());
    profile.blue_trc = Some(curve);
    Some(profile)
}

/// Inks as light in sRGB, by the profile of a press; `None` where that can't be used.
pub fn light(inks: &[u8], profile: &[u8]) -> Option<Vec<u8>> {
    let press = ColorProfile::new_from_slice(profile).ok()?;
    if press.color_space != DataColorSpace::Cmyk {
        return None;
    }
    let screen = ColorProfile::new_srgb();
    let options = TransformOptions::default();
    let transform = press
        .create_transform_8bit(Layout::Rgba, &screen, Layout::Rgb, options)
        .ok()?;
    let mut light = vec![0; inks.len() / 4 * 3];
    transform.transform(inks, &mut light).ok()?;
    Some(light)
}

/// The most memory in bytes that [`light`] takes in addition to its input and output, for a profile of this length: its
/// tables as numbers of four bytes, and the table that is made of them.
pub fn memory(profile: u64) -> u64 {
    12 * profile + 8 * 1024 * 1024
}

#[cfg(test)]
mod tests {
    use image::ImageDecoder;

    use super::super::super::tests::{contains, decoder, sample};
    use super::*;

    fn info(change: impl FnOnce(&mut Info<'static>)) -> Info<'static> {
        let mut info = Info::default();
        change(&mut info);
        info
    }

    /// What three numbers of a picture with this profile are in sRGB.
    fn seen(profile: &[u8], colour: [u8; 3]) -> [u8; 3] {
        let mut out = [0; 3];
        let transform = ColorProfile::new_from_slice(profile)
            .unwrap()
            .create_transform_8bit(
                Layout::Rgb,
                &ColorProfile::new_srgb(),
                Layout::Rgb,
                TransformOptions::default(),
            )
            .unwrap();
        transform.transform(&colour, &mut out).unwrap();
        out
    }

    fn linear() -> Option<ScaledFloat> {
        Some(ScaledFloat::from_scaled(100_000))
    }

    /// Whether half of the way from dark to light is half of the light, and not what looks like half.
    fn is_linear(profile: &[u8]) -> bool {
        let seen = seen(profile, [55, 55, 55]);
        seen.iter().all(|value| (127..=129).contains(value))
    }

    fn p3() -> SourceChromaticities {
        SourceChromaticities::new((0.3127, 0.329), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06))
    }

    #[test]
    fn of_all_that_tells_colours_browsers_believe_the_numbers_of_a_standard_then_the_profile_then_srgb_then_gamma()
     {
        let points = CodingIndependentCodePoints {
            color_primaries: 1,
            transfer_function: 8,
            matrix_coefficients: 0,
            is_video_full_range_image: true,
        };
        let mut all = info(|info| {
            info.coding_independent_code_points = Some(points);
            info.icc_profile = Some(b"a profile".as_slice().into());
            info.srgb = Some(png::SrgbRenderingIntent::Perceptual);
            info.gama_chunk = linear();
        });
        let by_points = of_png(&all, false).unwrap();
        assert!(is_linear(&by_points));
        for unknown in [
            CodingIndependentCodePoints {
                color_primaries: 2,
                ..points
            },
            CodingIndependentCodePoints {
                is_video_full_range_image: false,
                ..points
            },
        ] {
            all.coding_independent_code_points = Some(unknown);
            assert_eq!(of_png(&all, false).unwrap(), b"a profile");
        }
        all.icc_profile = None;
        assert_eq!(of_png(&all, false), None);
        all.srgb = None;
        let by_gamma = of_png(&all, false).unwrap();
        assert!(is_linear(&by_gamma));
        all.gama_chunk = None;
        assert_eq!(of_png(&all, false), None);
    }

    #[test]
    fn a_gamma_is_heeded_unless_it_is_nearly_that_of_srgb_and_says_nothing_else() {
        let of = |gamma: u32, places| {
            let gamma = Some(ScaledFloat::from_scaled(gamma));
            of_png(
                &info(|info| (info.gama_chunk, info.chrm_chunk) = (gamma, places)),
                false,
            )
        };
        for none in [0, 43_250, 45_455, 47_600] {
            assert_eq!(of(none, None), None, "{none}");
        }
        for other in [43_100, 47_900, 55_556, 100_000] {
            assert!(of(other, None).is_some(), "{other}");
        }
        let wide = of(45_455, Some(p3())).unwrap();
        let [red, green, blue] = seen(&wide, [200, 100, 100]);
        assert!(
            red > 205 && green < 100 && blue < 105,
            "{red} {green} {blue}"
        );
        // Three lights at one place make no colours.
        let same = SourceChromaticities::new((0.3127, 0.329), (0.3, 0.3), (0.3, 0.3), (0.3, 0.3));
        assert_eq!(of(100_000, Some(same)), None);
        assert_eq!(
            of_png(&info(|info| info.chrm_chunk = Some(p3())), false),
            None
        );
    }

    #[test]
    fn grey_has_a_profile_for_grey() {
        let linear = info(|info| info.gama_chunk = linear());
        let profile = of_png(&linear, true).unwrap();
        assert_eq!(&profile[16..20], b"GRAY");
        assert!(contains(&profile, "kTRC"));
    }

    #[test]
    fn inks_need_a_profile_for_inks() {
        let profile = decoder(&sample("garden.jpg")).icc_profile().unwrap();
        assert_eq!(light(&[0; 8], &profile.unwrap()), None);
        assert_eq!(light(&[0; 8], b"no profile"), None);
    }
}
