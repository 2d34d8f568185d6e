import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { messageOf, type Logger } from '#kernel';
import { type Readiness, readinessAnswer, type Telemetry } from '#observability';

export interface ProbesSettings {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  readonly readiness: Pick<Readiness, 'results'>;
  readonly telemetry: Pick<Telemetry, 'registry'>;
  readonly logger: Logger;
}

export interface Probes {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const JSON_TYPE = 'application/json; charset=UTF-8';

/**
 * What an orchestrator and Prometheus ask of a process that has no API: `/livez`, `/readyz`, `/metrics`, as the API answers them.
 * Without a token, as there.
 * @throws Error where the port cannot be had
 */
export async function startProbes(settings: ProbesSettings): Promise<Probes> {
  const { port, host, logger } = settings;
  const server = createServer((request, response) => {
    answerTo(request, settings).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        logger.error({ path: request.url, error: messageOf(error) }, 'a probe could not be answered');
        send(response, { status: 500, body: 'Internal server error\n' });
      },
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  const { address, family, port: own } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${own.toString()}`;
  logger.info({ url }, 'probes and metrics are answered');
  return {
    url,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answerTo({ method, url = '' }: IncomingMessage, settings: ProbesSettings): Promise<Answer> {
  const [path, query = ''] = url.split('?');
  if (method === 'GET' && path === '/livez') return { status: 200, body: 'ok\n' };
  if (method === 'GET' && (path === '/readyz' || path === '/healthz')) {
    return ready(settings.readiness, new URLSearchParams(query).has('verbose'));
  }
  if (method === 'GET' && path === '/metrics') {
    const { registry } = settings.telemetry;
    return { status: 200, body: await registry.metrics(), type: registry.contentType };
  }
  return { status: 404, body: 'Invalid path or request\n' };
}

async function ready(readiness: ProbesSettings['readiness'], verbose: boolean): Promise<Answer> {
  const checks = await readiness.results();
  const { ready, status, text } = readinessAnswer(checks);
  if (!verbose) return { status, body: `${text}\n` };
  return { status, body: `${JSON.stringify({ ready, checks })}\n`, type: JSON_TYPE };
}

function send(response: ServerResponse, { status, body, type = 'text/plain; charset=utf-8' }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body);
}
