import { expect, test } from 'vitest';

import { duration } from '../src/lib/format/duration';

test('a video is as long as players say', () => {
  expect([0, 0.4, 7.2, 59.6, 750, 3725].map(duration)).toEqual(['0:00', '0:00', '0:07', '1:00', '12:30', '1:02:05']);
});
