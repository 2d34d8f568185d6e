import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { V1Client } from '../client/v1-client.js';
import { isBehind } from './audit-event.js';
import { openExportFile, partOf } from './export-file.js';
import { exportedLines } from './exported-lines.js';

let server: Server;
let folder: string;
let asked: URL[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brickyard-export-'));
  asked = [];
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const event = (nth: number): string =>
  JSON.stringify({ position: `9:${nth}`, recordedAt: new Date(Date.UTC(2026, 10, 22, 12, nth)).toISOString() });
const lines = (...numbers: readonly number[]): string => numbers.map((nth) => `${event(nth)}\n`).join('');

async function clientOf(answer: RequestListener): Promise<V1Client> {
  server = createServer((request, response) => {
    asked.push(new URL(request.url!, 'http://x'));
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new V1Client({ baseUrl, issuer: 'auditor', key: 'k' });
}

async function all(source: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const line of source) list.push(line);
  return list;
}

describe('an export', () => {
  it('that breaks off goes on behind the last whole line, and has each event once', async () => {
    const client = await clientOf((_, response) => {
      if (asked.length > 1) return void response.end(lines(1, 2, 3, 10));
      response.write(lines(1, 2) + event(3).slice(0, 20));
      setImmediate(() => response.destroy());
    });
    const breaks: string[] = [];
    const found = await all(exportedLines(client, { type: 'X' }, null, (why) => void breaks.push(why)));
    expect(found).toEqual([1, 2, 3, 10].map(event));
    expect(breaks).toHaveLength(1);
    expect(asked.map(({ search }) => search)).toEqual(['?type=X', '?type=X&from=2026-11-22T12%3A00%3A00.000Z']);
  });

  it('is given up where it breaks off again and again', async () => {
    const client = await clientOf((_, response) => response.destroy());
    await expect(all(exportedLines(client, {}, null, () => undefined))).rejects.toThrow();
    expect(asked).toHaveLength(6);
  });
});

describe('a file of events', () => {
  it("is gone on with behind its last whole event, and is its owner's only", async () => {
    const path = join(folder, 'events');
    const client = await clientOf((_, response) => response.end(lines(1, 2, 3)));
    const first = await openExportFile(path, false);
    expect(first.last).toBeNull();
    await first.append(event(1));
    await first.close();
    expect(await readdir(folder)).toEqual(['events.part']);
    await expect(openExportFile(path, false)).rejects.toThrow('go on with --resume, or remove it');
    await writeFile(partOf(path), event(2).slice(0, 10), { flag: 'a' });
    const again = await openExportFile(path, true);
    expect(again.last).toMatchObject({ position: '9:1' });
    for await (const line of exportedLines(client, {}, again.last, () => undefined)) await again.append(line);
    await again.complete();
    await again.close();
    expect(await readdir(folder)).toEqual(['events']);
    expect(await readFile(path, 'utf8')).toBe(lines(1, 2, 3));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const later = await openExportFile(path, true);
    expect(later.last).toMatchObject({ position: '9:3' });
    await later.append(event(4));
    await later.complete();
    await later.close();
    expect(await readFile(path, 'utf8')).toBe(lines(1, 2, 3, 4));
  });

  it('that is there is not written over', async () => {
    server = createServer();
    const path = join(folder, 'events');
    await writeFile(path, 'mine');
    await expect(openExportFile(path, false)).rejects.toThrow('is there already');
    expect(await readFile(path, 'utf8')).toBe('mine');
  });
});

it('places are compared as numbers of 64 bits', () => {
  server = createServer();
  expect(isBehind('18446744073709551615:1', '9007199254740993:2')).toBe(true);
  expect(isBehind('9:10', '9:9')).toBe(true);
  expect(isBehind('9:9', '9:9')).toBe(false);
});
