import { describe, expect, it } from 'vitest';
import { assertServable, ConfigError, loadConfig, secretsIn } from './config.js';

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('has defaults for everything', () => {
    const { config, inForce } = loadConfig({});
    expect(config.port).toBe(8080);
    expect(config.queue).toBe('postgres');
    expect(inForce.every((s) => s.source === 'default')).toBe(true);
  });

  it('lets the environment win over the file', () => {
    const { config } = loadConfig(
      { HEKETI_EXECUTOR: 'mock' },
      { port: '9000', glusterfs: { executor: 'ssh', brick_min_size_gb: 2 } },
    );
    expect(config).toMatchObject({ port: 9000, executor: 'mock', brickMinGiB: 2 });
  });

  it('takes the queue from REDIS_URL unless told otherwise', () => {
    expect(loadConfig({ REDIS_URL: 'redis://localhost' }).config.queue).toBe('redis');
    expect(loadConfig({ REDIS_URL: 'redis://localhost', QUEUE_BACKEND: 'postgres' }).config.queue).toBe('postgres');
  });

  it('understands the spellings of Heketi', () => {
    const { config } = loadConfig({ HEKETI_EXECUTOR: 'kube', LOG_LEVEL: 'warning', BRICKYARD_SSH_SUDO: 'yes' });
    expect(config).toMatchObject({ executor: 'kubernetes', logLevel: 'warn', sshSudo: true });
  });

  it('names every wrong value at once, with the place and what it may be', () => {
    const problems = problemsOf(() =>
      loadConfig({ PORT: 'http', LOG_LEVEL: 'loud' }, { glusterfs: { max_bricks_per_volume: 'many' } }),
    );
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/environment PORT: must be a whole number from 0 to 65535 \(is "http"\)/);
    expect(problems[1]).toMatch(/environment LOG_LEVEL: must be one of silent/);
    expect(problems[2]).toMatch(/file glusterfs\.max_bricks_per_volume: must be a whole number/);
  });

  it('never shows a secret', () => {
    const { inForce } = loadConfig({ HEKETI_ADMIN_KEY: 'hunter2', DATABASE_URL: 'postgres://u:hunter2@h/d' });
    expect(JSON.stringify(inForce)).not.toContain('hunter2');
  });

  it('warns of unknown keys but not of comments and of keys without effect', () => {
    const { warnings } = loadConfig({}, { _port_comment: 'x', use_auth: true, glusterfs: { db: '/x', speed: 'fast' } });
    expect(warnings).toEqual(['unknown key glusterfs.speed in the configuration file is ignored']);
  });

  it('refuses to serve without keys, with equal keys, with redis but no URL, and with leases that nobody looks after', () => {
    const serve = (env: NodeJS.ProcessEnv) => problemsOf(() => assertServable(loadConfig(env).config));
    expect(serve({})[0]).toContain('HEKETI_ADMIN_KEY');
    expect(serve({ HEKETI_ADMIN_KEY: 'a', HEKETI_USER_KEY: 'a' })[0]).toContain('must differ');
    const keys = { HEKETI_ADMIN_KEY: 'a', HEKETI_USER_KEY: 'b' };
    expect(serve({ ...keys, BRICKYARD_AUDITOR_KEY: 'c' })).toEqual([]);
    expect(serve({ ...keys, BRICKYARD_AUDITOR_KEY: 'a' })[0]).toContain('BRICKYARD_AUDITOR_KEY and HEKETI_ADMIN_KEY');
    expect(serve({ ...keys, BRICKYARD_AUDITOR_KEY: 'b' })[0]).toContain('BRICKYARD_AUDITOR_KEY and HEKETI_USER_KEY');
    expect(serve({ BRICKYARD_AUTH: 'disabled', QUEUE_BACKEND: 'redis' })[0]).toContain('REDIS_URL');
    expect(serve({ BRICKYARD_AUTH: 'disabled' })).toEqual([]);
    expect(serve({ BRICKYARD_AUTH: 'disabled', BRICKYARD_RECONCILE_INTERVAL_MS: '10000' })[0]).toContain(
      'BRICKYARD_LEASE_TTL_MS',
    );
  });

  it('refuses a file that is no object', () => {
    expect(problemsOf(() => loadConfig({}, []))).toEqual(['the configuration file must hold a JSON object']);
  });
});

describe('URLs', () => {
  const problems = (env: NodeJS.ProcessEnv): string => {
    try {
      loadConfig(env);
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  };
  it.each(['garbage', 'http://u:hidden@h/x'])('%s is no address of a database', (wrong) => {
    expect(problems({ DATABASE_URL: wrong })).toContain(
      'environment DATABASE_URL: must be a URL that begins with postgres:// or postgresql://',
    );
  });
  it('are not repeated, since they hold passwords', () => {
    expect(problems({ REDIS_URL: 'http://u:hidden@h' })).toMatch(/^environment REDIS_URL: must be(?!.*hidden)/);
  });
  it('are taken as they are', () => {
    expect(loadConfig({ REDIS_URL: ' rediss://h:1/2 ' }).config.redisUrl).toBe('rediss://h:1/2');
  });

  it('knows its secrets: keys, and of addresses the password, as it is written and as it is meant', () => {
    const { config } = loadConfig({
      HEKETI_ADMIN_KEY: 'the admin key',
      DATABASE_URL: 'postgres://me:p%40ss@db/brickyard',
      REDIS_URL: 'redis://queue:6379',
    });
    expect(secretsIn(config)).toEqual(['p%40ss', 'p@ss', 'the admin key']);
  });

  it('takes no volume option that hands a secret over, and does not repeat it', () => {
    const [problem, ...more] = problemsOf(() =>
      loadConfig({ HEKETI_POST_REQUEST_VOLUME_OPTIONS: 'nfs.disable on,user.db-password s3cret' }),
    );
    expect(more).toEqual([]);
    expect(problem).toContain('HEKETI_POST_REQUEST_VOLUME_OPTIONS: must hold no secret');
    expect(problem).not.toContain('s3cret');
  });
});
