import { DomainError } from '#kernel';
import type { Telemetry } from '#observability';
import { Inject, Injectable } from '@nestjs/common';
import { Command, CommandBus } from '@nestjs/cqrs';
import type { ApiDependencies } from '../dependencies.js';
import { DEPENDENCIES } from '../tokens.js';
import type { Answer } from '../wire/answers.js';
import { WireError } from '../wire/wire-error.js';
import { clientKeyOf, replayOf } from './replay.js';
import type { Wish } from './wish.js';

/** A change that a client wants. Results in the answer. */
export abstract class ChangeCommand extends Command<Answer> {
  constructor(readonly wish: Wish) {
    super();
  }
}

/** The command bus, counted; what was answered before is answered again. */
@Injectable()
export class Commands {
  private readonly telemetry: Telemetry;
  private readonly answerRecords: ApiDependencies['answerRecords'];

  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(DEPENDENCIES) { telemetry, answerRecords }: ApiDependencies,
  ) {
    this.telemetry = telemetry;
    this.answerRecords = answerRecords;
  }

  /** Runs the command's handler and passes on what it returns or throws. */
  async execute(command: ChangeCommand): Promise<Answer> {
    const { name } = command.constructor;
    try {
      const replay = await this.replay(command.wish);
      const answer = replay ?? (await this.decided(command));
      this.telemetry.command(name, replay === null ? 'accepted' : 'replayed');
      return answer;
    } catch (error) {
      this.telemetry.command(name, isRefusal(error) ? 'refused' : 'failed');
      throw error;
    }
  }

  /**
   * Before it comes to the transaction that waits for the key, a handler may have refused because of what the same request has
   * just done: the volume is gone, the name is taken. Then that one has committed, and its answer is there.
   */
  private async decided(command: ChangeCommand): Promise<Answer> {
    try {
      return await this.bus.execute(command);
    } catch (error) {
      const replay = isRefusal(error) ? await this.replay(command.wish) : null;
      if (replay === null) throw error;
      return replay;
    }
  }

  private async replay(wish: Wish): Promise<Answer | null> {
    const clientKey = clientKeyOf(wish);
    return clientKey === null ? null : replayOf(wish, await this.answerRecords.find(clientKey));
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError || error instanceof WireError;
}
