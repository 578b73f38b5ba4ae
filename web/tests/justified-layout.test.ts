import { describe, expect, test } from 'vitest';

import { justify, proportionOf } from '../src/lib/photos/justified-layout';

const GAP = 4;
const landscape = 1.5;
const portrait = 0.7;

/** The rows that a browser makes of the boxes, in a line that is `width` wide. */
function rowsOf(boxes: { width: number; height: number }[], width: number) {
  const rows: (typeof boxes)[] = [];
  let used = Infinity;
  for (const box of boxes) {
    if (used + GAP + box.width > width) {
      rows.push([]);
      used = -GAP;
    }
    rows.at(-1)?.push(box);
    used += GAP + box.width;
  }
  return rows;
}

const widthOf = (row: { width: number }[]) => row.reduce((sum, box) => sum + box.width, GAP * (row.length - 1));

describe.each([320, 358, 608, 1171])('in a grid of %i px', (width) => {
  const target = Math.max(110, width * 0.3);
  const proportions = Array.from({ length: 60 }, (_, at) => [landscape, portrait, 1, 2.5, 4 / 3, 0.5][(at * at) % 6] ?? 1);
  const rows = rowsOf(justify(proportions, width, target, GAP), width);

  test('every row but the last reaches the edge, and its photos are equally high', () => {
    for (const row of rows.slice(0, -1)) {
      expect(widthOf(row)).toBe(width);
      expect(new Set(row.map((box) => box.height)).size).toBe(1);
    }
  });

  test('no row is much higher or lower than it should be', () => {
    for (const row of rows.slice(0, -1)) {
      expect(row[0]?.height).toBeGreaterThan(target * 0.5);
      expect(row[0]?.height).toBeLessThan(target * 1.9);
    }
  });

  test('every photo keeps its aspect ratio to within a few pixels', () => {
    rows.flat().forEach((box, at) => expect(Math.abs(box.width - box.height * (proportions[at] ?? 0))).toBeLessThan(8));
  });

  test('more photos at the end change only the row that was the last', () => {
    const more = justify([...proportions, landscape, portrait, landscape], width, target, GAP);
    const before = rows.slice(0, -1).flat();
    expect(more.slice(0, before.length)).toEqual(before);
  });
});

test('a last row of few photos stays as high as it should be, and ends where it ends', () => {
  expect(justify([landscape], 600, 180, GAP)).toEqual([{ width: 270, height: 180 }]);
  expect(justify([], 600, 180, GAP)).toEqual([]);
});

test('a last row that is nearly full is filled', () => {
  const boxes = justify([landscape, landscape], 600, 180, GAP);
  expect(widthOf(boxes)).toBe(600);
});

test('panoramas and strips are cut so that their neighbours can be seen', () => {
  expect(proportionOf(8000, 1000)).toBe(2.6);
  expect(proportionOf(100, 3000)).toBe(0.5);
  expect(proportionOf(4000, 3000)).toBe(4 / 3);
});
