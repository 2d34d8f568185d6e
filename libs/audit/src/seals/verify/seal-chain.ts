import { NO_HASH, type Seal, sealHash } from '../seal.js';
import { isSignedBy, type PublicKeys } from '../seal-key.js';
import type { Findings } from './finding.js';

/** Whether each seal is whole, follows the one before it, and is signed by somebody who is trusted. */
export class SealChain {
  #previous: Pick<Seal, 'number' | 'hash' | 'totalEvents'> = { number: 0, hash: NO_HASH, totalEvents: 0 };
  #signed = 0;
  /** The last of those before the first signed one. */
  #lastUnsigned = 0;

  /** @param publicKeys null: signatures are not checked */
  constructor(
    private readonly installationId: string,
    private readonly publicKeys: PublicKeys | null,
    private readonly findings: Findings,
  ) {}

  /** @returns what the seal's content really hashes to, and whether seals are missing before it */
  add(seal: Seal): { readonly hash: string; readonly followsGap: boolean } {
    const hash = sealHash(this.installationId, seal);
    const followsGap = seal.number > this.#previous.number + 1;
    if (hash !== seal.hash) this.#report('seal-altered', seal, 'its content does not have its hash');
    if (followsGap) this.#reportGap(seal);
    else this.#checkLink(seal);
    this.#checkSignature(seal);
    this.#previous = seal;
    return { hash, followsGap };
  }

  /**
   * To be called after the last seal. A worker with the key goes on after unsigned seals, since signing may begin at any time, and
   * its signature covers them: also those of somebody who has made all seals anew without the key.
   * @param anchored the number of the last seal that has the hash of an anchor; 0: none has
   */
  finish(anchored: number): void {
    const last = this.#lastUnsigned;
    if (this.publicKeys === null || last === 0) return;
    if (this.#signed === 0) {
      const detail = 'no seal is signed, though there is a public key to check signatures with';
      this.findings.add('signature-missing', detail, last);
    } else if (anchored < last) {
      const which = last === 1 ? 'seal 1 is' : `seals 1 to ${last} are`;
      const detail = `${which} not signed and those after are: right if signing began there, and what is left of a log that somebody has sealed anew without the key. An anchor of seal ${last} or a later one, kept since then, shows which`;
      this.findings.add('signature-missing', detail, last);
    }
  }

  get lastNumber(): number {
    return this.#previous.number;
  }

  get signed(): number {
    return this.#signed;
  }

  #report(problem: Parameters<Findings['add']>[0], seal: Seal, detail: string): void {
    this.findings.add(problem, detail, seal.number);
  }

  #checkLink(seal: Seal): void {
    const { number, hash, totalEvents } = this.#previous;
    if (seal.number !== number + 1) this.#report('chain-broken', seal, 'there are two seals of this number');
    else if (seal.previousHash !== hash) {
      const before =
        number === 0 ? 'it is the first and names one before it' : `seal ${number} has another hash than it names`;
      this.#report('chain-broken', seal, before);
    } else if (seal.totalEvents !== totalEvents + seal.eventCount) {
      this.#report('chain-broken', seal, 'its count of events does not go on from the one before');
    }
  }

  #reportGap(seal: Seal): void {
    const { number, totalEvents } = this.#previous;
    const [first, last] = [number + 1, seal.number - 1];
    const covered = seal.totalEvents - seal.eventCount - totalEvents;
    const which = first === last ? `seal ${first} is` : `seals ${first} to ${last} are`;
    this.findings.add('seal-missing', `${which} not there; ${covered} events are not proven without`, first);
  }

  #checkSignature(seal: Seal): void {
    if (seal.keyId === null || seal.signature === null) {
      if (this.#signed === 0) this.#lastUnsigned = seal.number;
      else this.#report('signature-missing', seal, 'it is not signed, and seals before it are');
      return;
    }
    this.#signed += 1;
    if (this.publicKeys === null) return;
    const key = this.publicKeys.get(seal.keyId);
    if (key === undefined) {
      this.#report('signature-wrong', seal, `it is signed with key ${seal.keyId}, which is none of the given ones`);
    } else if (!isSignedBy(key, seal.hash, seal.signature)) {
      this.#report('signature-wrong', seal, `the signature is not that of key ${seal.keyId}`);
    }
  }
}
