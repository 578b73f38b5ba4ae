"""Makes HEICs of every kind that phones and cameras make, and some that nobody should:

    python heic.py FOLDER

FOLDER/good.<what>.heic are to be taken, and FOLDER/good.<what>.png is what libheif shows of each, on white. FOLDER/bad.<what>.heic
are to be refused, with what FOLDER/refused.json says of it. FOLDER/slow.heic has 12 megapixels of noise, and takes long. The word SECRET stands in all metadata, and nowhere else. Needs
pillow-heif.
"""

import io
import json
import math
import struct
import sys
from pathlib import Path

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, ImageFilter

# H.273: P3, sRGB's curve, PQ, HLG, BT.2020.
P3, SRGB, PQ, HLG, BT2020 = 12, 13, 16, 18, 9


def picture(width=240, height=160, mode="RGB"):
    """Something with edges and gradients, which has no symmetry."""
    image = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", [image, image.transpose(Image.Transpose.ROTATE_180), image.rotate(90)])
    draw = ImageDraw.Draw(image)
    draw.ellipse([width // 8, height // 8, width // 2, height // 2], fill=(220, 60, 40))
    draw.rectangle([width * 5 // 8, height // 2, width * 7 // 8, height * 7 // 8], fill=(30, 160, 220))
    draw.line([0, height, width // 3, height // 2], fill=(250, 240, 60), width=5)
    image = image.filter(ImageFilter.GaussianBlur(1))
    if mode == "RGBA":
        image.putalpha(Image.radial_gradient("L").resize((width, height)))
    return image


def exif(orientation=1):
    data = Image.Exif()
    data[0x010F] = "SECRET"
    data[0x0112] = orientation
    of_camera = data.get_ifd(0x8769)
    of_camera[0x9003] = "2019:07:14 12:34:56"
    of_camera[0x9011] = "+02:00"
    of_camera[0x9286] = b"ASCII\0\0\0SECRET"
    position = data.get_ifd(0x8825)
    position[1], position[2] = "N", (52.0, 31.0, 12.0)
    return data.tobytes()


def coded(image, **options):
    """The whole file, as libheif writes it."""
    file = io.BytesIO()
    options = {"quality": 92, "save_nclx_profile": False} | options
    pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


def boxes(data):
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        size = size or len(data) - at
        yield kind, data[at + 8 : at + size]
        at += size


def box(kind, *content):
    content = b"".join(content)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def full(kind, version, flags, *content):
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


class Coded:
    """A picture with its decoder's configuration, out of a file with one."""

    def __init__(self, image, **options):
        file = coded(image, **options)
        meta = dict(boxes(file))[b"meta"][4:]
        inside = dict(boxes(meta))
        properties = list(boxes(dict(boxes(inside[b"iprp"]))[b"ipco"]))
        self.width, self.height = image.size
        self.hvcc = next(content for kind, content in properties if kind == b"hvcC")
        self.data = next(content for kind, content in boxes(file) if kind == b"mdat")


class Heif:
    """Puts files together out of items, properties and references, also where they make no sense."""

    def __init__(self):
        self.items, self.properties, self.references = [], [], []
        self.pieces = {}

    def property(self, data):
        if data not in self.properties:
            self.properties.append(data)
        return self.properties.index(data) + 1

    def item(self, kind, data, *properties, same_as=None):
        number = len(self.items) + 1
        self.items.append((number, kind, data if same_as is None else same_as, [self.property(one) for one in properties]))
        return number

    def picture(self, coded, *more, same_as=None, size=None):
        width, height = size or (coded.width, coded.height)
        return self.item(b"hvc1", coded.data, box(b"hvcC", coded.hvcc), ispe(width, height), *more, same_as=same_as)

    def grid(self, rows, columns, width, height, tiles, *more):
        data = struct.pack(">BBBBII", 0, 1, rows - 1, columns - 1, width, height)
        number = self.item(b"grid", data, ispe(width, height), *more)
        self.refer(b"dimg", number, tiles)
        return number

    def refer(self, kind, source, targets):
        self.references.append((kind, source, targets))

    def file(self, primary, brands=b"heicmif1heic", cut=None):
        def meta(start):
            infos = [full(b"infe", 2, 0, struct.pack(">HH4s", number, 0, kind), b"SECRET\0") for number, kind, *_ in self.items]
            at, places, locations = start, {}, []
            for number, _, data, _ in self.items:
                if isinstance(data, int):
                    place, length = places[data]
                else:
                    place, length = at, len(data)
                    at += length
                places[number] = (place, length)
                locations.append(struct.pack(">HHHII", number, 0, 1, place, length))
            linked = [
                struct.pack(">HB", number, len(properties)) + b"".join(struct.pack(">H", 0x8000 | one) for one in properties)
                for number, _, _, properties in self.items
            ]
            references = [
                box(kind, struct.pack(f">IH{len(targets)}I", source, len(targets), *targets))
                for kind, source, targets in self.references
            ]
            return full(
                b"meta", 0, 0,
                full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13)),
                full(b"pitm", 0, 0, struct.pack(">H", primary)),
                full(b"iinf", 0, 0, struct.pack(">H", len(infos)), *infos),
                full(b"iref", 1, 0, *references) if references else b"",
                box(b"iprp", box(b"ipco", *self.properties), full(b"ipma", 0, 1, struct.pack(">I", len(linked)), *linked)),
                full(b"iloc", 0, 0, b"\x44\0", struct.pack(">H", len(locations)), *locations),
            )  # fmt: skip

        head = box(b"ftyp", brands[:4], bytes(4), brands[4:])
        start = len(head) + len(meta(0)) + 8
        data = b"".join(data for _, _, data, _ in self.items if not isinstance(data, int))
        return head + meta(start) + box(b"mdat", data)


def ispe(width, height):
    return full(b"ispe", 0, 0, struct.pack(">II", width, height))


def nclx(primaries, transfer, matrix=6):
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, 0x80))


def clap(width, height, across, down):
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, across, 1, down, 1))


