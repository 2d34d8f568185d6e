/**
 * A worker as apps/worker puts it together, with failpoints around its ports. Started ahead of its time: everything is loaded,
 * nothing is connected until the test says so.
 */
import { PostgresLeases, startWorker } from '#operations';
import { openBackbone } from './backbone.mjs';
import { Failpoint } from './failpoint.mjs';

const failpoint = new Failpoint();
let running = 0;

/** Beneath the fence: what passes here goes over the wire. */
function transportWith(ssh) {
  return {
    async run(node, command, call) {
      const line = command.argv.join(' ');
      await failpoint.pass('before-send', line);
      const result = await ssh.run(node, command, call);
      await failpoint.pass('after-effect', line);
      return result;
    },
    close: () => ssh.close(),
  };
}

/** The same queue, whose jobs pass a failpoint and are counted. */
function watched(queue) {
  const work = queue.work.bind(queue);
  queue.work = (handle, concurrency) =>
    work(async (operationId, signal) => {
      running += 1;
      try {
        await failpoint.pass('taken', operationId);
        await handle(operationId, signal);
      } finally {
        running -= 1;
      }
    }, concurrency);
  return queue;
}

async function work(settings) {
  const { queue, notifier, ...parts } = await openBackbone(settings, failpoint, transportWith);
  const worker = startWorker({
    ...parts,
    leases: new PostgresLeases(parts.database),
    queue: watched(queue),
    config: { ...settings.worker, name: settings.name },
  });
  notifier.onWake(() => worker.wake());
  process.send({ is: 'working' });
}

process.on('message', (message) => {
  if (message.do === 'work') void work(message.settings);
  if (message.do === 'ask-load') process.send({ is: 'load', running });
});
// The test has ended, however it did.
process.on('disconnect', () => process.exit());
process.send({ is: 'warm' });
