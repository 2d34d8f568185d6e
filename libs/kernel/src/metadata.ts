/** Who asked for a change and from where. Every event carries it (invariant: everything is attributed). */
export interface Attribution {
  /** The person, service account or worker: the token's subject, else its issuer, else the process's name. */
  readonly actor: string;
  /** Who vouches for the actor: Heketi's `admin` or `user`, or `brickyard` for the system's own work. */
  readonly issuer: string;
  readonly requestId: string;
  readonly sourceAddress: string | null;
  readonly userAgent: string | null;
  /** The operation that the change belongs to; equals the request id for changes without one. */
  readonly correlationId: string;
  /** The event or request that led to this change. */
  readonly causationId: string | null;
}

/** The attribution of work that no request asked for directly. */
export function systemAttribution(
  process: string,
  correlationId: string,
  causationId: string | null = null,
): Attribution {
  return {
    actor: process,
    issuer: 'brickyard',
    requestId: correlationId,
    sourceAddress: null,
    userAgent: null,
    correlationId,
    causationId,
  };
}
