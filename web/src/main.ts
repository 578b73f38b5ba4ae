import { mount } from 'svelte';

import App from './App.svelte';
import './styles/tokens.css';
import './styles/base.css';
import { listen } from './lib/api/client';
import { clock } from './lib/state/clock.svelte';
import { connection } from './lib/state/connection.svelte';
import { i18n } from './lib/i18n/index.svelte';
import { router } from './lib/state/router.svelte';
import { session } from './lib/state/session.svelte';
import { theme } from './lib/state/theme.svelte';

listen((error) => {
  connection.observe(error);
  session.observe(error);
});
theme.start();
i18n.start();
router.start();
clock.start();
connection.start();

const target = document.getElementById('app');
if (target) mount(App, { target });
