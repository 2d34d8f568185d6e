/** Heketi's two issuers, and ours for those who only read. The name is also the role. */
export const issuers = ['admin', 'user', 'auditor'] as const;
export type Issuer = (typeof issuers)[number];

/** Who sent a request, as far as the token proves it. */
export interface Principal {
  readonly issuer: Issuer;
  /** The token's subject, else its issuer. */
  readonly actor: string;
  /** Until when the token counts, in seconds since 1970. Absent: for ever. */
  readonly expiresAt?: number;
}

/** Everybody, where authentication is off. */
export const anybody: Principal = { issuer: 'admin', actor: 'anonymous' };
