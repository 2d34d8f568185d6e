/** Ends what a lab left running on this host, whatever state it is in. */
import { readdirSync, readFileSync } from 'node:fs';
import { forwarderMark, guestMark, namespace } from './layout.mjs';
import { run, waitUntil } from '../../../scripts/lib/process.mjs';

function argumentsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return []; // ended meanwhile
    throw error;
  }
}

const isOurs = (pid) => argumentsOf(pid).some((word) => word === guestMark || word === forwarderMark);

/** By mark, because a guest can outlive its namespace's name; and by namespace, for whatever a test started in there. */
async function processesOfTheLab() {
  const marked = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOurs(name));
  const { stdout } = await run('ip', ['netns', 'pids', namespace]);
  return new Set([...marked, ...stdout.split('\n').filter((pid) => pid !== '')].map(Number));
}

export async function endProcessesOfTheLab() {
  await waitUntil('the processes of the lab have ended', 20_000, async () => {
    const pids = await processesOfTheLab();
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    }
    return pids.size === 0;
  });
}
