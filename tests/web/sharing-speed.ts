// How long ten photos of 3 MB take to be shared on a throttled line, from choosing them to the card, against their bytes alone on the same
// line. Prints the ratio of each round and their median: a time is nothing that a test may fail by.

import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';

import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';

/** 10 Mbit/s, as many homes have for what they send. */
const SPEED = 1_250_000;
/** From the browser to the server and back, in milliseconds. */
const LATENCY = 40;
const [PHOTOS, BYTES, ROUNDS] = [10, 3_000_000, 3];

/** JPEGs of 12 megapixels and about that many bytes, no two of them the same. */
async function photos(draw: (bytes: number) => Promise<string>): Promise<Buffer[]> {
  const jpeg = Buffer.from(await draw(BYTES), 'base64');
  return Array.from({ length: PHOTOS }, (_, nth) => {
    // A comment fills it up; the server drops it.
    const comment = Buffer.alloc(Math.max(8, Math.min(65_000, BYTES - jpeg.length)), nth + 1);
    comment.writeUInt16BE(0xfffe, 0);
    comment.writeUInt16BE(comment.length - 2, 2);
    return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]);
  });
}

/** In the page: a picture of about that many bytes, in base64. */
async function drawn(bytes: number): Promise<string> {
  const [width, height] = [4000, 3000];
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  const noise = document.createElement('canvas');
  [noise.width, noise.height] = [width / 4, height / 4];
  const small = noise.getContext('2d');
  if (!context || !small) throw new Error('there is no canvas');
  const pixels = small.createImageData(noise.width, noise.height);
  for (let at = 0; at < pixels.data.length; at += 1) pixels.data[at] = at % 4 === 3 ? 255 : 128 + 100 * (Math.random() - 0.5);
  small.putImageData(pixels, 0, 0);
  context.drawImage(noise, 0, 0, width, height);
  let [low, high, best] = [0.3, 1, new Blob()];
  for (let tries = 0; tries < 8; tries += 1) {
    const quality = (low + high) / 2;
    const blob = await new Promise<Blob | null>((take) => canvas.toBlob(take, 'image/jpeg', quality));
    if (!blob) throw new Error('there is no JPEG');
    if (blob.size > bytes) high = quality;
    else [low, best] = [quality, blob];
  }
  const url = await new Promise<string>((take) => {
    const reader = new FileReader();
    reader.onload = () => take(reader.result as string);
    reader.readAsDataURL(best);
  });
  return url.split(',')[1] ?? '';
}

/** How many seconds as many bytes take on a line of this speed. */
async function alone(bytes: number): Promise<number> {
  const sink = createServer();
  await new Promise<void>((listening) => sink.listen(0, '127.0.0.1', listening));
  const line = await Line.to(`http://127.0.0.1:${(sink.address() as AddressInfo).port}`);
  line.speed = SPEED;
  const began = performance.now();
  const arrived = new Promise<void>((all) => {
    let count = 0;
    sink.on('connection', (socket) => socket.on('data', (part) => (count += part.length) >= bytes && all()));
  });
  const socket = connect(Number(new URL(line.url).port), '127.0.0.1');
  socket.write(Buffer.alloc(bytes));
  await arrived;
  const seconds = (performance.now() - began) / 1000;
  socket.destroy();
  line.end();
  sink.close();
  return seconds;
}

test('ten photos on a throttled line', async ({ server, newPerson }, info) => {
  test.setTimeout(600_000);
  const line = await Line.to(server.url);
  const ann = await newPerson('Ann', { baseURL: line.url });
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  const made = await photos((bytes) => page.evaluate(drawn, bytes));
  const bytes = made.reduce((all, { length }) => all + length, 0);
  // On the disk: buffers would be carried to the browser first, which takes seconds.
  const files = made.map((_, nth) => info.outputPath(`${nth}.jpg`));
  await Promise.all(files.map((path, nth) => writeFile(path, made[nth] ?? '')));
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const own = await alone(bytes);
    // What the page loads late is there, as for somebody who shares for the second time.
    await ann.writes(`Round ${round}`);
    await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: LATENCY, downloadThroughput: -1, uploadThroughput: -1 });
    line.speed = SPEED;
    const began = performance.now();
    await page.locator('form input[type=file]').setInputFiles(files);
    await expect(page.locator('[data-medium]')).toHaveCount(PHOTOS);
    await ann.shares();
    await expect(ann.card(`Round ${round}`)).toBeVisible({ timeout: 180_000 });
    const seconds = (performance.now() - began) / 1000;
    line.speed = Infinity;
    ratios.push(seconds / own);
    console.log(`${bytes} bytes: ${seconds.toFixed(1)} s in the app, ${own.toFixed(1)} s alone, ratio ${(seconds / own).toFixed(2)}`);
  }
  console.log(`median ${ratios.toSorted((one, other) => one - other)[1]?.toFixed(2)} (goal: at most 1.5)`);
  line.end();
});
