import { silentLogger } from '#kernel';
import { createTelemetry } from '#observability';
import { Controller, Get, Module } from '@nestjs/common';
import { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { Drain } from '../drain/drain.js';
import { fastifyServer } from './fastify-server.js';
import { openToUsers, routeOf, routes, routesAt } from './route-table.js';

@Controller()
class Untold {
  @Get('secrets/:id')
  secrets(): string {
    return 'x';
  }
}

@Module({ controllers: [Untold] })
class UntoldModule {}

describe('the route table', () => {
  it('keeps a server from starting that has a route without a role', async () => {
    const adapter = fastifyServer({
      logger: silentLogger,
      telemetry: createTelemetry({ version: 'test' }),
      drain: new Drain(),
    });
    const options = Object.assign(new NestApplicationContextOptions(), { logger: false, abortOnError: false });
    const app = await NestFactory.create(UntoldModule, adapter, options);
    await expect(app.init()).rejects.toThrow('GET /secrets/:id is not in the route table');
  });

  it('has every route once', () => {
    const names = routes.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('gives the user role the volume API and the queue, and leaves nothing else open', () => {
    const open = routes.filter(({ role }) => role === 'user').map(({ path }) => path);
    expect(open.every((path) => path.startsWith('/volumes') || path === '/queue/{id}')).toBe(true);
    expect(routes.filter(({ path }) => path.startsWith('/volumes')).every(({ role }) => role === 'user')).toBe(true);
    const publicPaths = routes.filter(({ role }) => role === 'public').map(({ path }) => path);
    expect(publicPaths).toEqual(['/hello', '/metrics', '/livez', '/readyz', '/healthz']);
  });

  it('takes hex digits of any number and case for ids, and the whole path or nothing', () => {
    expect(routeOf('GET', '/clusters/aF09')?.path).toBe('/clusters/{id}');
    expect(routeOf('GET', '/clusters/')).toBeNull();
    expect(routeOf('GET', '/clusters/g')).toBeNull();
    expect(routeOf('GET', '/clusters/a\n')).toBeNull();
    expect(routeOf('GET', '/x/clusters/a')).toBeNull();
    expect(routesAt('/volumes/a').map(({ method }) => method)).toEqual(['GET', 'DELETE']);
    expect(openToUsers('/volumesx')).toBe(false);
  });
});
