import { silentLogger, type Logger } from '#kernel';
import { describe, expect, it } from 'vitest';
import { NotReady, Readiness, readinessAnswer, type ReadinessCheck } from './readiness.js';

const holds = (name: string): ReadinessCheck => ({ name, check: () => Promise.resolve() });
const fails = (name: string, essential?: boolean): ReadinessCheck => ({
  name,
  check: () => Promise.reject(new Error('secret host')),
  ...(essential === undefined ? {} : { essential }),
});

async function answer(...checks: ReadinessCheck[]): Promise<[number, string]> {
  const { status, text } = readinessAnswer(await new Readiness(checks, silentLogger).results());
  return [status, text];
}

describe('readiness', () => {
  it.each([
    ['ok', 200, [holds('a'), holds('b')]],
    ['not ready: a, c', 503, [fails('a'), holds('b'), fails('c')]],
    ['ok (degraded: b)', 200, [holds('a'), fails('b', false)]],
    ['not ready: a', 503, [fails('a'), fails('b', false)]],
  ] as const)('%s', async (text, status, checks) => {
    expect(await answer(...checks)).toEqual([status, text]);
  });

  it('shows a reason only where its check lets it', async () => {
    const tells = { name: 'b', check: () => Promise.reject(new NotReady('no bread. Buy some')) };
    expect(await answer(fails('a'), tells)).toEqual([503, 'not ready: a, b\nb: no bread. Buy some']);
  });

  it('logs the reason of a failure once, and its end', async () => {
    const lines: string[] = [];
    const note = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
    const logger: Logger = { ...silentLogger, warn: note, info: note };
    let broken = true;
    const check = (): Promise<void> => (broken ? Promise.reject(new Error('why')) : Promise.resolve());
    const readiness = new Readiness([{ name: 'a', check }], logger);
    await readiness.results();
    await readiness.results();
    broken = false;
    await readiness.results();
    await readiness.results();
    expect(lines).toEqual([
      'readiness check failed {"check":"a","reason":"why"}',
      'readiness check holds again {"check":"a"}',
    ]);
  });

  it('does not wait for a check that hangs', async () => {
    const hangs = { name: 'a', check: () => new Promise<void>(() => undefined) };
    expect(await answer(hangs)).toEqual([503, 'not ready: a']);
  });
});
