"""Compares JPEGs with what they were made of:

    python heic_compare.py FOLDER

FOLDER/<name>.jpg must show what FOLDER/<name>.png does, as nearly as a JPEG can. Tells what differs too much, and how many were
compared. Needs Pillow.
"""

import sys
from pathlib import Path

from PIL import Image, ImageChops, ImageStat

# Of 255, on average over a picture: how much lighter or darker it may be, as little as a JPEG of quality 92 loses.
LIGHT = 0.6
# The same for each of its colours. Both files have them in half the resolution, and decoders differ in where they lie.
COLOUR = 5


def main(folder):
    paths = sorted(folder.glob("*.jpg"))
    for path in paths:
        made, expected = Image.open(path), Image.open(path.with_suffix(".png")).convert("RGB")
        if made.size != expected.size:
            print(f"{path.name}: {made.size} instead of {expected.size}")
            continue
        for mode, most in ("L", LIGHT), ("RGB", COLOUR):
            mean = max(ImageStat.Stat(ImageChops.difference(made.convert(mode), expected.convert(mode))).mean)
            if mean > most:
                print(f"{path.name}: differs by {mean:.2f} of 255 in {mode}")
    print(f"{len(paths)} compared")


main(Path(sys.argv[1]))
