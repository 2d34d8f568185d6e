import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assertServable, type Config, loadConfig } from '#config';
import { startSimulatedNodes, type SimulatedNodes } from '#node-simulator';
import { createLogger } from '#observability';
import { HeketiClient } from '../client/heketi-client.js';
import { loadTopology } from '../client/topology.js';
import { migrateAll } from '../commands/database.js';
import { Closing } from '../system/closing.js';
import { openPostgres } from '../system/postgres.js';
import { startService } from '../system/service.js';
import { untilStopped } from '../system/until-stopped.js';
import { ensureFirstVolume } from './first-volume.js';
import { Narrator } from './narrator.js';
import { sampleTopology } from './sample-topology.js';
import { tellWhatToTry } from './what-to-try.js';

/** The demo's own answers where the environment gives none. Its keys are public, so it listens on loopback only. */
const demoEnvironment = {
  HOST: '127.0.0.1',
  HEKETI_ADMIN_KEY: 'demo-admin',
  HEKETI_USER_KEY: 'demo-user',
  LOG_LEVEL: 'warn',
};

/** Sets up everything, makes a first volume, stays up until Ctrl-C. */
export async function runDemo(): Promise<void> {
  const { config: loaded } = loadConfig({ ...demoEnvironment, ...process.env });
  const narrator = new Narrator((text) => process.stdout.write(text), process.stdout.isTTY && !process.env['NO_COLOR']);
  const stopped = untilStopped();
  const logger = createLogger({ level: loaded.logLevel, process: 'demo' });
  const closing = new Closing(logger);
  narrator.heading('Brickyard demo');
  try {
    const address = await narrator.step(
      'Postgres',
      () => openPostgres(loaded, logger),
      (a) => a.description,
    );
    closing.add('postgres', () => address.stop());
    await narrator.step(
      'migrations',
      () => migrateAll(address),
      (a) => (a.length === 0 ? 'up to date' : a.join(', ')),
    );
    const nodes = await narrator.step('simulated storage nodes', () => openSimulator(loaded), describeNodes);
    closing.add('simulated nodes', () => nodes.close());
    const config = await reaching(loaded, nodes);
    assertServable(config);
    const roles = { api: true, worker: true };
    const service = await narrator.step(
      'API and worker',
      () => startService(config, address, roles, logger),
      (s) => s.url ?? '',
    );
    closing.add('service', () => service.close());
    const baseUrl = service.url ?? '';
    const client = new HeketiClient({ baseUrl, issuer: 'admin', key: config.adminKey });
    await narrator.step('sample topology', () => load(client, nodes, narrator));
    await narrator.step(
      'replica 3 volume',
      () => ensureFirstVolume(client, narrator),
      (v) => v.summary,
    );
    tellWhatToTry(narrator, baseUrl, config);
    await stopped;
    narrator.heading('Stopping');
  } finally {
    await closing.run();
  }
  narrator.line('stopped; the data stays for the next start');
}

function openSimulator(config: Config): Promise<SimulatedNodes> {
  return startSimulatedNodes({
    count: 3,
    devicesPerNode: 2,
    stateFile: join(resolve(config.dataDir), 'simulated-nodes.json'),
  });
}

function describeNodes(simulator: SimulatedNodes): string {
  return `ssh on ${simulator.nodes.map((node) => `${node.manageHost}:${String(simulator.port)}`).join(', ')}`;
}

/** The nodes are reached as real ones are: by SSH, with a private key in a file. */
async function reaching(config: Config, simulator: SimulatedNodes): Promise<Config> {
  const sshKeyFile = join(resolve(config.dataDir), 'simulated-nodes.key');
  await mkdir(resolve(config.dataDir), { recursive: true });
  await writeFile(sshKeyFile, simulator.clientPrivateKey ?? '', { mode: 0o600 });
  return { ...config, executor: 'ssh', sshKeyFile, sshUser: 'root', sshPort: simulator.port, sshSudo: false };
}

async function load(client: HeketiClient, simulator: SimulatedNodes, narrator: Narrator): Promise<void> {
  const nodes = simulator.nodes.map(({ manageHost, storageHost, devices }) => ({
    manageHost,
    storageHost,
    devices: devices.map(({ path }) => path),
  }));
  await loadTopology(client, sampleTopology(nodes), (line) => narrator.detail(line));
}
