import { messageOf, type Logger } from '#kernel';
import type { OperationQueue } from '../queue/operation-queue.js';

/**
 * The first hint that there is work, right after the commit. A hint only: where it is lost the dispatcher and the reconciler
 * find the operation in the log, so a failure is logged and goes no further.
 */
export async function kick(queue: OperationQueue, operationId: string, logger: Logger): Promise<void> {
  try {
    await queue.add(operationId, { attempt: 0 });
  } catch (error) {
    logger.warn({ operationId, error: messageOf(error) }, 'operation not queued now: the reconciler will');
  }
}
