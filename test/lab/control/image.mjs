/** The image that all nodes boot: built once for each state of its sources, kept outside the checkout. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { kernelVersion } from './host.mjs';
import { buildScript, imageFiles, imageKey, labFolder } from './layout.mjs';
import { must } from '../../../scripts/lib/process.mjs';

const BUILD_TIMEOUT_MS = 900_000;

/** @returns the image's key; builds it where it is not there yet */
export async function ensureImage(say) {
  const key = imageKey(kernelVersion());
  const { folder } = imageFiles(key);
  if (existsSync(folder)) return key;
  say('building the image of the storage nodes (about a minute, once)');
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await must(buildScript, [unfinished], { timeoutMs: BUILD_TIMEOUT_MS });
  // Only a whole image ever has its final name.
  renameSync(unfinished, folder);
  removeOthers(key);
  return key;
}

/** Each takes about half a gigabyte, and no guest runs while an image is made. */
function removeOthers(key) {
  const images = join(labFolder, 'images');
  for (const name of readdirSync(images)) {
    if (name !== key) rmSync(join(images, name), { recursive: true, force: true });
  }
}
