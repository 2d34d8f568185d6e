import { v1Table } from '../../../apps/api/src/v1/routes.js';
import type { SecretSite } from './site.js';

const PAGES = 20;

interface Page {
  readonly items: readonly { readonly id?: string; readonly requestId?: string }[];
  readonly next: string | null;
}

/** Asks every route under /v1 that reads, for everything that there is, as admin and as auditor. @returns how many answers */
export async function readEverything(site: SecretSite): Promise<number> {
  const before = site.answers.size;
  const reading = v1Table.routes.filter(({ method, path }) => method === 'GET' && !isStream(path));
  for (const { path } of reading.filter((route) => !route.path.includes('{'))) {
    await readList(site, path);
  }
  const kinds = ['cluster', 'node', 'device', 'volume', 'operation'] as const;
  for (const kind of kinds) {
    const below = reading.map(({ path }) => path).filter((path) => path.startsWith(`/v1/${kind}s/{id}`));
    for (const id of await idsOf(site, kind)) {
      for (const path of below) await site.send('GET', path.replace('{id}', id), { issuer: 'auditor' });
      if (kind === 'operation') await readStream(site, `/v1/operations/${id}/events`);
    }
  }
  for (const id of await requestIds(site)) await site.send('GET', `/v1/requests/${id}`, { issuer: 'auditor' });
  return site.answers.size - before;
}

/** Of an operation that has ended: the stream ends as well. */
async function readStream(site: SecretSite, path: string): Promise<void> {
  site.answers.set(`answer ${site.answers.size} to GET ${path}`, await site.follow(path, AbortSignal.timeout(20_000)));
}

const isStream = (path: string): boolean => path.endsWith('/events') && path !== '/v1/audit/events';

/** All pages of a list; whatever is no list is one page. */
async function readList(site: SecretSite, path: string, query = ''): Promise<Page['items']> {
  const items: Page['items'][number][] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const more: string = cursor === null ? query : `?cursor=${cursor}`;
    const { status, body, headers } = await site.send('GET', `${path}${more}`, { issuer: 'auditor' });
    if (status !== 200 || !String(headers['content-type']).startsWith('application/json')) break;
    const read = JSON.parse(body) as Partial<Page>;
    items.push(...(read.items ?? []));
    if ((cursor = read.next ?? null) === null) break;
  }
  return items;
}

/** Of all that ever were: the log knows those that are gone as well. */
async function idsOf(site: SecretSite, kind: string): Promise<readonly string[]> {
  const rows = await site.database.db.query<{ id: string }>(
    'select distinct stream_id as id from brickyard.event where stream_kind = $1 limit 12',
    [kind],
  );
  return rows.map(({ id }) => id);
}

async function requestIds(site: SecretSite): Promise<readonly string[]> {
  const rows = await site.database.db.query<{ id: string }>(
    `select distinct request_id as id from brickyard.event where type = 'RequestRefused' limit 40`,
  );
  return rows.map(({ id }) => id);
}
