import type { RequestedKind } from '#domain';
import { NodeCommandError, NodeUnreachableError } from '#storage-nodes';
import { outcome, runToEnd } from '#test/operation-runs';
import { OperationWorld } from '#test/operation-world';
import { describe, expect, it } from 'vitest';

/** Gluster marks the bricks and then the connection breaks; from then on it takes none that is still marked. */
function markAt(world: OperationWorld, give: string, brickIds: readonly string[]): void {
  const marked = new Set<string>();
  let cut = false;
  world.nodes.fault = (call, when, node) => {
    if (when === 'after' && call.startsWith('remove b')) marked.delete(call.slice('remove '.length));
    if (call !== give || when === 'after') return;
    if (!cut) {
      cut = true;
      brickIds.forEach((brickId) => marked.add(brickId));
      throw new NodeUnreachableError('connection lost', node.nodeId, true);
    }
    const [first] = marked;
    if (first !== undefined) throw new NodeCommandError(`/${first} is already part of a volume`, node.nodeId, call, 1);
  };
}

describe('bricks that Gluster has marked and not taken', () => {
  it.each<[RequestedKind, string, string[]]>([
    ['volume-create', 'create vol', ['b1', 'b2', 'b3']],
    ['volume-expand', 'add-brick vol', ['b4', 'b5', 'b6']],
  ])('are made anew, and the %s succeeds', async (kind, give, brickIds) => {
    const world = new OperationWorld().accept(kind);
    markAt(world, give, brickIds);
    await runToEnd(world);
    expect(outcome(world)).toMatchObject({ type: 'OperationSucceeded' });
    expect(world.nodes.calls.filter((call) => call.startsWith('remove b')).sort()).toEqual(
      brickIds.map((brickId) => `remove ${brickId}`),
    );
    for (const brickId of brickIds) expect(world.nodes.bricks).toContain(brickId);
  });

  it('are left alone where nobody can have given them before: the mark is not ours', async () => {
    const world = new OperationWorld().accept('volume-create');
    world.nodes.fault = (call, when, node) => {
      if (call === 'create vol' && when === 'before') {
        throw new NodeCommandError('/b1 is already part of a volume', node.nodeId, call, 1);
      }
    };
    await runToEnd(world);
    expect(outcome(world)).toEqual({ type: 'OperationFailed', data: { reason: '/b1 is already part of a volume' } });
    expect(world.nodes.calls.filter((call) => call === 'create vol')).toHaveLength(1);
  });
});
