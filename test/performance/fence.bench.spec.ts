import { LocalFence } from '#test/local-fence';
import { expect, it } from 'vitest';
import { closedLoop, reportLine } from './load.js';

/** As many leases as an operation on a volume has for a node, more or less. */
const epochs = { 'volume/0123456789abcdef0123456789abcdef': 3, 'device/0123456789abcdef0123456789abcdef': 4 };

it.each([1, 4])(
  'begins a command behind the fence at a share of what it does without, %i at a time',
  async (callers) => {
    const fence = await LocalFence.make();
    await fence.run(epochs, ['true']);
    const limits = { callers, calls: 300 * callers };
    const bare = await closedLoop(limits, () => fence.plain(['true']));
    const behind = await closedLoop(limits, () => fence.run(epochs, ['true']));
    process.stdout.write(reportLine(`timeout true, ${String(callers)} at a time`, bare));
    process.stdout.write(reportLine('the same behind the fence', behind, bare));
    expect(behind.perSecond).toBeGreaterThan(0);
    await fence.dispose();
  },
);
