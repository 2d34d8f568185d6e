import { setMaxListeners } from 'node:events';
import { createPostgresBackend, Queue, Worker, type Job } from 'bullmq';
import { messageOf, within, type Logger } from '#kernel';
import { postgresConnection, type QueueConnection } from './connection.js';
import type { Handle, OperationQueue } from './operation-queue.js';
import { QueueWatch } from './queue-watch.js';

/** BullMQ allows no colon in it. */
const QUEUE_NAME = 'operations';

/** A queue that does not answer must not hold up the API: the log has the operation, the reconciler brings it back. */
const ANSWER_TIMEOUT_MS = 1000;

const DISCONNECT_TIMEOUT_MS = 2000;

/** Between two tries to reach a Redis that is away. BullMQ's own pauses grow to 20 s, and so long work would wait for a Redis that is back. */
const RECONNECT_MS = { first: 100, longest: 2000 };

/** Without a word from Redis where there should be one. A worker's question for jobs is answered after 10 s at the latest. */
const SILENCE_MS = { producer: 5000, worker: 30_000 };

/** Kept so long that a hint that comes twice is still known, and an operator can look at what happened. */
const COMPLETED = { age: 3600, count: 1000 };
const FAILED = { age: 24 * 3600, count: 1000 };

export interface QueueTiming {
  /** After this long without a sign of life of its worker a job is given up; the reconciler brings its operation back. */
  readonly lockDurationMs: number;
  readonly stalledIntervalMs: number;
}

const defaultTiming: QueueTiming = { lockDurationMs: 30_000, stalledIntervalMs: 30_000 };

interface JobData {
  readonly operationId: string;
}

type Reconnect = (tries: number) => number | null;

/** The queue on BullMQ, on Redis or Postgres. */
export class BullMqOperationQueue implements OperationQueue {
  readonly #producer: ReturnType<typeof openProducer>;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #watch: QueueWatch;
  #worker: ReturnType<typeof openWorker> | null = null;

  constructor(
    private readonly connection: QueueConnection,
    private readonly logger: Logger,
    private readonly timing: QueueTiming = defaultTiming,
  ) {
    // Every job listens to it: more than ten are no leak.
    setMaxListeners(0, this.#stopping.signal);
    this.#producer = openProducer(connection, this.#reconnect);
    // Once at each try to connect: the watch says it once.
    this.#producer.on('error', (error) => logger.debug({ error: messageOf(error) }, 'queue is unreachable'));
    this.#watch = new QueueWatch(() => this.#counts(), logger);
    this.#watch.start();
  }

  /** Settles within about a second, at once while the queue is known to be away. @throws Error where it does not answer */
  async add(operationId: string, options: { readonly attempt: number; readonly delayMs?: number }): Promise<void> {
    if (this.#watch.trouble !== null) throw new Error(`the queue is away: ${this.#watch.trouble}`);
    const { attempt, delayMs = 0 } = options;
    const data: JobData = { operationId };
    const added = this.#producer.add('operation', data, {
      jobId: `op_${operationId}_${attempt}`,
      delay: delayMs,
      attempts: 1,
      removeOnComplete: COMPLETED,
      removeOnFail: FAILED,
    });
    await this.#answer(added);
  }

