// The service worker: shows messages while the app is closed, and has the app there without a connection. It is built into one file,
// `app/sw.js`, whose address says what it is for: the pages of the app.

import { base } from '../lib/dom/base';
import { listenToPushes } from './push';
import type { Scope } from './scope';
import { takeWhatIsShared } from './share-target';
import { keepShell, type Version } from './shell';

/** What the build knows. */
declare const __APP__: Version & { icon: string };

const scope = self as unknown as Scope;
listenToPushes(scope, base + __APP__.icon);
keepShell(scope, __APP__);
takeWhatIsShared(scope);
