import { createHmac } from 'node:crypto';
import { routes } from '../../../apps/api/src/wire/route-table.js';
import { v1Table } from '../../../apps/api/src/v1/routes.js';
import { ask } from '../http-client.js';
import type { SecretSite } from './site.js';

const NO_ID = '0'.repeat(32);

/** Every route that there is, with an id that nothing has. */
export const everyRoute: readonly { readonly method: string; readonly path: string }[] = [
  ...routes.map(({ method, path }) => ({ method, path })),
  ...v1Table.routes.map(({ method, path }) => ({ method, path })),
].map(({ method, path }) => ({ method, path: path.replace(/\{\w+\}/, NO_ID) }));

/** Secrets where no route asks for any: in headers, in the query, in fields that nobody knows. */
export async function sendToEveryRoute(site: SecretSite): Promise<void> {
  const { canaries } = site;
  for (const { method, path } of everyRoute) {
    const plant = (where: string): string => canaries.plant(`${where} of ${method} ${path}`);
    const query = new URLSearchParams({ access_token: plant('query'), password: plant('query') });
    const unknown = { password: plant('field'), auth: { secret: plant('nested field'), keys: [plant('list')] } };
    await site.send(method, `${path}?${query.toString()}`, {
      ...(method === 'GET' ? {} : { body: { ...unknown, tags: 7, size: plant('wrong type') } }),
      headers: {
        cookie: `session=${plant('cookie')}`,
        'x-api-key': plant('header'),
        'proxy-authorization': `Basic ${Buffer.from(`me:${plant('proxy')}`).toString('base64')}`,
        'idempotency-key': plant('key'),
        'x-request-id': `id; password=${plant('request id')}`,
        'user-agent': `agent/1 token=${plant('agent')}`,
      },
    });
  }
}

/** Every way in which somebody gets the credentials wrong. */
export async function sendWrongCredentials(site: SecretSite): Promise<void> {
  const { canaries } = site;
  const [method, path] = ['POST', '/volumes'];
  const plant = (where: string): string => canaries.plant(`credentials: ${where}`);
  const text = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const odd = `${text({ alg: 'HS256' })}.${text({ iss: `password=${plant('issuer')}`, sub: plant('subject') })}`;
  const headers: readonly string[] = [
    `Bearer ${site.token('admin', method, path, { key: plant('wrong key') })}`,
    `Bearer ${site.token('admin', method, path, { lifetimeSeconds: -600 })}`,
    `Bearer ${site.token('user', 'GET', '/elsewhere')}`,
    `Bearer ${odd}.${createHmac('sha256', 'x').update(odd).digest('base64url')}`,
    `Bearer ${plant('no token at all')}`,
    `Bearer ${plant('part')}.${plant('part')}.${plant('part')}`,
    `Basic ${Buffer.from(`admin:${plant('basic')}`).toString('base64')}`,
    `Digest username="admin", response="${plant('digest')}"`,
    plant('bare'),
  ];
  for (const authorization of headers) {
    for (const at of [path, '/v1/audit/events']) {
      await site.send(at === path ? method : 'GET', at, { headers: { authorization } });
    }
  }
  const token = site.token('admin', 'GET', '/volumes');
  await site.send('GET', `/volumes?jwt=${token}`, { headers: { authorization: '' } });
  await site.send('DELETE', `/volumes/${token}`);
  await site.send('GET', `/v1/requests/${site.token('admin', 'GET', '/x').slice(0, 64)}`);
  await site.send('GET', `http://admin:${plant('userinfo')}@127.0.0.1/volumes`);
  // Answered with the clean path, so that the answer is not looked at.
  await ask(site.base, 'POST', `//admin:${plant('userinfo in the path')}@127.0.0.1/volumes`, { as: 'none' });
  await site.send('GET', '/clusters', { headers: { 'x-request-id': plant('request id').padStart(70, 'x') } });
}

/** Bodies that are no JSON, too long, or hold secrets where a value is asked for that is kept or told. */
export async function sendBodies(site: SecretSite): Promise<readonly string[]> {
  const plant = (where: string): string => site.canaries.plant(`body: ${where}`);
  await site.send('POST', '/volumes', { raw: `{"size": 1, "password": "${plant('no JSON')}", ` });
  await site.send('POST', '/volumes', { raw: `password=${plant('a form')}&size=1` });
  await site.send('POST', '/v1/volumes:plan', { raw: `{"sizeGiB": ${plant('no JSON under /v1')}}` });
  await site.send('POST', '/v1/volumes:plan', { body: { sizeGiB: 1, name: plant('too long').repeat(20) } });
  await site.send('POST', '/volumes', { body: { size: 1, name: plant('too long').repeat(20) } });
  await site.send('POST', '/nodes', {
    body: {
      zone: 1,
      cluster: NO_ID,
      hostnames: { manage: [`ssh://root:${plant('userinfo of a host')}@n1`], storage: ['n1'] },
    },
  });
  await site.send('POST', '/blockvolumes', { body: { size: 1, auth: true, chap: { password: plant('CHAP') } } });
  const pem = `-----BEGIN PRIVATE KEY-----${plant('option: a private key')}-----END PRIVATE KEY-----`;
  const options = [
    `user.db-password ${plant('option by name')}`,
    `user.s3.secret_access_key ${plant('option by name in words')}`,
    `user.apiToken ${plant('option by name in humps')}`,
    `auth.login.me.password ${plant('option of a login')}`,
    `password ${plant('option without a dot')}`,
    `user.note password=${plant('option by what is in it')}`,
    `user.backup s3://me:${plant('option with a URL')}@bucket/x`,
    `user.${plant('name of an option').slice(0, 12)}-secret=${plant('option in one word')} x`,
    `user.cert ${pem}`,
    `user.jwt ${site.token('admin', 'GET', '/volumes')}`,
    `user.known ${site.config.keys.admin}`,
  ];
  const refusals: string[] = [];
  for (const option of options) {
    const { body } = await site.send('POST', '/volumes', {
      body: { size: 1, glustervolumeoptions: ['nfs.disable on', option] },
    });
    refusals.push(body);
    await site.send('POST', '/v1/volumes:plan', { body: { sizeGiB: 1, glusterVolumeOptions: [option] } });
  }
  return refusals;
}
