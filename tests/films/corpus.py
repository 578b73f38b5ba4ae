"""Makes films of every kind, with SECRET written wherever a film has room for it: corpus.py FOLDER.

ffmpeg makes the films; what it can't write into them is put there by hand, box by box and element by element. A film whose name
has `.refused.` must be refused, and the word in front of it says why.
"""

import pathlib
import struct
import subprocess
import sys

SECRET = b"SECRET of a family, 52.520008 13.404954"
OUT = pathlib.Path(sys.argv[1])
CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}


def ffmpeg(name, *arguments, audio=True, size="64x48", rate=10):
    """A film of a second; returns its bytes."""
    path = OUT / name
    inputs = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration=1"]
    if audio:
        inputs += ["-f", "lavfi", "-i", "sine=frequency=440:duration=1"]
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-pix_fmt", "yuv420p", *arguments, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    made = path.read_bytes()
    path.unlink()
    return made


def keep(name, made):
    (OUT / name).write_bytes(made)


# Boxes: [kind, bytes or boxes].


def box(kind, payload):
    return struct.pack(">I4s", len(payload) + 8, kind) + payload


def parse(data):
    boxes, at = [], 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        header = 8
        if size == 1:
            size, header = struct.unpack_from(">Q", data, at + 8)[0], 16
        elif size == 0:
            size = len(data) - at
        payload = data[at + header : at + size]
        boxes.append([kind, parse(payload) if kind in CONTAINERS else payload])
        at += size
    return boxes


def pack(boxes):
    return b"".join(box(kind, pack(inner) if isinstance(inner, list) else inner) for kind, inner in boxes)


def find(boxes, *path):
    for kind, inner in boxes:
        if kind == path[0]:
            return inner if len(path) == 1 else find(inner, *path[1:])
    raise KeyError(path)


def put(boxes, kind, payload):
    for one in boxes:
        if one[0] == kind:
            one[1] = payload
            return
    raise KeyError(kind)


def full(payload, version=0, flags=0):
    return struct.pack(">I", version << 24 | flags) + payload


def shift(moov, by):
    """Shifts the offsets of all chunks."""
    for kind, trak in moov:
        if kind != b"trak":
            continue
        stbl = find(trak, b"mdia", b"minf", b"stbl")
        for one in stbl:
            if one[0] == b"stco":
                count = struct.unpack_from(">I", one[1], 4)[0]
                offsets = struct.unpack_from(f">{count}I", one[1], 8)
                one[1] = one[1][:8] + struct.pack(f">{count}I", *(offset + by for offset in offsets))


def quicktime_metadata():
    keys = [b"com.apple.quicktime.location.ISO6709", b"com.apple.quicktime.make", b"com.apple.quicktime.creationdate"]
    values = [b"+52.5200+013.4049+034.000/", SECRET, b"2024-08-17T12:34:56+0200"]
    key_box = full(struct.pack(">I", len(keys)) + b"".join(box(b"mdta", key) for key in keys))
    ilst = b"".join(
        box(struct.pack(">I", at + 1), box(b"data", struct.pack(">II", 1, 0) + value)) for at, value in enumerate(values)
    )
    handler = box(b"hdlr", full(b"\0\0\0\0mdta" + bytes(12) + SECRET + b"\0"))
    return handler + box(b"keys", key_box) + box(b"ilst", ilst)


def user_data():
    text = lambda kind, words: box(kind, struct.pack(">HH", len(words), 0x15C7) + words)
    loci = full(struct.pack(">H", 0x15C7) + SECRET + b"\0\0" + struct.pack(">iii", 13 << 16, 52 << 16, 34 << 16) + SECRET + b"\0\0")
    ilst = box(b"\xa9nam", box(b"data", struct.pack(">II", 1, 0) + SECRET)) + box(
        b"covr", box(b"data", struct.pack(">II", 13, 0) + b"\xff\xd8\xff" + SECRET)
    )
    meta = full(box(b"hdlr", full(b"\0\0\0\0mdirappl" + bytes(9))) + box(b"ilst", ilst))
    return b"".join(
        [
            text(b"\xa9xyz", b"+52.5200+013.4049/"),
            *(text(kind, SECRET) for kind in [b"\xa9mak", b"\xa9mod", b"\xa9swr", b"\xa9day", b"\xa9nam", b"\xa9cmt"]),
            *(box(kind, SECRET) for kind in [b"XMP_", b"CAME", b"FIRM", b"GPMF", b"MVTG", b"Xtra", b"TAGS", b"smta", b"thmb"]),
            *(box(kind, full(b"\x15\xc7" + SECRET + b"\0")) for kind in [b"auth", b"titl", b"dscp", b"cprt", b"perf", b"gnre"]),
            box(b"loci", loci),
            box(b"meta", meta),
            bytes(4),
        ]
    )


