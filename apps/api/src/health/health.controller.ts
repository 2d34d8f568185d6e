import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendJson, sendText } from '../wire/answers.js';
import { type CheckResult, Readiness } from './readiness.js';

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
    const failed = names(checks, ({ ok, degraded }) => !ok && degraded !== true);
    const ready = failed === '';
    const status = ready ? 200 : 503;
    if (verbose !== undefined) sendJson(reply, status, { ready, checks });
    else sendText(reply, status, ready ? readyText(checks) : `not ready: ${failed}`);
  }
}

/** Probes look at the status; people and load balancers that read on see what is amiss. */
function readyText(checks: readonly CheckResult[]): string {
  const degraded = names(checks, (check) => check.degraded === true);
  return degraded === '' ? 'ok' : `ok (degraded: ${degraded})`;
}

function names(checks: readonly CheckResult[], which: (check: CheckResult) => boolean): string {
  return checks
    .filter(which)
    .map(({ name }) => name)
    .join(', ');
}
