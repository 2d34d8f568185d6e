import type { DomainEvent } from '#kernel';

/** Turns an event of one schema version into the next one. Pure; may rename the event. */
export type Upcast = (event: DomainEvent) => DomainEvent;

/** An event in the log is of a later schema version than this program knows: it was written by a newer one. */
export class UnknownSchemaVersion extends Error {
  constructor(type: string, found: number, newest: number) {
    super(
      `event ${type} has schema version ${found.toString()} and this version knows up to ${newest.toString()}: run the version of Brickyard that wrote it, or a later one`,
    );
    this.name = 'UnknownSchemaVersion';
  }
}

/**
 * What has become of each type of event, oldest step first: `{ VolumeCreated: [v1to2, v2to3] }` makes version 3 the
 * newest. Types without an entry are at version 1. Rows of the log are never rewritten; reading upcasts.
 */
export class Upcasters {
  readonly #steps: ReadonlyMap<string, readonly Upcast[]>;

  constructor(steps: Readonly<Record<string, readonly Upcast[]>> = {}) {
    this.#steps = new Map(Object.entries(steps));
  }

  /** The version that new events of a type are written with. */
  newest(type: string): number {
    return (this.#steps.get(type)?.length ?? 0) + 1;
  }

  /** Whether the event is of a later schema version than this program knows. */
  isForeign(type: string, schemaVersion: number): boolean {
    return schemaVersion > this.newest(type);
  }

  /** @throws UnknownSchemaVersion */
  upcast(recorded: DomainEvent, schemaVersion: number): { event: DomainEvent; schemaVersion: number } {
    const steps = this.#steps.get(recorded.type) ?? [];
    if (this.isForeign(recorded.type, schemaVersion)) {
      throw new UnknownSchemaVersion(recorded.type, schemaVersion, steps.length + 1);
    }
    const event = steps.slice(schemaVersion - 1).reduce((earlier, step) => step(earlier), recorded);
    return { event, schemaVersion: steps.length + 1 };
  }
}
