import { type DestinationStream, pino } from 'pino';
import type { Logger } from '#kernel';

export interface LogOptions {
  readonly level: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Goes into every line: which process speaks. */
  readonly process: string;
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/** Names of fields that hold secrets, at the top of a line or one level below. */
const SECRET_FIELDS = [
  'authorization',
  'password',
  'secret',
  'token',
  'key',
  'adminKey',
  'userKey',
  'auditorKey',
  'databaseUrl',
  'redisUrl',
];

/** A log of JSON lines. Fields that by their name hold a secret are masked, whoever puts them there. */
export function createLogger({ level, process, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '********' },
    },
    destination ?? pino.destination(1),
  );
}
