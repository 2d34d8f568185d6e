/** One network namespace holds the bridge, the taps and the guests: nothing of it can be seen from outside. */
import { bridge, bridgeAddress, namespace } from './layout.mjs';
import { must, run } from '../../../scripts/lib/process.mjs';

const inside = (...args) => must('ip', ['-n', namespace, ...args]);

export async function createNetwork(nodes) {
  await must('ip', ['netns', 'add', namespace]);
  await inside('link', 'set', 'lo', 'up');
  await inside('link', 'add', bridge, 'type', 'bridge');
  await inside('addr', 'add', bridgeAddress, 'dev', bridge);
  await inside('link', 'set', bridge, 'up');
  for (const { tap } of nodes) {
    await inside('tuntap', 'add', 'dev', tap, 'mode', 'tap');
    await inside('link', 'set', tap, 'master', bridge, 'up');
  }
}

/**
 * Cuts a node off, or joins it again. At the bridge's port: a UML guest whose tap itself goes down does not come back
 * when it is up again.
 */
export async function setLink(node, up) {
  const state = up ? '3' : '0';
  await must('ip', ['netns', 'exec', namespace, 'bridge', 'link', 'set', 'dev', node.tap, 'state', state]);
}

export async function networkExists() {
  return (await run('ip', ['netns', 'pids', namespace])).exitCode === 0;
}

/** While a process lives in the namespace its taps would linger, so it goes last. */
export async function removeNetwork() {
  if (await networkExists()) await must('ip', ['netns', 'del', namespace]);
}
