import { existsSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/**
 * A place in a running process where the test can take hold of it. Armed over IPC with a boundary, a pattern and a count; the
 * passage that matches is held until the test lets it go, kills the process, or makes it stall.
 */
export class Failpoint {
  #armed = null;
  #held = null;

  constructor() {
    process.on('message', (message) => this.#obey(message));
  }

  /** @throws Error where the test wants this passage to fail */
  async pass(boundary, text) {
    const armed = this.#armed;
    if (armed?.boundary !== boundary || !armed.pattern.test(text)) return;
    armed.passed += 1;
    if (armed.passed !== armed.nth) return;
    await new Promise((resolve, reject) => {
      this.#held = { resolve, reject };
      process.send({ is: 'reached', text });
    });
  }

  #obey(message) {
    switch (message.do) {
      case 'arm':
        this.#armed = { ...message, pattern: new RegExp(message.pattern), passed: 0 };
        return process.send({ is: 'armed' });
      case 'release':
        return this.#release(message.error);
      case 'stall':
        block(message);
        this.#release();
        return process.send({ is: 'awake' });
    }
  }

  #release(error) {
    const held = this.#held;
    this.#armed = null;
    this.#held = null;
    if (error === undefined) held?.resolve();
    else held?.reject(new Error(error));
  }
}

const LOOK_MS = 20;

/** Until the file is there. Nothing else runs in this process meanwhile: no timer, no answer, no renewal. */
function block({ untilFile, limitMs }) {
  const clock = new Int32Array(new SharedArrayBuffer(4));
  const limit = performance.now() + limitMs;
  while (!existsSync(untilFile) && performance.now() < limit) Atomics.wait(clock, 0, 0, LOOK_MS);
}

/** The ledger with the boundaries before-commit and after-append, passed once for every event of an operation. */
export function ledgerWith(failpoint, ledger) {
  return {
    async transact(context, work) {
      let appended = [];
      const result = await ledger.transact(context, async (tx) => {
        appended = [];
        const done = await work(noting(tx, appended));
        for (const event of appended) await failpoint.pass('before-commit', event);
        return done;
      });
      for (const event of appended) await failpoint.pass('after-append', event);
      return result;
    },
  };
}

function noting(tx, appended) {
  return {
    sql: tx.sql,
    load: (...parameters) => tx.load(...parameters),
    lockCluster: (clusterId) => tx.lockCluster(clusterId),
    append: async (changes) => {
      await tx.append(changes);
      const own = changes.filter(({ kind }) => kind === 'operation').flatMap(({ events }) => events);
      appended.push(...own.map(({ type, data }) => [type, data.phase, data.step].filter(Boolean).join(' ')));
    },
  };
}
