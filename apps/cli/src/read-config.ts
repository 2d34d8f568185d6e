import { readFile } from 'node:fs/promises';
import { type LoadedConfig, ConfigError, loadConfig } from '#config';
import { messageOf } from '#kernel';

/**
 * Configuration from the environment and, if named, a heketi.json.
 * @throws ConfigError also where the file cannot be read or is no JSON
 */
export async function readConfig(
  file: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LoadedConfig> {
  if (file === undefined) return loadConfig(env);
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
    throw new ConfigError([`the configuration file ${file} is not JSON: ${messageOf(error)}`]);
  }
  return loadConfig(env, parsed);
}
