import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSealKey } from '#audit';
import type { Canaries } from './canaries.js';

export interface PlantedConfig {
  /** By environment variable. */
  readonly env: Readonly<Record<string, string>>;
  /** A heketi.json whose keys the environment overrules. */
  readonly file: string;
  readonly sshKeyFile: string;
  readonly keys: Readonly<Record<'admin' | 'user' | 'auditor', string>>;
  remove(): Promise<void>;
}

/** Of a PEM file, what is not the same in every other. */
function keepLines(canaries: Canaries, place: string, pem: string): void {
  for (const line of pem.split('\n')) if (line.length > 20 && !line.startsWith('-')) canaries.keep(place, line);
}

/**
 * A configuration every secret of which is planted.
 * @param databaseUrl with a canary for a password
 * @param redisUrl the same
 */
export async function plantConfig(
  canaries: Canaries,
  given: { readonly databaseUrl: string; readonly redisUrl: string; readonly sshPrivateKey: string },
): Promise<PlantedConfig> {
  const folder = await mkdtemp(join(tmpdir(), 'brickyard-secrets-'));
  const keys = {
    admin: canaries.plant('key of admin'),
    user: canaries.plant('key of user'),
    auditor: canaries.plant('key of auditor'),
  };
  const { privatePem: privateKey } = newSealKey();
  keepLines(canaries, 'key of seals', privateKey);
  keepLines(canaries, 'SSH key', given.sshPrivateKey);
  const [file, sshKeyFile] = [join(folder, 'heketi.json'), join(folder, 'id')];
  await writeFile(sshKeyFile, given.sshPrivateKey, { mode: 0o600 });
  const inFile = (name: string): string => canaries.plant(`heketi.json ${name}`);
  await writeFile(
    file,
    JSON.stringify({
      _comment: inFile('comment'),
      jwt: {
        admin: { key: inFile('jwt.admin.key'), secret: inFile('jwt.admin.secret') },
        user: { key: inFile('user') },
      },
      glusterfs: { sshexec: { password: inFile('sshexec.password') } },
    }),
  );
  const env = {
    HEKETI_ADMIN_KEY: keys.admin,
    HEKETI_USER_KEY: keys.user,
    BRICKYARD_AUDITOR_KEY: keys.auditor,
    BRICKYARD_SEAL_KEY: privateKey,
    DATABASE_URL: given.databaseUrl,
    DATABASE_OWNER_URL: given.databaseUrl,
    REDIS_URL: given.redisUrl,
  };
  return { env, file, sshKeyFile, keys, remove: () => rm(folder, { recursive: true, force: true }) };
}
