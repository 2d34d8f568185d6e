import {
  type Answer,
  describeExchange,
  type Exchange,
  isEnd,
  operationIdOf,
  OUTCOME_UNKNOWN,
  type Violation,
} from './exchange.js';

/** An answer that a route may give. */
interface Allowed {
  readonly status: number;
  readonly text: RegExp;
}

const none = /^$/;
const ok: Allowed = { status: 200, text: none };
const accepted: Allowed = { status: 202, text: none };
const notFound: Allowed = { status: 404, text: /^Id not found$/ };
const inUse = (heading: string): Allowed => ({
  status: 500,
  text: new RegExp(`^${heading}The target exists, contains other items, or is in use\\.$`),
});

/** By route; clusters, nodes and devices stay as they are in these runs, so nothing of them may be missing. */
const routes: readonly { readonly route: RegExp; readonly answers: readonly Allowed[] }[] = [
  { route: /^GET \/volumes$/, answers: [ok] },
  { route: /^GET \/volumes\/[0-9a-f]+$/, answers: [ok, notFound] },
  { route: /^GET \/clusters(\/[0-9a-f]+)?$/, answers: [ok] },
  { route: /^GET \/nodes\/[0-9a-f]+$/, answers: [ok] },
  {
    route: /^GET \/queue\/[0-9a-f]+$/,
    answers: [
      ok,
      notFound,
      { status: 204, text: none },
      { status: 303, text: none },
      { status: 500, text: /^(?!Internal)./s },
    ],
  },
  {
    route: /^POST \/volumes$/,
    answers: [accepted, { status: 500, text: /^Failed to allocate new volume: Volume name '.*' already in use$/ }],
  },
  {
    route: /^POST \/volumes\/[0-9a-f]+\/expand$/,
    answers: [accepted, notFound, inUse('Failed to allocate volume expansion: ')],
  },
  { route: /^DELETE \/volumes\/[0-9a-f]+$/, answers: [accepted, notFound, inUse('Failed to set up volume delete: ')] },
];

/** What may come instead while processes are killed: from the API, or a page of the proxy's own. */
const disturbances: readonly Allowed[] = [
  { status: 503, text: /^The database cannot be reached \(request \S+\)$/ },
  { status: 503, text: /^Too many requests wait for the database \(request \S+\)$/ },
  { status: 503, text: /^Too many changes of the same object at once \(request \S+\)$/ },
  { status: 503, text: OUTCOME_UNKNOWN },
  ...[502, 503, 504].map((status) => ({ status, text: new RegExp(`^<html><body><h1>${status} `) })),
];

export interface WireRules {
  /** Processes die without notice: connections break and answers of 503 come. Otherwise every request is answered as it should. */
  readonly disturbed: boolean;
}

/** What no client may see, whatever the volumes' states are. */
export function wireViolations(exchanges: readonly Exchange[], rules: WireRules): Violation[] {
  return [
    ...exchanges.flatMap((exchange) => wrongAnswer(exchange, rules)),
    ...forgotten(exchanges),
    ...endViolations(exchanges),
    ...repeatedKeys(exchanges),
    ...exchanges.flatMap(spaceLost),
  ];
}

const fits = ({ status, text }: Answer, allowed: readonly Allowed[]): boolean =>
  allowed.some((each) => each.status === status && each.text.test(text));

function wrongAnswer(exchange: Exchange, { disturbed }: WireRules): Violation[] {
  const { method, path, answer } = exchange;
  const wrong = (rule: string): Violation[] => [{ rule, detail: describeExchange(exchange) }];
  if (answer === null) return disturbed ? [] : wrong('connection lost');
  const allowed = routes.find(({ route }) => route.test(`${method} ${path}`))?.answers;
  if (allowed === undefined) return wrong('a route that the rules do not know');
  if (!fits(answer, allowed) && !(disturbed && fits(answer, disturbances)))
    return wrong('an answer that is not defined');
  if (answer.pending !== null && answer.pending !== 'true') return wrong('X-Pending is true or absent');
  const isPoll = operationIdOf(path) !== null;
  if (answer.status === 202 && operationIdOf(answer.location) === null) return wrong('a 202 leads to the queue');
  if (isPoll && answer.status === 200 && answer.pending === null) return wrong('a poll is pending or tells the end');
  return [];
}

/** What was accepted stays known. An operation that was only perhaps accepted may be asked for, and not be there. */
function forgotten(exchanges: readonly Exchange[]): Violation[] {
  const known = new Set<string | null>();
  return exchanges.flatMap((exchange) => {
    const { path, answer } = exchange;
    if (answer?.status === 202) known.add(operationIdOf(answer.location));
    const operationId = operationIdOf(path);
    if (operationId === null || answer === null) return [];
    if (answer.status === 404 && known.has(operationId)) {
      return [{ rule: 'an operation is never forgotten', detail: describeExchange(exchange) }];
    }
    if (answer.status < 400 || isEnd(answer)) known.add(operationId);
    return [];
  });
}

const sameEnd = (a: Answer, b: Answer): boolean =>
  a.status === b.status && a.location === b.location && a.text === b.text;

/** Every operation ends, all see the same end, and nobody sees it pending again. */
function endViolations(exchanges: readonly Exchange[]): Violation[] {
  const violations: Violation[] = [];
  const ends = new Map<string, { readonly answer: Answer; seenAt: number }>();
  const polls = exchanges.filter(({ method, path }) => method === 'GET' && operationIdOf(path) !== null);
  for (const poll of polls) {
    const operationId = operationIdOf(poll.path);
    if (operationId === null || poll.answer === null || !isEnd(poll.answer)) continue;
    const known = ends.get(operationId);
    if (known === undefined) ends.set(operationId, { answer: poll.answer, seenAt: poll.returnedAt });
    else {
      known.seenAt = Math.min(known.seenAt, poll.returnedAt);
      if (!sameEnd(known.answer, poll.answer)) violations.push({ rule: 'one end', detail: describeExchange(poll) });
    }
  }
  for (const poll of polls) {
    const end = ends.get(operationIdOf(poll.path) ?? '');
    if (end === undefined || poll.answer?.pending !== 'true' || poll.invokedAt <= end.seenAt) continue;
    violations.push({ rule: 'pending after its end', detail: describeExchange(poll) });
  }
  for (const exchange of exchanges) {
    const operationId = exchange.answer?.status === 202 ? operationIdOf(exchange.answer.location) : null;
    if (operationId === null || ends.has(operationId)) continue;
    violations.push({ rule: 'every 202 comes to an end', detail: describeExchange(exchange) });
  }
  return violations;
}

/** One Idempotency-Key is one change. */
function repeatedKeys(exchanges: readonly Exchange[]): Violation[] {
  const first = new Map<string, string>();
  return exchanges.flatMap((exchange) => {
    const { key, answer } = exchange;
    if (key === null || answer?.status !== 202 || answer.location === null) return [];
    const known = first.get(key);
    if (known === undefined) first.set(key, answer.location);
    return known === undefined || known === answer.location
      ? []
      : [{ rule: 'one key, one operation', detail: `${describeExchange(exchange)}, before ${known}` }];
  });
}

/** Reservations in flight included. */
function spaceLost(exchange: Exchange): Violation[] {
  const { answer } = exchange;
  if (answer?.seen?.kind !== 'devices') return [];
  return answer.seen.devices
    .filter(({ totalKiB, freeKiB, usedKiB }) => freeKiB + usedKiB !== totalKiB || freeKiB < 0)
    .map((device) => ({
      rule: 'free + used = total',
      detail: `${JSON.stringify(device)} ${describeExchange(exchange)}`,
    }));
}
