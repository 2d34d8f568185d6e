import type { RecordedEvent } from '#event-store';
import type { RefusedRequest } from '../refusals/events.js';
import type { ToldRefusal } from './history-entry.js';

/** The request that an event says was refused; null for any other event. */
export function refusalTold({ event }: RecordedEvent): ToldRefusal | null {
  if (event.type !== 'RequestRefused') return null;
  const { method, path, status, text, reasons = [] } = event.data as RefusedRequest;
  return { method, path, status, text, reasons };
}

export function refusalSentence({ method, path, status, text }: ToldRefusal): string {
  return `${method} ${path} refused with ${status}: ${text}`;
}
