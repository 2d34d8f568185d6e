import type { LogPosition, RecordedEvent } from '../event-store.js';
import { comparePositions } from '../log-position.js';

/** The newest events of the log without a gap, as many as fit. */
export class EventWindow {
  #events: RecordedEvent[] = [];
  #sizes: number[] = [];
  #bytes = 0;

  /** @param begin what comes after this is in it, until it is full */
  constructor(
    private begin: LogPosition,
    private readonly limits: { readonly events: number; readonly bytes: number },
  ) {}

  /** The position of the newest event, or where it began. */
  get end(): LogPosition {
    return this.#events.at(-1)?.position ?? this.begin;
  }

  /** The events that follow on those that are in it, in the order of the log. */
  add(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      const size = JSON.stringify(event.event.data).length;
      this.#events.push(event);
      this.#sizes.push(size);
      this.#bytes += size;
    }
    let surplus = 0;
    while (
      this.#events.length - surplus > this.limits.events ||
      (this.#bytes > this.limits.bytes && surplus < this.#events.length - 1)
    ) {
      this.#bytes -= this.#sizes[surplus] ?? 0;
      surplus += 1;
    }
    this.begin = this.#events[surplus - 1]?.position ?? this.begin;
    this.#events = this.#events.slice(surplus);
    this.#sizes = this.#sizes.slice(surplus);
  }

  /** At most `limit` events after a position; null where it has forgotten some of them. */
  after(position: LogPosition, limit: number): readonly RecordedEvent[] | null {
    if (comparePositions(position, this.begin) < 0) return null;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const event = this.#events[middle];
      if (event !== undefined && comparePositions(event.position, position) <= 0) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low, low + limit);
  }
}
