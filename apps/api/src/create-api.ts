import 'reflect-metadata';
import { messageOf } from '#kernel';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from './api.module.js';
import { meteredLedger } from './changes/metered-ledger.js';
import type { ApiDependencies } from './dependencies.js';
import { closePort } from './drain/close-gently.js';
import { Drain } from './drain/drain.js';
import { fastifyServer } from './wire/fastify-server.js';
import { nestLogger } from './wire/nest-logger.js';
import { recordRefusedRequests } from './wire/refused-requests.js';

/** One replica of the REST API. It owns no connection: what it was given stays open when it closes. */
export interface Api {
  /** For tests that look inside. */
  readonly app: NestFastifyApplication;
  /** Starts to accept connections. Port 0: any free one. Resolves to the address, such as http://127.0.0.1:8080 */
  listen(port: number, host: string): Promise<string>;
  /** Not ready from now on; goes on answering, lets polls go, ends each connection with the next answer on it. */
  drain(): void;
  /** Takes no more connections, answers what is under way, closes. Connections with a request in them after `patienceMs` are cut. */
  close(patienceMs?: number): Promise<void>;
}

/** Enough for a request that is there as a whole; one that its client never completes must not keep the process alive. */
const CLOSE_PATIENCE_MS = 5000;

/**
 * Puts a replica together.
 * @throws Error where the composition is wrong; nothing listens then
 */
export async function createApi(dependencies: ApiDependencies): Promise<Api> {
  const { logger, telemetry } = dependencies;
  const ledger = meteredLedger(dependencies.ledger, telemetry);
  const drain = new Drain();
  const options = Object.assign(new NestApplicationContextOptions(), {
    bodyParser: false,
    logger: nestLogger(logger),
    abortOnError: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.of({ ...dependencies, ledger }, drain),
    fastifyServer({ logger, telemetry, drain }),
    options,
  );
  recordRefusedRequests(app.getHttpAdapter().getInstance(), dependencies);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    async listen(port, host) {
      await app.listen(port, host);
      const url = await app.getUrl();
      logger.info({ url }, 'api listens');
      return url;
    },
    drain: () => {
      drain.begin();
      logger.info({}, 'not ready any more, still answering');
    },
    close: async (patienceMs = CLOSE_PATIENCE_MS) => {
      drain.begin();
      const { server } = app.getHttpAdapter().getInstance();
      const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
      try {
        await closePort(server);
        logger.info({}, 'no more connections, answering what is under way');
        await app.close();
        logger.info({}, 'api closed');
      } catch (error) {
        logger.error({ reason: messageOf(error) }, 'api did not close cleanly');
        throw error;
      } finally {
        clearTimeout(cut);
      }
    },
  };
}
