import type { NodeAddress, NodeCall, RemoteCommand, RemoteExecutor, RemoteResult } from '#storage-nodes';

/** What a node answers to a command line; a number is an exit code without words. */
export type Answer = Partial<RemoteResult> | number;

/** A node whose answers a test writes: the first rule whose pattern matches the words of a command has it. */
export class ScriptedExecutor implements RemoteExecutor {
  readonly lines: string[] = [];
  readonly #rules: { readonly match: RegExp; readonly answers: Answer[] }[] = [];

  /** Several answers are given one after another, the last one for ever. */
  on(match: RegExp, ...answers: readonly Answer[]): this {
    this.#rules.push({ match, answers: [...answers] });
    return this;
  }

  run(_node: NodeAddress, command: RemoteCommand, call: NodeCall): Promise<RemoteResult> {
    const line = command.argv.join(' ');
    this.lines.push(line);
    const rule = this.#rules.find(({ match }) => match.test(line));
    const answer = (rule !== undefined && rule.answers.length > 1 ? rule.answers.shift() : rule?.answers[0]) ?? 0;
    const result = {
      exitCode: 0,
      stdout: '',
      stderr: '',
      ...(typeof answer === 'number' ? { exitCode: answer } : answer),
    };
    call.onCommand({ node: 'scripted', command: line, exitCode: result.exitCode, durationMs: 0 });
    return Promise.resolve(result);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
