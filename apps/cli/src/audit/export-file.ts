import { access, type FileHandle, open, rename } from 'node:fs/promises';
import type { AuditEvent, EventPlace } from './audit-event.js';

/** Longer than any event. */
const LAST_LINE_BYTES = 4_000_000;

/** A file of exported events, to which more can be appended. */
export interface ExportFile {
  /** Of the last event in it; null where it is empty. */
  readonly last: EventPlace | null;
  append(line: string): Promise<void>;
  /** Gives it its name: nothing is missing. */
  complete(): Promise<void>;
  /** Leaves it to be gone on with. */
  close(): Promise<void>;
}

/** What an export is called while it is under way: under its own name it is whole. */
export const partOf = (path: string): string => `${path}.part`;

/**
 * Opens a file to export to. One that is gone on with is cut behind its last whole event first.
 * @param resume false: a file that is there is an error
 */
export async function openExportFile(path: string, resume: boolean): Promise<ExportFile> {
  const part = partOf(path);
  if (resume && !(await isThere(part)) && (await isThere(path))) await rename(path, part);
  else if (await isThere(path)) throw new Error(`${path} is there already: --resume goes on behind its last event`);
  const file = await opened(part, resume);
  try {
    const last = await lastEvent(file);
    return {
      last,
      append: async (line) => {
        await file.appendFile(`${line}\n`);
      },
      complete: async () => {
        await file.sync();
        await rename(part, path);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Events name people and addresses: they are for who exported them. */
async function opened(part: string, resume: boolean): Promise<FileHandle> {
  try {
    return await open(part, resume ? 'a+' : 'ax', 0o600);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new Error(`${part} is there, of an export that broke off: go on with --resume, or remove it`, {
      cause: error,
    });
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
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
