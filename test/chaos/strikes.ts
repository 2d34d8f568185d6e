import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultAction, FaultHandle } from '#node-simulator';
import { ask } from '#test/http-client';
import { passageOf, type ChaosCase } from './cases.js';
import { send, type Accepted, type Happening, type Wish } from './wish.js';
import type { ChaosWorld } from './world.js';

/** Longer than the lease of a worker that is killed: somebody else has taken over by then. */
const ORPHAN_MS = 1500;
/** What node-postgres says where a connection breaks under a statement. */
const CONNECTION_LOST = 'Connection terminated unexpectedly';

/** Does what the case says, until the operation has ended and nobody acts late any more. Null: nothing was accepted. */
export async function strike(
  world: ChaosWorld,
  chaosCase: ChaosCase,
  wish: Wish | Happening,
): Promise<Accepted | null> {
  const { place, fault } = chaosCase;
  if (place.boundary.startsWith('accept-')) {
    if ('happens' in wish) throw new Error('nobody asks for it');
    return strikeAcceptance(world, chaosCase, wish);
  }
  if (place.boundary === 'queued') return strikeQueue(world, wish);
  if (fault === 'cut-ssh') return cutSsh(world, chaosCase, wish);
  if (place.boundary === 'after-send') return strikeWhileOnNode(world, chaosCase, wish);
  return strikeWorker(world, chaosCase, wish);
}

/** The last event of an operation is seen by its clients before the worker tells that it has written it. */
const LAST_WORD_MS = 5000;

async function reachedBy(reached: Promise<unknown>, { end }: Accepted): Promise<void> {
  const early = end.then(async () => {
    await delay(LAST_WORD_MS, undefined, { ref: false });
    throw new Error('the operation ended before the place of the fault was reached');
  });
  await Promise.race([reached, early]);
  early.catch(() => undefined);
}

/** Whom the client asks: where it is to be killed, one in a process of its own. */
interface Replica {
  readonly base: string;
  /** While it is polled. */
  dies(accepted: Accepted): Promise<void>;
}

async function replicaOf(world: ChaosWorld, { fault }: ChaosCase): Promise<Replica> {
  if (fault !== 'kill-api') return { base: world.system.base, dies: () => Promise.reject(new Error('it stays')) };
  const { api, base } = await world.api();
  return {
    base,
    dies: async ({ location }) => {
      const polled = ask(base, 'GET', location).catch(() => null);
      await api.kill();
      await polled;
    },
  };
}

/** The worker is held at a boundary of its own while it is struck. */
async function strikeWorker(world: ChaosWorld, chaosCase: ChaosCase, wish: Wish | Happening): Promise<Accepted> {
  const worker = await world.worker();
  const { reached } = await worker.arm(passageOf(chaosCase));
  const replica = await replicaOf(world, chaosCase);
  const accepted = await send(world, wish, replica.base);
  await reachedBy(reached, accepted);
  switch (chaosCase.fault) {
    case 'kill-worker':
      await worker.kill();
      await world.nextWorker();
      break;
    case 'stall-worker':
      await stall(world, accepted, stallLimitMs(chaosCase));
      break;
    case 'drop-database':
      await world.cutDatabase(worker);
      // What has committed has committed; the worker never hears of it.
      worker.release(chaosCase.place.boundary === 'after-append' ? CONNECTION_LOST : undefined);
      break;
    case 'wipe-queue':
      await world.wipeQueue();
      worker.release();
      break;
    case 'kill-api':
      await replica.dies(accepted);
      worker.release();
      break;
    case 'kill-worker-orphan':
    case 'cut-ssh':
      throw new Error(`${chaosCase.fault} does not strike at ${chaosCase.place.boundary}`);
  }
  await accepted.end;
  return accepted;
}

/** In the middle of a transaction it holds what the others need: they wait for it, or for Postgres to give it up (30 s). */
const STALL_IN_TRANSACTION_MS = 2500;
const STALL_LIMIT_MS = 20_000;
const stallLimitMs = ({ place }: ChaosCase): number =>
  place.boundary === 'before-commit' ? STALL_IN_TRANSACTION_MS : STALL_LIMIT_MS;

/** The process stands still until another one has taken over and ended the operation, then goes on where it was. */
export async function stall(world: ChaosWorld, { end }: Accepted, limitMs = STALL_LIMIT_MS): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'brickyard-chaos-'));
  const file = join(folder, 'awake');
  const stalled = await world.worker();
  const awake = stalled.stall(file, limitMs);
  await world.nextWorker();
  try {
    await end;
  } finally {
    await writeFile(file, '');
    await awake;
    await stalled.idle();
    await stalled.kill();
    await rm(folder, { recursive: true });
  }
}

