import { rm } from 'node:fs/promises';
import { startSimulatedNodes, type SimulatedNodes } from '#node-simulator';
import { LocalFence } from '#test/local-fence';
import { startSshServer, type SshTestServer } from '#test/ssh-test-server';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { fenceScript, FencedExecutor, SshExecutor, type NodeAddress, type NodeCall } from '#storage-nodes';

/** One thing that is said to a node. */
type Saying =
  | { readonly verb: 'run' | 'take' | 'forget'; readonly by: string; readonly epochs: Readonly<Record<string, number>> }
  | { readonly verb: 'boot' | 'ask' };

const sayings: fc.Arbitrary<Saying> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      verb: fc.constantFrom('run', 'run', 'run', 'take', 'forget'),
      by: fc.constantFrom('one', 'one', 'one', 'other'),
      epochs: fc.dictionary(fc.constantFrom('volume/a', 'volume/b', 'peers/c'), fc.integer({ min: 0, max: 12 }), {
        minKeys: 1,
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('boot', 'ask') }) },
);

let real: LocalFence;
let server: SshTestServer;
let simulated: SimulatedNodes;

beforeEach(async () => {
  real = await LocalFence.make();
  server = await startSshServer();
  simulated = await startSimulatedNodes({ count: 1 });
});

afterEach(async () => {
  await simulated.close();
  await server.close();
  await real.dispose();
});

/** One of the two, asked through the same code. */
class Site {
  readonly #executors: Readonly<Record<string, FencedExecutor>>;
  readonly #node: NodeAddress;

  constructor(
    host: string,
    transport: () => SshExecutor,
    script: ReturnType<typeof fenceScript>,
    private readonly boot: () => Promise<void>,
    private readonly folders: readonly [string, string],
  ) {
    this.#node = { nodeId: 'n1', manageHost: host, storageHost: host, hostKey: null };
    const of = (installationId: string): FencedExecutor => new FencedExecutor(transport(), { installationId }, script);
    this.#executors = { one: of('one'), other: of('other') };
  }

  /** What came of it, with the names that differ made alike. */
  async hear(saying: Saying): Promise<unknown> {
    const { manageHost } = this.#node;
    const same = (text: string): string =>
      text.replaceAll(manageHost, 'NODE').replaceAll(this.folders[0], 'RUN').replaceAll(this.folders[1], 'STATE');
    const records: string[] = [];
    const call: NodeCall = {
      ...('epochs' in saying ? { fence: { epochs: saying.epochs } } : {}),
      signal: new AbortController().signal,
      onCommand: (record) => records.push(`${record.command} ${record.exitCode} ${record.stderr ?? ''}`),
    };
    const answer = await this.#answer(saying, call).catch((error: unknown) => String(error));
    const text = typeof answer === 'string' ? same(answer) : answer;
    const digest = /[0-9a-f]{64}|(?<=fence-)[0-9a-f]{16}/g;
    return { answer: text, records: records.map((record) => same(record).replace(digest, 'DIGEST')) };
  }

  async #answer(saying: Saying, call: NodeCall): Promise<unknown> {
    if (saying.verb === 'boot') return this.boot();
    const executor = this.#executors['by' in saying ? saying.by : 'one']!;
    if (saying.verb === 'ask') return executor.installationOf(this.#node, call);
    if (saying.verb === 'take') return executor.takeOver(this.#node, call);
    if (saying.verb === 'forget') return executor.forget(this.#node, call);
    return executor.run(this.#node, { argv: ['cat'], stdin: 'text', timeoutMs: 60_000 }, call);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#executors).map((executor) => executor.close()));
  }
}

it('a simulated node answers as the real script does, whatever is said', async () => {
  const [node] = simulated.nodes;
  const property = fc.asyncProperty(fc.array(sayings, { minLength: 1, maxLength: 8 }), async (conversation) => {
    const run = `${real.root}/run`;
    const state = `${real.root}/state`;
    await rm(run, { recursive: true, force: true });
    await rm(state, { recursive: true, force: true });
    node!.alter(({ files }) => {
      for (const path of Object.keys(files)) if (path.includes('brickyard')) Reflect.deleteProperty(files, path);
    });
    const sites = [
      new Site(
        '127.0.0.1',
        () => new SshExecutor({ user: 'root', port: server.port, privateKey: server.clientKey }),
        fenceScript({ run, state }),
        () => rm(run, { recursive: true, force: true }),
        [run, state],
      ),
      new Site(
        node!.manageHost,
        () => new SshExecutor({ user: 'root', port: simulated.port, privateKey: simulated.clientPrivateKey ?? '' }),
        fenceScript(),
        () => node!.reboot(),
        ['/run/brickyard', '/var/lib/brickyard-node'],
      ),
    ] as const;
    try {
      for (const saying of conversation) {
        const [script, model] = await Promise.all(sites.map((site) => site.hear(saying)));
        expect(model).toEqual(script);
      }
    } finally {
      await Promise.all(sites.map((site) => site.close()));
    }
  });
  await fc.assert(property, { numRuns: 12 });
}, 120_000);
