import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Client } from './client.js';
import { between, pick, pickWeighted, type Random } from './random.js';

/** What all clients of a run know of each other's volumes. */
export class Pool {
  readonly #volumes = new Set<string>();
  readonly #touched: string[] = [];
  readonly #ended: string[] = [];

  constructor(
    readonly clusterIds: readonly string[],
    /** Volumes that are there at a time, about. */
    readonly capacity: number,
  ) {}

  get isFull(): boolean {
    return this.#volumes.size >= this.capacity;
  }

  get volumeIds(): string[] {
    return [...this.#volumes];
  }

  /** Volumes that somebody changes or has changed lately, also those that are gone: there is most to see of them. */
  get touched(): readonly string[] {
    return this.#touched;
  }

  /** Operations whose end was seen lately. */
  get ended(): readonly string[] {
    return this.#ended;
  }

  add(volumeId: string): void {
    this.#volumes.add(volumeId);
  }

  remove(volumeId: string): void {
    this.#volumes.delete(volumeId);
  }

  touch(volumeId: string): void {
    this.#touched.push(volumeId);
    if (this.#touched.length > 8) this.#touched.shift();
  }

  noteEnd(operationId: string): void {
    this.#ended.push(operationId);
    if (this.#ended.length > 50) this.#ended.shift();
  }
}

export interface WorkloadCounts {
  created: number;
  expanded: number;
  deleted: number;
  walks: number;
  /** Topology walks that met a 404, as heketi-cli's do: a volume was deleted between the list and the look. */
  walksBrokenOff: number;
}

/** What all clients of a run have done together. */
export class Tally {
  readonly counts: WorkloadCounts = { created: 0, expanded: 0, deleted: 0, walks: 0, walksBrokenOff: 0 };
  /** Changes that were accepted and failed in the end, with their reasons. */
  readonly failed: string[] = [];
}

const clusterSchema = z.object({ nodes: z.array(z.string()), volumes: z.array(z.string()) });

/** One client's doings, at random, until it is told to stop; what it has begun it follows to the end. */
export class Workload {
  #made = 0;

  constructor(
    private readonly client: Client,
    private readonly name: string,
    private readonly pool: Pool,
    private readonly tally: Tally,
    private readonly random: Random,
  ) {}

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.#next();
      await delay(between(this.random, 0, 50));
    }
  }

  #next(): Promise<void> {
    const { pool, random } = this;
    const action = pickWeighted(random, [
      [pool.isFull ? 0 : 30, () => this.#create()],
      [10, () => this.#expand()],
      [pool.isFull ? 40 : 15, () => this.#remove()],
      [30, () => this.#readOne()],
      [10, () => this.#read('/volumes')],
      [10, () => this.#read(`/clusters/${this.#clusterId()}`)],
      [10, () => this.#lookAgain()],
      [4, () => this.#walk()],
    ]);
    return action();
  }

  async #create(): Promise<void> {
    const { client, pool, tally, random } = this;
    const name = `h-${this.name}-${(this.#made += 1)}`;
    const replica = pickWeighted(random, [
      [2, 1],
      [1, 2],
      [2, 3],
    ]);
    const change = await client.create(name, between(random, 1, 5), this.#clusterId(), replica);
    if (change.outcome === 'failed') tally.failed.push(`create ${name}: ${change.text}`);
    if (change.outcome !== 'succeeded' || change.volumeId === null) return;
    tally.counts.created += 1;
    pool.add(change.volumeId);
    if (change.operationId !== null) pool.noteEnd(change.operationId);
  }

  async #expand(): Promise<void> {
    const { client, pool, tally, random } = this;
    const volumeId = pick(random, pool.volumeIds);
    if (volumeId === undefined) return;
    pool.touch(volumeId);
    // Who makes a volume bigger looks first how big it is.
    await client.read(`/volumes/${volumeId}`);
    const change = await client.expand(volumeId, between(random, 1, 3));
    if (change.outcome === 'failed') tally.failed.push(`expand ${volumeId}: ${change.text}`);
    if (change.outcome !== 'succeeded') return;
    tally.counts.expanded += 1;
    if (change.operationId !== null) pool.noteEnd(change.operationId);
  }

  /** Others may be at the same volume: to be refused is part of it. */
  async #remove(): Promise<void> {
    const { client, pool, tally, random } = this;
    const volumeId = pick(random, pool.volumeIds);
    if (volumeId === undefined) return;
    pool.touch(volumeId);
    const change = await client.remove(volumeId);
    if (change.outcome === 'failed') tally.failed.push(`delete ${volumeId}: ${change.text}`);
    if (change.outcome !== 'succeeded') return;
    tally.counts.deleted += 1;
    pool.remove(volumeId);
    if (change.operationId !== null) pool.noteEnd(change.operationId);
  }

  async #readOne(): Promise<void> {
    const { random, pool } = this;
    const volumeId = pick(random, random() < 0.7 ? pool.touched : pool.volumeIds);
    if (volumeId !== undefined) await this.#read(`/volumes/${volumeId}`);
  }

  async #lookAgain(): Promise<void> {
    const operationId = pick(this.random, this.pool.ended);
    if (operationId !== undefined) await this.#read(`/queue/${operationId}`);
  }

  /** As heketi-cli's `topology info`: everything of a cluster, and the first 404 ends it. */
  async #walk(): Promise<void> {
    const { counts } = this.tally;
    counts.walks += 1;
    const { json } = await this.client.read(`/clusters/${this.#clusterId()}`);
    const { nodes, volumes } = clusterSchema.parse(json);
    for (const path of [...volumes.map((id) => `/volumes/${id}`), ...nodes.map((id) => `/nodes/${id}`)]) {
      const { answer } = await this.client.read(path);
      if (answer.status === 200) continue;
      counts.walksBrokenOff += 1;
      return;
    }
  }

  async #read(path: string): Promise<void> {
    await this.client.read(path);
  }

  #clusterId(): string {
    const clusterId = pick(this.random, this.pool.clusterIds);
    if (clusterId === undefined) throw new Error('there is no cluster to make volumes in');
    return clusterId;
  }
}
