import { readinessAnswer } from '#observability';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendJson, sendText } from '../wire/answers.js';
import { ReplicaReadiness } from './readiness.js';

/** For probes; public, so it says names of checks and no more. */
@Controller()
export class HealthController {
  constructor(@Inject(ReplicaReadiness) private readonly readiness: ReplicaReadiness) {}

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
    const { ready, status, text } = readinessAnswer(checks);
    if (verbose !== undefined) sendJson(reply, status, { ready, checks });
    else sendText(reply, status, text);
  }
}
