import { DomainError } from '#kernel';
import type { Telemetry } from '#observability';
import { Inject, Injectable } from '@nestjs/common';
import { type Command, CommandBus } from '@nestjs/cqrs';
import type { ApiDependencies } from '../dependencies.js';
import { DEPENDENCIES } from '../tokens.js';
import { WireError } from '../wire/wire-error.js';

/** The command bus, counted. */
@Injectable()
export class Commands {
  private readonly telemetry: Telemetry;

  constructor(
    @Inject(CommandBus) private readonly bus: CommandBus,
    @Inject(DEPENDENCIES) { telemetry }: ApiDependencies,
  ) {
    this.telemetry = telemetry;
  }

  /** Runs the command's handler and passes on what it returns or throws. */
  async execute<R>(command: Command<R>): Promise<R> {
    const { name } = command.constructor;
    try {
      const result = await this.bus.execute(command);
      this.telemetry.command(name, 'accepted');
      return result;
    } catch (error) {
      const refused = error instanceof DomainError || error instanceof WireError;
      this.telemetry.command(name, refused ? 'refused' : 'failed');
      throw error;
    }
  }
}
