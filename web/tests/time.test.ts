import { expect, test } from 'vitest';

import { bytes, percent } from '../src/lib/format/numbers';
import { day, exact, moment, monthTitle, relative } from '../src/lib/format/time';

// Local noon, so that "yesterday" is the reader's.
const noon = new Date(2026, 4, 20, 12).getTime();
const ago = (seconds: number, locale = 'en') =>
  relative(new Date(noon - seconds * 1000).toISOString(), noon, locale, 'just now');
const HOUR = 3600;
const DAY = 24 * HOUR;

test('the last days are shown by how long ago they were', () => {
  expect(ago(5)).toBe('just now');
  expect(ago(60)).toBe('1 minute ago');
  expect(ago(59 * 60)).toBe('59 minutes ago');
  expect(ago(2 * HOUR)).toBe('2 hours ago');
  expect(ago(13 * HOUR)).toBe('yesterday');
  expect(ago(DAY)).toBe('yesterday');
  expect(ago(6 * DAY)).toBe('6 days ago');
});

test('what is older has its date, and its year where it is another', () => {
  expect(ago(7 * DAY)).toBe('May 13');
  expect(ago(200 * DAY)).toBe('Nov 1, 2025');
});

test('the evening before is not yesterday just after midnight', () => {
  const midnight = new Date(2026, 4, 20, 0, 30).getTime();
  const evening = new Date(2026, 4, 19, 22).toISOString();
  expect(relative(evening, midnight, 'en', 'just now')).toBe('2 hours ago');
});

test('a slow clock puts nothing into the future', () => {
  expect(ago(-90)).toBe('just now');
});

test('German readers read German times', () => {
  expect(ago(2 * HOUR, 'de')).toBe('vor 2 Stunden');
  expect(ago(DAY, 'de')).toBe('gestern');
  expect(ago(7 * DAY, 'de')).toBe('13. Mai');
});

test('the exact time, the day and the month are written in full', () => {
  const timestamp = new Date(2026, 4, 20, 9, 5).toISOString();
  expect(exact(timestamp, 'de')).toBe('Mittwoch, 20. Mai 2026 um 09:05');
  expect(day(timestamp, 'de')).toBe('20. Mai 2026');
  expect(monthTitle('2026-05', 'en')).toBe('May 2026');
});

test('sizes and parts are written as the reader writes them', () => {
  expect(bytes(26_214_400, 'en')).toBe('26 MB');
  expect(bytes(1_500_000, 'de')).toBe('1,5 MB');
  expect(bytes(0, 'en')).toBe('0 bytes');
  expect(bytes(1, 'en')).toBe('1 byte');
  expect(bytes(999, 'de')).toBe('999 Byte');
  expect(percent(0.456, 'en')).toBe('46%');
});

test('a moment without a zone is in UTC, as one with it', () => {
  expect(moment('2026-05-17T09:30:00')).toEqual(moment('2026-05-17T09:30:00Z'));
  expect(moment('2026-05-17T09:30:00.25').getTime()).toBe(Date.UTC(2026, 4, 17, 9, 30, 0, 250));
  expect(moment('2026-05-17T09:30:00+02:00').getTime()).toBe(Date.UTC(2026, 4, 17, 7, 30));
});
