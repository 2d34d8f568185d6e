import { type Logger, messageOf } from '#kernel';
import type { Telemetry } from '#observability';
import type { MetricsView, Queries } from '#read-model';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ApiDependencies } from '../dependencies.js';
import { DEPENDENCIES } from '../tokens.js';
import { heketiMetrics } from './heketi-metrics.js';

@Controller('metrics')
export class MetricsController {
  private readonly queries: Queries;
  private readonly telemetry: Telemetry;
  private readonly logger: Logger;

  constructor(@Inject(DEPENDENCIES) { queries, telemetry, logger }: ApiDependencies) {
    this.queries = queries;
    this.telemetry = telemetry;
    this.logger = logger;
  }

  /** Answers also without a database: that is when somebody looks. */
  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const text = (await heketiMetrics(await this.view())) + (await this.telemetry.registry.metrics());
    void reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(text);
  }

  private async view(): Promise<MetricsView | null> {
    try {
      return await this.queries.metrics();
    } catch (error) {
      this.logger.warn({ reason: messageOf(error) }, 'metrics without the topology: the database did not answer');
      return null;
    }
  }
}