XMP = b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf=" \
    b"'http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' " \
    b"dc:source='" + SECRET + b"'/></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"


def turned(made, a, b, c, d):
    """The film, turned by a matrix."""
    boxes = parse(made)
    trak = find(boxes, b"moov", b"trak")
    matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    put(trak, b"tkhd", over(find(trak, b"tkhd"), 40, matrix))
    return pack(boxes)


def uuids():
    ids = ["be7acfcb97a942e89c71999491e3afac", "d8fec3d61b0e483c92975828877ec481", "85c0b687820f11e08111f4ce462b6a48"]
    return b"".join(box(b"uuid", bytes.fromhex(one) + (XMP if at == 0 else SECRET)) for at, one in enumerate(ids))


def over(payload, at, words):
    return payload[:at] + words + payload[at + len(words) :]


def fill_track(trak):
    """Writes SECRET wherever a track has room for it."""
    tkhd = find(trak, b"tkhd")
    tkhd = over(over(tkhd, 4, b"SECRETSE"), 24, b"SECRETSE") if tkhd[0] == 0 else tkhd
    put(trak, b"tkhd", over(tkhd, 16, b"SECR") + SECRET)
    mdia = find(trak, b"mdia")
    mdhd = find(mdia, b"mdhd")
    put(mdia, b"mdhd", over(mdhd, 4, b"SECRETSE") + SECRET)
    hdlr = find(mdia, b"hdlr")
    put(mdia, b"hdlr", over(hdlr, 12, b"SECRETSECRET")[:24] + b"/home/SECRET/film\0")
    mdia += [[b"udta", user_data()], [b"free", SECRET], [b"elng", full(SECRET)]]
    minf = find(mdia, b"minf")
    minf += [[b"free", SECRET], [b"hdlr", full(b"dhlralis" + b"SECRETSECRET" + SECRET)]]
    for kind in [b"vmhd", b"smhd"]:
        if any(one[0] == kind for one in minf):
            put(minf, kind, find(minf, kind) + SECRET)
    put(find(minf, b"dinf"), b"dref", full(struct.pack(">I", 1) + box(b"alis", full(SECRET, flags=1))) + SECRET)
    stbl = find(minf, b"stbl")
    for one in stbl:
        if one[0] == b"stsd":
            one[1] = fill_formats(one[1]) + SECRET
        elif one[0] in (b"stts", b"stsc", b"stsz", b"stco", b"ctts", b"stss", b"co64"):
            one[1] += SECRET
    sgpd = full(b"SECR" + struct.pack(">II", len(SECRET), 1) + SECRET, version=1)
    stbl += [[b"sgpd", sgpd], [b"subs", full(SECRET)], [b"saio", full(SECRET)], [b"free", SECRET], [b"SECR", SECRET]]
    if any(one[0] == b"edts" for one in trak):
        edts = find(trak, b"edts")
        put(edts, b"elst", find(edts, b"elst") + SECRET)
        edts.append([b"free", SECRET])
    trak += [
        [b"udta", user_data()],
        [b"meta", quicktime_metadata()],
        [b"tref", box(b"cdsc", struct.pack(">I", 1)) + box(b"SECR", SECRET)],
        [b"tapt", box(b"clef", SECRET)],
        [b"uuid", bytes(16) + SECRET],
        [b"free", SECRET],
    ]


def fill_formats(stsd):
    """Writes SECRET into the entries of a list of formats."""
    count, entry_size = struct.unpack_from(">II", stsd, 4)
    entry = stsd[8 : 8 + entry_size]
    kind = entry[4:8]
    entry = over(entry, 8, b"SECRET")
    if kind in (b"avc1", b"hvc1", b"hev1", b"av01", b"vp09", b"mp4v"):
        entry = over(over(over(entry, 24, b"SECRETSE"), 50, b"\x1f" + SECRET[:31]), 20, b"SECR")
        # More bytes may follow the settings than their length says.
        inner = pack([[one, payload + SECRET if one in (b"avcC", b"hvcC", b"pasp", b"colr", b"btrt", b"vpcC") else payload]
            for one, payload in parse(entry[86:])])
        entry = entry[:86] + inner + box(b"SECR", SECRET) + box(b"free", SECRET)
    else:
        entry = over(entry, 20, b"SECR") + box(b"SECR", SECRET) + box(b"free", SECRET)
    return stsd[:8] + struct.pack(">I", len(entry)) + entry[4:] + stsd[8 + entry_size :]


