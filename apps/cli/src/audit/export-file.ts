import { type FileHandle, open } from 'node:fs/promises';
import type { AuditEvent, EventPlace } from './audit-event.js';

/** Longer than any event. */
const LAST_LINE_BYTES = 4_000_000;

/** A file of exported events, to which more can be appended. */
export interface ExportFile {
  /** Of the last event in it; null where it is empty. */
  readonly last: EventPlace | null;
  append(line: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file to export to. One that is there is gone on with: a last line that broke off is taken away first.
 * @param resume false: a file that is there is an error
 */
export async function openExportFile(path: string, resume: boolean): Promise<ExportFile> {
  // Events name people and addresses: they are for who exported them.
  const file = await open(path, resume ? 'a+' : 'ax', 0o600);
  try {
    const last = await lastEvent(file);
    return {
      last,
      append: async (line) => {
        await file.appendFile(`${line}\n`);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function lastEvent(file: FileHandle): Promise<EventPlace | null> {
  const { size } = await file.stat();
  const from = Math.max(0, size - LAST_LINE_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
  const tail = buffer.subarray(0, bytesRead);
  const end = tail.lastIndexOf('\n');
  await file.truncate(from + end + 1);
  if (end < 0) return null;
  const line = tail.subarray(tail.lastIndexOf('\n', end - 1) + 1, end).toString('utf8');
  const { position, recordedAt } = JSON.parse(line) as AuditEvent;
  return { position, recordedAt };
}
