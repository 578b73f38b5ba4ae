import { mount } from 'svelte';

import App from './App.svelte';
import './lib/tokens.css';
import './lib/base.css';
import { listen } from './lib/api';
import { clock } from './lib/clock.svelte';
import { connection } from './lib/connection.svelte';
import { i18n } from './lib/i18n/index.svelte';
import { router } from './lib/router.svelte';
import { session } from './lib/session.svelte';
import { theme } from './lib/theme.svelte';

listen((error) => {
  connection.heard(error);
  session.heard(error);
});
theme.start();
i18n.start();
router.start();
clock.start();
connection.start();

const target = document.getElementById('app');
if (target) mount(App, { target });