def data_track(moov, handler, kind, offset, number):
    """A track with one sample, at this offset."""
    source = parse(pack([one for one in moov if one[0] == b"trak"][:1]))[0][1]
    tkhd = find(source, b"tkhd")
    mdia = find(source, b"mdia")
    entry = box(kind, bytes(6) + struct.pack(">H", 1) + SECRET)
    stbl = [
        [b"stsd", full(struct.pack(">I", 1) + entry)],
        [b"stts", full(struct.pack(">III", 1, 1, 1000))],
        [b"stsc", full(struct.pack(">IIII", 1, 1, 1, 1))],
        [b"stsz", full(struct.pack(">II", len(SECRET), 1))],
        [b"stco", full(struct.pack(">II", 1, offset))],
    ]
    gmhd = box(b"gmin", full(bytes(12))) + box(b"tmcd", box(b"tcmi", full(SECRET)))
    minf = [[b"gmhd", gmhd], [b"dinf", [[b"dref", full(struct.pack(">I", 1) + box(b"url ", full(b"", flags=1)))]]], [b"stbl", stbl]]
    hdlr = full(b"mhlr" + handler + bytes(12) + SECRET + b"\0")
    inner = [[b"mdhd", find(mdia, b"mdhd")], [b"hdlr", hdlr], [b"minf", minf]]
    moov.append([b"trak", [[b"tkhd", over(tkhd, 12, struct.pack(">I", number))], [b"mdia", inner]]])


def fill_mp4(made):
    """Writes SECRET wherever an MP4 has room for it. Its head is after its data."""
    boxes = parse(made)
    moov = find(boxes, b"moov")
    mvhd = over(find(moov, b"mvhd"), 4, b"SECRETSE")
    put(moov, b"mvhd", over(over(mvhd, 26, b"SECRETSECR"), 72, b"SECRETSECRETSECRETSECRET") + SECRET)
    for kind, trak in moov:
        if kind == b"trak":
            fill_track(trak)
    front = [
        [b"ftyp", find(boxes, b"ftyp") + b"SECRETSE"],
        [b"wide", b""],
        [b"free", SECRET],
        [b"skip", SECRET],
        [b"pnot", SECRET],
        [b"beam", SECRET],
        [b"Udta", SECRET],
        [b"meta", quicktime_metadata()],
    ]
    front = pack(front) + uuids() + box(b"mdat", SECRET)
    old = pack([one for one in boxes if one[0] in (b"ftyp", b"free", b"wide")])
    mdat = find(boxes, b"mdat")
    at = len(front) + 8
    for position, (handler, kind) in enumerate(
        [(b"meta", b"gpmd"), (b"meta", b"mebx"), (b"camm", b"camm"), (b"tmcd", b"tmcd"), (b"text", b"text"), (b"sbtl", b"tx3g"),
         (b"vide", b"jpeg"), (b"vide", b"mjpg")]
    ):
        data_track(moov, handler, kind, at, 100 + position)
        moov[-1][1].append([b"tref", box(b"chap", struct.pack(">I", 1))])
    # Only now, so that the new tracks aren't moved too.
    tracks = [one for one in moov if one[0] == b"trak"]
    shift([one for one in tracks if struct.unpack_from(">I", find(one[1], b"tkhd"), 12)[0] < 100], at + len(SECRET) - len(old) - 8)
    moov += [
        [b"udta", user_data()],
        [b"meta", quicktime_metadata()],
        [b"uuid", bytes(16) + SECRET],
        [b"iods", full(SECRET)],
        [b"gps ", SECRET],
        [b"free", SECRET],
    ]
    return front + box(b"mdat", SECRET + mdat + SECRET) + box(b"moov", pack(moov)) + box(b"free", SECRET) + SECRET


def said(made):
    """Replaces what encoders say within the film by SECRET."""
    for words in [b"x264 -", b"x265 (", b"Lavc59", b"Lavf59"]:
        made = made.replace(words, b"SECRET")
    return made


# Elements.


