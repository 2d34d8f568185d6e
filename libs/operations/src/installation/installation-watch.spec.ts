import { DatabaseAway, ForeignInstallation } from '#event-store';
import { silentLogger, type Sql } from '#kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { InstallationWatch, type Testimony, type Witness } from './installation-watch.js';

const sql: Sql = { query: () => Promise.reject(new Error('only the pin asks')) };
const OURS = 'aaaa';

let watch: InstallationWatch;
/** What the next looks find. */
let database: () => Promise<string>;
const verdicts: boolean[] = [];

function watching(...witnesses: Witness[]): InstallationWatch {
  database = () => Promise.resolve(OURS);
  verdicts.length = 0;
  watch = new InstallationWatch({
    sql,
    pin: { check: () => database() },
    witnesses,
    logger: silentLogger,
    intervalMs: 1,
    onVerdict: (ours) => verdicts.push(ours),
  });
  return watch;
}

const says = (installationId: string): Testimony => ({ installationId, by: 'the queue', remedy: 'Do this.' });
const witness = (ask: Witness['ask']): Witness => ({ everyMs: 1, ask });

afterEach(() => watch.close());

describe('the watch over the installation', () => {
  it('lets work go on where all agree, or know nothing', async () => {
    await watching(
      witness(() => Promise.resolve(says(OURS))),
      witness(() => Promise.resolve(null)),
    ).start();
    expect(watch.trouble).toBeNull();
    expect(() => watch.assertOurs()).not.toThrow();
    expect(verdicts).not.toContain(false);
  });

  it('says who disagrees, and what to do, from the beginning', async () => {
    await watching(witness(() => Promise.resolve(says('bbbb')))).start();
    expect(watch.trouble).toBe('The database is that of installation aaaa, but the queue says bbbb. Do this.');
    expect(() => watch.assertOurs()).toThrow(ForeignInstallation);
    expect(verdicts.at(-1)).toBe(false);
  });

  it('follows what a witness says later', async () => {
    let said: Testimony | null = says('bbbb');
    await watching(witness(() => Promise.resolve(said))).start();
    expect(watch.trouble).not.toBeNull();
    said = null;
    await expect.poll(() => watch.trouble).toBeNull();
  });

  it('keeps what a witness has said while it cannot be asked', async () => {
    let answers = 0;
    const ask = (): Promise<Testimony> =>
      answers++ === 0 ? Promise.resolve(says('bbbb')) : Promise.reject(new Error('away'));
    await watching(witness(ask)).start();
    await expect.poll(() => answers).toBeGreaterThan(3);
    expect(watch.trouble).toContain('bbbb');
  });

  it('stops work when the database is exchanged or cannot be used, and lets it go on when it is back', async () => {
    await watching().start();
    for (const error of [new ForeignInstallation('exchanged'), new Error('role "brickyard_app" does not exist')]) {
      database = () => Promise.reject(error);
      await expect.poll(() => watch.trouble).toContain(error.message);
      database = () => Promise.resolve(OURS);
      await expect.poll(() => watch.trouble).toBeNull();
    }
  });

  it('has no opinion on a database that does not answer', async () => {
    await watching().start();
    let looks = 0;
    database = () => {
      looks += 1;
      return Promise.reject(new DatabaseAway('frozen'));
    };
    await expect.poll(() => looks).toBeGreaterThan(2);
    expect(watch.trouble).toBeNull();
  });
});
