import { messageOf, type Logger } from '#kernel';
import type { OperationQueue } from '../queue/operation-queue.js';

/**
 * The first hint that there is work, right after the commit. A hint only: where it is lost the dispatcher and the reconciler
 * find the operation in the log, so a failure is logged and goes no further.
 * @param attempt another number than 0 where there may have been a first hint: the queue takes each number once
 */
export async function kick(queue: OperationQueue, operationId: string, logger: Logger, attempt = 0): Promise<void> {
  try {
    await queue.add(operationId, { attempt });
  } catch (error) {
    logger.warn({ operationId, error: messageOf(error) }, 'operation not queued now: the reconciler will');
  }
}
