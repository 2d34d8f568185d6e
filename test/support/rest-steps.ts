import { type HttpAnswer, type HttpQuestion, ask } from '#test/http-client';

/** Sends a request and, where it is accepted, polls until its end; the last answer. */
export async function settled(
  base: string,
  method: string,
  path: string,
  question: HttpQuestion = {},
): Promise<HttpAnswer> {
  let answer = await ask(base, method, path, question);
  const location = answer.headers.location;
  if (answer.status !== 202 || location === undefined) return answer;
  const as = question.as ?? 'admin';
  do answer = await ask(base, 'GET', location, { as });
  while (answer.status === 200 && answer.headers['x-pending'] === 'true');
  return answer;
}

/** The id at the end of a Location. */
export function idOf(answer: HttpAnswer): string {
  const id = answer.headers.location?.split('/').at(-1);
  if (id === undefined) throw new Error(`no Location in ${answer.status.toString()} ${answer.body}`);
  return id;
}

export interface Topology {
  readonly cluster: string;
  readonly nodes: readonly string[];
  readonly devices: readonly string[];
}

/** A cluster of nodes with one device each. */
export async function buildTopology(base: string, nodeCount: number, prefix = 'n'): Promise<Topology> {
  const created = await ask(base, 'POST', '/clusters', { body: {} });
  const { id: cluster } = JSON.parse(created.body) as { id: string };
  const nodes: string[] = [];
  const devices: string[] = [];
  for (let i = 1; i <= nodeCount; i++) {
    const name = `${prefix}${i.toString()}`;
    const hostnames = { manage: [`${name}.manage`], storage: [`${name}.storage`] };
    const node = idOf(await settled(base, 'POST', '/nodes', { body: { zone: i, cluster, hostnames } }));
    await settled(base, 'POST', '/devices', { body: { node, name: '/dev/vdb' } });
    const info = JSON.parse((await ask(base, 'GET', `/nodes/${node}`)).body) as { devices: { id: string }[] };
    nodes.push(node);
    devices.push(...info.devices.map(({ id }) => id));
  }
  return { cluster, nodes, devices };
}
