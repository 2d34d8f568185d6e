import { EventStore } from './0001-event-store.js';
import { ReadModel } from './0002-read-model.js';
import { Leases } from './0003-leases.js';
import { Idempotency } from './0004-idempotency.js';
import { Lanes } from './0005-lanes.js';
import { Audit } from './0006-audit.js';
import { Seals } from './0007-seals.js';
import { OperationLists } from './0008-operation-lists.js';

/** Every migration, in order. Numbered, forward only; one that has been released is never edited. */
export const migrations = [EventStore, ReadModel, Leases, Idempotency, Lanes, Audit, Seals, OperationLists] as const;
