import { DomainError } from '#kernel';
import type { Durability, DurabilityAsSent } from './events.js';

const defaultReplica = 2;
const maxReplica = 3;
/** What the API document promises where nothing is said; Heketi's own code refuses it. */
const defaultDisperse = { data: 8, redundancy: 2 };
const disperseCombinations: ReadonlySet<string> = new Set(['2+1', '4+2', '8+2', '8+3', '8+4']);

/** Kinds of dispersed volumes that may be asked for, those with the most bricks first. */
export const dispersedKinds: readonly Durability[] = [...disperseCombinations].reverse().map((text) => {
  const [data = 0, redundancy = 0] = text.split('+').map(Number);
  return { type: 'disperse', data, redundancy };
});

/** @throws DomainError for a type that is not none, replicate or disperse; the empty text stands for none */
export function durabilityType(text: string): Durability['type'] {
  switch (text) {
    case '':
    case 'none':
      return 'none';
    case 'replicate':
    case 'disperse':
      return text;
    default:
      throw new DomainError('invalid', 'Unknown durability type', [
        { rule: 'durability', detail: `"${text}" is not none, replicate or disperse` },
      ]);
  }
}

/** Fills in the defaults: two copies, 8+2 for disperse. @throws DomainError with Heketi's text */
export function resolveDurability(type: string, asSent: DurabilityAsSent): Durability {
  switch (durabilityType(type)) {
    case 'none':
      return { type: 'none' };
    case 'replicate':
      return { type: 'replicate', replica: resolveReplica(asSent.replica) };
    case 'disperse':
      return resolveDisperse(asSent.data, asSent.redundancy);
  }
}

function resolveReplica(replica: number): number {
  if (replica === 0) return defaultReplica;
  if (Number.isInteger(replica) && replica > 0 && replica <= maxReplica) return replica;
  throw new DomainError('invalid', 'Invalid replica value', [
    { rule: 'replica', detail: `${replica} is not between 1 and ${maxReplica}` },
  ]);
}

function resolveDisperse(data: number, redundancy: number): Durability {
  if (data === 0 && redundancy === 0) return { type: 'disperse', ...defaultDisperse };
  if (disperseCombinations.has(`${data}+${redundancy}`)) return { type: 'disperse', data, redundancy };
  throw new DomainError('invalid', `Invalid dispersion combination: ${data}+${redundancy}`, [
    { rule: 'dispersion', detail: `allowed are ${[...disperseCombinations].join(', ')}` },
  ]);
}
