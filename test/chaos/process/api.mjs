/** A replica of the API as apps/cli puts it together, with failpoints around its acceptance of operations. */
import { createApi, databaseCheck, queueCheck } from '#api';
import { loadConfig } from '#config';
import { systemClock } from '#kernel';
import { createTelemetry } from '#observability';
import { AnswerRecords, kick } from '#operations';
import { PostgresObjectHistory } from '#read-model';
import { openBackbone } from './backbone.mjs';
import { Failpoint } from './failpoint.mjs';

const failpoint = new Failpoint();

async function serve(settings) {
  const { environment, overrides } = settings;
  const backbone = await openBackbone(settings, failpoint);
  const { database, eventStore, ledger, queries, nodes, queue, notifier, health, logger } = backbone;
  const api = await createApi({
    config: { ...loadConfig(environment).config, ...overrides },
    ledger,
    eventStore,
    database,
    queries,
    objects: new PostgresObjectHistory(database, eventStore),
    answerRecords: new AnswerRecords(database),
    storageNodes: nodes,
    kick: async (operationId, attempt) => {
      await kick(queue, operationId, logger, attempt);
      await failpoint.pass('queued', operationId);
    },
    onAppend: (listener) => notifier.onWake(listener),
    readiness: [databaseCheck(health), queueCheck(queue)],
    telemetry: createTelemetry({ version: 'test' }),
    logger,
    clock: systemClock,
  });
  process.send({ is: 'working', url: await api.listen(0, '127.0.0.1') });
}

process.on('message', (message) => {
  if (message.do === 'work') void serve(message.settings);
});
process.on('disconnect', () => process.exit());
process.send({ is: 'warm' });
