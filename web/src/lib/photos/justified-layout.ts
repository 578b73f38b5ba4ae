// A justified grid: rows that reach from edge to edge, in each all photos equally high.

export interface Box {
  width: number;
  height: number;
}

// A strip or a ribbon would leave nothing of its neighbours; it is cut at its edges.
const NARROWEST = 0.5;
const WIDEST = 2.6;
/** How much higher than aimed for the last row may be, so that it still reaches the edge. */
const STRETCH = 1.3;

/** The proportion (width by height) that a photo has in the grid. */
export function proportionOf(width: number, height: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, width / height));
}

/** The size of each photo, in whole pixels: `width` is that of a row, about `target` its height, `gap` between photos.
When photos are added at the end, the rows above don't change, except the one that was the last. */
export function justify(proportions: number[], width: number, target: number, gap: number): Box[] {
  const boxes: Box[] = [];
  let row: number[] = [];
  const heightOf = (photos: number[]) => (width - gap * (photos.length - 1)) / sum(photos);
  for (const proportion of proportions) {
    const longer = [...row, proportion];
    const height = heightOf(longer);
    if (height > target) {
      row = longer;
    } else if (row.length > 0 && heightOf(row) - target < target - height) {
      boxes.push(...fill(row, heightOf(row), width, gap));
      row = [proportion];
    } else {
      boxes.push(...fill(longer, height, width, gap));
      row = [];
    }
  }
  if (row.length === 0) return boxes;
  const full = heightOf(row);
  const ends = full <= target * STRETCH;
  return [...boxes, ...fill(row, ends ? full : target, ends ? width : Infinity, gap)];
}

/** The boxes of one row; what rounding leaves goes to the last, so that the row ends at the edge. */
function fill(row: number[], height: number, width: number, gap: number): Box[] {
  let left = width;
  return row.map((proportion, at) => {
    const own = at === row.length - 1 && Number.isFinite(width) ? left : Math.floor(proportion * height);
    left -= own + gap;
    return { width: own, height: Math.floor(height) };
  });
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
