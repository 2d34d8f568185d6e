import { readFile } from 'node:fs/promises';
import { type LoadedConfig, ConfigError, loadConfig, secretsIn } from '#config';
import { keepSecrets, messageOf } from '#kernel';

/**
 * Like loadConfig; what is secret in it is known from then on to whatever writes texts.
 * @throws ConfigError
 */
function load(env: NodeJS.ProcessEnv, file?: unknown): LoadedConfig {
  const loaded = loadConfig(env, file);
  keepSecrets(secretsIn(loaded.config));
  return loaded;
}

/** Where it goes wrong, if that can be told: the words of the parser repeat what is there, which may be a key. */
function placeOf(error: unknown): string {
  const place = /\(line \d+ column \d+\)|at position \d+/.exec(messageOf(error))?.[0];
  return place === undefined ? '' : ` (${place.replace(/[()]/g, '')})`;
}

/**
 * Configuration from the environment and, if named, a heketi.json.
 * @throws ConfigError also where the file cannot be read or is no JSON
 */
export async function readConfig(
  file: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LoadedConfig> {
  if (file === undefined) return load(env);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`the configuration file ${file} cannot be read: ${messageOf(error)}`]);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`the configuration file ${file} is not JSON${placeOf(error)}: check its quotes and commas`]);
  }
  return load(env, parsed);
}
