import { askedAt, idOf, inBurst, workerOf } from './audit-log.js';

/** Parameters of GET /v1/audit/events. */
export type Query = Readonly<Record<string, string>>;

export interface Filter {
  readonly name: string;
  /** Of other objects, people and times at each call, where there are several. */
  readonly query: () => Query;
}

const some = (count: number): number => Math.floor(Math.random() * count);
const oneOf = <T>(all: readonly T[]): T => all[some(all.length)]!;

/** Every value by parameter: frequent, rare, never, and those that are frequent in one part of the log and missing in the rest. */
export function filterValues(volumes: number): readonly (readonly Filter[])[] {
  const object = (name: string, kind: Parameters<typeof idOf>[0], nth: () => number): Filter => ({
    name: `object: ${name}`,
    query: () => ({ object: `${kind}/${idOf(kind, nth())}` }),
  });
  const value = (parameter: string, name: string, of: () => string): Filter => ({
    name: `${parameter}: ${name}`,
    query: () => ({ [parameter]: of() }),
  });
  const bursts = Array.from({ length: volumes }, (_, nth) => nth).filter((nth) => inBurst(nth));
  const span = (name: string, ms: number, volume = (): number => some(volumes)): Filter => ({
    name: `time: ${name}`,
    query: () => {
      const from = askedAt(volume());
      return { from: from.toISOString(), to: new Date(from.getTime() + ms).toISOString() };
    },
  });
  const [begin, end] = [askedAt(0), askedAt(volumes)];
  const daysAfter = (date: Date, days: number): string => new Date(date.getTime() + days * 86_400_000).toISOString();
  return [
    [
      object('a volume', 'volume', () => some(volumes)),
      object('an operation', 'operation', () => some(volumes)),
      object('a brick', 'brick', () => some(volumes * 3)),
      object('a device', 'device', () => some(400)),
      object('a node', 'node', () => some(40)),
      object('the cluster of nearly everything', 'cluster', () => 0),
      object('a small cluster', 'cluster', () => 1 + some(3)),
      object('one that there is not', 'volume', () => -1),
    ],
    [
      value('actor', 'the provisioner', () => 'provisioner'),
      value('actor', 'a busy person', () => `person-${some(5).toString()}`),
      value('actor', 'somebody who is seldom here', () => `person-${(150 + some(50)).toString()}`),
      value('actor', 'a guest, once', () => 'guest'),
      value('actor', 'a worker, any', () => workerOf(some(volumes))),
      value('actor', 'a worker, the first', () => workerOf(0)),
      value('actor', 'a worker, the last', () => workerOf(volumes - 1)),
      value('actor', 'nobody', () => 'nobody'),
    ],
    ['user', 'brickyard', 'none', 'nobody'].map((name) => value('issuer', name, () => name)),
    ['StepSucceeded', 'VolumeCreated', 'RequestRefused', 'VolumeCreateFailed', 'NodeDeleted'].map((name) =>
      value('type', name, () => name),
    ),
    [
      value('requestId', 'of an operation', () => idOf('operation', some(volumes))),
      value('requestId', 'of nothing', () => 'nothing'),
    ],
    [
      value('sourceAddress', 'the provisioner', () => '10.0.0.5'),
      value('sourceAddress', 'of people', () => `10.0.${some(7).toString()}.${(some(3) * 10).toString()}`),
      value('sourceAddress', 'of strangers', () => `192.0.2.${(some(50) * 4).toString()}`),
    ],
    [
      span('a minute', 60_000),
      span('an hour', 3_600_000),
      span('a minute of a burst', 60_000, () => (bursts.length === 0 ? some(volumes) : oneOf(bursts))),
      span('a day', 86_400_000),
      { name: 'time: all there is', query: () => ({ from: daysAfter(begin, -1), to: daysAfter(end, 1) }) },
      { name: 'time: the last hour', query: () => ({ from: daysAfter(end, -1 / 24) }) },
      { name: 'time: none', query: () => ({ from: daysAfter(end, 1) }) },
    ],
  ];
}

export function both(a: Filter, b: Filter): Filter {
  return { name: `${a.name}; ${b.name}`, query: () => ({ ...a.query(), ...b.query() }) };
}

/** Every two values of different parameters. */
export function pairs(values: readonly (readonly Filter[])[]): Filter[] {
  return values.flatMap((group, nth) =>
    values.slice(nth + 1).flatMap((other) => group.flatMap((a) => other.map((b) => both(a, b)))),
  );
}

/** Any number of parameters, any values. */
export function anyOf(values: readonly (readonly Filter[])[]): Filter {
  return values
    .filter(() => some(2) === 0)
    .map(oneOf)
    .reduce(both, { name: 'any', query: () => ({}) });
}
