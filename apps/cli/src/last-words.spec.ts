import { Command, CommanderError } from 'commander';
import { afterEach, expect, it, vi } from 'vitest';
import { lastWords, maskComplaints } from './last-words.js';

afterEach(() => vi.restoreAllMocks());

it('an error that nobody caught is told with its place and its cause, and nothing that hangs on it', () => {
  const refused = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
  const said = lastWords(new Error('is at redis://me:hunter2@queue', { cause: refused }));
  expect(said).toMatch(
    /is at redis:\/\/me:\*{8}@queue\n[\s\S]+last-words\.spec[\s\S]+caused by brickyard: Error: WRONGPASS/,
  );
  expect(said).not.toContain('hunter2');
  expect(lastWords('password=hunter2')).toBe('brickyard: password=********\n');
});

it('an option that is not known is named without what is behind it', () => {
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const request = new Command('request').exitOverride();
  const program = new Command('brickyard').exitOverride().addCommand(request);
  maskComplaints(program);
  expect(() => program.parse(['request', '--secret=hunter2'], { from: 'user' })).toThrow(CommanderError);
  expect(written.join('')).toBe("error: unknown option '--secret=********\n");
});
