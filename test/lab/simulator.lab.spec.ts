import { readFile } from 'node:fs/promises';
import { startSimulatedNodes, type SimulatedNodes } from '#node-simulator';
import { SshExecutor, type NodeAddress, type RemoteResult } from '#storage-nodes';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { conversation } from './support/conversation.js';
import { tracesOnAllNodes } from './support/traces.js';
import { wipeNodes } from './support/wipe.js';

/** A set of three nodes that can be asked. */
interface Site {
  readonly executor: SshExecutor;
  readonly addresses: readonly NodeAddress[];
  /** The first disk of every node. */
  readonly disk: string;
}

const lab = inject('lab');
const answers: { real: RemoteResult; simulated: RemoteResult }[] = [];
let simulator: SimulatedNodes;
let sites: { real: Site; simulated: Site };

function address(manageHost: string, storageHost: string): NodeAddress {
  return { nodeId: manageHost, manageHost, storageHost, hostKey: null };
}

async function ask(site: Site, question: (typeof conversation)[number]): Promise<RemoteResult> {
  const fill = (text: string): string =>
    text
      .replaceAll('{disk1}', site.disk)
      .replace(/\{host(\d)\}/g, (_, number: string) => site.addresses[Number(number) - 1]!.storageHost);
  const command = { argv: question.argv.map(fill), timeoutMs: 120_000 };
  const call = { signal: new AbortController().signal, onCommand: () => undefined };
  const withStdin = question.stdin === undefined ? command : { ...command, stdin: question.stdin };
  return site.executor.run(site.addresses[question.node - 1]!, withStdin, call);
}

/** What may differ between two sets of nodes: names, ids that are made up anew, and texts that nobody reads. */
function comparable(site: Site, program: string, { exitCode, stdout, stderr }: RemoteResult): RemoteResult {
  const same = (text: string): string => {
    const named = site.addresses.reduce((sum, { storageHost }, i) => sum.replaceAll(storageHost, `host${i + 1}`), text);
    return (
      named
        .replaceAll(site.disk, 'disk1')
        .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
        .replace(/\b\w{6}(-\w{4}){5}-\w{6}\b/g, 'lvm-uuid')
        // Gluster's guess at what an unknown option was meant to be.
        .replace(/^Did you mean .*\n/m, '')
    );
  };
  // The geometry that mkfs chooses is not modelled, nor are the options that the kernel adds to a mount.
  const silent = program === 'mkfs.xfs' || program === 'findmnt';
  return { exitCode, stdout: silent ? '' : same(stdout), stderr: same(stderr) };
}

beforeAll(async () => {
  await wipeNodes(lab);
  simulator = await startSimulatedNodes({ devicesPerNode: 3, deviceSizeGiB: lab.nodes[0]!.diskSizeGiB });
  const { ssh } = lab;
  sites = {
    real: {
      executor: new SshExecutor({
        user: ssh.user,
        port: ssh.port,
        privateKey: await readFile(ssh.privateKeyFile, 'utf8'),
      }),
      addresses: lab.nodes.map((node) => address(node.manageHost, node.storageHost)),
      disk: lab.nodes[0]!.devices[0]!,
    },
    simulated: {
      executor: new SshExecutor({ user: 'root', port: simulator.port, privateKey: simulator.clientPrivateKey! }),
      addresses: simulator.nodes.map((node) => address(node.manageHost, node.storageHost)),
      disk: '/dev/vdb',
    },
  };
  for (const question of conversation) {
    const [real, simulated] = await Promise.all([ask(sites.real, question), ask(sites.simulated, question)]);
    const program = question.argv[0]!;
    answers.push({
      real: comparable(sites.real, program, real),
      simulated: comparable(sites.simulated, program, simulated),
    });
  }
}, 300_000);

afterAll(async () => {
  await Promise.all([sites.real.executor.close(), sites.simulated.executor.close()]);
  await simulator.close();
});

describe('a simulated node answers as a real one', () => {
  it.each(conversation.map((question, index) => ({ index, line: question.argv.join(' ') })))(
    '$index: $line',
    ({ index }) => {
      const { real, simulated } = answers[index]!;
      expect(simulated).toEqual(real);
    },
  );

  it('and the conversation left nothing on the real ones', async () => {
    for (const traces of Object.values(await tracesOnAllNodes(lab))) {
      expect(traces).toMatchObject({ physicalVolumes: '', logicalVolumes: '', mounts: '', brickProcesses: '0' });
    }
  });
});
