import type { SecretSite } from './site.js';

const replica3 = { type: 'replicate', replicate: { replica: 3 } };

/** What a command says that has failed, with secrets in it: what people and scripts put there, and those of this very system. */
function words(site: SecretSite, what: string): string {
  const plant = (where: string): string => site.canaries.plant(`${what}: ${where}`);
  const { keys, env } = site.config;
  const lines = [
    `mount.cifs: password=${plant('assignment')} is wrong`,
    `{"error": "denied", "token": "${plant('JSON')}"}`,
    `curl --user-token ${plant('flag')} failed`,
    `fetch https://me:${plant('URL')}@mirror/x failed`,
    `Authorization: Bearer ${plant('header')}`,
    `token ${site.token('admin', 'GET', '/volumes')} was refused`,
    `keys are ${keys.admin} ${Buffer.from(keys.user).toString('base64')} ${env['DATABASE_URL'] ?? ''} ${env['BRICKYARD_SEAL_KEY'] ?? ''}`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${`${plant('private key')}\n`.repeat(120)}-----END OPENSSH PRIVATE KEY-----`,
    'the disk said no',
  ];
  return `${lines.join('\n')}\n`;
}

/** Fails every command of a kind on every node, with secrets on stderr or, if `quiet`, on stdout. */
function failing(site: SecretSite, match: RegExp, quiet: boolean): void {
  for (const { faults, name } of site.simulator.nodes) {
    const text = words(site, `${match.source} on ${name}`);
    const said = quiet ? { stderr: '', stdout: text } : { stderr: text };
    faults.add({ match, times: Infinity, action: { kind: 'fail', exitCode: 5, ...said } });
  }
}

/** Operations that fail at nodes which say too much, on one replica after the other. @returns what clients were told */
export async function failOperations(site: SecretSite): Promise<readonly string[]> {
  const told: string[] = [];
  const bases = site.services.map(({ url }) => url);
  const create = { body: { size: 1, durability: replica3 } };
  const made = (await site.change('POST', '/volumes', create)).headers.location ?? '';
  const { devices } = JSON.parse((await site.send('GET', `/nodes/${site.nodeId}`)).body) as {
    devices: { id: string }[];
  };
  const cases: readonly (readonly [RegExp, boolean, string, string, object?])[] = [
    [/lvcreate/, false, 'POST', '/volumes', create.body],
    [/volume create/, true, 'POST', '/volumes', create.body],
    [/volume set/, false, 'POST', '/volumes', create.body],
    [/add-brick/, false, 'POST', `${made}/expand`, { expand_size: 1 }],
    [/volume stop/, true, 'DELETE', made],
    [/vgs|pvs/, false, 'GET', `/devices/${devices[0]?.id ?? ''}/resync`],
  ];
  for (const [index, [match, quiet, method, path, body]] of cases.entries()) {
    failing(site, match, quiet);
    const answer = await site.change(method, path, body === undefined ? {} : { body }, bases[index % bases.length]);
    told.push(`${answer.status} ${answer.body}`);
    for (const { faults } of site.simulator.nodes) faults.clear();
  }
  failing(site, /peer|pool|systemctl/, false);
  // Refused in Heketi's words; what the nodes said is in the log only.
  await site.change('POST', '/nodes', { body: anotherNode(site) });
  for (const { faults } of site.simulator.nodes) faults.clear();
  return told;
}

/** Where nothing listens: the nodes that are there are asked for their glusterd first. */
function anotherNode({ clusterId: cluster }: SecretSite): object {
  return {
    zone: 1,
    cluster,
    hostnames: { manage: ['127.0.1.99'], storage: ['127.0.1.99'] },
  };
}
