"""A film of any size: an MP4 with one H.264 track, whose pictures are noise."""

import os
import struct

#: The bytes of each picture, ten of which are shown a second.
PICTURE = 1_000_000
#: What each picture begins with: how long its only unit is, and that it is a slice that depends on no other picture.
SLICE = struct.pack(">IB", PICTURE - 4, 0x65)


def write(path, size):
    """Writes an MP4 of about this size: complete pictures, and a few kilobytes around them."""
    count = size // PICTURE
    head = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomavc1")
    # The length of offsets doesn't depend on their values, so the first `moov` shows how long the second will be.
    first = len(head) + len(movie(count, 0)) + 16
    with path.open("wb") as film:
        film.write(head + movie(count, first))
        film.write(struct.pack(">I4sQ", 1, b"mdat", 16 + count * PICTURE))
        for _ in range(count):
            film.write(SLICE + os.urandom(PICTURE - len(SLICE)))


def movie(count, first):
    """The `moov` of `count` pictures, one after another from the offset `first`."""
    turn = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    time = struct.pack(">4I", 0, 0, 10, count)
    avc = struct.pack(">6x H 16x 2H 2I 4x H 32x 2H", 1, 1920, 1080, 0x480000, 0x480000, 1, 24, 0xFFFF)
    sps, pps = bytes.fromhex("67420028da01e0089f97"), bytes.fromhex("68ce3c80")
    avcc = bytes([1, 66, 0, 40, 255, 225]) + struct.pack(">H", len(sps)) + sps + b"\x01" + struct.pack(">H", len(pps)) + pps
    samples = box(
        b"stbl",
        full(b"stsd", struct.pack(">I", 1), box(b"avc1", avc, box(b"avcC", avcc))),
        full(b"stts", struct.pack(">3I", 1, count, 1)),
        full(b"stsc", struct.pack(">4I", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">2I", PICTURE, count)),
        full(b"co64", struct.pack(">I", count), *(struct.pack(">Q", first + n * PICTURE) for n in range(count))),
    )
    media = box(
        b"mdia",
        full(b"mdhd", time, struct.pack(">2H", 0x55C4, 0)),
        full(b"hdlr", struct.pack(">I4s12xB", 0, b"vide", 0)),
        box(b"minf", full(b"vmhd", bytes(8), flags=1),
            box(b"dinf", full(b"dref", struct.pack(">I", 1), full(b"url ", flags=1))), samples),
    )
    track = box(b"trak", full(b"tkhd", struct.pack(">5I8x4H", 0, 0, 1, 0, count, 0, 0, 0, 0), turn,
                              struct.pack(">2I", 1920 << 16, 1080 << 16), flags=3), media)
    return box(b"moov", full(b"mvhd", time, struct.pack(">IH10x", 0x10000, 0x100), turn, bytes(24), struct.pack(">I", 2)), track)


def box(kind, *inside):
    """A box."""
    inside = b"".join(inside)
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


def full(kind, *inside, flags=0):
    """A box with a version and flags."""
    return box(kind, struct.pack(">I", flags), *inside)
