import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contextFilePath, readContextFile, writeCurrentContext } from './config-file.js';
import { connectionOf } from './connection.js';

let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brickyard-context-'));
  await writeFile(join(folder, 'key'), 'key-of-file\n', { mode: 0o600 });
  await writeFile(
    join(folder, 'config.yaml'),
    `# ours
current: test
contexts:
  test: { server: "http://test:8080", key: { env: TEST_KEY }, actor: ann }
  prod:
    server: https://prod.example
    issuer: auditor
    key: { file: ${join(folder, 'key')} }
`,
  );
  env = { BRICKYARD_CONFIG: join(folder, 'config.yaml'), TEST_KEY: 'key-of-test' };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('which server, and in whose name', () => {
  it('is what the current context says', async () => {
    const expected = { baseUrl: 'http://test:8080', issuer: 'admin', key: 'key-of-test', actor: 'ann' };
    expect(await connectionOf({}, env)).toEqual(expected);
  });

  it('is the context of the environment before the current one, and that of the option before both', async () => {
    const prod = { baseUrl: 'https://prod.example', issuer: 'auditor', key: 'key-of-file' };
    expect(await connectionOf({}, { ...env, BRICKYARD_CONTEXT: 'prod' })).toMatchObject(prod);
    const named = { ...env, BRICKYARD_CONTEXT: 'test', HEKETI_CLI_SERVER: 'http://env', BRICKYARD_AUDITOR_KEY: 'k' };
    expect(await connectionOf({ context: 'prod' }, named)).toMatchObject(prod);
  });

  it('is what the environment says before the file, and the options before the environment', async () => {
    const set = { ...env, HEKETI_CLI_SERVER: 'http://env', HEKETI_ADMIN_KEY: 'key-of-env', BRICKYARD_ACTOR: 'eve' };
    const fromEnv = { baseUrl: 'http://env', issuer: 'admin', key: 'key-of-env', actor: 'eve' };
    expect(await connectionOf({}, set)).toEqual(fromEnv);
    const options = { server: 'http://option', user: 'user', actor: 'bob' };
    const withUser = { ...set, HEKETI_USER_KEY: 'key-of-user' };
    const fromOptions = { baseUrl: 'http://option', issuer: 'user', key: 'key-of-user', actor: 'bob' };
    expect(await connectionOf(options, withUser)).toEqual(fromOptions);
  });

  it("is Heketi's own way where there is no file", async () => {
    const none = { XDG_CONFIG_HOME: join(folder, 'none'), HEKETI_ADMIN_KEY: 'k' };
    expect(await connectionOf({}, none)).toMatchObject({ baseUrl: 'http://127.0.0.1:8080', issuer: 'admin', key: 'k' });
  });
});

describe('what is refused', () => {
  it.each([
    [{ context: 'nowhere' }, 'has no context nowhere; there are test, prod'],
    [{ user: 'root' }, 'must be admin, user or auditor, not root'],
    [{ user: 'user' }, 'HEKETI_USER_KEY is not set'],
  ])('%j', async (options, words) => {
    await expect(connectionOf(options, env)).rejects.toThrow(words);
  });

  it('a key file that others may read', async () => {
    await chmod(join(folder, 'key'), 0o644);
    await expect(connectionOf({ context: 'prod' }, env)).rejects.toThrow('others may read it; chmod 600');
    await chmod(join(folder, 'key'), 0o600);
  });

  it.each([
    ['contexts: { a: { server: "http://a", key: secret } }', 'the key itself does not belong here'],
    ['contexts: { a: { server: "ftp://a" } }', 'contexts.a.server: must be a URL'],
    ['contexts: [', 'is not YAML'],
  ])('a file with %s', async (text, words) => {
    const path = join(folder, 'broken.yaml');
    await writeFile(path, text);
    await expect(readContextFile(path)).rejects.toThrow(words);
  });
});

describe('the file', () => {
  it('keeps its comments when another context is made the current one', async () => {
    const path = contextFilePath(env);
    await writeCurrentContext(path, 'prod');
    expect(await readFile(path, 'utf8')).toMatch(/^# ours\ncurrent: prod\n/);
    await writeCurrentContext(path, 'test');
  });
});
