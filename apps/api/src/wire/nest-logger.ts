import type { Logger } from '#kernel';
import type { LoggerService } from '@nestjs/common';

/** What Nest itself says, in our log. Its start-up chatter is for debugging. */
export function nestLogger(logger: Logger): LoggerService {
  const text = (message: unknown): string => (message instanceof Error ? message.message : String(message));
  return {
    log: (message: unknown) => logger.debug({ from: 'nest' }, text(message)),
    debug: (message: unknown) => logger.debug({ from: 'nest' }, text(message)),
    verbose: (message: unknown) => logger.debug({ from: 'nest' }, text(message)),
    warn: (message: unknown) => logger.warn({ from: 'nest' }, text(message)),
    error: (message: unknown) => logger.error({ from: 'nest' }, text(message)),
  };
}
