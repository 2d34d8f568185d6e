import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendJson, sendText } from '../wire/answers.js';
import { Readiness } from './readiness.js';

/** For probes; public, so it says names of checks and no more. */
@Controller()
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  /** Used by probes and deployment scripts, which compare the body as it is: no newline. */
  @Get('hello')
  hello(@Res() reply: FastifyReply): void {
    void reply.header('content-type', 'text/plain; charset=UTF-8').send(Buffer.from('Hello from Heketi'));
  }

  /** The process answers: nothing else may make an orchestrator restart it. */
  @Get('livez')
  live(@Res() reply: FastifyReply): void {
    sendText(reply, 200, 'ok');
  }

  @Get(['readyz', 'healthz'])
  async ready(@Query('verbose') verbose: unknown, @Res() reply: FastifyReply): Promise<void> {
    const checks = await this.readiness.results();
    const ready = checks.every(({ ok }) => ok);
    const status = ready ? 200 : 503;
    if (verbose !== undefined) sendJson(reply, status, { ready, checks });
    else sendText(reply, status, ready ? 'ok' : `not ready: ${failed(checks)}`);
  }
}

function failed(checks: readonly { readonly name: string; readonly ok: boolean }[]): string {
  return checks.flatMap(({ name, ok }) => (ok ? [] : [name])).join(', ');
}
