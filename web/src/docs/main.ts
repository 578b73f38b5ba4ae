import { mount } from 'svelte';

import '../lib/tokens.css';
import '../lib/base.css';
import { theme } from '../lib/theme.svelte';
import Docs from './Docs.svelte';

theme.start();
const target = document.getElementById('docs');
if (target) mount(Docs, { target });
