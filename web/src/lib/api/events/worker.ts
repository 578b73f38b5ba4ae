// The shared worker that holds the stream of events for all pages of a user in this browser. Its name is the id of the user. The
// name of its file changes with what is in it, so that no page is served by a worker of another version.

import { accountHeader } from '../account';
import { Hub } from './hub';
import type { FromPage } from './messages';

interface Scope {
  name: string;
  onconnect: (event: MessageEvent) => void;
}

function serve(scope: Scope): void {
  const hub = new Hub(accountHeader(Number(scope.name)));
  scope.onconnect = ({ ports: [page] }) => {
    if (page) page.onmessage = ({ data }) => hub.receive(page, data as FromPage);
  };
}

serve(self as unknown as Scope);
