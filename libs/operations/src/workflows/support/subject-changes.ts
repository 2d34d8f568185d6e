import {
  deviceDecider,
  nodeDecider,
  volumeDecider,
  type DeviceCommand,
  type NodeCommand,
  type VolumeCommand,
  type VolumeState,
} from '#domain';
import type { Change, LedgerTransaction } from '#read-model';

/** The change that a command makes to a node, decided on its present state. */
export async function nodeChange(tx: LedgerTransaction, id: string, command: NodeCommand): Promise<Change> {
  const { state, version } = await tx.load('node', id, { lock: true });
  return { kind: 'node', id, expectedVersion: version, events: nodeDecider.decide(command, state) };
}

export async function deviceChange(tx: LedgerTransaction, id: string, command: DeviceCommand): Promise<Change> {
  const { state, version } = await tx.load('device', id, { lock: true });
  return { kind: 'device', id, expectedVersion: version, events: deviceDecider.decide(command, state) };
}

/** Also returns the volume as it was before: an ended volume has forgotten its bricks. */
export async function volumeChange(
  tx: LedgerTransaction,
  id: string,
  command: VolumeCommand,
): Promise<{ change: Change; before: VolumeState }> {
  const { state, version } = await tx.load('volume', id, { lock: true });
  const change: Change = { kind: 'volume', id, expectedVersion: version, events: volumeDecider.decide(command, state) };
  return { change, before: state };
}
