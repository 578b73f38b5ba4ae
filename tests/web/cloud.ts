// Amazon on this machine: S3 and SQS as moto simulates them, for a server and the workers of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** With moto; `scripts/journeys` makes it. */
const PYTHON = process.env['MOTO_PYTHON'] ?? join(import.meta.dirname, '../../target/soak/bin/python');
const SCRIPT = join(import.meta.dirname, '../aws/amazon.py');
const STAGING = 'shared-spaces-temp';

export class Cloud {
  private constructor(
    private readonly moto: ChildProcess,
    private readonly endpoint: string,
    private readonly queue: string,
  ) {}

  static async start(): Promise<Cloud> {
    // It ends with its standard input.
    const moto = spawn(PYTHON, [SCRIPT, 'photos.fifo'], { stdio: ['pipe', 'pipe', 'ignore'] });
    await Promise.race([once(moto, 'spawn'), once(moto, 'error').then(([error]) => Promise.reject(error as Error))]);
    const said: string[] = [];
    for await (const line of createInterface(moto.stdout)) {
      if (said.push(line) === 2) break;
    }
    const [port, queue] = said;
    if (!port || !queue) throw new Error(`${PYTHON} has no moto: start the journeys by scripts/journeys`);
    return new Cloud(moto, `http://127.0.0.1:${port}`, queue);
  }

  /** The settings of servers and workers, as environment. */
  get settings(): Record<string, string> {
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'us-east-1',
      SHARED_SPACES_PHOTOS__STORE: 's3',
      SHARED_SPACES_PHOTOS__QUEUE: 'sqs',
      SHARED_SPACES_PHOTOS__QUEUE_URL: this.queue,
      SHARED_SPACES_PHOTOS__TEMP_BUCKET: STAGING,
    };
  }

  /** How many objects a worker hasn't moved yet. */
  async staged(): Promise<number> {
    const listed = await fetch(`${this.endpoint}/${STAGING}?list-type=2`);
    if (!listed.ok) throw new Error(await listed.text());
    return (await listed.text()).split('<Key>').length - 1;
  }

  async end(): Promise<void> {
    const ended = once(this.moto, 'exit');
    this.moto.stdin?.end();
    await ended;
  }
}