def element(name, payload):
    return bytes.fromhex(name) + struct.pack(">Q", 1 << 56 | len(payload)) + payload


def elements(data):
    found, at = [], 0
    while at < len(data):
        start = at
        length = 9 - data[at].bit_length()
        name, at = data[at : at + length].hex(), at + length
        count = 9 - data[at].bit_length()
        size = int.from_bytes(data[at : at + count], "big") & (1 << 7 * count) - 1
        unknown = size == (1 << 7 * count) - 1
        at += count
        end = len(data) if unknown else at + size
        found.append((name, data[start:at], data[at:end]))
        at = end
    return found


def tags():
    simple = element("67c8", element("45a3", b"LOCATION") + element("4487", SECRET))
    return element("1254c367", element("7373", element("63c0", b"") + simple))


def attachments():
    file = element("466e", b"SECRET.jpg") + element("4660", b"image/jpeg") + element("465c", SECRET) + element("46ae", b"\x01")
    return element("1941a469", element("61a7", file))


def chapters():
    display = element("80", element("85", SECRET) + element("437c", b"eng"))
    atom = element("b6", element("73c4", b"\x01") + element("91", b"\0") + display)
    return element("1043a770", element("45b9", atom))


def fill_webm(made):
    """Writes SECRET wherever a WebM has room for it; it has no index afterwards."""
    head, segment = elements(made)
    inner = []
    for name, header, payload in elements(segment[2]):
        if name == "1549a966":
            more = element("7ba9", SECRET) + element("4461", b"SECRETSE") + element("73a4", b"SECRETSECRETSECR")
            more += element("7384", SECRET) + element("3cb923", b"SECRETSECRETSECR") + element("3c83ab", SECRET)
            kept = b"".join(element(one, SECRET if one in ("4d80", "5741") else what) for one, _, what in elements(payload)
                if one not in ("7ba9", "73a4", "4461"))
            inner.append(element(name, kept + more))
        elif name == "1654ae6b":
            tracks = b""
            for one, _, what in elements(payload):
                fields = b"".join(element(field, b"SECRETSE" if field == "73c5" else value) for field, _, value in elements(what))
                extra = element("536e", SECRET) + element("22b59c", b"SECRET") + element("258688", SECRET) + element("41e4", element("41a4", SECRET))
                tracks += element(one, fields + extra + element("ec", SECRET) + element("4fff", SECRET))
            subtitles = element("d7", b"\x09") + element("73c5", b"\x09") + element("83", b"\x11") + element("86", b"D_WEBVTT/METADATA")
            inner.append(element(name, tracks + element("ae", subtitles + element("63a2", SECRET)) + element("ec", SECRET)))
        elif name == "1f43b675":
            blocks = payload + element("a3", b"\x89\0\0\0" + SECRET)
            blocks += element("a0", element("a1", b"\x89\0\0\0" + SECRET) + element("9b", b"\x05") + element("75a1", element("a6", SECRET)))
            blocks += element("ec", SECRET) + element("5854", element("58d7", b"\x01")) + element("bf", b"SECR") + element("4fff", SECRET)
            inner.append(element(name, blocks))
        elif name in ("114d9b74", "1c53bb6b"):
            pass
        else:
            inner.append(header + payload)
    seek = element("114d9b74", element("4dbb", element("53ab", bytes.fromhex("1254c367")) + element("53ac", b"SECRETSE")))
    head = element("1a45dfa3", head[2] + element("4281", element("4283", SECRET)) + element("ec", SECRET))
    body = seek + element("ec", SECRET) + b"".join(inner) + tags() + chapters() + attachments() + element("bf", b"SECR") + element("4fff", SECRET)
    return head + element("18538067", body) + SECRET


