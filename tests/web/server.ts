// A server for each test: the real executable on an empty folder and a free port.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const EXECUTABLE = process.env['SHARED_SPACES'] ?? join(import.meta.dirname, '../../target/release/shared-spaces');

export class Server {
  /** Its origin, such as `http://localhost:34567`. */
  url = '';
  #port = '0';
  #child: ChildProcess | undefined;
  #log: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly settings: Record<string, string>,
  ) {}

  /** `settings`: environment variables, in addition to the inherited ones. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), 'shared-spaces-')), settings);
    await server.run();
    return server;
  }

  /** Starts the executable, after `kill` at the same port. */
  async run(): Promise<void> {
    const env = { ...process.env, ...this.settings, ROCKET_PORT: this.#port };
    const child = spawn(EXECUTABLE, ['--data-dir', join(this.folder, 'data')], { env, cwd: this.folder });
    this.#child = child;
    createInterface(child.stderr).on('line', (line) => this.#log.push(line));
    for await (const line of createInterface(child.stdout)) {
      const [, url, port] = /is up: (http:\/\/.*:(\d+))/.exec(line) ?? [];
      if (url && port) {
        this.url = url;
        this.#port = port;
        return;
      }
    }
    throw new Error(`the server hasn't started:\n${this.log}`);
  }

  /** The output of a command on the same data folder. */
  async command(...words: string[]): Promise<string> {
    const options = { env: { ...process.env, ...this.settings, ROCKET_PORT: this.#port }, cwd: this.folder };
    const { stdout } = await promisify(execFile)(EXECUTABLE, ['--data-dir', join(this.folder, 'data'), ...words], options);
    return stdout;
  }

  /** Kills the executable. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** What it has logged. */
  get log(): string {
    return this.#log.join('\n');
  }

  async end(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
