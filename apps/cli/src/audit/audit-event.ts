import type { Json } from '#kernel';

/** An event as /v1 gives it. */
export interface AuditEvent {
  readonly position: string;
  readonly type: string;
  readonly recordedAt: string;
  readonly stream: { readonly kind: string; readonly id: string };
  readonly actor: string;
  readonly issuer: string;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly data: Json;
}

/** Where an event stands: enough to go on behind it. */
export type EventPlace = Pick<AuditEvent, 'position' | 'recordedAt'>;

/** Log order, as the server has it: two numbers of 64 bits. */
export function isBehind(position: string, other: string): boolean {
  const [a, b] = [position, other].map((text) => text.split(':').map(BigInt) as [bigint, bigint]) as [
    [bigint, bigint],
    [bigint, bigint],
  ];
  return a[0] === b[0] ? a[1] > b[1] : a[0] > b[0];
}
