import { type DestinationStream, pino } from 'pino';
import { type Logger, maskText } from '#kernel';
import { safeFields } from './safe-fields.js';

export interface LogOptions {
  readonly level: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Goes into every line: which process speaks. */
  readonly process: string;
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/** A log of JSON lines, without secrets, whoever puts them there. */
export function createLogger({ level, process, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: safeFields },
      // Errors are objects of ours when it is the serializer's turn.
      serializers: { err: (error: unknown) => error },
      hooks: {
        logMethod(given, method) {
          method.apply(
            this,
            given.map((part: unknown) => (typeof part === 'string' ? maskText(part) : part)) as typeof given,
          );
        },
      },
    },
    destination ?? pino.destination(1),
  );
}
