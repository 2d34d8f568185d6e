import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';

function lines(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const written: string[] = [];
  write(createLogger({ level: 'info', process: 'test', destination: { write: (line) => written.push(line) } }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('is one JSON object a line, with level, time, process and message', () => {
    const [line] = lines((log) => log.info({ requestId: 'r1' }, 'request'));
    expect(line).toMatchObject({ level: 'info', process: 'test', requestId: 'r1', msg: 'request' });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('leaves out what is below its level', () => {
    expect(lines((log) => log.debug({}, 'x'))).toEqual([]);
  });

  it('masks secrets, also one level down', () => {
    const [line] = lines((log) =>
      log.warn(
        { authorization: 'Bearer a.b.c', headers: { authorization: 'Bearer a.b.c' }, config: { adminKey: 'k1' } },
        'x',
      ),
    );
    const text = JSON.stringify(line);
    expect(text).not.toContain('a.b.c');
    expect(text).not.toContain('k1');
    expect(text).toContain('********');
  });

  it('says where an error comes from', () => {
    const [line] = lines((log) => log.error({ err: new Error('boom') }, 'x'));
    expect(line?.['err']).toMatchObject({ message: 'boom', stack: expect.stringContaining('logger.spec') as string });
  });
});