def main():
    h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2"]
    h265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"]
    av1 = ["-c:v", "libaom-av1", "-cpu-used", "8", "-crf", "50"]
    vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
    aac = ["-c:a", "aac", "-b:a", "32k"]
    told = [
        *["-metadata", f"title={SECRET.decode()}", "-metadata", "creation_time=2024-08-17T12:34:56Z"],
        *["-metadata", "location=+52.5200+013.4049/", "-metadata:s:v", "handler_name=SECRET", "-metadata:s:a", "language=deu"],
    ]
    sei = ["-bsf:v", "h264_metadata=sei_user_data=17ee8c60-f84d-11d9-8cd6-0800200c9a66+" + SECRET.decode().replace(" ", "_").replace(",", "_")]
    films = {
        "avc-aac.mp4": ffmpeg("a.mp4", *h264, *aac, *told, *sei),
        "avc-aac.mov": ffmpeg("a.mov", *h264, *aac, *told, *sei, "-timecode", "12:34:56:07"),
        "avc-silent.mp4": ffmpeg("a.mp4", *h264, *told, audio=False),
        "hevc-aac.mp4": ffmpeg("a.mp4", *h265, "-tag:v", "hvc1", *aac, *told),
        "hevc-pcm.mov": ffmpeg("a.mov", *h265, "-tag:v", "hvc1", "-c:a", "pcm_s16le", "-ac", "2", *told),
        "hev1-alac.mov": ffmpeg("a.mov", *h265, "-c:a", "alac", *told),
        "av1-opus.mp4": ffmpeg("a.mp4", *av1, "-c:a", "libopus", *told),
        "vp9-flac.mp4": ffmpeg("a.mp4", *vp9, "-c:a", "flac", "-strict", "-2", *told),
        "mpeg4-aac.mp4": ffmpeg("a.mp4", "-c:v", "mpeg4", *aac, *told),
        "mpeg4-aac.3gp": ffmpeg("a.3gp", "-c:v", "mpeg4", *aac, *told),
        "avc-pcm24.mov": ffmpeg("a.mov", *h264, "-c:a", "pcm_s24be", *told),
        "avc-turned.mp4": turned(ffmpeg("a.mp4", *h264, *aac, *told), 0, 1, -1, 0),
        "avc-turned.mov": turned(ffmpeg("a.mov", *h264, *aac, *told), 0, -1, 1, 0),
        "avc-upside-down.mp4": turned(ffmpeg("a.mp4", *h264, *aac, *told), -1, 0, 0, -1),
        "avc-hdr.mp4": ffmpeg("a.mp4", *h264, "-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc", *told),
        "avc-anamorphic.mp4": ffmpeg("a.mp4", *h264, *aac, *told, "-aspect", "16:9"),
    }
    for name, made in films.items():
        keep("plain-" + name, made)
        keep("filled-" + name, fill_mp4(said(made)))
    keep("plain-faststart.mp4", ffmpeg("a.mp4", *h264, *aac, *told, "-movflags", "faststart+use_metadata_tags"))
    keep("plain-edited.mp4", ffmpeg("a.mp4", *h264, *aac, *told, "-vf", "setpts=PTS+0.3/TB"))
    webms = {
        "vp8-vorbis.webm": ffmpeg("a.webm", "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libvorbis", *told),
        "vp9-opus.webm": ffmpeg("a.webm", *vp9, "-c:a", "libopus", *told),
        "av1-opus.webm": ffmpeg("a.webm", *av1, "-c:a", "libopus", *told),
        "vp9-silent.webm": ffmpeg("a.webm", *vp9, *told, audio=False),
    }
    for name, made in webms.items():
        keep("plain-" + name, made)
        keep("filled-" + name, fill_webm(said(made)))
    live = ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus", *told, "-live", "1", "-f", "webm"]
    keep("plain-live.webm", subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1", "-f", "lavfi", "-i", "sine=duration=1",
         "-pix_fmt", "yuv420p", *live, "-cluster_time_limit", "300", "pipe:1"], check=True, stdout=subprocess.PIPE).stdout)

    keep("fragments.fragmented.refused.mp4", ffmpeg("a.mp4", *h264, *aac, "-movflags", "frag_keyframe+empty_moov"))
    keep("sound.no_video.refused.mp4", ffmpeg("a.mp4", *aac, "-vn"))
    keep("sound.no_video.refused.mov", ffmpeg("a.mov", *aac, "-vn"))
    keep("sound.no_video.refused.webm", ffmpeg("a.webm", "-c:a", "libopus", "-vn"))
    keep("motion-jpeg.unknown_video.refused.mov", ffmpeg("a.mov", "-c:v", "mjpeg", *aac))
    keep("ac3.unknown_audio.refused.mp4", ffmpeg("a.mp4", *h264, "-c:a", "ac3"))
    keep("matroska.unknown_type.refused.webm", ffmpeg("a.mkv", *h264, *aac))
    encrypted = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "00" * 16, "-encryption_kid", "11" * 16]
    keep("encrypted.encrypted.refused.mp4", ffmpeg("a.mp4", *h264, *aac, *encrypted))


main()
