import type { WriteStream } from 'node:tty';

/** A line that is written over. */
export interface ProgressLine {
  show(text: string): void;
  clear(): void;
}

const BETWEEN_MS = 200;

/** How far a long command is, for those who sit in front of it: nothing is written where the stream is no terminal. */
export function progressLine(stream: Pick<WriteStream, 'isTTY' | 'write'>): ProgressLine {
  let shownAt = -Infinity;
  return {
    show: (text) => {
      if (!stream.isTTY || performance.now() - shownAt < BETWEEN_MS) return;
      shownAt = performance.now();
      stream.write(`\r\u001b[K${text}`);
    },
    clear: () => {
      if (stream.isTTY && shownAt !== -Infinity) stream.write('\r\u001b[K');
    },
  };
}