ALPHA = full(b"auxC", 0, 0, b"urn:mpeg:hevc:2015:auxid:1\0")


def turn(quarters):
    return box(b"irot", bytes([quarters]))


def mirror(axis):
    return box(b"imir", bytes([axis]))


def one(coded, *properties):
    heif = Heif()
    return heif.file(heif.picture(coded, *properties))


def tiled(image, tile, width, height, *more):
    """As an iPhone does it: tiles of a size, the last ones beyond the edge."""
    heif = Heif()
    columns, rows = math.ceil(width / tile), math.ceil(height / tile)
    wide = Image.new("RGB", (columns * tile, rows * tile))
    wide.paste(image, (0, 0))
    tiles = []
    for row in range(rows):
        for column in range(columns):
            part = wide.crop((column * tile, row * tile, (column + 1) * tile, (row + 1) * tile))
            tiles.append(heif.picture(Coded(part)))
    grid = heif.grid(rows, columns, width, height, tiles, *more)
    return heif, grid


def p3():
    """A profile of P3, with words that nobody needs."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile


def good():
    small = Coded(picture())
    yield "plain", coded(picture(), exif=exif())
    yield "xmp", coded(picture(), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET</x:xmpmeta>", exif=exif())
    yield "odd", coded(picture(241, 157))
    yield "tiny", coded(picture(64, 64).resize((1, 3)))
    yield "444", coded(picture(), chroma="444")
    yield "422", coded(picture(), chroma="422")
    yield "gray", coded(picture().convert("L"))
    yield "alpha", coded(picture(mode="RGBA"))
    yield "grid", coded(picture(500, 300), tile_size=128)
    yield "turned-exif", coded(picture(), exif=exif(6))
    for quarters in range(4):
        yield f"turned-{quarters}", one(small, turn(quarters))
    for axis in range(2):
        yield f"mirrored-{axis}", one(small, mirror(axis))
    yield "turned-and-mirrored", one(small, turn(1), mirror(1))
    yield "cropped", one(small, clap(200, 120, -10, 6))
    yield "cropped-and-turned", one(small, clap(202, 122, 0, 0), turn(3))
    heif, grid = tiled(picture(300, 200), 128, 300, 200, turn(1))
    yield "grid-turned", heif.file(grid)
    same = Heif()
    first = same.picture(small)
    yield "identity", _identity(same, first)
    yield "trailer", one(small) + b"SECRET" * 20
    yield "p3", one(small, nclx(P3, SRGB))
    yield "bt2020", one(small, nclx(BT2020, 1))
    yield "icc", one(small, box(b"colr", b"prof", p3()))
    deep = picture(240, 160)
    ten = pillow_heif.from_bytes("RGB;16", (240, 160), b"".join(struct.pack("<H", v * 257) for v in deep.tobytes()))
    file = io.BytesIO()
    ten.save(file, quality=92, save_nclx_profile=False)
    yield "10-bits", file.getvalue()


def _identity(heif, source):
    number = heif.item(b"iden", b"", ispe(240, 160), turn(2))
    heif.refer(b"dimg", number, [source])
    return heif.file(number)


UNSUPPORTED = "Photo is {}, which can't be taken: share it as a JPEG"
DAMAGED = "Photo is damaged: {}"
COSTLY = DAMAGED.format("decoding it takes more than a photo of its size should")
TILES = DAMAGED.format("its tiles don't make up its picture")


def bad():
    small = Coded(picture())
    large = Coded(Image.new("RGB", (4096, 4096), (90, 120, 30)))
    little = Coded(picture(128, 128))

    heif = Heif()
    source = heif.picture(large)
    overlay = heif.item(b"iovl", struct.pack(">BB4HHH", 0, 0, 0, 0, 0, 65535, 64, 64) + bytes(4 * 64), ispe(64, 64))
    heif.refer(b"dimg", overlay, [source] * 64)
    yield "overlay", heif.file(overlay), UNSUPPORTED.format("a HEIF of several pictures in one")

    heif = Heif()
    level = heif.picture(large)
    for _ in range(3):
        above = heif.item(b"iovl", struct.pack(">BB4HHH", 0, 0, 0, 0, 0, 65535, 64, 64) + bytes(4 * 4), ispe(64, 64))
        heif.refer(b"dimg", above, [level] * 4)
        level = above
    yield "nested", heif.file(level), UNSUPPORTED.format("a HEIF of several pictures in one")

    heif = Heif()
    source = heif.picture(little)
    tiles = [heif.picture(little, same_as=source) for _ in range(64)]
    grid = heif.grid(8, 8, 1024, 1024, tiles)
    yield "same-bytes", heif.file(grid), COSTLY

    heif = Heif()
    source = heif.picture(large)
    grid = heif.grid(256, 256, 64, 64, [source] * 65535)
    yield "grid-65535", heif.file(grid), DAMAGED.format("it comes in too many parts")

    heif = Heif()
    source = heif.picture(little)
    grid = heif.grid(4, 4, 512, 512, [source] * 16)
    yield "same-tile", heif.file(grid), TILES

    heif = Heif()
    tiles = [heif.picture(Coded(picture(128, 128))) for _ in range(4)]
    yield "grid-too-small", heif.file(heif.grid(2, 2, 500, 300, tiles)), TILES
    flat = Coded(Image.new("RGB", (512, 512), (90, 120, 30)))
    heif = Heif()
    tiles = [heif.picture(flat) for _ in range(64)]
    yield "grid-too-much", heif.file(heif.grid(8, 8, 20, 20, tiles)), COSTLY
    heif = Heif()
    tall = Coded(Image.new("RGB", (64, 2048), (90, 120, 30)))
    tiles = [heif.picture(tall) for _ in range(200)]
    yield "grid-of-tall-tiles", heif.file(heif.grid(1, 200, 12_800, 40, tiles)), COSTLY

    heif = Heif()
    inner = heif.grid(1, 1, 128, 128, [heif.picture(little)])
    yield "grid-in-grid", heif.file(heif.grid(1, 1, 128, 128, [inner])), UNSUPPORTED.format("a HEIF of an unknown kind")

    heif = Heif()
    number = heif.item(b"grid", struct.pack(">BBBBII", 0, 1, 0, 0, 128, 128), ispe(128, 128))
    heif.refer(b"dimg", number, [number])
    yield "grid-of-itself", heif.file(number), TILES

    heif = Heif()
    number = heif.item(b"iden", b"", ispe(240, 160))
    heif.refer(b"dimg", number, [number])
    yield "identity-of-itself", heif.file(number), DAMAGED.format("its parts aren't as they should be")

    heif = Heif()
    number = heif.picture(small)
    heif.items[-1][3].extend([heif.property(turn(1))] * 120)
    yield "turned-120-times", heif.file(number), DAMAGED.format("it is cropped, turned or mirrored more than once")

    # The size for the decoder is in its own data: the container says 64 x 64.
    heif = Heif()
    yield "larger-inside", heif.file(heif.picture(large, size=(64, 64))), DAMAGED.format("its picture has another size than it says")
    heif = Heif()
    tiles = [heif.picture(large, size=(64, 64), same_as=None) for _ in range(4)]
    yield "tiles-larger-inside", heif.file(heif.grid(2, 2, 128, 128, tiles)), DAMAGED.format("its picture has another size than it says")

    yield "hdr-pq", one(small, nclx(BT2020, PQ, 9)), UNSUPPORTED.format("an HDR HEIF")
    yield "hdr-hlg", one(small, nclx(BT2020, HLG, 9)), UNSUPPORTED.format("an HDR HEIF")

    for kind, said in [
        (b"av01", "an AVIF"),
        (b"unci", "an uncompressed HEIF"),
        (b"jpeg", "a HEIF with a JPEG in it"),
        (b"j2k1", "a HEIF with JPEG 2000"),
        (b"avc1", "a HEIF with H.264 (AVC)"),
        (b"vvc1", "a HEIF with H.266 (VVC)"),
        (b"lhv1", "a HEIF of an unknown kind"),
    ]:
        heif = Heif()
        number = heif.item(kind, small.data, box(b"hvcC", small.hvcc), ispe(240, 160))
        yield f"codec-{kind.decode()}", heif.file(number, b"mif1mif1miaf"), UNSUPPORTED.format(said)
    heif = Heif()
    yield "avif", heif.file(heif.item(b"av01", small.data, ispe(240, 160)), b"avifavifmif1miaf"), UNSUPPORTED.format("an AVIF")
    yield "jpeg-xl", b"\xff\x0a" + bytes(40), UNSUPPORTED.format("a JPEG XL")
    yield "jpeg-xl-boxes", b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(40), UNSUPPORTED.format("a JPEG XL")
    yield "sequence", box(b"ftyp", b"hevc", bytes(4), b"msf1hevc") + box(b"moov", bytes(100)), UNSUPPORTED.format("a HEIF sequence")

    whole = one(small)
    ends = DAMAGED.format("it ends before the picture does")
    yield "truncated", whole[: len(whole) // 2], ends
    heif = Heif()
    number = heif.picture(small)
    far = heif.file(number)
    at = far.index(b"iloc") + 4 + 4 + 2 + 2 + 6
    yield "outside", far[:at] + struct.pack(">II", 0x7FFFFFFF, len(small.data)) + far[at + 8 :], ends
    yield "overlong", far[:at] + struct.pack(">II", 100, 0x7FFFFFFF) + far[at + 8 :], ends
    heif = Heif()
    yield "no-size", heif.file(heif.item(b"hvc1", small.data, box(b"hvcC", small.hvcc))), DAMAGED.format("it has no width or no height")
    heif = Heif()
    yield "zero", heif.file(heif.picture(small, size=(0, 160))), DAMAGED.format("it has no width or no height")
    heif = Heif()
    yield "huge", heif.file(heif.picture(small, size=(60_000, 60_000))), "Photo max 64 million pixels"
    heif = Heif()
    yield "long", heif.file(heif.picture(small, size=(70_000, 10))), "Photo max 65500 pixels on a side"
    broken = Coded(picture())
    broken.data = broken.data[:5] + bytes(len(broken.data) - 5)
    yield "broken", one(broken), DAMAGED.format("its picture data can't be decoded")


def slow():
    """Tiles that all look the same, each with bytes of its own."""
    tile = Coded(Image.effect_noise((1024, 1024), 60).convert("RGB"), quality=80)
    heif = Heif()
    tiles = [heif.picture(tile) for _ in range(12)]
    return heif.file(heif.grid(3, 4, 4096, 3072, tiles))


def reference(data):
    """What libheif shows, on white."""
    image = pillow_heif.read_heif(io.BytesIO(data)).to_pillow()
    if image.mode in ("RGBA", "LA"):
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA"))
    return image.convert("RGB")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, data in good():
        (folder / f"good.{name}.heic").write_bytes(data)
        reference(data).save(folder / f"good.{name}.png")
    (folder / "slow.heic").write_bytes(slow())
    refused = {}
    for name, data, said in bad():
        (folder / f"bad.{name}.heic").write_bytes(data)
        refused[f"bad.{name}.heic"] = said
    (folder / "refused.json").write_text(json.dumps(refused))
