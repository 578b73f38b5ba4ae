// Photos and videos that were chosen, and what is known about them.

export interface Picture {
  file: Blob;
  name: string;
  /** For `<img>`; to be released with `URL.revokeObjectURL`. Empty where this browser can't show the photo, as most can't show a
  HEIC, of which the server makes a JPEG. */
  url: string;
  width: number;
  height: number;
  /** It is sent smaller than it was, because this browser can't do more. */
  shrunk: boolean;
  /** Of a video, the picture that it is shown by, which is also what `url` leads to; null where this browser can't make one. */
  video?: { poster: Blob | null };
  /** It was too large to be kept while the page was reloaded. It may be all at the server; else it has to be chosen again. */
  unkept?: FileMark;
}

/** What a file is known by, where its bytes aren't there. */
export interface FileMark {
  size: number;
  /** As the file says; 0 if it doesn't. */
  modified: number;
}

/** What a file is known by. */
export const markOf = (file: Blob): FileMark => ({ size: file.size, modified: file instanceof File ? file.lastModified : 0 });

export type PhotoProblem =
  | { reason: 'type' | 'gone' | 'empty' | 'no_videos' }
  | { reason: 'size' | 'video_size'; bytes: number; max: number }
  | { reason: 'pixels'; pixels: number; max: number };

/** Whether a file is still there as it was when it was chosen: browsers refuse to read it otherwise. */
export async function isThere(file: Blob): Promise<boolean> {
  return (await read(file.slice(0, 1))) !== null;
}

/** The bytes of a part of a file; null where it isn't as it was chosen. */
export async function read(part: Blob): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await part.arrayBuffer());
  } catch {
    return null;
  }
}

/** The files among what was dropped or pasted. */
export function filesIn(data: DataTransfer | null): File[] {
  return [...(data?.files ?? [])];
}
