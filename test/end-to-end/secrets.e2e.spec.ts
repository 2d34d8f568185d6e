import { type Setting } from '../../libs/config/src/setting.js';
import { settings } from '../../libs/config/src/settings.js';
import { Canaries } from '#test/secrets/canaries';
import { runCommands, type Said } from '#test/secrets/command-line';
import { dumpDatabase, ProcessLines } from '#test/secrets/dumps';
import { everyRoute, sendBodies, sendToEveryRoute, sendWrongCredentials } from '#test/secrets/hostile-requests';
import { readEverything } from '#test/secrets/readers';
import { SecretSite } from '#test/secrets/site';
import { failOperations } from '#test/secrets/talkative-nodes';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** What docs/reference/secrets.md says is kept: the name of a request, of use only together with a token. */
const DECLARED = ['brickyard.idempotency_record.key'];
const WORDS = 'the disk said no';

/** A secret of its own in every input that there is; each is looked for, in every spelling, wherever something comes out. */
describe('secrets', () => {
  /** Public by declaration, and still nothing for logs and metrics. */
  const tags = new Canaries('tAgPuB7');
  const outputs = new Map<string, string>();
  const processes = new ProcessLines();
  let site: SecretSite;
  let refusals: readonly string[] = [];
  let failures: readonly string[] = [];
  let commands: readonly Said[] = [];
  let answersRead = 0;

  beforeAll(async () => {
    site = await SecretSite.start();
    const stop = new AbortController();
    const events = site.follow('/v1/events', stop.signal);
    await site.loadNodes();
    const made = await site.change('POST', '/volumes', { body: { size: 1 } });
    const volumeId = (made.headers.location ?? '').split('/').at(-1) ?? '';
    const commandsSaid = runCommands(site, volumeId);
    await sendToEveryRoute(site);
    await sendWrongCredentials(site);
    refusals = await sendBodies(site);
    await changeTags();
    failures = await failOperations(site);
    await vi.waitUntil(async () => (await recordedRefusals(site)) > 20, { timeout: 20_000, interval: 100 });
    answersRead = await readEverything(site);
    commands = await commandsSaid;
    for (const path of ['/metrics', '/readyz', '/livez', '/hello']) await site.send('GET', path);
    stop.abort();
    outputs.set('stream of events', await events);
    outputs.set('Redis', (await site.redisDump()) ?? '');
    await site.stopServices();
    outputs.set('command lines of processes', await processes.stop());
    for (const [index, service] of site.services.entries()) outputs.set(`log of replica ${index}`, service.output);
    for (const [where, text] of await dumpDatabase(site.database.db, DECLARED)) outputs.set(where, text);
    for (const [index, { command, output }] of commands.entries()) outputs.set(`command ${index} ${command}`, output);
    for (const node of site.simulator.nodes) {
      outputs.set(`commands on ${node.name}`, node.commands.map(({ line }) => line).join('\n'));
    }
  });
  afterAll(() => site.close());

  /** With a statement that fails at the end: what a driver knows of it then must not be in the log. */
  async function changeTags(): Promise<void> {
    const path = `/nodes/${site.nodeId}/tags`;
    const set = (value: string): object => ({ change_type: 'set', tags: { rack: value } });
    const kept = { 'idempotency-key': site.canaries.plant('key of a change that is kept') };
    await site.send('POST', path, { body: set(tags.plant('tag')), headers: kept });
    const owner = await site.database.connect('owner', 1);
    await owner.query(
      `alter table brickyard.event add constraint test_refuses check (data::text not like '%refuse me%') not valid`,
    );
    const { status } = await site.send('POST', path, {
      body: set(`refuse me ${tags.plant('tag of a failed statement')}`),
    });
    expect(status).toBe(500);
    await owner.query('alter table brickyard.event drop constraint test_refuses');
  }

  const sightings = (kept: (where: string) => boolean): readonly string[] =>
    [...outputs, ...site.answers]
      .filter(([where]) => kept(where))
      .flatMap(([where, text]) => site.canaries.sightings(where, text));

  it.each((Object.entries(settings) as [string, Setting<unknown>][]).filter(([, { secret }]) => secret))(
    'are planted in every secret setting: %s',
    (_name, { env }) => {
      const value = env.map((name) => site.config.env[name] ?? '').join('');
      // Where there is no Redis, there is no password of it.
      if (env.includes('REDIS_URL') && value === '') return;
      expect(
        site.canaries.isIn(value),
        `plant a secret in ${env.join(', ')} (test/support/secrets/planted-config.ts)`,
      ).toBe(true);
    },
  );

  it('are in no table of the database', () => {
    expect(sightings((where) => where.startsWith('table ') || where === 'statements under way')).toEqual([]);
    expect(outputs.get('table brickyard.event')).toContain(WORDS);
    expect(outputs.get('table brickyard.event')).toContain('mount.cifs: password=********');
  });

  it('are in no job of the queue in Redis', () => {
    expect(sightings((where) => where === 'Redis')).toEqual([]);
    if (site.services.length > 1) expect(outputs.get('Redis')).toContain('operationId');
  });

  it('are in no line of the log', () => {
    expect(sightings((where) => where.startsWith('log of'))).toEqual([]);
    for (const { output } of site.services) expect(output).toContain(WORDS);
  });

  it('are in no answer, whoever asks for what', () => {
    expect(sightings((where) => where.startsWith('answer'))).toEqual([]);
    expect(answersRead).toBeGreaterThan(100);
    expect(site.answers.size).toBeGreaterThan(everyRoute.length);
  });

  it('are in no stream of events', () => {
    expect(sightings((where) => where === 'stream of events')).toEqual([]);
    expect(outputs.get('stream of events')).toContain(WORDS);
  });

  it('are in nothing that the command line says', () => {
    expect(sightings((where) => where.startsWith('command '))).toEqual([]);
    expect(commands.filter(({ exitCode }) => exitCode === 0)).toHaveLength(5);
    expect(commands).toHaveLength(13);
    expect(commands.filter(({ output }) => /WRONGPASS\n\s+at /.test(output))).toHaveLength(1);
  });

  it('are in no command line of a process, here or on a node', () => {
    expect(sightings((where) => where.startsWith('command lines') || where.startsWith('commands on'))).toEqual([]);
    expect(outputs.get('command lines of processes')).toContain('brickyard.mjs serve');
    expect(outputs.get('commands on node1')).toContain('gluster');
  });

  it('in volume options are refused, with the name of the option and the remedy', () => {
    expect(refusals.length).toBeGreaterThan(8);
    for (const refusal of refusals)
      expect(refusal).toMatch(/glustervolumeoptions: must not hold a secret.*\((?:\S+|number 2)\): keep/);
  });

  it('that nodes tell are masked, and everything else that they say is there', () => {
    for (const told of failures) expect(told).toContain(WORDS);
  });

  it('are not what tags hold, but neither are those in logs, metrics and process lists', () => {
    expect(tags.isIn(outputs.get('table brickyard.event') ?? '')).toBe(true);
    const places = [...outputs, ...site.answers].filter(([where]) =>
      /^log of|command lines|commands on|to GET \/metrics/.test(where),
    );
    expect(places.length).toBeGreaterThan(5);
    expect(places.flatMap(([where, text]) => tags.sightings(where, text))).toEqual([]);
  });
});

async function recordedRefusals({ database }: SecretSite): Promise<number> {
  const [row] = await database.db.query<{ count: string }>(
    `select count(*) from brickyard.event where type = 'RequestRefused'`,
  );
  return Number(row?.count);
}
