#!/usr/bin/env python3
"""Paints the sample pictures of this folder, with every kind of metadata that real ones come with.

Run it in a virtual environment that has Pillow 11 and piexif 1.1:

    python3 -m venv venv && venv/bin/pip install 'pillow==11.*' 'piexif==1.1.*' && venv/bin/python make.py

The word SECRET stands in every piece of metadata, and nowhere else.
"""

import io
import math
import random
import struct
import zlib
from pathlib import Path

import piexif
from PIL import Image, ImageCms, ImageDraw, ImageFilter, PngImagePlugin

HERE = Path(__file__).parent
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>SECRET xmp</rdf:RDF></x:xmpmeta>'
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
random.seed(34)


def scene(width, height):
    """A garden: sky, hills, a tree, flowers, and the grain of a camera."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for y in range(height):
        light = y / height
        draw.line([(0, y), (width, y)], fill=(int(120 + 90 * light), int(170 + 50 * light), 235))
    for hill in range(3):
        green = (60 + 25 * hill, 110 + 30 * hill, 60 + 10 * hill)
        base = height * (0.5 + 0.14 * hill)
        points = [(x, base + height * 0.06 * math.sin(x / width * 5 + hill * 2)) for x in range(0, width + 8, 8)]
        draw.polygon([(0, height), *points, (width, height)], fill=green)
    draw.rectangle([width * 0.7, height * 0.4, width * 0.72, height * 0.75], fill=(95, 65, 45))
    for _ in range(60):
        x, y = random.gauss(width * 0.71, width * 0.06), random.gauss(height * 0.36, height * 0.08)
        size = width * 0.02
        shade = random.randint(90, 150)
        draw.ellipse([x - size, y - size, x + size, y + size], fill=(50, shade, 45))
    for _ in range(160):
        x, y = random.uniform(0, width), random.uniform(height * 0.78, height)
        colour = random.choice([(230, 80, 90), (245, 200, 70), (240, 240, 245), (160, 90, 200)])
        draw.ellipse([x, y, x + width * 0.008, y + width * 0.008], fill=colour)
    grain = Image.effect_noise((width, height), 12).convert("RGB")
    return Image.blend(picture.filter(ImageFilter.GaussianBlur(0.6)), grain, 0.05)


def exif(orientation, thumbnail=None):
    """What a telephone writes: camera, time, position, maker note, thumbnail."""
    return piexif.dump(
        {
            "0th": {
                piexif.ImageIFD.Make: b"SECRET camera",
                piexif.ImageIFD.Model: b"SECRET model",
                piexif.ImageIFD.Orientation: orientation,
                piexif.ImageIFD.Artist: b"SECRET artist",
            },
            "Exif": {
                piexif.ExifIFD.DateTimeOriginal: b"2026:06:21 09:30:00",
                piexif.ExifIFD.MakerNote: b"SECRET maker note" * 20,
                piexif.ExifIFD.UserComment: b"ASCII\0\0\0SECRET comment",
            },
            "GPS": {
                piexif.GPSIFD.GPSLatitudeRef: b"N",
                piexif.GPSIFD.GPSLatitude: ((52, 1), (31, 1), (12, 1)),
                piexif.GPSIFD.GPSLongitudeRef: b"E",
                piexif.GPSIFD.GPSLongitude: ((13, 1), (24, 1), (36, 1)),
                piexif.GPSIFD.GPSAreaInformation: b"ASCII\0\0\0SECRET place",
            },
            "1st": {piexif.ImageIFD.Make: b"SECRET thumbnail"} if thumbnail else {},
            "thumbnail": thumbnail,
        }
    )


def segment(marker, content):
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg_metadata():
    """What programs for photographers add: XMP, its extension, IPTC, a preview, a comment."""
    record = b"SECRET caption"
    iptc = b"\x1c\x02\x78" + struct.pack(">H", len(record)) + record
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc
    return b"".join(
        [
            segment(0xE0, b"JFXX\0\x13\x01\x01" + b"SEC"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
            segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", 14, 0) + b"SECRET xmp ext"),
            segment(0xE2, b"MPF\0" + b"SECRET multi-picture"),
            segment(0xED, b"Photoshop 3.0\0" + resource),
            segment(0xEC, b"Ducky\0SECRET ducky"),
            segment(0xFE, b"SECRET jpeg comment"),
        ]
    )


def jpeg(picture, orientation, **options):
    small = picture.copy()
    small.thumbnail((160, 160))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=60)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif(orientation, buffer.getvalue()), icc_profile=ICC, **options)
    data = out.getvalue()
    # Behind the first segment of Pillow's.
    at = 4 + struct.unpack(">H", data[4:6])[0] - 0
    return data[:at] + jpeg_metadata() + data[at:]


def held_upright(garden):
    """The tree as a telephone that is held upright takes it: stored lying on its left side, and said to be turned."""
    tree = garden.crop((612, 60, 1092, 780))
    return jpeg(tree.rotate(90, expand=True), 6, quality=92)


def between_scans(data):
    """Puts a comment before the second scan of a progressive file."""
    second = data.index(b"\xff\xda", data.index(b"\xff\xda") + 2)
    # The tables of a scan stand before it; any marker is a place.
    return data[:second] + segment(0xFE, b"SECRET between scans") + data[second:]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(picture, **options):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRET text")
    info.add_text("Description", "SECRET compressed " * 4, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    out = io.BytesIO()
    picture.save(out, "PNG", pnginfo=info, exif=exif(3), icc_profile=ICC, **options)
    data = out.getvalue()
    end = data.rindex(b"IEND") - 4
    return data[:end] + chunk(b"tIME", bytes([7, 234, 6, 21, 9, 30, 0])) + chunk(b"seCr", b"SECRET chunk") + data[end:]


def webp(picture, **options):
    out = io.BytesIO()
    picture.save(out, "WEBP", exif=exif(8), xmp=XMP, icc_profile=ICC, **options)
    data = out.getvalue() + b"seCr" + struct.pack("<I", 12) + b"SECRET chunk"
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def gif(frames):
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0, comment=b"SECRET gif comment")
    data = out.getvalue()
    text = b"\x21\x01\x0c" + bytes(12) + b"\x0cSECRET plain\0"
    xmp = b"\x21\xff\x0bXMP DataXMP\x0aSECRET xmp\0"
    return data[:-1] + text + xmp + data[-1:]


def frames(width, height, count):
    for step in range(count):
        picture = Image.new("RGB", (width, height), (250, 245, 235))
        draw = ImageDraw.Draw(picture)
        points = [(x, height / 2 + height / 3 * math.sin(x / 9 + step)) for x in range(width)]
        draw.line(points, fill=(40, 90, 140), width=4)
        yield picture


def main():
    garden = scene(1200, 800)
    trailer = b"SECRET trailing bytes" + b"\0" * 64
    (HERE / "garden.jpg").write_bytes(jpeg(garden, 1, quality=90) + trailer)
    (HERE / "tree.jpg").write_bytes(held_upright(garden) + trailer)
    small = garden.resize((240, 160))
    (HERE / "progressive.jpg").write_bytes(between_scans(jpeg(small, 3, quality=80, progressive=True)))
    (HERE / "cmyk.jpg").write_bytes(jpeg(small.resize((96, 64)).convert("CMYK"), 1, quality=80))
    (HERE / "lake.png").write_bytes(png(small.quantize(64)) + trailer)
    (HERE / "spin.png").write_bytes(png(next(frames(64, 48, 1)), save_all=True, append_images=list(frames(64, 48, 4))[1:]))
    (HERE / "cat.webp").write_bytes(webp(small, quality=80) + trailer)
    animation = list(frames(64, 48, 4))
    (HERE / "spin.webp").write_bytes(webp(animation[0], save_all=True, append_images=animation[1:], quality=60))
    (HERE / "wave.gif").write_bytes(gif(animation) + trailer)


main()
