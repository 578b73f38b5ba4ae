// The page that describes the API to programmers.

import { mount } from 'svelte';

import '../styles/tokens.css';
import '../styles/base.css';
import { Theme } from '../lib/state/theme.svelte';
import Docs from './Docs.svelte';

new Theme().start();
const target = document.getElementById('docs');
if (target) mount(Docs, { target });
