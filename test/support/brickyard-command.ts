import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type TestIssuer, testKeys } from '#test/http-client';

const brickyard = fileURLToPath(new URL('../../bin/brickyard.mjs', import.meta.url));

/** What a command has left. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Asker {
  /** Address of the server. */
  readonly base: string;
  readonly issuer: TestIssuer;
  readonly actor?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `brickyard`, from `dist`, as somebody who has one key and no contexts. Its output goes into pipes. */
export async function brickyardAs(
  { base, issuer, actor, env = {} }: Asker,
  ...args: readonly string[]
): Promise<Ended> {
  const keys = { HEKETI_ADMIN_KEY: '', HEKETI_USER_KEY: '', BRICKYARD_AUDITOR_KEY: '' };
  const own = { admin: 'HEKETI_ADMIN_KEY', user: 'HEKETI_USER_KEY', auditor: 'BRICKYARD_AUDITOR_KEY' }[issuer];
  const asking = {
    HEKETI_CLI_SERVER: base,
    HEKETI_CLI_USER: issuer,
    BRICKYARD_CONFIG: '/nowhere/config.yaml',
    ...(actor === undefined ? {} : { BRICKYARD_ACTOR: actor }),
    ...keys,
    [own]: testKeys[issuer],
  };
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...asking, ...env }, maxBuffer: 64_000_000 };
    const child = execFile(process.execPath, [brickyard, ...args], options, (_error, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
