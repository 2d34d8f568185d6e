import { type Api, type ApiDependencies, createApi } from '#api';
import type { AuditLog } from '#audit';
import { loadConfig } from '#config';
import type { EventStore } from '#event-store';
import { type Sql, silentLogger, systemClock } from '#kernel';
import { createTelemetry } from '#observability';
import type { MetricsView, Objects, Queries } from '#read-model';
import { testKeys } from './http-client.js';

const noMetrics: MetricsView = { clusters: [], operations: [], lanes: { waiting: 0, longest: 0 } };

const noneOf: Readonly<Record<string, unknown>> = {
  page: { states: [], next: null },
  bricks: { states: [], next: null },
  topology: { clusters: [], nodes: [], devices: [] },
};

/** Answers any question about the database with nothing, or fails as the driver does while it is away. */
function nothingIn(isAway: () => boolean, answerTo: (question: string) => unknown): object {
  return new Proxy(
    {},
    {
      get: (_target, question: string) => {
        // Nest looks for these on everything that it is given.
        if (question === 'then' || question.startsWith('on') || question.startsWith('before')) return undefined;
        return async () => {
          await Promise.resolve();
          if (isAway()) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
          return answerTo(question);
        };
      },
    },
  );
}

/** An API on a read model without anything in it, and on a ledger that is broken. No database is needed. */
export interface BareApi {
  readonly api: Api;
  readonly base: string;
  databaseAway(away: boolean): void;
}

export async function bareApi(other: Partial<ApiDependencies> = {}): Promise<BareApi> {
  let away = false;
  const { config } = loadConfig({
    HEKETI_ADMIN_KEY: testKeys.admin,
    HEKETI_USER_KEY: testKeys.user,
    BRICKYARD_AUDITOR_KEY: testKeys.auditor,
  });
  const answerTo = (question: string): unknown =>
    question.endsWith('Ids') ? [] : question === 'metrics' ? noMetrics : null;
  const noObjects = nothingIn(
    () => away,
    (question) => noneOf[question] ?? null,
  ) as Objects;
  const queries = nothingIn(() => away, answerTo) as Queries;
  const api = await createApi({
    // A stream would be an answer that never ends.
    config: { ...config, bodyLimitBytes: 2000, maxEventStreams: 0 },
    ledger: { transact: () => Promise.reject(new Error('secret detail')) },
    eventStore: nothingIn(
      () => away,
      () => ({ events: [], behindGuard: false }),
    ) as EventStore,
    database: nothingIn(
      () => away,
      () => [],
    ) as Sql,
    objects: {
      live: noObjects,
      at: () => noObjects,
      moment: () => Promise.resolve({ refused: 'before-the-log', begin: null }),
      changed: () => Promise.resolve(null),
    },
    queries,
    snapshots: (ask) => ask(queries),
    answerRecords: { find: () => Promise.resolve(null) },
    audit: nothingIn(() => away, answerTo) as AuditLog,
    refusals: { record: () => undefined },
    storageNodes: { glusterdRunning: () => Promise.resolve(true) },
    kick: () => Promise.resolve(),
    onAppend: () => () => undefined,
    readiness: [{ name: 'database', check: () => (away ? Promise.reject(new Error('no')) : Promise.resolve()) }],
    telemetry: createTelemetry({ version: 'test' }),
    logger: silentLogger,
    clock: systemClock,
    ...other,
  });
  return { api, base: await api.listen(0, '127.0.0.1'), databaseAway: (is) => void (away = is) };
}
