import { setTimeout as delay } from 'node:timers/promises';
import { startSimulatedNodes, type SimulatedNodes } from '#node-simulator';
import { Redis } from 'ioredis';
import { HeketiClient } from '../../../apps/cli/src/client/heketi-client.js';
import { signToken } from '../../../apps/cli/src/client/token.js';
import { loadTopology } from '../../../apps/cli/src/client/topology.js';
import { sampleTopology } from '../../../apps/cli/src/demo/sample-topology.js';
import { freshDatabase, type TestDatabase } from '../database.js';
import { ask, type HttpAnswer, type TestIssuer } from '../http-client.js';
import { startRedis } from '../redis-server.js';
import { ServiceProcess } from '../service-process.js';
import { Canaries } from './canaries.js';
import { roleWithPassword } from './database-role.js';
import { dumpRedis } from './dumps.js';
import { type PlantedConfig, plantConfig } from './planted-config.js';

export interface Question {
  readonly issuer?: TestIssuer;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A system whose every secret is planted: processes of their own, on Postgres and (where there is one) Redis, and simulated nodes. */
export class SecretSite {
  /** What came back, by request. */
  readonly answers = new Map<string, string>();

  #clusterId = '';
  #nodeId = '';

  private constructor(
    readonly canaries: Canaries,
    readonly config: PlantedConfig,
    readonly database: TestDatabase,
    readonly simulator: SimulatedNodes,
    readonly services: readonly ServiceProcess[],
    private readonly redis: { dump(): Promise<string>; close(): Promise<void> } | null,
    private readonly dropRole: () => Promise<void>,
  ) {}

  static async start(): Promise<SecretSite> {
    const canaries = new Canaries();
    const [database, simulator, redis] = await Promise.all([
      freshDatabase(),
      startSimulatedNodes({ count: 3, devicesPerNode: 1 }),
      startPlantedRedis(canaries.plant('password of Redis')),
    ]);
    const role = await roleWithPassword(database, canaries.plant('password of Postgres'));
    const sshPrivateKey = simulator.clientPrivateKey ?? '';
    const given = { databaseUrl: role.url, redisUrl: redis?.url ?? '', sshPrivateKey };
    const config = await plantConfig(canaries, given);
    const env = {
      ...config.env,
      HEKETI_EXECUTOR: 'ssh',
      HEKETI_SSH_USER: 'root',
      HEKETI_SSH_KEYFILE: config.sshKeyFile,
      HEKETI_SSH_PORT: String(simulator.port),
      BRICKYARD_SEAL_INTERVAL_MS: '500',
      LOG_LEVEL: 'trace',
    };
    const start = (queue: string): Promise<ServiceProcess> =>
      ServiceProcess.start({
        command: 'serve',
        args: ['--config', config.file],
        databaseUrl: role.url,
        env: { ...env, QUEUE_BACKEND: queue },
      });
    const services = await Promise.all(redis === null ? [start('postgres')] : [start('postgres'), start('redis')]);
    return new SecretSite(canaries, config, database, simulator, services, redis, role.drop);
  }

  get base(): string {
    return this.services[0]?.url ?? '';
  }

  /** Of the simulated nodes, once they are in. */
  get clusterId(): string {
    return this.#clusterId;
  }

  /** One of the simulated nodes, once they are in. */
  get nodeId(): string {
    return this.#nodeId;
  }

  /** A token for a request; its signature is looked for like everything else that is secret. */
  token(
    issuer: TestIssuer,
    method: string,
    path: string,
    other: { key?: string; lifetimeSeconds?: number } = {},
  ): string {
    const token = signToken({
      issuer,
      key: this.config.keys[issuer],
      actor: 'ann',
      method,
      path: bare(path),
      ...other,
    });
    this.canaries.keep(`signature of a token for ${method} ${bare(path)}`, token.split('.')[2] ?? '');
    return token;
  }

  /** Sends a request and keeps what is answered. @param base of another replica */
  async send(method: string, path: string, question: Question = {}, base = this.base): Promise<HttpAnswer> {
    const { issuer = 'admin', body, raw, headers } = question;
    const answer = await ask(base, method, path, {
      as: 'none',
      ...(body === undefined ? {} : { body }),
      ...(raw === undefined ? {} : { raw }),
      headers: { authorization: `Bearer ${this.token(issuer, method, path)}`, ...headers },
    });
    const { status, headers: received, body: text } = answer;
    const key = `answer ${this.answers.size} to ${method} ${bare(path)}`;
    this.answers.set(key, `${status} ${JSON.stringify(received)}\n${text}`);
    return answer;
  }

  /** A change, followed to its end. @returns the last answer */
  async change(method: string, path: string, question: Question = {}, base = this.base): Promise<HttpAnswer> {
    let answer = await this.send(method, path, question, base);
    const queue = answer.headers.location;
    if (answer.status !== 202 || queue === undefined) return answer;
    do answer = await this.send('GET', queue, {}, base);
    while (answer.headers['x-pending'] === 'true');
    return answer;
  }

  async loadNodes(): Promise<void> {
    const client = new HeketiClient({ baseUrl: this.base, issuer: 'admin', key: this.config.keys.admin });
    const nodes = this.simulator.nodes.map(({ manageHost, storageHost, devices }) => ({
      manageHost,
      storageHost,
      devices: devices.map(({ path }) => path),
    }));
    await loadTopology(client, sampleTopology(nodes), () => undefined);
    const { clusters } = await client.get<{ clusters: string[] }>('/clusters');
    this.#clusterId = clusters[0] ?? '';
    this.#nodeId = (await client.get<{ nodes: string[] }>(`/clusters/${this.#clusterId}`)).nodes[0] ?? '';
  }

  /** Follows a stream of events until it is told to stop. @returns what came */
  async follow(path: string, signal: AbortSignal): Promise<string> {
    const headers = { authorization: `Bearer ${this.token('auditor', 'GET', path)}` };
    const response = await fetch(new URL(path, this.base), { headers, signal });
    const parts: string[] = [`${response.status}`];
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) parts.push(decoder.decode(chunk as Uint8Array, { stream: true }));
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return parts.join('');
  }

  /** Null where there is no Redis. */
  async redisDump(): Promise<string | null> {
    return (await this.redis?.dump()) ?? null;
  }

  /** Ends the processes as an operator does, so that what they say at the end is there as well. */
  async stopServices(): Promise<void> {
    for (const service of this.services) service.signal('SIGINT');
    await Promise.all(
      this.services.map((service) => Promise.race([service.ended, delay(15_000, null, { ref: false })])),
    );
    await Promise.all(this.services.map((service) => service.kill()));
  }

  async close(): Promise<void> {
    await this.stopServices();
    await this.simulator.close();
    await this.redis?.close();
    await this.config.remove();
    await this.dropRole();
    await this.database.dispose();
  }
}

const bare = (path: string): string => path.split('?')[0] ?? path;

async function startPlantedRedis(
  password: string,
): Promise<{ readonly url: string; dump(): Promise<string>; close(): Promise<void> } | null> {
  const server = await startRedis();
  if (server === null) return null;
  const open = new Redis(server.url);
  await open.config('SET', 'requirepass', password);
  await open.quit();
  const url = server.url.replace('//', `//:${password}@`);
  return {
    url,
    dump: async () => {
      const redis = new Redis(url);
      try {
        return await dumpRedis(redis);
      } finally {
        await redis.quit();
      }
    },
    close: () => server.stop(),
  };
}
