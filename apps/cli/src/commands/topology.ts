import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { AuditEvent } from '../audit/audit-event.js';
import { HeketiClient } from '../client/heketi-client.js';
import { loadTopology, type Topology as LoadedTopology, topologySchema } from '../client/topology.js';
import type { ListPage, V1Client } from '../client/v1-client.js';
import { connectionOf, type ServerOptions } from '../context/connection.js';
import { diffText } from '../topology/diff-text.js';
import type { Topology, TopologyDiff } from '../topology/topology-answers.js';
import { topologyText } from '../topology/topology-text.js';
import { askCommand, asking, type AskOptions, reporting, strict } from './ask.js';
import { parsed } from './client.js';
import { momentOption } from './moment.js';
import { withServer } from './server-options.js';

/** `brickyard topology`: the machines, as they are and as they were. */
export function topologyCommand(): Command {
  return new Command('topology')
    .description('clusters, nodes and devices')
    .addCommand(loadCommand())
    .addCommand(showCommand())
    .addCommand(diffCommand());
}

function loadCommand(): Command {
  return strict(withServer(new Command('load')))
    .description("bring clusters, nodes and devices in from Heketi's topology file; what is there stays as it is")
    .requiredOption('--json <file>', 'the topology file')
    .action(async (options: ServerOptions & { readonly json: string }) =>
      reporting({}, async () => {
        const topology = await readTopology(options.json);
        const client = new HeketiClient(await connectionOf(options));
        await loadTopology(client, topology, (line) => process.stdout.write(`${line}\n`));
        return undefined;
      }),
    );
}

/** @throws Error naming the file, and the first place in it that is not as it should be */
async function readTopology(file: string): Promise<LoadedTopology> {
  const read = topologySchema.safeParse(parsed(await readFile(file, 'utf8'), file));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`${file} is no topology file: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

function showCommand(): Command {
  return askCommand('show')
    .description('all clusters with their nodes and devices, and what is free')
    .addOption(momentOption('--as-of', 'as they were'))
    .action(async (options: AskOptions & { readonly asOf?: string }) =>
      asking(options, async ({ client, page, print }) => {
        const topology: Topology = await client.get('/v1/topology', { asOf: options.asOf });
        print(topology, () => topologyText(topology, page));
        return undefined;
      }),
    );
}

function diffCommand(): Command {
  return askCommand('diff')
    .description('what came, went and changed between two moments, volumes included')
    .addOption(momentOption('--from', 'the earlier moment').makeOptionMandatory())
    .addOption(momentOption('--to', 'the later moment, now unless given'))
    .action(async (options: AskOptions & { readonly from: string; readonly to?: string }) =>
      asking(options, async ({ client, page, print }) => {
        const { from, to = await newestPosition(client) } = options;
        const diff: TopologyDiff = await client.get('/v1/topology/diff', { from, to });
        print(diff, () => diffText(diff, page));
        return undefined;
      }),
    );
}

/** Now, whatever the clock of this machine says. */
async function newestPosition(client: V1Client): Promise<string> {
  const { items }: ListPage<AuditEvent> = await client.get('/v1/audit/events', { order: 'newest-first', limit: 1 });
  const [newest] = items;
  if (newest === undefined) throw new Error('the log is empty: nothing has happened yet');
  return newest.position;
}
