// A server for each test: the real executable on an empty folder and a free port.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import type { TestInfo } from '@playwright/test';

import { ownPort } from './ports.ts';

const EXECUTABLE = process.env['SHARED_SPACES'] ?? join(import.meta.dirname, '../../target/release/shared-spaces');

export class Server {
  /** Where it is, such as `http://localhost:34567`, without a slash at the end. */
  url = '';
  #child: ChildProcess | undefined;
  #workers: ChildProcess[] = [];
  #log: string[] = [];

  private constructor(
    private readonly folder: string,
    private readonly settings: Record<string, string>,
    private readonly basePath: string,
    private readonly port: string,
  ) {}

  /** As browsers say where a request comes from. */
  get origin(): string {
    return new URL(this.url).origin;
  }

  /** `settings`: environment variables, in addition to the inherited ones. `basePath`: below which path of its host it is. */
  static async start(settings: Record<string, string> = {}, basePath = ''): Promise<Server> {
    const port = String(await ownPort());
    const below: Record<string, string> = basePath === '' ? {} : { SHARED_SPACES_PUBLIC_URL: `http://localhost:${port}${basePath}/` };
    const folder = await mkdtemp(join(tmpdir(), 'shared-spaces-'));
    const server = new Server(folder, { ...below, ...settings }, basePath, port);
    await server.run();
    return server;
  }

  /** Starts the executable, each time at the same port. */
  async run(): Promise<void> {
    const env = { ...process.env, ...this.settings, ROCKET_PORT: this.port };
    const child = spawn(EXECUTABLE, ['--data-dir', join(this.folder, 'data')], { env, cwd: this.folder });
    this.#child = child;
    createInterface(child.stderr).on('line', (line) => this.#log.push(line));
    for await (const line of createInterface(child.stdout)) {
      const [, url] = /is up: (http:\/\/.*:\d+)/.exec(line) ?? [];
      if (url) {
        this.url = url + this.basePath;
        return;
      }
    }
    throw new Error(`the server hasn't started:\n${this.log}`);
  }

  /** The output of a command on the same data folder. */
  async command(...words: string[]): Promise<string> {
    const options = { env: { ...process.env, ...this.settings, ROCKET_PORT: this.port }, cwd: this.folder };
    const { stdout } = await promisify(execFile)(EXECUTABLE, ['--data-dir', join(this.folder, 'data'), ...words], options);
    return stdout;
  }

  /** Starts a worker in a process of its own, which has the same settings and nothing of the server's folder. */
  startWorker(): void {
    const env = { ...process.env, ...this.settings };
    const data = join(this.folder, `worker-${this.#workers.length}`);
    const worker = spawn(EXECUTABLE, ['--data-dir', data, 'worker'], { env, cwd: this.folder });
    worker.stdout.resume();
    createInterface(worker.stderr).on('line', (line) => this.#log.push(`worker: ${line}`));
    this.#workers.push(worker);
  }

  /** Kills the executable. */
  async kill(): Promise<void> {
    if (this.#child) await kill(this.#child);
  }

  /** Kills the worker that was started last. */
  async killWorker(): Promise<void> {
    const worker = this.#workers.pop();
    if (worker) await kill(worker);
  }

  /** What it has logged. */
  get log(): string {
    return this.#log.join('\n');
  }

  /** Keeps all that it has logged beside what else is kept of a journey that has failed: the list of results cuts it short. */
  async keepLog(info: TestInfo): Promise<void> {
    if (info.status === info.expectedStatus) return;
    const path = info.outputPath('server.log');
    await writeFile(path, this.log);
    await info.attach('server.log', { path });
  }

  async end(): Promise<void> {
    await this.kill();
    while (this.#workers.length > 0) await this.killWorker();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
