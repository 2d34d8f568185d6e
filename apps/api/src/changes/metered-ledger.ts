import { DomainError } from '#kernel';
import type { Telemetry } from '#observability';
import type { Ledger } from '#read-model';
import { WireError } from '../wire/wire-error.js';

/** The ledger, timed. */
export function meteredLedger(ledger: Ledger, telemetry: Telemetry): Ledger {
  return {
    async transact(context, work) {
      const startedAt = performance.now();
      const record = (outcome: 'committed' | 'refused' | 'failed'): void =>
        telemetry.ledgerTransaction(outcome, (performance.now() - startedAt) / 1000);
      try {
        const result = await ledger.transact(context, work);
        record('committed');
        return result;
      } catch (error) {
        record(error instanceof DomainError || error instanceof WireError ? 'refused' : 'failed');
        throw error;
      }
    },
  };
}
