// In Chromium, a photo looks the same as it was sent, as it is stored, and in its previews, even if it is encoded
// unusually.

import { expect, test } from './fixtures.ts';
import { PASSWORD } from './people.ts';
import { variants } from './variants.ts';

const COLUMNS = 6;
const ROWS = 4;
/** How far the mean of a cell may be from that of the photo, of 255, after lossy compression. */
const APART = 5;

// The sent photo is shown from a URL that no page of the app would load pictures from.
test.use({ bypassCSP: true });

interface Shown {
  width: number;
  height: number;
  /** Red, green, blue and alpha of each cell of a grid. */
  cells: number[][];
}

/** What Chromium draws of the picture at a URL; null if it can't. Runs in a page. */
async function shown([url, columns, rows]: [string, number, number]): Promise<Shown | null> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  const sums = Array.from({ length: columns * rows }, () => [0, 0, 0, 0, 0]);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sum = sums[Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width)];
      if (!sum) continue;
      for (let channel = 0; channel < 4; channel += 1) sum[channel]! += data[(y * width + x) * 4 + channel]!;
      sum[4]! += 1;
    }
  }
  return { width, height, cells: sums.map((sum) => sum.slice(0, 4).map((all) => all / sum[4]!)) };
}

function apart(a: Shown, b: Shown): number {
  const differences = a.cells.flatMap((cell, at) => cell.map((value, channel) => Math.abs(value - b.cells[at]![channel]!)));
  return Math.max(...differences);
}

test('what is kept of a photo, and its previews, look as the photo does', async ({ server, page, request }) => {
  test.setTimeout(300_000);
  const account = { login: 'ann', password: PASSWORD };
  await request.post(`${server.url}/register`, { data: { ...account, 'confirm-password': PASSWORD } });
  const { access_token: token } = await (await request.post(`${server.url}/login`, { data: account })).json();
  const headers = { Authorization: `Bearer ${token}` };
  const { id: space } = await (await request.post(`${server.url}/spaces`, { headers, data: { name: 'Family' } })).json();

  const files = await variants();
  await page.route('**/sent/*', async (route) => {
    const name = decodeURIComponent(new URL(route.request().url()).pathname.replace(/.*\/sent\//, ''));
    await route.fulfill({ body: files.get(name) ?? Buffer.alloc(0) });
  });
  await page.goto(`${server.url}/health`);
  const look = async (url: string) => page.evaluate(shown, [url, COLUMNS, ROWS] as [string, number, number]);

  const wrong: string[] = [];
  for (const [name, buffer] of files) {
    const before = await look(`${server.url}/sent/${name}`);
    if (!before) {
      wrong.push(`${name} isn't shown by Chromium, so that this proves nothing`);
      continue;
    }
    const multipart = { text: name, file: { name, mimeType: 'application/octet-stream', buffer } };
    const answer = await request.post(`${server.url}/spaces/${space}/shares`, { headers, multipart });
    expect(answer.status(), `${name}: ${await answer.text()}`).toBe(200);
    const { id } = await answer.json();
    const get = async () => (await request.get(`${server.url}/shares/${id}`, { headers })).json();
    const options = { message: `the previews of ${name}`, timeout: 60_000 };
    // Until they exist, links to them return the photo.
    await expect.poll(async () => (await get()).image?.placeholder, options).toBeTruthy();
    const { image_url: url, image } = await get();
    const previews: Record<'small' | 'large', { url: string }> = image.previews;
    for (const [what, address, most] of [
      ['what is kept', url, 0.5],
      ['the small preview', previews.small.url, APART],
      ['the large preview', previews.large.url, APART],
    ] as const) {
      const after = await look(address);
      if (!after) {
        wrong.push(`${name}: ${what} isn't shown`);
        continue;
      }
      const shape = Math.abs(Math.log((after.width / after.height / before.width) * before.height));
      if (shape > 0.02) wrong.push(`${name}: ${what} is ${after.width} x ${after.height}, of ${before.width} x ${before.height}`);
      const difference = apart(before, after);
      if (difference > most) wrong.push(`${name}: ${what} is ${difference.toFixed(1)} apart`);
    }
  }
  expect(wrong).toEqual([]);
});
