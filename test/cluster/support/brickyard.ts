import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatedNodes } from '#node-simulator';
import { testKeys } from '#test/http-client';
import { answersOk } from './http-ready.js';
import { Program, type ProgramSettings } from './program.js';

interface Place {
  readonly folder: string;
  readonly logs: string;
  readonly databaseUrl: string;
  readonly simulator: SimulatedNodes;
  readonly env: Readonly<Record<string, string>>;
}

const MAIN = fileURLToPath(new URL('../../../bin/brickyard.mjs', import.meta.url));

/** `brickyard`, started as an operator starts it: one program, configured by its environment. */
export class Brickyard {
  readonly #programs: Program[] = [];
  #runs = 0;

  private constructor(
    private readonly logs: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open({ folder, logs, databaseUrl, simulator, env }: Place): Promise<Brickyard> {
    const keyFile = join(folder, 'key');
    await writeFile(keyFile, simulator.clientPrivateKey ?? '', { mode: 0o600 });
    return new Brickyard(logs, {
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      HEKETI_ADMIN_KEY: testKeys.admin,
      HEKETI_USER_KEY: testKeys.user,
      HEKETI_EXECUTOR: 'ssh',
      HEKETI_SSH_KEYFILE: keyFile,
      HEKETI_SSH_USER: 'root',
      HEKETI_SSH_PORT: simulator.port.toString(),
      LOG_LEVEL: 'info',
      ...env,
    });
  }

  api(name: string, port: number): Program {
    const isReady = (): Promise<boolean> => answersOk(`http://127.0.0.1:${port}/readyz`);
    return this.#program(name, ['api'], { isReady }, { PORT: port.toString() });
  }

  worker(name: string): Program {
    return this.#program(name, ['worker'], { readyText: 'worker started' });
  }

  /** Any other command, to its end. @throws Error with its output where it fails */
  async run(...args: string[]): Promise<string> {
    const program = this.#program(`run-${(this.#runs += 1)}`, args, {}, { LOG_LEVEL: 'warn' });
    const exitCode = await program.run();
    const output = await program.lastLines(200);
    if (exitCode !== 0) throw new Error(`brickyard ${args.join(' ')} failed (${String(exitCode)}): ${output}`);
    return output;
  }

  async killAll(): Promise<void> {
    await Promise.all(this.#programs.map((each) => each.end('SIGKILL')));
  }

  #program(name: string, args: string[], more: Partial<ProgramSettings>, env: Record<string, string> = {}): Program {
    const program = new Program({
      name,
      command: process.execPath,
      args: [MAIN, ...args],
      env: { ...this.env, ...env },
      logFile: join(this.logs, `${name}.log`),
      ...more,
    });
    this.#programs.push(program);
    return program;
  }
}
