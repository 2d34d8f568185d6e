import { comparePositions, parsePosition } from '#event-store';
import type { Moment, ObjectHistory, Objects } from '#read-model';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ApiDependencies } from '../../dependencies.js';
import { DEPENDENCIES } from '../../tokens.js';
import { isTime } from '../frame/as-of-field.js';
import { comeBackLater, invalidRequest } from '../frame/problem.js';
import type { asOfAnswer } from './answers.js';
import { Places } from './places.js';

/** The moment that an answer is about; null: the present. */
export type AsOf = z.input<typeof asOfAnswer>;

/** Asks about the objects of a moment. */
type Ask<T> = (objects: Objects, moment: AsOf) => Promise<T>;

/** One object costs its own stream, lists and topologies many: of those fewer may be folded at a time. */
const SINGLE_PLACES = 8;
const MANY_PLACES = 2;

/** Answers about the present, or about a moment of the past by the same words. */
@Injectable()
export class AsOfService {
  private readonly history: ObjectHistory;
  private readonly single = new Places(SINGLE_PLACES, `${SINGLE_PLACES} questions about objects of the past`);
  private readonly many = new Places(MANY_PLACES, `${MANY_PLACES} questions about many objects of the past`);

  constructor(@Inject(DEPENDENCIES) { objects }: ApiDependencies) {
    this.history = objects;
  }

  /**
   * Asks about one object.
   * @throws Problem 400 naming `asOf` where there is no such moment, 503 where too many ask
   */
  one<T>(asOf: string | undefined, ask: Ask<T>): Promise<{ found: T; asOf: AsOf }> {
    return this.ask(this.single, asOf, ask);
  }

  /** Asks about many objects. @throws as `one` */
  all<T>(asOf: string | undefined, ask: Ask<T>): Promise<{ found: T; asOf: AsOf }> {
    return this.ask(this.many, asOf, ask);
  }

  /** Does something with the log between two moments. @throws as `one`, naming the parameter */
  between<T>(
    from: string,
    to: string,
    ask: (history: ObjectHistory, from: Moment, to: Moment) => Promise<T>,
  ): Promise<T> {
    return this.many.run(async () => {
      const [begin, end] = [await this.moment('from', from), await this.moment('to', to)];
      if (comparePositions(begin.position, end.position) > 0) {
        throw invalidRequest([{ field: 'to', message: 'is before `from`: send the earlier moment as `from`' }]);
      }
      return await ask(this.history, begin, end);
    });
  }

  private async ask<T>(places: Places, asOf: string | undefined, ask: Ask<T>): Promise<{ found: T; asOf: AsOf }> {
    if (asOf === undefined) return { found: await ask(this.history.live, null), asOf: null };
    return places.run(async () => {
      const moment = await this.moment('asOf', asOf);
      const told = momentJson(moment);
      return { found: await ask(this.history.at(moment.position), told), asOf: told };
    });
  }

  private async moment(field: string, text: string): Promise<Moment> {
    const found = await this.history.moment(isTime(text) ? new Date(text) : parsePosition(text));
    if (!('refused' in found)) return found;
    const no = (message: string): Error => invalidRequest([{ field, message }]);
    switch (found.refused) {
      case 'future':
        throw no(`is in the future: for the database it is ${found.now.toISOString()}. Send a time up to that`);
      case 'before-the-log':
        throw no(
          found.begin === null
            ? 'is before the log, which is empty: nothing has happened yet'
            : `is before the log, which begins at ${found.begin.toISOString()}. Send a time from then on`,
        );
      case 'unknown-position':
        throw no('is not a position of this log: send `asOf.position` of an answer of this installation, or a time');
      case 'unsettled':
        throw comeBackLater('What was recorded then is not settled yet: a transaction that may come before it is open');
    }
  }
}

export function momentJson({ position, time }: Moment): NonNullable<AsOf> {
  return { position, time: time.toISOString() };
}
