import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';

export const testKeys = { admin: 'adminkey', user: 'userkey', auditor: 'auditorkey' } as const;
export type TestIssuer = keyof typeof testKeys;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpQuestion {
  readonly as?: TestIssuer | 'none';
  readonly body?: unknown;
  /** Sent as it is; wins over `body`. */
  readonly raw?: string | Buffer;
  /** A list is sent as a header for each. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The path that the token is made for, where it is not the one sent. */
  readonly signPath?: string;
}

/** A token as Heketi's clients make it. */
export function tokenFor(issuer: TestIssuer, method: string, path: string, lastsSeconds = 300): string {
  const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const qsh = createHash('sha256').update(`${method}&${path}`).digest('hex');
  const head = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ iss: issuer, iat: now, exp: now + lastsSeconds, qsh })}`;
  return `${head}.${createHmac('sha256', testKeys[issuer]).update(head).digest('base64url')}`;
}

function decoded(path: string): string {
  const bare = path.split(/[?#]/)[0] ?? '';
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}

/** Sends the path byte for byte, follows nothing, reads the whole answer. */
export async function ask(
  base: string,
  method: string,
  path: string,
  question: HttpQuestion = {},
): Promise<HttpAnswer> {
  const { as = 'admin', body, raw, headers = {}, signPath = decoded(path) } = question;
  const { hostname, port } = new URL(base);
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        hostname,
        port,
        method,
        path,
        agent: false,
        headers: {
          ...(as === 'none' ? {} : { authorization: `bearer ${tokenFor(as, method, signPath)}` }),
          ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }),
          ...(headers as http.OutgoingHttpHeaders),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, body: Buffer.concat(chunks).toString('utf8') });
        });
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}
