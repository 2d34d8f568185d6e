export interface SshOptions {
  readonly user: string;
  /** PEM or OpenSSH text, without passphrase. Never leaves this process and never appears in an error. */
  readonly privateKey: string;
  /** For hosts that are given without a port of their own. */
  readonly port?: number;
  /** Put `sudo -n` before every command, for users other than root. */
  readonly sudo?: boolean;
  /** From the first packet to the end of the login. */
  readonly connectTimeoutMs?: number;
  readonly keepaliveIntervalMs?: number;
  readonly keepaliveCountMax?: number;
  /** sshd refuses the eleventh session of a connection (MaxSessions); two are left for people. */
  readonly maxChannelsPerConnection?: number;
  /** A connection without commands is closed after this time. */
  readonly idleCloseMs?: number;
  /** Of each of stdout and stderr. */
  readonly maxOutputBytes?: number;
  /** How long after a command's deadline its end is still awaited: `timeout` needs ten seconds for the worst case. */
  readonly deadlineGraceMs?: number;
  /** After a failed connect commands fail at once for this time; it doubles with every further failure, up to the longest. */
  readonly reconnectFirstMs?: number;
  readonly reconnectLongestMs?: number;
  /** A node that answers none of its commands for this long is suspect; see NodeHealth. */
  readonly suspectAfterMs?: number;
}

export type SshSettings = Required<SshOptions>;

export const sshDefaults = {
  port: 22,
  sudo: false,
  connectTimeoutMs: 10_000,
  keepaliveIntervalMs: 10_000,
  keepaliveCountMax: 3,
  maxChannelsPerConnection: 8,
  idleCloseMs: 90_000,
  maxOutputBytes: 1024 * 1024,
  deadlineGraceMs: 15_000,
  reconnectFirstMs: 1000,
  reconnectLongestMs: 30_000,
  suspectAfterMs: 5000,
} as const;
