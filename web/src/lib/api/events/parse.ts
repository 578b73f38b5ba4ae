// Server-Sent Events as they come in, in pieces that end anywhere.

/** A block of the stream: an event, the reader's place in it, or when to come back. */
export interface Block {
  /** The reader's place in the stream from here on; null where that isn't said. */
  id: string | null;
  /** What has happened; null in a block that only says something about the stream. */
  kind: string | null;
  data: string;
  /** After how many milliseconds to come back. */
  retry: number | null;
}

const empty = (): Block => ({ id: null, kind: null, data: '', retry: null });

export class BlockParser {
  #rest = '';
  #block = empty();

  /** The blocks that are complete with this piece. */
  push(piece: string): Block[] {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line.replace(/\r$/, '')));
  }

  #take(line: string): Block[] {
    if (line === '') {
      const block = this.#block;
      this.#block = empty();
      return block.id === null && block.kind === null && block.retry === null ? [] : [block];
    }
    // Only a line feed ends a line: other separators, which a dot alone doesn't match, are part of what is said.
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === 'id') this.#block.id = value;
    if (field === 'event') this.#block.kind = value;
    if (field === 'data') this.#block.data += this.#block.data === '' ? value : `\n${value}`;
    if (field === 'retry' && /^\d+$/.test(value)) this.#block.retry = Number(value);
    return [];
  }
}
