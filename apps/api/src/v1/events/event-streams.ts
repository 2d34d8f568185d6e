import { Readable } from 'node:stream';
import type { Principal } from '#auth';
import { EventFeed } from '#event-store';
import type { Clock, Logger } from '#kernel';
import type { Telemetry } from '#observability';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ApiDependencies } from '../../dependencies.js';
import { Drain } from '../../drain/drain.js';
import { DEPENDENCIES } from '../../tokens.js';
import { comeBackLater } from '../frame/problem.js';
import { cutWhenStalled } from './cut-when-stalled.js';
import { HEARTBEAT_MS } from './frames.js';

/** Of one stream, beside what the socket holds; a reader that takes nothing is not read for any further. */
const BUFFER_BYTES = 16_384;
const COME_BACK_SECONDS = 5;
/** Several of the comments that every stream sends have not gone out by then. */
const STALLED_MS = 4 * HEARTBEAT_MS;
/** The longest that a timer can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would keep events back until its buffer is full.
  'x-accel-buffering': 'no',
};

/** The open streams of events of one replica: how many there may be, and when they end. */
@Injectable()
export class EventStreams implements OnModuleDestroy {
  readonly feed: EventFeed;
  private readonly limit: number;
  private readonly logger: Logger;
  private readonly telemetry: Telemetry;
  private readonly clock: Clock;
  /** Ends of those that are open. */
  private readonly ends = new Set<AbortController>();
  private stopping = false;

  constructor(@Inject(DEPENDENCIES) parts: ApiDependencies, @Inject(Drain) drain: Drain) {
    const { eventStore, database: sql, onAppend, logger, telemetry, clock, config } = parts;
    this.feed = new EventFeed({ eventStore, sql, wakeSource: { onWake: onAppend }, logger });
    this.limit = config.maxEventStreams;
    this.logger = logger;
    this.telemetry = telemetry;
    this.clock = clock;
    drain.onBegin(() => this.stop());
  }

  /**
   * Sends frames until there are no more, the client has gone, its token has expired, or the replica stops.
   * @param frames made for the signal that ends them
   * @throws Problem 503 where there are too many already
   */
  send(reply: FastifyReply, principal: Principal, frames: (signal: AbortSignal) => AsyncIterable<string>): void {
    // The client has gone while its request was looked at: nobody would ever hear that this stream is closed.
    if (reply.raw.closed) return;
    if (this.stopping) throw comeBackLater('This replica is about to stop: connect to another one');
    if (this.ends.size >= this.limit) {
      this.telemetry.eventStreams.refused();
      throw comeBackLater(
        `There are ${this.ends.size} streams of events here already: connect to another replica, or later`,
        COME_BACK_SECONDS,
      );
    }
    const end = new AbortController();
    const expiry = setTimeout(() => end.abort(), this.lastsMs(principal));
    this.ends.add(end);
    this.telemetry.eventStreams.opened();
    reply.raw.once('close', () => {
      clearTimeout(expiry);
      end.abort();
      this.ends.delete(end);
      this.telemetry.eventStreams.closed();
    });
    cutWhenStalled(reply.raw, STALLED_MS, () => {
      const { id: requestId, ip: sourceAddress } = reply.request;
      this.logger.info(
        { requestId, sourceAddress, afterMs: STALLED_MS },
        'a client of events took nothing and was cut',
      );
    });
    const body = Readable.from(frames(end.signal), { objectMode: false, highWaterMark: BUFFER_BYTES });
    void reply.headers(headers).send(body);
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    await this.feed.close();
  }

  private stop(): void {
    this.stopping = true;
    for (const end of this.ends) end.abort();
  }

  private lastsMs({ expiresAt }: Principal): number {
    if (expiresAt === undefined) return LONGEST_TIMER_MS;
    return Math.min(Math.max(expiresAt * 1000 - this.clock.now().getTime(), 0), LONGEST_TIMER_MS);
  }
}
