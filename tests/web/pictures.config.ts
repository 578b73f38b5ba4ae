// The journeys' settings, for taking pictures.

import config from './playwright.config.ts';

export default { ...config, testMatch: 'pictures.ts' };
