"""Makes pictures of every kind that each format has, and of each some with all metadata that they can have:

    python corpus.py FOLDER

The pictures are FOLDER/<kind>.<what is in it>.<type>. FOLDER/told.json has, for
those with metadata, how exiftool shows it, with its group, and FOLDER/taken.json, for those with dates, when the photo was
taken. FOLDER/<kind>.bomb.<type> are small files that are expensive to decode. Needs Pillow and exiftool. The word SECRET is
in all metadata, and nowhere else.
"""

import io
import json
import math
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageCms, ImageDraw

WIDTH, HEIGHT = 48, 32
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

PLACE = ["GPSLatitude=52.52", "GPSLatitudeRef=N", "GPSLongitude=13.41", "GPSLongitudeRef=E"]
# What exiftool writes, into which types, and how it shows it afterwards.
WRITTEN = {
    "gps": ("jpg png", "GPS:", [f"-EXIF:{tag}" for tag in PLACE] + ["-EXIF:GPSAreaInformation=SECRET"]),
    "camera": ("jpg png", "ExifIFD:UserComment", ["-EXIF:Make=SECRET", "-EXIF:Orientation#=6", "-EXIF:UserComment=SECRET"]),
    "thumbnail": ("jpg png", "IFD1:ThumbnailImage", ["-ThumbnailImage<=thumbnail.jpg"]),
    "xmp": ("jpg png gif", "XMP-exif:GPSLatitude", ["-XMP:GPSLatitude=52.52", "-XMP-dc:Description=SECRET"]),
    "xmp-extended": ("jpg", "XMP-dc:Description", ["-XMP-dc:Description=" + "SECRET " * 15_000]),
    "iptc": ("jpg png", "IPTC:City", ["-IPTC:Caption-Abstract=SECRET", "-IPTC:City=SECRET"]),
    "photoshop": ("jpg", "Photoshop:", ["-Photoshop:URL=SECRET", "-PhotoshopThumbnail<=thumbnail.jpg"]),
    "comment": ("jpg gif", "File:Comment", ["-Comment=SECRET"]),
    "ducky": ("jpg", "Ducky:", ["-Ducky:Comment=SECRET"]),
    "text": ("png", "PNG:Title", ["-PNG:Title=SECRET", "-PNG:Comment-de=SECRET", "-PNG:CreateDate=2026:06:21 09:30:00"]),
    "compressed-text": ("png", "PNG:Description", ["-z", "-PNG:Description=" + "SECRET " * 100]),
}
# Dates that exiftool writes into JPEG and PNG, how it shows one of them, and when the photo was taken accordingly.
NOON, NEVER = "2019:07:05 12:00:00", "0000:00:00 00:00:00"
DATES = {
    "taken": ("ExifIFD:OffsetTimeOriginal", "2019-07-05T12:00:00.120-03:30", ["-EXIF:DateTimeOriginal=" + NOON, "-EXIF:SubSecTimeOriginal=12", "-EXIF:OffsetTimeOriginal=-03:30", "-EXIF:CreateDate=2020:02:29 01:02:03", "-EXIF:OffsetTimeDigitized=+02:00", "-EXIF:ModifyDate=2026:06:21 09:30:00"]),
    "taken-little-endian": ("ExifIFD:DateTimeOriginal", "2019-07-05T12:00:00", ["-ExifByteOrder=II", "-EXIF:DateTimeOriginal=" + NOON, "-EXIF:OffsetTime=+02:00"]),
    "digitised": ("ExifIFD:CreateDate", "2019-07-05T12:00:00+02:00", ["-EXIF:DateTimeOriginal=" + NEVER, "-EXIF:CreateDate=" + NOON, "-EXIF:OffsetTimeDigitized=+02:00", "-EXIF:OffsetTimeOriginal=+09:00"]),
    "never-taken": ("ExifIFD:DateTimeOriginal", None, ["-n", "-EXIF:DateTimeOriginal=" + NEVER, "-EXIF:CreateDate=    :  :     :  :  ", "-EXIF:ModifyDate=" + NOON]),
    "only-changed": ("GPS:GPSTimeStamp", None, ["-EXIF:ModifyDate=" + NOON, "-EXIF:OffsetTime=+02:00", "-EXIF:GPSDateStamp=2019:07:05", "-EXIF:GPSTimeStamp=12:00:00"]),
}
WRITTEN |= {what: ("jpg png", shown, arguments) for what, (shown, _, arguments) in DATES.items()}
# What older versions of exiftool can't write into WebP is copied from JPEG.
TAKEN_OVER = ["gps", "camera", "thumbnail", "xmp", "everything", *DATES]
# Appended to a picture, for every type.
TRAILERS = {
    "zip": b"PK\x03\x04SECRET" + bytes(40),
    "video": b"\0\0\0\x18ftypmp42SECRET!\0\0\0\x08mdat",
    "zeros": b"SECRET" + bytes(5000),
}


