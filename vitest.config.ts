import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

/** Nest reads the constructor types that only SWC (or tsc) emits for decorators; esbuild drops them. */
const decorators = swc.vite({
  module: { type: 'es6' },
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
});

const shared = {
  environment: 'node' as const,
  pool: 'forks' as const,
  // Loading Nest and TypeORM anew for every file took most of the unit tests' time: 103 s of processor, 38 s without.
  isolate: false,
  // What is awaited comes in its time or never; the usual second is too short on a busy machine.
  expect: { poll: { timeout: 20_000 } },
};

// Vitest hands them to Node as well, where 'import' would send require() to ES modules.
const conditions = ['brickyard-source', 'node'];

const source = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // Global set-up files run in this environment.
  environments: { __vitest__: { resolve: { conditions } } },
};

/**
 * By suffix: unit needs nothing, int needs Postgres (and Redis where there is one), e2e the whole system, lab real nodes.
 */
export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['{apps,libs,migrations,test}/**/*.spec.ts'],
          exclude: ['**/*.{int,e2e,chaos,lab,faults,bench,cluster}.spec.ts', 'node_modules/**'],
          // Some speak SSH over loopback: on a machine that is busy with other things the usual five seconds are too few.
          testTimeout: 30_000,
          // Vitest leaves one free unless told: that is half of a machine that has two.
          maxWorkers: '100%',
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          name: 'int',
          sequence: { groupOrder: 1 },
          include: ['{apps,libs,migrations,test}/**/*.int.spec.ts'],
          globalSetup: ['test/support/servers.global.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          name: 'e2e',
          sequence: { groupOrder: 2 },
          include: ['{apps,libs,test}/**/*.e2e.spec.ts'],
          globalSetup: ['test/support/servers.global.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Two leave a quarter of two cores idle, waiting for leases and pauses to pass.
          maxWorkers: 3,
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          // The product as an operator runs it: processes, haproxy, a Postgres of its own. A scenario has the machine for itself.
          name: 'cluster',
          sequence: { groupOrder: 5 },
          include: ['test/cluster/**/*.cluster.spec.ts'],
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          disableConsoleIntercept: true,
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          // A sample of the crash matrix; all of it with `npm run test:chaos`.
          name: 'chaos',
          sequence: { groupOrder: 6 },
          include: ['test/chaos/**/*.chaos.spec.ts'],
          globalSetup: ['test/support/servers.global.ts', 'test/chaos/chaos.global.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          // Not a part of `npm test`: numbers for docs/reference/performance.md, as ratios to what the machine does.
          name: 'bench',
          sequence: { groupOrder: 3 },
          include: ['test/performance/**/*.bench.spec.ts'],
          globalSetup: ['test/support/servers.global.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
          disableConsoleIntercept: true,
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          name: 'lab',
          include: ['test/lab/**/*.lab.spec.ts'],
          globalSetup: ['test/lab/support/lab.global.ts'],
          // A guest on a busy host takes its time.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One set of nodes, one test at a time.
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        ...source,
        plugins: [decorators],
        test: {
          ...shared,
          // Nodes that are killed and cut off, minutes each: not a part of `npm test`.
          name: 'lab-faults',
          include: ['test/lab/**/*.faults.spec.ts'],
          globalSetup: ['test/lab/support/lab.global.ts'],
          // A guest on a busy host takes its time.
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // One set of nodes, one test at a time.
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
