/** How times are written for people. */
export type TimeWriter = (iso: string) => string;

const two = (number: number): string => number.toString().padStart(2, '0');

/** `2026-11-22 13:04:05` in the time zone of this machine, or with a Z behind it in UTC. */
export function timeWriter(utc: boolean): TimeWriter {
  return (iso) => {
    const time = new Date(iso);
    if (utc) return `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`;
    const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
    return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  };
}

/** `12 ms`, `3.4 s`, `2 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function between(from: string, to: string): string {
  return durationText(new Date(to).getTime() - new Date(from).getTime());
}
