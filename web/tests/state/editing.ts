// A share at a server that takes edits of it, as far as the app knows one.

import { ApiError } from '../../src/lib/api/errors';
import type { EditedShare, Share } from '../../src/lib/api/types';
import type { ServerInfo } from '../../src/lib/api/types';
import { ShareEdit } from '../../src/lib/state/share-edit.svelte';
import { Uploads } from '../../src/lib/state/uploads';
import { WindowDrafts } from '../../src/lib/state/window-drafts';
import { mediumOf, shareOf, userOf } from '../photos';
import { type Line, unreachable } from './uploads';

/** What becomes of an edit: its answer is lost, or it doesn't even arrive. */
type Fate = 'lost' | 'cut' | ApiError;

export class ShareServer {
  share: Share = { ...shareOf(1, null, 'Hello'), version: 'e-1' };
  /** What becomes of the next edits; without one, they arrive. */
  fates: Fate[] = [];
  sent: EditedShare[] = [];
  /** Called while an edit is on its way. */
  under: () => void = () => undefined;
  #photos = 100;
  #drafts = new WindowDrafts();

  constructor(private readonly line: Line) {}

  /** Edits it as another screen does. */
  change(json: EditedShare): void {
    const media = json.media?.map((each) => {
      const known = 'id' in each ? this.share.media.find(({ id }) => id === each.id) : mediumOf(1, (this.#photos += 1));
      if (!known) throw new ApiError(404, '', 'no_such_photo');
      return { ...known, caption: each.caption ?? null, taken_at: each.taken_at === undefined ? known.taken_at : each.taken_at };
    });
    this.share = { ...this.share, text: json.text, media: media ?? this.share.media, version: `e-${Number(this.share.version.slice(2)) + 1}` };
  }

  editShare = (_: number, json: EditedShare, version: string) => {
    this.sent.push(json);
    this.under();
    const fate = this.fates.shift();
    if (fate === 'cut') return Promise.reject(unreachable());
    if (fate instanceof ApiError) return Promise.reject(fate);
    const uploads = (json.media ?? []).flatMap((each) => ('upload' in each ? [each.upload] : []));
    const gone = uploads.find((id) => this.line.deleted.includes(`/uploads/${id}`));
    if (version !== this.share.version) return Promise.reject(new ApiError(412, '', 'share_edited'));
    if (gone !== undefined) return Promise.reject(new ApiError(404, '', 'no_such_upload', null, { id: String(gone) }));
    this.change(json);
    this.line.deleted.push(...uploads.map((id) => `/uploads/${id}`));
    return fate === 'lost' ? Promise.reject(unreachable()) : Promise.resolve({ data: undefined, next: null });
  };

  /** An edit in the app, as after a page was loaded. */
  edit(drafts = this.#drafts) {
    const session = { me: userOf(1, 'ann'), server: { limits: { media_per_share: 4, text_min: 1, text_max: 2000 } } as ServerInfo, needServer: () => Promise.resolve(null) };
    const taken: Share[] = [];
    const api = {
      report: () => undefined,
      editShare: this.editShare,
      share: () => Promise.resolve(this.share),
      request: <T>(_: string, path: string) =>
        this.line.deleted.includes(path) ? Promise.reject(new ApiError(404, '', 'no_such_upload')) : Promise.resolve({ data: {} as T, next: null }),
    };
    const edit = new ShareEdit(this.share, { api, uploads: new Uploads(this.line.api, session), session, drafts, taken: (share) => taken.push(share), ended: () => undefined });
    return { edit, taken };
  }
}
