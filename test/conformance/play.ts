import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testKeys } from '#test/http-client';

/**
 * What this round promises; clone, block volumes, eviction and the admin routes follow. In 17-device-removal Heketi answers
 * `Id not found` for bricks that cannot be moved; ours names the device.
 */
export const scenarios = [
  '01-hello-and-auth',
  '02-clusters',
  '02b-cluster-defaults',
  '03-nodes',
  '04-devices',
  '05-volume-requests',
  '06-volume-replica3',
  '06b-user-role',
  '07-volume-distribute',
  '08-volume-replica2-default',
  '09-volume-disperse',
  '10-volume-options',
  '11-volume-expand',
  '12-volume-spread',
  '13-volume-arbiter',
  '18-offline-placement',
  '19-zone-checking',
  '20-device-tag-match',
  '21-two-clusters',
  '22-metrics',
];

/** Plays recorded conversations; what it prints is the reason of a failure. */
export async function play(
  base: string,
  names: readonly string[] = scenarios,
): Promise<{ code: number | null; output: string }> {
  const runner = fileURLToPath(new URL('run.mjs', import.meta.url));
  const keys = ['--admin-key', testKeys.admin, '--user-key', testKeys.user];
  const child = spawn(process.execPath, [runner, '--base', base, ...keys, ...names], { stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
