import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { AppendOptions, StreamAppend } from '#event-store';
import { type Database, type DomainEvent, type Logger, silentLogger, type Sql, systemAttribution } from '#kernel';
import type { RefusedRequest, RefusedRequests } from './events.js';
import type { Refusal } from './refusal.js';
import { RefusalRecorder, type RefusalRecorderParts } from './refusal-recorder.js';

/** A log that can be away, and that can lose the answer to a commit. */
class FragileLog {
  readonly appended: { append: StreamAppend; options: AppendOptions }[] = [];
  away = false;
  losesAnswers = 0;
  readonly database: Database = {
    query: () => Promise.resolve([]),
    transaction: async (work) => {
      if (this.away) throw new Error('connect ECONNREFUSED');
      const drafts = this.appended.length;
      const result = await work({} as Sql);
      if (this.losesAnswers > 0) {
        this.losesAnswers -= 1;
        expect(this.appended.length).toBeGreaterThan(drafts);
        throw new Error('Connection terminated');
      }
      return result;
    },
  };
  readonly eventStore: RefusalRecorderParts['eventStore'] = {
    append: (_tx, [append], options) => {
      const known = this.appended.some((earlier) => earlier.options.commandId === options.commandId);
      if (append === undefined) throw new Error('nothing to append');
      if (!known) {
        expect(append.expectedVersion).toBe(this.appended.length);
        this.appended.push({ append, options });
      }
      return Promise.resolve({ events: [], duplicate: known });
    },
  };
  get events(): DomainEvent[] {
    return this.appended.flatMap(({ append }) => append.events);
  }
}

const refusal = (nth: number, given: Partial<Refusal> = {}): Refusal => ({
  at: new Date(1_000),
  stage: 'door',
  attribution: { ...systemAttribution('unknown', `request-${nth}`), sourceAddress: '10.0.0.1' },
  method: 'GET',
  path: `/volumes/${nth}`,
  status: 401,
  text: 'Unknown user',
  reasons: [],
  claimedIssuer: 'root',
  ...given,
});

const opened: RefusalRecorder[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((recorder) => recorder.close()));
});

function start(log: FragileLog, settings: RefusalRecorderParts['settings'] = {}, logger: Logger = silentLogger) {
  const metered = { recorded: 0, counted: 0, dropped: 0 };
  const recorder = new RefusalRecorder({
    processId: 'p',
    database: log.database,
    eventStore: log.eventStore,
    logger,
    meter: (outcome, count) => void (metered[outcome] += count),
    settings: { flushAfterMs: 1, retryAfterMs: 5, ...settings },
  });
  opened.push(recorder);
  return { recorder, metered };
}

const pathsOf = (log: FragileLog): string[] => log.events.map(({ data }) => (data as RefusedRequest).path);

describe('the recorder of refused requests', () => {
  it('records each with who sent it, in the stream of the process', async () => {
    const log = new FragileLog();
    const { recorder, metered } = start(log);
    for (let nth = 0; nth < 50; nth += 1) recorder.record(refusal(nth));
    expect(log.events).toEqual([]);
    await expect.poll(() => log.events.length).toBe(50);
    expect(log.appended[7]?.append).toMatchObject({ kind: 'request', id: 'p', expectedVersion: 7 });
    expect(log.appended[7]?.options.attribution).toMatchObject({ requestId: 'request-7', sourceAddress: '10.0.0.1' });
    expect(pathsOf(log)).toEqual(Array.from({ length: 50 }, (_, nth) => `/volumes/${nth}`));
    await expect.poll(() => metered).toEqual({ recorded: 50, counted: 0, dropped: 0 });
  });

  it('tells the operator once why nothing is recorded, what is lost for that reason, and when it is over', async () => {
    const log = new FragileLog();
    const lines: { level: string; fields: object; message: string }[] = [];
    const keep = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message });
    const logger = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') };
    const { recorder } = start(log, { room: 2 }, logger);
    log.away = true;
    for (let nth = 0; nth < 2; nth += 1) recorder.record(refusal(nth));
    await expect.poll(() => lines.filter(({ level }) => level === 'debug').length).toBeGreaterThan(2);
    recorder.record(refusal(2));
    recorder.record(refusal(3));
    log.away = false;
    await expect.poll(() => log.events.length).toBe(2);
    const reason = 'connect ECONNREFUSED';
    await expect
      .poll(() => lines.filter(({ level }) => level !== 'debug'))
      .toEqual([
        {
          level: 'warn',
          fields: { waiting: 2, room: 2, reason },
          message: 'refused requests wait until the database takes them',
        },
        { level: 'error', fields: { reason }, message: 'refused requests cannot be recorded and are lost from now on' },
        { level: 'warn', fields: { lost: 2 }, message: 'refused requests are recorded again' },
      ]);
  });

  it('counts a flood at the door, and still records changes that are refused', async () => {
    const log = new FragileLog();
    const { recorder, metered } = start(log, { countForMs: 20 });
    for (let nth = 0; nth < 5_000; nth += 1) recorder.record(refusal(nth));
    recorder.record(refusal(0, { stage: 'change', status: 500, text: 'No space' }));
    await expect.poll(() => log.events.length).toBe(102);
    const summary = log.events.find(({ type }) => type === 'RequestsRefused')?.data as RefusedRequests;
    expect(summary).toMatchObject({ count: 4_900, kinds: [{ text: 'Unknown user', status: 401, count: 4_900 }] });
    expect(log.events.filter(({ data }) => (data as RefusedRequest).text === 'No space')).toHaveLength(1);
    await expect.poll(() => metered).toEqual({ recorded: 102, counted: 4_900, dropped: 0 });
  });

  it('keeps what it can while the database is away, and records each once when it is back', async () => {
    const log = new FragileLog();
    const { recorder, metered } = start(log, { room: 30 });
    log.away = true;
    for (let nth = 0; nth < 40; nth += 1) recorder.record(refusal(nth));
    await delay(20);
    expect(metered).toEqual({ recorded: 0, counted: 0, dropped: 10 });
    log.away = false;
    log.losesAnswers = 2;
    await expect.poll(() => metered.recorded).toBe(30);
    recorder.record(refusal(99));
    await expect.poll(() => metered.recorded).toBe(31);
    expect(pathsOf(log)).toEqual([...Array.from({ length: 30 }, (_, nth) => `/volumes/${nth}`), '/volumes/99']);
  });

  it('records what waits when it is closed, counts included', async () => {
    const log = new FragileLog();
    const { recorder } = start(log, { flushAfterMs: 60_000, countForMs: 60_000 });
    for (let nth = 0; nth < 130; nth += 1) recorder.record(refusal(nth));
    await recorder.close();
    expect(log.events).toHaveLength(101);
  });

  it('gives up when it is closed while the database is away', async () => {
    const log = new FragileLog();
    const { recorder, metered } = start(log, { closeWithinMs: 50 });
    log.away = true;
    recorder.record(refusal(1));
    await recorder.close();
    recorder.record(refusal(2));
    expect(metered).toEqual({ recorded: 0, counted: 0, dropped: 2 });
  });
});
