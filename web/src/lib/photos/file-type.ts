// The type of a file, detected from its first bytes: browsers go by its name, and often don't know.

export interface Kind {
  /** `image/jpeg`, for one. */
  type: string;
  /** Pixels as stored; null if they are too far inside the file. */
  width: number | null;
  height: number | null;
  /** A JPEG that is sent in several passes: servers need all of it in memory to make it smaller. */
  progressive?: true;
}

/** This many bytes are enough for the kind and nearly always the size: cameras put much before it. */
export const HEAD = 256 * 1024;

const text = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
const big = (bytes: Uint8Array, at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const little = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** The type of the file that begins with these bytes; null if it isn't a picture that browsers can show. */
export function kindOf(bytes: Uint8Array): Kind | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpeg(bytes);
  if (text(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') {
    return { type: 'image/png', width: big(bytes, 16) * 65536 + big(bytes, 18), height: big(bytes, 20) * 65536 + big(bytes, 22) };
  }
  if (/^GIF8[79]a$/.test(text(bytes, 0, 6))) return { type: 'image/gif', width: little(bytes, 6), height: little(bytes, 8) };
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP') return webp(bytes);
  // Its size is too far inside.
  if (text(bytes, 4, 8) === 'ftyp' && HEVC.test(text(bytes, 8, big(bytes, 2)))) return { type: 'image/heic', width: null, height: null };
  return null;
}

/** The type of the video that begins with these bytes; null if it isn't one. A file like MP4 that isn't a picture is one. */
export function videoTypeOf(bytes: Uint8Array): string | null {
  if (text(bytes, 0, 4) === '\x1aE\xdf\xa3') return 'video/webm';
  const box = text(bytes, 4, 8);
  if (box === 'ftyp') {
    if (PICTURES.test(text(bytes, 8, 12)) || kindOf(bytes)) return null;
    return text(bytes, 8, 12) === 'qt  ' ? 'video/quicktime' : 'video/mp4';
  }
  return ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].includes(box) ? 'video/quicktime' : null;
}

/** The brands of pictures that are built like MP4. */
const PICTURES = /^(?:he[iv][cxms]|hevc|hevx|m[is][f][123]|avif|avis|jp2 |jpx |crx )$/;

/** One of the brands of HEIC, at the beginning of any group of four. */
const HEVC = /^(?:.{4})*?(?:heic|heix|heim|heis|hevc|hevx)/s;

function jpeg(bytes: Uint8Array): Kind {
  const type = 'image/jpeg';
  let at = 2;
  while (at + 9 < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) at += 1;
    else if (marker === 0xff || marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) at += marker === 0xff ? 1 : 2;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const size = { width: big(bytes, at + 7), height: big(bytes, at + 5) };
      return marker === 0xc2 ? { type, ...size, progressive: true } : { type, ...size };
    } else if (marker === 0xda || marker === 0xd9) break;
    else at += 2 + big(bytes, at + 2);
  }
  return { type, width: null, height: null };
}

function webp(bytes: Uint8Array): Kind {
  const type = 'image/webp';
  const three = (at: number) => little(bytes, at) | ((bytes[at + 2] ?? 0) << 16);
  switch (text(bytes, 12, 16)) {
    case 'VP8X':
      return { type, width: three(24) + 1, height: three(27) + 1 };
    case 'VP8L': {
      const bits = little(bytes, 21) + little(bytes, 23) * 65536;
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { type, width: little(bytes, 26) & 0x3fff, height: little(bytes, 28) & 0x3fff };
    default:
      return { type, width: null, height: null };
  }
}
