// The journeys' settings, for measuring how long sharing takes.

import config from './playwright.config.ts';

export default { ...config, testMatch: 'sharing-speed.ts', use: { ...config.use, trace: 'off' } };