/** The command is on the node and has not taken effect yet. */
async function strikeWhileOnNode(world: ChaosWorld, chaosCase: ChaosCase, wish: Wish | Happening): Promise<Accepted> {
  const { fault } = chaosCase;
  const worker = await world.worker();
  const orphan = fault === 'kill-worker-orphan';
  const command = onNodes(world, chaosCase, orphan ? { kind: 'delay', delayMs: ORPHAN_MS } : { kind: 'hang' });
  const replica = await replicaOf(world, chaosCase);
  const accepted = await send(world, wish, replica.base);
  await reachedBy(command.taken, accepted);
  switch (fault) {
    case 'kill-worker':
      await worker.kill();
      await world.nextWorker();
      break;
    case 'kill-worker-orphan':
      await worker.kill();
      await world.nextWorker();
      await Promise.all([accepted.end, command.ended()]);
      break;
    case 'stall-worker': {
      const stalled = stall(world, accepted, stallLimitMs(chaosCase));
      command.release();
      await stalled;
      break;
    }
    case 'drop-database':
      await world.cutDatabase(worker);
      break;
    case 'wipe-queue':
      await world.wipeQueue();
      break;
    case 'kill-api':
      await replica.dies(accepted);
      break;
    case 'cut-ssh':
      throw new Error('the node cuts by itself');
  }
  command.release();
  await accepted.end;
  return accepted;
}

/** Before the command has taken effect, half way, or before the answer. */
async function cutSsh(world: ChaosWorld, chaosCase: ChaosCase, wish: Wish | Happening): Promise<Accepted> {
  const kinds = { 'before-send': 'drop-before', 'after-send': 'drop-midway', 'after-effect': 'drop-after' } as const;
  const { boundary } = chaosCase.place;
  if (!(boundary in kinds)) throw new Error(`no connection to a node is cut at ${boundary}`);
  const command = onNodes(world, chaosCase, { kind: kinds[boundary as keyof typeof kinds] });
  const accepted = await send(world, wish);
  await reachedBy(command.taken, accepted);
  await accepted.end;
  return accepted;
}

interface CommandInHand {
  /** Resolves when the command has come to a node. */
  readonly taken: Promise<unknown>;
  /** Resolves when the node is done with it. */
  ended(): Promise<void>;
  release(): void;
}

const POLL_MS = 20;

/** Does something to the command that the case is about, on whichever node it comes. */
function onNodes(world: ChaosWorld, { place, nth }: ChaosCase, action: FaultAction): CommandInHand {
  let seen = 0;
  let line = '';
  const match = (candidate: string): boolean => {
    if (!place.pattern.test(candidate)) return false;
    seen += 1;
    if (seen === nth) line = candidate;
    return seen === nth;
  };
  const known = new Map(world.nodes.map((node) => [node, node.commands.length]));
  const handles: FaultHandle[] = world.nodes.map((node) => node.faults.add({ match, action }));
  const isDone = (): boolean =>
    world.nodes.some((node) => node.commands.slice(known.get(node)).some((entry) => entry.line === line));
  return {
    taken: Promise.race(handles.map(({ firstHit }) => firstHit)),
    ended: async () => {
      while (!isDone()) await delay(POLL_MS);
    },
    release: () => handles.forEach((handle) => handle.release()),
  };
}

/** Nobody has the hint any more when the first worker comes. */
async function strikeQueue(world: ChaosWorld, wish: Wish | Happening): Promise<Accepted> {
  await (await world.worker()).kill();
  const accepted = await send(world, wish);
  await world.wipeQueue();
  await world.nextWorker();
  await accepted.end;
  return accepted;
}

/** The client gets no answer, or one that says that nobody knows; what was accepted all the same has to end. */
async function strikeAcceptance(world: ChaosWorld, chaosCase: ChaosCase, wish: Wish): Promise<Accepted | null> {
  const { variant, fault, place } = chaosCase;
  await world.worker();
  const before = await world.operations(variant.kind);
  const { api, base } = await world.api();
  const { reached } = await api.arm(passageOf(chaosCase));
  const answer = ask(base, wish.method, wish.path, wish.body === undefined ? {} : { body: wish.body }).catch(
    () => null,
  );
  await reached;
  if (fault === 'kill-api') {
    await api.kill();
  } else {
    await world.cutDatabase(api);
    api.release(place.boundary === 'accept-after-append' ? CONNECTION_LOST : undefined);
  }
  const told = (await answer)?.status ?? 0;
  await api.kill();
  const accepted = (await world.operations(variant.kind)).slice(before.length);
  const wasCommitted = place.boundary !== 'accept-before-commit';
  if (accepted.length !== Number(wasCommitted)) throw new Error(`${accepted.length} operations were accepted`);
  if (told !== 0 && told < 500 && !(told === 202 && wasCommitted)) throw new Error(`the client was told ${told}`);
  const [operationId] = accepted;
  if (operationId === undefined) return null;
  const location = `/queue/${operationId}`;
  const end = world.endOf(location);
  await end;
  return { location, end };
}
