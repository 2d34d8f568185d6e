import { PostgresEventStore } from '#event-store';
import { PostgresLedger, PostgresQueries } from '#read-model';
import { startSimulatedSystem, type SimulatedSystem } from '#test/simulated-system';
import { pinHostKey } from '../../apps/cli/src/system/pin-host-key.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

let system: SimulatedSystem;

beforeAll(async () => {
  system = await startSimulatedSystem();
  await system.loadAll();
});
afterAll(() => system.close());

it('a node that shows another host key gets no command until an administrator pins that key', async () => {
  const body = { size: 1, durability: { type: 'replicate', replicate: { replica: 3 } } };
  const create = (): Promise<string | null> => system.client.change('POST', '/volumes', body);
  const before = system.holdings();
  const node = system.simulator.nodes[1]!;
  const old = node.hostKey;
  const key = node.rotateHostKey();
  // Connections that are open were made to the node that had the old key.
  await node.reboot();
  const sent = node.commands.length;

  const refusal = await create().then(String, String);
  for (const part of [node.manageHost, old.fingerprint, key.fingerprint, 'brickyard admin pin-host-key']) {
    expect(refusal).toContain(part);
  }
  expect(node.commands).toHaveLength(sent);
  // The first brick of a device makes the folder that goes with the device.
  const withoutFolders = (holdings: typeof before) => Object.values(holdings).map((held) => ({ ...held, folders: [] }));
  expect(withoutFolders(system.holdings())).toEqual(withoutFolders(before));

  const { db } = system.database;
  const parts = { ledger: new PostgresLedger(db, new PostgresEventStore()), queries: new PostgresQueries(db) };
  await pinHostKey(parts, { node: node.manageHost, key, actor: 'the administrator' });
  // A node that could not be connected to is left alone for about a second.
  const location = await vi.waitFor(create, { timeout: 10_000, interval: 200 });
  expect(await system.client.get(location ?? '')).toMatchObject({ size: 1 });
});
