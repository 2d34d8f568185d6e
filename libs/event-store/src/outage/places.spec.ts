import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DatabaseAway, DatabaseBusy } from './outage-errors.js';
import { Places } from './places.js';

const patient = { waitMs: 60_000 };

describe('places', () => {
  it('are given out in the order of asking, as many at a time as there are', async () => {
    const places = new Places({ count: 2, maxWaiting: 10, ...patient });
    const order: number[] = [];
    const entered = [1, 2, 3, 4].map((n) => places.enter().then(() => order.push(n)));
    await Promise.all(entered.slice(0, 2));
    expect([places.inside, places.waiting]).toEqual([2, 2]);
    places.leave();
    await entered[2];
    expect(order).toEqual([1, 2, 3]);
    places.leave();
    await entered[3];
    places.leave();
    places.leave();
    expect([places.inside, places.waiting]).toEqual([0, 0]);
  });

  it('turn away at once who comes after too many that wait', async () => {
    const places = new Places({ count: 1, maxWaiting: 1, ...patient });
    await places.enter();
    const second = places.enter();
    await expect(places.enter()).rejects.toBeInstanceOf(DatabaseBusy);
    places.leave();
    await second;
  });

  it('turn away who has waited too long, and give the place to the next', async () => {
    const places = new Places({ count: 1, maxWaiting: 2, waitMs: 20 });
    await places.enter();
    const late = expect(places.enter()).rejects.toBeInstanceOf(DatabaseBusy);
    await delay(10);
    const next = places.enter();
    await late;
    places.leave();
    await next;
    expect([places.inside, places.waiting]).toEqual([1, 0]);
  });

  it('turn away everybody who waits, and nobody who is inside', async () => {
    const places = new Places({ count: 1, maxWaiting: 2, ...patient });
    await places.enter();
    const waiting = [places.enter(), places.enter()].map((entry) => expect(entry).rejects.toThrow('gone'));
    places.refuseAll(new DatabaseAway('gone'));
    await Promise.all(waiting);
    expect([places.inside, places.waiting]).toEqual([1, 0]);
  });
});
