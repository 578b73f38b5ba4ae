import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8');
const hues = [...css.matchAll(/--hue: (\d+);/g)].map((found) => Number(found[1]));

/** The relative luminance of an OKLCH colour, as WCAG counts it, after what a screen can't show is cut off. */
function luminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (value: number) => Math.min(1, Math.max(0, value));
  const red = cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The luminance of a token in a theme; a space's colour needs its hue. */
function shade(name: string, theme: 'light' | 'dark', hue = 0): number {
  const definition = css.match(new RegExp(`--${name}: light-dark\\((oklch\\(.+?\\)), (oklch\\(.+?\\))\\);`));
  const colour = definition?.[theme === 'light' ? 1 : 2]?.replace('var(--hue)', `${hue}`);
  const parts = colour?.match(/oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)?/);
  if (!parts) throw new Error(`no colour ${name}`);
  return luminance(Number(parts[1]) / 100, Number(parts[2]), Number(parts[3]));
}

function contrast(one: number, other: number): number {
  const [dark = 0, light = 0] = [one, other].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const grounds = ['paper', 'sheet', 'shade'];

  test.each(['ink', 'ink-2', 'ink-3', 'danger', 'success'])('%s can be read on every ground', (ink) => {
    for (const ground of grounds) {
      expect([ground, contrast(shade(ink, theme), shade(ground, theme)) >= 4.5]).toEqual([ground, true]);
    }
  });

  test('warnings can be read', () => {
    expect(contrast(shade('danger', theme), shade('danger-tint', theme))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(shade('on-danger', theme), shade('danger', theme))).toBeGreaterThanOrEqual(4.5);
  });

  test('the edge of a control can be seen', () => {
    for (const ground of grounds) {
      expect([ground, contrast(shade('edge', theme), shade(ground, theme)) >= 3]).toEqual([ground, true]);
    }
  });

  test.each(hues)('a space of hue %i can be read in all its parts', (hue) => {
    const own = (name: string) => shade(name, theme, hue);
    expect(contrast(own('on-space'), own('space'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(own('on-space'), own('space-press'))).toBeGreaterThanOrEqual(4.5);
    for (const ground of grounds) expect(contrast(own('space'), shade(ground, theme))).toBeGreaterThanOrEqual(4.5);
    for (const ink of ['ink', 'ink-2', 'ink-3', 'danger']) {
      expect([ink, contrast(shade(ink, theme), own('space-tint')) >= 4.5]).toEqual([ink, true]);
    }
    expect(contrast(shade('ink', theme), own('space-line'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(own('space'), own('space-tint'))).toBeGreaterThanOrEqual(4.5);
  });
});

test('there are eight colours for spaces and one for the app', () => {
  expect(new Set(hues).size).toBe(9);
});
