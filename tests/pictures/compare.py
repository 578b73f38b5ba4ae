"""Compares the pictures of two folders that have the same name:

    python compare.py BEFORE AFTER

Every frame with its colours and how long it is shown, how often all repeats, which way is up, and the colours that
Little CMS makes of it by its profile. Prints what differs, and how many were compared. Needs Pillow.
"""

import io
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

# A profile may be packed into much less than it is.
PngImagePlugin.MAX_TEXT_CHUNK = 100_000_000
# Pillow warns if it ignores the table of several pictures in a file.
warnings.simplefilter("ignore")


SRGB = ImageCms.createProfile("sRGB")


def shown(image):
    """The colours on a screen; None where there is no profile that can be used."""
    profile = image.info.get("icc_profile")
    # Browsers ignore the profile of a GIF.
    if not profile or image.format == "GIF":
        return None
    try:
        plain = image.convert("RGB") if image.mode in ("P", "RGBA") else image
        profile = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(plain, profile, SRGB, outputMode="RGB").tobytes()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def seen(path):
    """What is visible of a picture."""
    with Image.open(path) as image:
        # Further pictures in the file aren't shown.
        frames = [image] if image.format in ("JPEG", "MPO") else ImageSequence.Iterator(image)
        told = ["transparency", "duration"]
        return {
            "loop": image.info.get("loop"),
            "profile": shown(image),
            # Browsers don't turn a WebP.
            "orientation": 1 if image.format == "WEBP" else image.getexif().get(0x0112, 1),
            "frames": [
                (frame.mode, frame.size, frame.getpalette(), [frame.info.get(key) for key in told], frame.tobytes())
                for frame in frames
            ],
        }


def main(before, after):
    paths = sorted(after.iterdir())
    for path in paths:
        old, new = seen(before / path.name), seen(path)
        for what in old:
            if old[what] != new[what]:
                print(f"{path.name}: another {what}")
    print(f"{len(paths)} compared")


main(Path(sys.argv[1]), Path(sys.argv[2]))
