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

  it('masks what is called a secret, at every depth', () => {
    const [line] = lines((log) =>
      log.warn(
        {
          authorization: 'Bearer a.b.c',
          request: { headers: { authorization: 'Bearer a.b.c' } },
          config: [{ adminKey: 'k1' }],
        },
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

  it('masks secrets in texts, the message included', () => {
    const [line] = lines((log) =>
      log.info({ record: { command: 'x --password hunter2' } }, 'is at redis://a:hunter2@b'),
    );
    expect(line).toMatchObject({ record: { command: 'x --password ********' }, msg: 'is at redis://a:********@b' });
  });

  it('knows of an error what it is, and not what it was given to work with', () => {
    const driver = Object.assign(new Error('password=hunter2'), {
      code: '23514',
      detail: 'Failing row contains (hunter2)',
    });
    const failed = Object.assign(new Error('query failed', { cause: driver }), {
      query: 'insert into t values ($1)',
      parameters: ['hunter2'],
      command: { name: 'auth', args: ['hunter2'] },
      driverError: driver,
    });
    const [line] = lines((log) => log.error({ err: failed }, 'x'));
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line?.['err']).toMatchObject({
      type: 'Error',
      message: 'query failed',
      query: 'insert into t values ($1)',
      cause: { code: '23514', message: 'password=********' },
    });
  });

  it('writes down what refers to itself, times and what gives its own JSON', () => {
    const round: Record<string, unknown> = { at: new Date(0), url: new URL('http://a:hunter2@b/') };
    round['self'] = round;
    const [line] = lines((log) => log.info({ round }, 'x'));
    expect(line?.['round']).toMatchObject({ at: '1970-01-01T00:00:00.000Z', url: 'http://a:********@b/' });
  });
});
