import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { PostgresEventStore, TypeOrmDatabase, createDataSource } from '#event-store';
import { PostgresLedger, PostgresQueries } from '#read-model';
import { describe, expect, it } from 'vitest';
import { ask } from '#test/http-client';
import { startSystem } from '#test/system';

/** A way to Postgres that can be cut. */
async function cuttableWay(to: { host: string; port: number }) {
  const sockets = new Set<Socket>();
  let cut = false;
  const server = createServer((client) => {
    if (cut) {
      client.destroy();
      return;
    }
    const upstream = connect(to.port, to.host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => (cut = false),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

describe('while the database is away', () => {
  it('requests are answered 503, metrics and probes answer, and all is well when it is back', async () => {
    const system = await startSystem({ worker: null });
    const address = new URL(system.database.ownerUrl);
    const way = await cuttableWay({ host: address.hostname, port: Number(address.port) });
    address.hostname = '127.0.0.1';
    address.port = way.port.toString();
    const source = createDataSource({ url: address.href, role: 'app', poolSize: 4, applicationName: 'cut' });
    await source.initialize();
    const db = new TypeOrmDatabase(source);
    const check = async (): Promise<void> => {
      await db.query('select 1');
    };
    const { base, api } = await system.replica({
      ledger: new PostgresLedger(db, new PostgresEventStore()),
      queries: new PostgresQueries(db),
      readiness: [{ name: 'database', check }],
    });
    const get = (path: string) => ask(base, 'GET', path, { as: path === '/volumes' ? 'admin' : 'none' });
    try {
      expect((await get('/volumes')).status).toBe(200);
      expect((await get('/readyz')).status).toBe(200);
      way.cut();
      for (let attempt = 0; attempt < 6; attempt++) {
        const read = await get('/volumes');
        expect(read, read.body).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
        expect(read.body).toMatch(/^The database cannot be reached \(request [0-9a-f]{32}\)\n$/);
        expect((await ask(base, 'POST', '/clusters', { body: {} })).status).toBe(503);
      }
      expect((await get('/readyz')).body).toBe('not ready: database\n');
      expect((await get('/livez')).status).toBe(200);
      expect((await get('/metrics')).body).toContain('heketi_up 0\n');
      way.mend();
      await expect.poll(async () => (await get('/readyz')).status).toBe(200);
      expect((await ask(base, 'POST', '/clusters', { body: {} })).status).toBe(201);
      expect((await get('/metrics')).body).toContain('heketi_up 1\n');
    } finally {
      await api.close();
      await source.destroy();
      await way.close();
      await system.close();
    }
  });
});
