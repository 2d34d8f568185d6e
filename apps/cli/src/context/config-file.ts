import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { Document, parseDocument } from 'yaml';
import { z } from 'zod';
import { messageOf } from '#kernel';

const contextSchema = z.strictObject({
  server: z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' }),
  /** Which issuer's key it is. */
  issuer: z.enum(['admin', 'user', 'auditor']).optional(),
  /** Where the key is; never the key itself. */
  key: z
    .union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
      error: 'must be `env: NAME OF A VARIABLE` or `file: PATH`; the key itself does not belong here',
    })
    .optional(),
  /** Recorded as the actor. */
  actor: z.string().min(1).optional(),
});
export type Context = z.infer<typeof contextSchema>;

const fileSchema = z.strictObject({
  current: z.string().optional(),
  contexts: z.record(z.string(), contextSchema).default({}),
});
export type ContextFile = z.infer<typeof fileSchema>;

type Environment = NodeJS.ProcessEnv;

/** Where the contexts are: BRICKYARD_CONFIG, else below XDG_CONFIG_HOME. */
export function contextFilePath(env: Environment): string {
  const named = env['BRICKYARD_CONFIG'] ?? '';
  if (named !== '') return named;
  const home = env['XDG_CONFIG_HOME'] ?? '';
  return join(home === '' ? join(homedir(), '.config') : home, 'brickyard', 'config.yaml');
}

/** @throws Error naming the file and what is wrong in it; a file that is not there has no contexts */
export async function readContextFile(path: string): Promise<ContextFile> {
  const read = fileSchema.safeParse((await documentAt(path)).toJS() ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not as it should be'}`);
}

/** Makes a context the current one. The rest of the file, comments included, stays as it is. */
export async function writeCurrentContext(path: string, name: string): Promise<void> {
  const document = await documentAt(path);
  document.set('current', name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, document.toString());
}

async function documentAt(path: string): Promise<Document> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Document({});
    throw new Error(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const document = parseDocument(text);
  const [broken] = document.errors;
  // The further lines repeat the file, where somebody may have put a key.
  const [what = ''] = broken?.message.split('\n') ?? [];
  if (broken !== undefined) throw new Error(`${path} is not YAML: ${what.replace(/:$/, '')}`);
  return document;
}
