import { once } from 'node:events';
import { type DestinationStream, pino } from 'pino';
import { within } from '#kernel';

/** For the last lines: a reader that takes none of them must not keep the process. */
const LAST_LINES_MS = 1_000;

/** Where the lines of a long-running process go. */
export interface StandardOutput {
  /** Written behind the event loop: a slow reader holds no request up. */
  readonly lines: DestinationStream;
  /**
   * Resolves when every line has been handed to the system, or after a second; there are none afterwards. process.exit()
   * without it writes the last lines before those that are under way: "stopped" stood before "api closed".
   */
  close(): Promise<void>;
}

export function standardOutput(): StandardOutput {
  const lines = pino.destination({ dest: 1, sync: false });
  return {
    lines,
    close: async () => {
      const closed = once(lines, 'close');
      lines.end();
      // Late is only who reads nothing; where the reader has gone there is no 'close' at all.
      await within(LAST_LINES_MS, closed, () => undefined);
    },
  };
}
