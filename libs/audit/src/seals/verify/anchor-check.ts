import type { Anchor } from '../anchor.js';
import type { Seal } from '../seal.js';
import type { Findings } from './finding.js';

/** Whether the seals are those of which anchors were kept. */
export class AnchorCheck {
  readonly #byNumber = new Map<number, Anchor[]>();
  #compared = 0;
  #lastRight = 0;

  constructor(
    anchors: readonly Anchor[],
    private readonly findings: Findings,
  ) {
    for (const anchor of anchors) {
      this.#byNumber.set(anchor.number, [...(this.#byNumber.get(anchor.number) ?? []), anchor]);
    }
  }

  get compared(): number {
    return this.#compared;
  }

  /** The number of the last seal that has the hash of an anchor; 0: none has. */
  get lastRight(): number {
    return this.#lastRight;
  }

  /** @param hash what the seal's content really hashes to */
  compare(seal: Seal, hash: string): void {
    for (const anchor of this.#byNumber.get(seal.number) ?? []) {
      this.#compared += 1;
      if (anchor.hash !== hash) {
        const detail = `an anchor of ${anchor.sealedAt} has the hash ${anchor.hash}, the seal is of ${seal.sealedAt} and has ${hash}`;
        this.findings.add('anchor-differs', detail, seal.number);
        continue;
      }
      this.#lastRight = seal.number;
      if (anchor.signature !== null && anchor.signature !== seal.signature?.toString('base64')) {
        this.findings.add('anchor-differs', 'the anchor has another signature than the seal', seal.number);
      }
    }
  }

  /** To be called after the last seal, with its number. */
  finish(lastNumber: number): void {
    for (const [number, [anchor]] of this.#byNumber) {
      if (number <= lastNumber || anchor === undefined) continue;
      const detail = `there was a seal of ${anchor.sealedAt} with ${anchor.totalEvents} events up to it; the last one now is ${lastNumber}`;
      this.findings.add('anchor-beyond', detail, number);
    }
  }
}
