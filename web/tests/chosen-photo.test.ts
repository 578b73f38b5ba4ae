import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ServerInfo } from '../src/lib/api/types';
import { look } from '../src/lib/photos/chosen-photo';

beforeEach(() => {
  // A browser that can't show it.
  vi.stubGlobal('Image', class { decode = () => Promise.reject(new Error('unknown')); });
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:shown');
  vi.spyOn(URL, 'revokeObjectURL').mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks().unstubAllGlobals());

const heic = () => new File([Uint8Array.of(0, 0, 0, 24), 'ftypheic', new Uint8Array(4), 'mif1heic'], 'a.heic');
const jpeg = () => new File([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), new Uint8Array(40)], 'a.jpg');
const taking = (...photo_types: string[]) => ({ photo_types, limits: { photo_bytes: 1000, photo_pixels: 1000, jpeg_pixels: 1000 } }) as ServerInfo;

test('a HEIC that this browser can’t show is taken where the server takes it, or couldn’t say so yet', async () => {
  for (const server of [taking('image/jpeg', 'image/heic'), null]) expect(await look(heic(), server)).toMatchObject({ name: 'a.heic', url: '' });
  expect(await look(jpeg(), null)).toEqual({ reason: 'type' });
});
