import { RequestRefused } from '../../apps/cli/src/client/heketi-client.js';

/** What came of a request: null where it succeeded, else the text that the client reads. @throws whatever is no refusal */
export async function refusalOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof RequestRefused) return error.message;
    throw error;
  }
}
