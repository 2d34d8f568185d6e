import { existsSync } from 'node:fs';
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { LocalFence, type Underway } from '#test/local-fence';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const x = 'volume/0123456789abcdef0123456789abcdef';
const y = 'peers/c1';
const shells = [['sh'], ['bash', '--posix']].filter(([name = '']) =>
  ['/bin', '/usr/bin'].some((bin) => existsSync(`${bin}/${name}`)),
);

describe.each(shells)('the fence under %s', (...shell) => {
  let fence: LocalFence;

  beforeEach(async () => {
    fence = await LocalFence.make(...shell);
  });

  afterEach(() => fence.dispose());

  /** Appends to the file `effects` until it is ended, and is deaf to TERM. */
  const stubborn = (mark: string): string[] => [
    'sh',
    '-c',
    `trap '' TERM; while :; do echo ${mark} >>effects; sleep 0.05; done`,
  ];

  const begun = (file = 'effects', mark = ''): Promise<void> =>
    expect.poll(() => fence.read(file)).toContain(mark || '\n');

  /** @returns how often the file grew during two hundred milliseconds */
  async function growth(): Promise<number> {
    const before = await fence.read('effects');
    await new Promise((resolve) => setTimeout(resolve, 200));
    return (await fence.read('effects')).length - before.length;
  }

  describe('run', () => {
    it('passes stdin, output, exit code and the signal of the end through', async () => {
      const answer = await fence.run({ [x]: 1 }, ['sh', '-c', 'cat; echo words >&2; exit 3'], { stdin: 'text' });
      expect(answer).toEqual({ exitCode: 3, signal: null, stdout: 'text', stderr: 'words\n' });
      expect(await fence.run({ [x]: 1 }, ['sh', '-c', 'kill -USR1 $$'])).toMatchObject({
        signal: 'SIGUSR1',
        stderr: '',
      });
      expect(await fence.run({ [x]: 1 }, ['no-such-program'])).toMatchObject({
        exitCode: 127,
        stderr: 'brickyard-fence: there is no program no-such-program on this node\n',
      });
    });

    it('takes the command as it is: no builtin, no function of its own, nothing expanded', async () => {
      const argv = ['printf', '%s|', '$HOME', '*', "it's", 'a  b', '-n', ''];
      expect(await fence.run({ [x]: 1 }, argv)).toMatchObject({ stdout: "$HOME|*|it's|a  b|-n||" });
      expect(await fence.run({ [x]: 1 }, ['leave'])).toMatchObject({ exitCode: 127 });
    });

    it('leaves nothing but what it has to remember', async () => {
      await fence.run({ [x]: 3, [y]: 1 }, ['true']);
      expect(await fence.records()).toEqual([]);
      expect(await fence.read(`state/epochs/${x.replace('/', ':')}`)).toBe('3\n');
      expect(await fence.read('state/epochs/peers:c1')).toBe('1\n');
    });

    it('gives the command no descriptor of its own, and leaves the file mode mask alone', async () => {
      const list = ['dash', '-c', 'for fd in /proc/self/fd/*; do echo ${fd##*/}; done; umask'];
      expect((await fence.run({ [x]: 1 }, list)).stdout).toBe((await fence.plain(list)).stdout);
    });

    it('refuses an epoch that is lower than one that was seen, of any key, and then changes nothing', async () => {
      await fence.run({ [x]: 2, [y]: 5 }, ['true']);
      const late = await fence.run({ [x]: 3, [y]: 4 }, ['touch', 'late']);
      expect(late).toMatchObject({ exitCode: 75, stderr: 'brickyard-fence: peers/c1 is at epoch 5, refused 4\n' });
      expect(existsSync(`${fence.root}/late`)).toBe(false);
      expect(await fence.run({ [x]: 2 }, ['true'])).toMatchObject({ exitCode: 0 });
    });

    it('compares numbers, not texts', async () => {
      await fence.run({ [x]: 9 }, ['true']);
      expect(await fence.run({ [x]: 1_000_010 }, ['true'])).toMatchObject({ exitCode: 0 });
      expect(await fence.run({ [x]: 999_999 }, ['true'])).toMatchObject({ exitCode: 75 });
    });

    it('takes a file that a power cut has spoilt for nothing', async () => {
      await fence.run({ [x]: 4, [y]: 4 }, ['true']);
      await writeFile(`${fence.root}/state/epochs/${x.replace('/', ':')}`, '');
      await writeFile(`${fence.root}/state/epochs/peers:c1`, '\0\0');
      expect(await fence.run({ [x]: 1, [y]: 2 }, ['true'])).toMatchObject({ exitCode: 0 });
      expect(await fence.run({ [x]: 1, [y]: 1 }, ['true'])).toMatchObject({ exitCode: 75 });
    });

    it('runs commands of one epoch side by side', async () => {
      const meet = (mine: string, other: string): string[] => [
        'sh',
        '-c',
        `touch ${mine}; until [ -e ${other} ]; do sleep 0.02; done`,
      ];
      const both = [fence.run({ [x]: 1 }, meet('a', 'b')), fence.run({ [x]: 1 }, meet('b', 'a'))];
      expect(await Promise.all(both)).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
    });

    it('does not run what it cannot keep account of', async () => {
      await fence.run({ [x]: 1 }, ['true']);
      await mkdir(`${fence.root}/state/epochs/.new`);
      const answer = await fence.run({ [x]: 2 }, ['touch', 'done']);
      expect(answer).toMatchObject({
        exitCode: 74,
        stderr: expect.stringMatching(/^brickyard-fence: .*cannot/m) as string,
      });
      expect(existsSync(`${fence.root}/done`)).toBe(false);
    });

    it.each([
      [['run', '--', 'true'], 'no KEY=EPOCH'],
      [['run', 'x=1'], 'no command'],
      [['run', 'x=one', '--', 'true'], 'not KEY=EPOCH: x=one'],
      [['run', '../x=1', '--', 'true'], 'not KEY=EPOCH: ../x=1'],
      [['run', 'x=$(id)', '--', 'true'], 'not KEY=EPOCH: x=$(id)'],
      [['walk', 'x=1'], 'unknown: walk'],
    ])('refuses words that make no sense: %j', async (words, reason) => {
      expect(await fence.ask(words)).toMatchObject({ exitCode: 64, stderr: `brickyard-fence: ${reason}\n` });
    });
  });

  describe('a deadline', () => {
    it('ends the command and all that it has started', async () => {
      const answer = await fence.run({ [x]: 1 }, ['sh', '-c', 'while :; do echo x >>effects; sleep 0.05; done'], {
        seconds: 1,
      });
      expect(answer).toMatchObject({ exitCode: 124 });
      expect(await growth()).toBe(0);
      expect(await fence.records()).toEqual([]);
    });

    it('kills a command that is deaf to TERM, be it a grandchild', async () => {
      const answer = await fence.run({ [x]: 1 }, ['sh', '-c', `${stubborn('x')[2]} & wait`], { seconds: 1 });
      expect(answer.exitCode ?? answer.signal).toBe('SIGKILL');
      expect(await growth()).toBe(0);
    });
  });

  describe('take', () => {
    it('raises epochs, on a node that has never heard of them too, and refuses lower ones', async () => {
      expect(await fence.take({ [x]: 2, [y]: 1 })).toEqual({ exitCode: 0, signal: null, stdout: '', stderr: '' });
      expect(await fence.run({ [x]: 1 }, ['true'])).toMatchObject({ exitCode: 75 });
      expect(await fence.take({ [x]: 1, [y]: 7 })).toMatchObject({ exitCode: 75 });
      expect(await fence.run({ [y]: 1 }, ['true'])).toMatchObject({ exitCode: 0 });
    });

    it('waits for a command that runs under a lower epoch', async () => {
      const old = fence.begin({ [x]: 1, [y]: 1 }, [
        'sh',
        '-c',
        'echo x >effects; until [ -e go ]; do sleep 0.02; done; touch gone',
      ]);
      await begun();
      const taking = fence.take({ [x]: 2 }, [60, 60]);
      // the epoch has risen: from here on it waits
      await expect.poll(async () => (await fence.run({ [x]: 1 }, ['true'])).exitCode).toBe(75);
      expect(existsSync(`${fence.root}/gone`)).toBe(false);
      await writeFile(`${fence.root}/go`, '');
      expect(await taking).toMatchObject({ exitCode: 0 });
      expect(existsSync(`${fence.root}/gone`)).toBe(true);
      expect(await old.ended).toMatchObject({ exitCode: 0 });
    });

    it('asks it to end when its patience is over', async () => {
      const old = fence.begin({ [x]: 1 }, ['sh', '-c', 'echo x >effects; exec sleep 60']);
      await begun();
      expect(await fence.take({ [x]: 2 }, [0, 60])).toMatchObject({ exitCode: 0 });
      expect(await old.ended).toMatchObject({ signal: 'SIGTERM' });
    });

    it('kills what is deaf to that, with all that it has started', async () => {
      const old = fence.begin({ [x]: 1 }, ['sh', '-c', `${stubborn('x')[2]} & wait`]);
      await begun();
      expect(await fence.take({ [x]: 2 }, [0, 1])).toMatchObject({ exitCode: 0 });
      expect(await growth()).toBe(0);
      await old.ended;
      expect(await fence.records()).toEqual([]);
    });

    it('leaves commands alone that run under its own epoch, or under other keys', async () => {
      const others = [fence.begin({ [x]: 2 }, stubborn('same')), fence.begin({ [y]: 1 }, stubborn('other'))];
      await begun('effects', 'same');
      await begun('effects', 'other');
      expect(await fence.take({ [x]: 2 })).toMatchObject({ exitCode: 0 });
      expect(await growth()).toBeGreaterThan(0);
      await end(others);
    });

    it('waits for gluster to end by itself', async () => {
      await writeFile(
        `${fence.root}/gluster`,
        `#!/bin/sh\ntrap 'touch asked' TERM\necho x >effects\nuntil [ -e go ]; do sleep 0.02; done\n`,
      );
      await chmod(`${fence.root}/gluster`, 0o755);
      const old = fence.begin({ [x]: 1 }, [`${fence.root}/gluster`]);
      await begun();
      // its own deadline ends it
      expect(await fence.take({ [x]: 2 }, [0, 0], { seconds: 2 })).toMatchObject({ exitCode: 124 });
      expect(existsSync(`${fence.root}/asked`)).toBe(false);
      await writeFile(`${fence.root}/go`, '');
      expect(await old.ended).toMatchObject({ exitCode: 0 });
      expect(await fence.take({ [x]: 2 })).toMatchObject({ exitCode: 0 });
    });

    it('waits for a command whose caller has gone', async () => {
      const old = fence.begin({ [x]: 1 }, [
        'sh',
        '-c',
        'echo x >effects; until [ -e go ]; do sleep 0.02; done; echo lost; touch gone',
      ]);
      await begun();
      old.process.stdout?.destroy();
      old.process.stderr?.destroy();
      const taking = fence.take({ [x]: 2 }, [60, 60]);
      await expect.poll(async () => (await fence.run({ [x]: 1 }, ['true'])).exitCode).toBe(75);
      await writeFile(`${fence.root}/go`, '');
      await taking;
      expect(await fence.records()).toEqual([]);
    });

    it('ends a command whose shell has been killed', async () => {
      const old = fence.begin({ [x]: 1 }, stubborn('x'));
      await begun();
      const [pid] = await fence.record((await fence.records())[0]!);
      process.kill(Number(pid), 'SIGKILL');
      await old.ended;
      expect(await growth()).toBeGreaterThan(0);
      expect(await fence.take({ [x]: 2 }, [0, 1])).toMatchObject({ exitCode: 0 });
      expect(await growth()).toBe(0);
      expect(await fence.records()).toEqual([]);
    });

    it('does not take a process for a command because it has its number', async () => {
      await fence.run({ [x]: 1 }, ['true']);
      // this very process, and a number that nobody has
      await writeFile(`${fence.root}/run/running/${process.pid}-1`, `${process.pid} 1 ${process.pid} sh\n${x}=1\n`);
      await writeFile(`${fence.root}/run/running/4194304-1`, `4194304 1 4194304 sh\n${x}=1\n`);
      expect(await fence.take({ [x]: 2 })).toMatchObject({ exitCode: 0 });
      expect(await fence.records()).toEqual([]);
    });
  });

  it('lets nothing of a lower epoch happen once a take is over, however they race', async () => {
    const delay = fc.integer({ min: 0, max: 400 });
    const property = fc.asyncProperty(
      fc.array(delay, { minLength: 20, maxLength: 20 }),
      delay,
      fc.constantFrom([0, 0] as const, [1, 1] as const),
      async (starts, takeAt, patience) => {
        const epoch = raised;
        raised += 1;
        const runs = starts.map(async (ms, i) => {
          await new Promise((resolve) => setTimeout(resolve, ms));
          const deaf = i % 3 === 0 ? `trap '' TERM; ` : '';
          return fence.run({ [x]: epoch, [y]: 1 }, [
            'sh',
            '-c',
            `${deaf}for i in 1 2 3; do sleep 0.05; echo ${i} >>effects; done`,
          ]);
        });
        await new Promise((resolve) => setTimeout(resolve, takeAt));
        expect(await fence.take({ [x]: raised }, patience)).toMatchObject({ exitCode: 0 });
        const then = await fence.read('effects');
        await Promise.all(runs);
        expect(await fence.read('effects')).toBe(then);
      },
    );
    let raised = 1;
    await fc.assert(property, { numRuns: 5 });
  }, 120_000);

  async function end(commands: readonly Underway[]): Promise<void> {
    for (const { pid } of commands) process.kill(-pid, 'SIGKILL');
    await Promise.all(commands.map(({ ended }) => ended));
  }
});

it('names the script by its text, and lets nobody else look into its folders', async () => {
  const fence = await LocalFence.make();
  expect(fence.script.path).toMatch(/\/fence-[0-9a-f]{16}$/);
  await fence.run({ [x]: 1 }, ['true']);
  for (const folder of ['run/running', 'state', 'state/epochs']) {
    expect((await stat(`${fence.root}/${folder}`)).mode & 0o777).toBe(0o700);
  }
  await fence.dispose();
});