def of_a_screen(profile):
    """A profile that also says whose screen was measured, and when."""
    count = struct.unpack(">I", profile[128:132])[0]
    more = [b"mmod", b"targ", b"dmnd", b"dmdd", b"vcgt"]
    said = b"text\0\0\0\0SECRET\0\0"
    moved = 12 * len(more)
    table = b""
    for at in range(132, 132 + 12 * count, 12):
        name, place, length = struct.unpack(">4sII", profile[at : at + 12])
        table += struct.pack(">4sII", name, place + moved, length)
    data = profile[132 + 12 * count :]
    place = len(profile) + moved
    table += b"".join(struct.pack(">4sII", name, place, len(said)) for name in more)
    whole = profile[4:128] + struct.pack(">I", count + len(more)) + table + data + said
    return struct.pack(">I", len(whole) + 4) + whole


def fixed(*numbers):
    """Numbers as encoded in profiles."""
    return struct.pack(f">{len(numbers)}i", *(round(65536 * number) for number in numbers))


def profile(kind, colours, shared, tags, version=2):
    """A colour profile with these tags and, as all have, a name and a notice."""
    words = b"SECRET"
    name = b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + bytes(79)
    if version == 4:
        name = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 2 * len(words), 28) + words.decode().encode("utf-16-be")
    white = b"XYZ \0\0\0\0" + fixed(0.9642, 1, 0.8249)
    tags = [(b"cprt", b"text\0\0\0\0SECRET\0" if version == 2 else name), (b"desc", name), (b"wtpt", white), *tags]
    table, data = struct.pack(">I", len(tags)), b""
    for tag, content in tags:
        table += struct.pack(">4sII", tag, 128 + 4 + 12 * len(tags) + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = bytes([0, 0, 0, 0, 0, 0, 0, 0, version, 0, 0, 0]) + kind + colours + shared + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp"
    header += bytes(28) + fixed(0.9642, 1, 0.8249)
    whole = header + bytes(128 - len(header)) + table + data
    return struct.pack(">I", len(whole)) + whole[4:]


def lights(places, curve, version):
    """The profile of a screen: its three primaries, and how bright each is for a number."""
    tags = [(name, b"XYZ \0\0\0\0" + fixed(*place)) for name, place in zip([b"rXYZ", b"gXYZ", b"bXYZ"], places)]
    return profile(b"mntr", b"RGB ", b"XYZ ", tags + [(name, curve) for name in [b"rTRC", b"gTRC", b"bTRC"]], version)


def press(bits):
    """The profile of an invented press, with a table of colours for its inks, of 8 or 16 bits: colour casts, and little contrast."""
    side, most = 7, (1 << bits) - 1
    steps = [step / (side - 1) for step in range(side)]
    # In a table with sixteen bits, white is a little less than the maximum.
    white = 255 / 256 if bits == 16 else 1
    grid = []
    for c, m, y, k in ((c, m, y, k) for c in steps for m in steps for y in steps for k in steps):
        r = (1 - 0.85 * c**0.8) * (1 - 0.15 * m) * (1 - 0.05 * y) * (1 - 0.9 * k)
        g = (1 - 0.25 * c) * (1 - 0.85 * m**0.8) * (1 - 0.1 * y) * (1 - 0.9 * k)
        b = (1 - 0.1 * c) * (1 - 0.3 * m) * (1 - 0.85 * y**0.8) * (1 - 0.9 * k)
        x, y, z = 0.45 * r + 0.4 * g + 0.15 * b, 0.22 * r + 0.72 * g + 0.06 * b, 0.02 * r + 0.12 * g + 0.86 * b
        x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z))
        lab = [(116 * y - 16) / 100, (500 * (x - y) + 128) / 255, (200 * (y - z) + 128) / 255]
        grid += [round(min(max(value, 0), 1) * most * white) for value in lab]
    straight = [round(step * most / 255) for step in range(256)]
    table = [b"mft1", b"mft2"][bits == 16] + bytes([0, 0, 0, 0, 4, 3, side, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    numbers = straight * 4 + grid + straight * 3
    if bits == 16:
        table += struct.pack(">HH", 256, 256)
    table += struct.pack(f">{len(numbers)}{'H' if bits == 16 else 'B'}", *numbers)
    return profile(b"prtr", b"CMYK", b"Lab ", [(b"A2B0", table), (b"targ", b"text\0\0\0\0SECRET\0")])


# The three primaries, as seen by daylight, and the curves of their numbers.
P3 = [(0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)]
ADOBE = [(0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)]
LIKE_SRGB = b"para\0\0\0\0\0\3\0\0" + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
GAMMA = b"curv\0\0\0\0\0\0\0\1\2\x33"
# Real ones, and the kinds that get them.
REAL = {
    "icc-p3": (lights(P3, LIKE_SRGB, 4), "baseline.jpg progressive.jpg rgb.png rgba.png lossy.webp lossless-alpha.webp"),
    "icc-adobe": (lights(ADOBE, GAMMA, 2), "baseline.jpg rgb.png palette.png lossy.webp"),
    "icc-press": (press(8), "cmyk.jpg"),
    "icc-press-of-16-bits": (press(16), "cmyk.jpg ycck.jpg"),
}
# What pictures have as a colour profile.
PROFILES = {
    "icc": ICC,
    "icc-of-a-screen": of_a_screen(ICC),
    "icc-for-other-colours": LAB,
    "icc-cut-off": ICC[:200],
    "icc-of-one-byte": b"\0",
    "icc-with-another-length": struct.pack(">I", 7) + ICC[4:],
    "icc-of-200-kilobytes": ICC + bytes(200_000),
}
# The kinds that get them.
PROFILED = """baseline.jpg progressive.jpg grey.jpg cmyk.jpg rgb.png grey.png palette.png lossy.webp
    lossless-alpha.webp""".split()


def picture(step=0):
    """A line that moves with each step over a background of many colours."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    image.putdata([(5 * x, 7 * y, (x * y + 31 * (x ^ y)) % 256) for y in range(HEIGHT) for x in range(WIDTH)])
    points = [(x, HEIGHT / 2 + 9 * math.sin(x / 6 + step)) for x in range(WIDTH)]
    ImageDraw.Draw(image).line(points, fill=(250, 240, 20), width=3)
    return image


def glass(step=0):
    """The same, transparent at the left."""
    image = picture(step).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").rotate(90).resize(image.size))
    return image


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth, colour_type, lines, interlaced=False):
    """A PNG of a kind that Pillow doesn't write."""
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, interlaced)
    data = b"".join(b"\0" + line for line in lines)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def wide_lines(channels):
    """Lines with sixteen bits a channel, of which the lower eight are not the upper eight."""
    pixels = picture().convert("RGBA").load()
    for y in range(HEIGHT):
        values = [256 * value + (x + y) % 256 for x in range(WIDTH) for value in pixels[x, y][:channels]]
        yield struct.pack(f">{len(values)}H", *values)


def interlaced_lines():
    """Those of the seven passes of Adam7."""
    pixels = picture().load()
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for left, top, across, down in passes:
        for y in range(top, HEIGHT, down):
            yield b"".join(bytes(pixels[x, y]) for x in range(left, WIDTH, across))


def ycck(cmyk):
    """A JPEG of four colours that declares them as YCCK."""
    at = cmyk.index(b"Adobe") + 11
    return cmyk[:at] + b"\x02" + cmyk[at + 1 :]


def animation(kind, make=picture, **options):
    first, *others = [make(step) for step in range(4)]
    return saved(first, kind, save_all=True, append_images=others, duration=[80, 120, 40, 200], **options)


def kinds():
    rgb, grey = picture(), picture().convert("L")
    cmyk = saved(rgb.convert("CMYK"), "JPEG", quality=85)
    palette = rgb.quantize(32)
    return {
        "baseline.jpg": saved(rgb, "JPEG", quality=85),
        "progressive.jpg": saved(rgb, "JPEG", quality=85, progressive=True),
        "fine.jpg": saved(rgb, "JPEG", quality=98, subsampling=0, optimize=True),
        "grey.jpg": saved(grey, "JPEG"),
        "restarts.jpg": saved(rgb, "JPEG", restart_marker_blocks=2),
        "rgb.jpg": saved(rgb, "JPEG", keep_rgb=True),
        "cmyk.jpg": cmyk,
        "ycck.jpg": ycck(cmyk),
        "rgb.png": saved(rgb, "PNG"),
        "rgba.png": saved(glass(), "PNG"),
        "grey.png": saved(grey, "PNG"),
        "grey-alpha.png": saved(glass().convert("LA"), "PNG"),
        "palette.png": saved(palette, "PNG", transparency=3),
        "one-bit.png": saved(rgb.convert("1"), "PNG"),
        "grey16.png": png(16, 0, wide_lines(1)),
        "rgb16.png": png(16, 2, wide_lines(3)),
        "rgba16.png": png(16, 6, wide_lines(4)),
        "interlaced.png": png(8, 2, interlaced_lines(), interlaced=True),
        "animated.png": animation("PNG", loop=3),
        "lossy.webp": saved(rgb, "WEBP", quality=80),
        "lossless.webp": saved(rgb, "WEBP", lossless=True),
        "lossy-alpha.webp": saved(glass(), "WEBP", quality=80),
        "lossless-alpha.webp": saved(glass(), "WEBP", lossless=True),
        "animated.webp": animation("WEBP", quality=70, loop=3),
        "animated-mixed.webp": animation("WEBP", glass, allow_mixed=True, minimize_size=True),
        "still.gif": saved(palette, "GIF"),
        "plain.gif": saved(palette, "GIF", interlace=0, transparency=3),
        "animated.gif": animation("GIF", loop=3),
        "animated-alpha.gif": animation("GIF", glass, disposal=2),
    }


def maker_note():
    """EXIF with a note in a form that is known for a camera's maker."""
    exif = Image.Exif()
    exif[0x010F] = "Canon"
    exif[0x0110] = "Canon SECRET"
    exif.get_ifd(0x8769)[0x927C] = struct.pack("<HHHI", 1, 6, 2, 4) + b"SEC\0" + bytes(4) + b"SECRET"
    return exif


def riff_chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def webp_with(webp, jpeg):
    """A WebP with the EXIF and the XMP that are in a JPEG."""
    rest = webp[12:]
    with Image.open(io.BytesIO(webp)) as image, Image.open(io.BytesIO(jpeg)) as source:
        flags, sides = 0x10 * (image.mode == "RGBA"), (image.width - 1, image.height - 1)
        exif, xmp = source.info.get("exif"), source.info.get("xmp")
    if rest.startswith(b"VP8X"):
        flags, rest = rest[8], rest[18:]
    if exif:
        flags, rest = flags | 0x08, rest + riff_chunk(b"EXIF", exif.removeprefix(b"Exif\0\0"))
    if xmp:
        flags, rest = flags | 0x04, rest + riff_chunk(b"XMP ", xmp)
    header = bytes([flags, 0, 0, 0]) + b"".join(side.to_bytes(3, "little") for side in sides)
    whole = b"WEBP" + riff_chunk(b"VP8X", header) + rest
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def several_in_one():
    """A JPEG with a second one after it, and a table that says where."""
    out = io.BytesIO()
    other = io.BytesIO(saved(picture(2), "JPEG", comment=b"SECRET"))
    picture().save(out, "MPO", save_all=True, append_images=[Image.open(other)], comment=b"SECRET")
    return out.getvalue()


def broken_profiles(files):
    """Profiles in pieces that don't fit, and some that can't be unpacked."""
    jpeg, png = files["baseline.jpg"], files["rgb.png"]
    numbers = {
        "one-missing": [(1, 3), (3, 3)],
        "twice": [(1, 2), (1, 2)],
        "zero": [(0, 0)],
        "backwards": [(2, 2), (1, 2)],
    }
    for name, pieces in numbers.items():
        head = b"\xff\xe2" + struct.pack(">H", 2 + 14 + 100) + b"ICC_PROFILE\0"
        segments = b"".join(head + bytes(piece) + ICC[:100] for piece in pieces)
        yield f"baseline.icc-pieces-{name}.jpg", jpeg[:2] + segments + jpeg[2:]
    packed = {
        "no-end": zlib.compress(ICC)[:100],
        "noise": b"\x55" * 60,
        "bomb": zlib.compress(bytes(50_000_000)),
    }
    for name, data in packed.items():
        yield f"rgb.icc-packed-{name}.png", png[:33] + chunk(b"iCCP", b"icc\0\0" + data) + png[33:]


def zeros(count):
    """This many zeros, compressed."""
    packer, block = zlib.compressobj(1), bytes(1 << 20)
    for at in range(0, count, len(block)):
        yield packer.compress(block[: count - at])
    yield packer.flush()


def png_of_zeros(width, height, depth, colour_type, channels, interlaced=False, more=b""):
    """A complete PNG of zeros."""
    if interlaced:
        passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    else:
        passes = [(0, 0, 1, 1)]
    sizes = [(len(range(left, width, across)), len(range(top, height, down))) for left, top, across, down in passes]
    count = sum(lines * (1 + (columns * channels * depth + 7) // 8) for columns, lines in sizes if columns)
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    data = chunk(b"IHDR", header) + more + chunk(b"IDAT", b"".join(zeros(count))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data


def bits(value, count):
    """A number as its bits, the lowest first."""
    return format(value, f"0{count}b")[::-1]


def long_code(symbols):
    """A code for very many symbols, each of at least 11 bits: a full table, followed by a tree."""
    # The lengths are 16, 11 and 12, in the order of the format. 16 repeats the last one.
    order = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12]
    told = "0" + bits(len(order) - 4, 4) + "".join(bits({16: 1, 11: 2, 12: 2}.get(length, 0), 3) for length in order)
    code = {16: "0", 11: "10", 12: "11"}
    shorter = 4096 - symbols
    lengths = ""
    for length, count in [(11, shorter), (12, symbols - shorter)]:
        lengths += code[length]
        whole, rest = divmod(count - 1, 6)
        lengths += (code[16] + bits(3, 2)) * whole + code[length] * rest
    return told + "0" + lengths


def webp_of_codes(groups):
    """A lossless picture of 16 by 16 pixels that has this many groups of codes, of which its pixels use one."""
    def single(symbol):
        return "101" + bits(symbol, 8)

    cache = 11
    start = bits(0x2F, 8) + bits(15, 14) * 2 + "0000" + "0"
    # A picture of which group is used where: all of it the last.
    which = [(groups - 1) % 256, (groups - 1) // 256, 0, 0, 0]
    start += "1" + bits(cache, 4) + "1" + "000" + "0" + "".join(map(single, which))
    group = long_code(256 + 24 + (1 << cache)) + single(0) * 4
    # The pixels are all the first symbol of the code, which is in its shortest form all zeros.
    stream = start + group * groups + "0" * 11 * 256
    data = int(stream[::-1], 2).to_bytes(len(stream) // 8 + 1, "little")
    whole = b"WEBP" + riff_chunk(b"VP8L", data)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def bombs():
    """Small files, each of which makes a decoder or a resizer allocate as much as a file of its kind can."""
    side = 4000
    wide = Image.new("RGB", (side, side), (90, 120, 60))
    yield "cmyk.jpg", saved(wide.convert("CMYK"), "JPEG", quality=10, progressive=True)
    yield "still.gif", saved(Image.new("P", (8000, 8000)), "GIF")
    yield "moves.gif", saved(Image.new("P", (side, side)), "GIF", save_all=True, append_images=[Image.new("P", (side, side), 1)] * 9)
    yield "moves.webp", saved(wide, "WEBP", save_all=True, append_images=[Image.new("RGB", wide.size)] * 3, quality=1, method=0)
    glass = Image.new("RGBA", (4700, 4700), (90, 120, 60, 80))
    yield "alpha.webp", saved(glass, "WEBP", quality=1, method=0)
    yield "lossless.webp", saved(Image.new("RGB", (5600, 5600), (90, 120, 60)), "WEBP", lossless=True, quality=0, method=0)
    yield "grainy.webp", saved(Image.effect_noise((600, 400), 60).convert("RGB"), "WEBP", lossless=True)
    yield "codes.webp", webp_of_codes(2800)
    yield "codes-without-end.webp", webp_of_codes(16_000)
    whole = Image.new("RGB", (8000, 8000), (90, 120, 60))
    yield "progressive.jpg", saved(whole, "JPEG", quality=10, progressive=True, subsampling=2)
    yield "colourful.jpg", saved(whole, "JPEG", quality=10, progressive=True, subsampling=0)
    # Deep, transparent colours: eight bytes per pixel.
    yield "deep.png", png_of_zeros(side - 1, side - 1, 16, 6, 4)
    yield "thin.png", png_of_zeros(65_535, 244, 16, 6, 4)
    yield "tall.png", png_of_zeros(244, 65_535, 16, 6, 4)
    yield "interlaced.png", png_of_zeros(5900, 5900, 16, 6, 4, True)
    yield "animated.png", png_of_zeros(side, side, 16, 6, 4, False, chunk(b"acTL", struct.pack(">II", 500, 0)) + frame(0, side))
    # More bytes than its pixels need.
    header = struct.pack(">IIBBBBB", 16, 16, 16, 6, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", b"".join(zeros(400_000_000))) + chunk(b"IEND", b"")
    yield "packed.png", b"\x89PNG\r\n\x1a\n" + data


def frame(number, side):
    """The beginning of a frame as large as the picture."""
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, side, side, 0, 0, 1, 10, 0, 0))


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    thumbnail = saved(picture().resize((16, 12)), "JPEG")
    (folder / "thumbnail.jpg").write_bytes(thumbnail)
    files, told, commands = kinds(), {}, []
    pillow = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}
    for name, data in files.items():
        base, kind = name.split(".")
        (folder / f"{base}.plain.{kind}").write_bytes(data)
        for trailer, behind in TRAILERS.items():
            (folder / f"{base}.{trailer}.{kind}").write_bytes(data + behind)
        for what, (types, shown, arguments) in WRITTEN.items():
            if kind in types.split():
                target = f"{base}.{what}.{kind}"
                told[target] = shown
                commands += [*arguments, "-o", target, f"{base}.plain.{kind}", "-execute"]
        written = [arguments for what, (types, _, arguments) in WRITTEN.items() if kind in types.split() and what not in DATES]
        if written:
            target = f"{base}.everything.{kind}"
            commands += [*sum(written, ["-ICC_Profile<=profile.icc"]), "-o", target, f"{base}.plain.{kind}", "-execute"]
    profiles = [(what, icc, PROFILED) for what, icc in PROFILES.items()]
    for what, icc, names in profiles + [(what, icc, names.split()) for what, (icc, names) in REAL.items()]:
        for name in names:
            base, kind = name.split(".")
            with Image.open(io.BytesIO(files[name])) as image:
                options = {"lossless": "lossless" in base} if kind == "webp" else {}
                (folder / f"{base}.{what}.{kind}").write_bytes(saved(image, pillow[kind], icc_profile=icc, **options))
    for kind in ["jpg", "png", "webp"]:
        name = f"baseline.maker-note.{kind}"
        (folder / name).write_bytes(saved(picture(), pillow[kind], exif=maker_note()))
        told[name] = "Canon:"
    (folder / "baseline.several.jpg").write_bytes(several_in_one())
    told["baseline.several.jpg"] = "MPImage2:"
    for name, data in broken_profiles(files):
        (folder / name).write_bytes(data)
    for name, data in bombs():
        base, kind = name.split(".")
        (folder / f"{base}.bomb.{kind}").write_bytes(data)
    (folder / "profile.icc").write_bytes(ICC)
    (folder / "commands").write_text("\n".join(commands))
    done = subprocess.run(["exiftool", "-@", "commands", "-common_args", "-q", "-q", "-m"], cwd=folder, capture_output=True, text=True)
    if done.returncode or done.stderr:
        sys.exit(f"exiftool can't write: {done.stderr or done.stdout}")
    for what in TAKEN_OVER:
        source = (folder / f"baseline.{what}.jpg").read_bytes()
        for name in [name for name in files if name.endswith(".webp")]:
            base, kind = name.split(".")
            (folder / f"{base}.{what}.{kind}").write_bytes(webp_with(files[name], source))
            if what in WRITTEN:
                told[f"{base}.{what}.{kind}"] = WRITTEN[what][1]
    (folder / "told.json").write_text(json.dumps(told))
    taken = {name: DATES[name.split(".")[1]][1] for name in told if name.split(".")[1] in DATES}
    (folder / "taken.json").write_text(json.dumps(taken))
    for left in ["thumbnail.jpg", "profile.icc", "commands"]:
        (folder / left).unlink()


main(Path(sys.argv[1]))