  work(handle: Handle, concurrency: number): void {
    if (this.#worker !== null) throw new Error('the queue is being worked on already');
    const worker = openWorker(this.connection, (job) => this.#process(job.data, handle), {
      concurrency,
      timing: this.timing,
      reconnect: this.#reconnect,
    });
    worker.on('error', (error) => {
      if (this.#watch.trouble === null) this.logger.warn({ error: messageOf(error) }, 'queue worker is in trouble');
    });
    worker.on('failed', (job, error) =>
      this.logger.warn({ jobId: job?.id, error: messageOf(error) }, 'job of a worker that is gone was given up'),
    );
    this.#worker = worker;
  }

  async close(timeoutMs: number): Promise<void> {
    this.#stopping.abort();
    this.#watch.stop();
    const worker = this.#worker;
    if (worker !== null) {
      const finished = worker.pause(true).then(() => Promise.all(this.#running));
      const outcome = await this.#settle(timeoutMs, finished);
      await this.#disconnect(worker, worker.close(outcome === 'timeout'));
    }
    await this.#disconnect(this.#producer, this.#producer.close());
  }

  /** Settles within about a second. @throws Error where the queue does not answer */
  async depth(): Promise<number> {
    const counts = await this.#answer(this.#counts());
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  #counts(): Promise<Readonly<Record<string, number>>> {
    return this.#producer.getJobCounts('wait', 'prioritized', 'delayed', 'active');
  }

  trouble(): string | null {
    return this.#watch.trouble;
  }

  onBack(listener: () => void): () => void {
    return this.#watch.onBack(listener);
  }

  async #answer<T>(asked: Promise<T>): Promise<T> {
    const outcome = await within(ANSWER_TIMEOUT_MS, asked, (error) =>
      this.logger.debug({ error: messageOf(error) }, 'queue refused late'),
    );
    if (outcome === 'timeout') throw new Error(`the queue did not answer within ${ANSWER_TIMEOUT_MS} ms`);
    return asked;
  }

  /** Never fails: what an operation needs is in the log, not in the state of its job. */
  async #process({ operationId }: JobData, handle: Handle): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await new Promise<void>((letGo) => {
      const running = handle(operationId, this.#stopping.signal, letGo)
        .catch((error: unknown) => this.logger.error({ operationId, error: messageOf(error) }, 'job failed'))
        .finally(() => {
          this.#running.delete(running);
          letGo();
        });
      this.#running.add(running);
    });
  }

  /** The pause before the next try in ms; null: no other one, as connections that wait for Redis keep the process alive. */
  readonly #reconnect: Reconnect = (tries) =>
    this.#stopping.signal.aborted
      ? null
      : Math.min(RECONNECT_MS.first * 2 ** Math.min(tries, 10), RECONNECT_MS.longest);

  /** A Redis that hangs never answers the goodbye. */
  async #disconnect(part: { disconnect(): Promise<void> }, closed: Promise<void>): Promise<void> {
    const outcome = await this.#settle(DISCONNECT_TIMEOUT_MS, closed);
    if (outcome === 'timeout') await this.#settle(DISCONNECT_TIMEOUT_MS, part.disconnect());
  }

  /** One part of closing; its failure must not keep the others from being closed. */
  async #settle(timeoutMs: number, work: Promise<unknown>): Promise<'done' | 'timeout'> {
    const log = (error: unknown): void => this.logger.warn({ error: messageOf(error) }, 'queue did not close cleanly');
    try {
      return await within(timeoutMs, work, log);
    } catch (error) {
      log(error);
      return 'done';
    }
  }
}

function openProducer(connection: QueueConnection, retryStrategy: Reconnect) {
  switch (connection.backend) {
    case 'redis':
      return new Queue<JobData>(QUEUE_NAME, {
        // A command fails at the first lost connection instead of waiting for Redis to come back; a connection on which
        // an answer is missing for so long is lost.
        connection: { url: connection.url, maxRetriesPerRequest: 1, retryStrategy, socketTimeout: SILENCE_MS.producer },
        skipWaitingForReady: true,
        ...prefixOf(connection),
      });
    case 'postgres':
      return new Queue(QUEUE_NAME, { connection: postgresConnection(connection) }, createPostgresBackend);
  }
}

function openWorker(
  connection: QueueConnection,
  process: (job: Job<JobData>) => Promise<void>,
  {
    concurrency,
    timing,
    reconnect,
  }: { readonly concurrency: number; readonly timing: QueueTiming; readonly reconnect: Reconnect },
) {
  const options = {
    concurrency,
    lockDuration: timing.lockDurationMs,
    stalledInterval: timing.stalledIntervalMs,
    // Measured: a stalled worker still does its work when it wakes. The leases fence it, the reconciler brings the operation
    // back, and a job that came back by itself would only meet a busy lease.
    maxStalledCount: 0,
    removeOnComplete: COMPLETED,
    removeOnFail: FAILED,
  };
  switch (connection.backend) {
    case 'redis':
      return new Worker<JobData>(QUEUE_NAME, process, {
        ...options,
        connection: {
          url: connection.url,
          maxRetriesPerRequest: null,
          retryStrategy: reconnect,
          socketTimeout: SILENCE_MS.worker,
        },
        ...prefixOf(connection),
      });
    case 'postgres':
      return new Worker(
        QUEUE_NAME,
        process,
        { ...options, connection: postgresConnection(connection) },
        createPostgresBackend,
      );
  }
}

function prefixOf(connection: Extract<QueueConnection, { backend: 'redis' }>): { prefix?: string } {
  return connection.prefix === undefined ? {} : { prefix: connection.prefix };
}
