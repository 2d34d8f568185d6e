import { DomainError, systemAttribution } from '#kernel';
import { createTelemetry } from '#observability';
import type { AnswerRecord } from '#operations';
import type { CommandBus } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import type { ApiDependencies } from '../dependencies.js';
import { type Answer, emptyAnswer } from '../wire/answers.js';
import { ChangeCommand, Commands } from './commands.js';
import { recordOf } from './replay.js';
import type { Wish } from './wish.js';

class Change extends ChangeCommand {}

const by = systemAttribution('p', 'r');
const keyed: Wish = { by, method: 'DELETE', path: '/volumes/ab', digest: 'd', key: 'k' };
const done = emptyAnswer(200);
const record = recordOf(keyed, done);

/** Commands over a handler and a table that answers one look after the other. */
function setUp(handle: () => Promise<Answer>, looks: (AnswerRecord | null)[] = []) {
  const telemetry = createTelemetry({ version: 'test' });
  let handled = 0;
  const bus = {
    execute: () => {
      handled += 1;
      return handle();
    },
  } as unknown as CommandBus;
  const find = (): Promise<AnswerRecord | null> => {
    const next = looks.shift();
    return next === undefined ? Promise.reject(new Error('not to be asked')) : Promise.resolve(next);
  };
  const commands = new Commands(bus, { telemetry, answerRecords: { find } } as unknown as ApiDependencies);
  const outcomes = async (): Promise<string> => telemetry.registry.getSingleMetricAsString('brickyard_commands_total');
  return { commands, handled: () => handled, looks, outcomes };
}

const gone = (): Promise<Answer> => Promise.reject(new DomainError('not-found', 'Id not found'));

describe('a command', () => {
  it('without a key asks for no record, whether it is done or refused', async () => {
    const wish = { ...keyed, key: null };
    const { commands } = setUp(() => Promise.resolve(done));
    expect(await commands.execute(new Change(wish))).toBe(done);
    await expect(setUp(gone).commands.execute(new Change(wish))).rejects.toThrow('Id not found');
  });

  it('that was answered before is not handled again', async () => {
    const { commands, handled, outcomes } = setUp(gone, [record]);
    expect(await commands.execute(new Change(keyed))).toMatchObject({
      status: 200,
      headers: { 'idempotency-replayed': 'true' },
    });
    expect(handled()).toBe(0);
    expect(await outcomes()).toContain('outcome="replayed"} 1');
  });

  it('that is refused because the same request has just done its work is answered as that one', async () => {
    const { commands, handled, outcomes } = setUp(gone, [null, record]);
    expect((await commands.execute(new Change(keyed))).status).toBe(200);
    expect(handled()).toBe(1);
    expect(await outcomes()).not.toContain('refused');
  });

  it('that is refused for a reason of its own stays refused', async () => {
    const { commands, looks, outcomes } = setUp(gone, [null, null]);
    await expect(commands.execute(new Change(keyed))).rejects.toThrow('Id not found');
    expect(looks).toEqual([]);
    expect(await outcomes()).toContain('outcome="refused"} 1');
  });

  it("that failed is not looked for: what became of it is the next one's to find out", async () => {
    const { commands, outcomes } = setUp(() => Promise.reject(new Error('connection lost')), [null]);
    await expect(commands.execute(new Change(keyed))).rejects.toThrow('connection lost');
    expect(await outcomes()).toContain('outcome="failed"} 1');
  });

  it('under the key of another request is refused before it is handled', async () => {
    const { commands, handled } = setUp(gone, [record]);
    await expect(commands.execute(new Change({ ...keyed, digest: 'other' }))).rejects.toMatchObject({ status: 422 });
    expect(handled()).toBe(0);
  });
});
