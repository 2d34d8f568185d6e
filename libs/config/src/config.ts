import { MASK, maskText } from '#kernel';
import { type Setting } from './setting.js';
import { acceptedWithoutEffect, settings } from './settings.js';

type Values = {
  readonly [Name in keyof typeof settings]: (typeof settings)[Name] extends Setting<infer V> ? V : never;
};

export interface Config extends Values {
  /** `auto` resolved. */
  readonly queue: 'postgres' | 'redis';
}

/** One setting as it is in force, for `brickyard config`. */
export interface SettingInForce {
  readonly name: string;
  readonly value: string;
  /** `default`, `environment NAME` or `file PATH`. */
  readonly source: string;
  readonly help: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly inForce: readonly SettingInForce[];
  /** Things that are odd but harmless, such as unknown keys of the file. */
  readonly warnings: readonly string[];
}

/** Every mistake of the configuration, each with the name of the setting and the remedy. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function atPath(file: JsonObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), file);
}

function paths(value: JsonObject, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, below]) => {
    if (key.startsWith('_')) return [];
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return isObject(below) && Object.keys(below).length > 0 ? paths(below, path) : [path];
  });
}

function unknownKeys(file: JsonObject): string[] {
  const known = new Set([
    ...Object.values(settings).flatMap((s) => (s.file === null ? [] : [s.file])),
    ...acceptedWithoutEffect,
  ]);
  return paths(file).filter((path) => !known.has(path));
}

function find(
  setting: Setting<unknown>,
  env: NodeJS.ProcessEnv,
  file: JsonObject,
): { raw: unknown; source: string } | null {
  for (const name of setting.env) {
    const raw = env[name];
    if (raw !== undefined && raw !== '') return { raw, source: `environment ${name}` };
  }
  const raw = setting.file === null ? undefined : atPath(file, setting.file);
  return raw === undefined || raw === null ? null : { raw, source: `file ${setting.file ?? ''}` };
}

function show(value: unknown, secret: boolean): string {
  const shown = String(value);
  return secret && shown !== '' ? MASK : maskText(shown);
}

/**
 * What is in force: defaults, over them the file, over it the environment.
 * @param file the parsed heketi.json, `{}` without one
 * @throws ConfigError naming every wrong value at once
 */
export function loadConfig(env: NodeJS.ProcessEnv, file: unknown = {}): LoadedConfig {
  if (!isObject(file)) throw new ConfigError(['the configuration file must hold a JSON object']);
  const problems: string[] = [];
  const inForce: SettingInForce[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings) as [string, Setting<unknown>][]) {
    const found = find(setting, env, file);
    const parsed = found === null ? null : setting.schema.safeParse(found.raw);
    if (parsed !== null && !parsed.success) {
      const shown = setting.secret ? '' : ` (is ${maskText(JSON.stringify(found?.raw))})`;
      problems.push(
        `${found?.source ?? ''}: ${parsed.error.issues[0]?.message ?? 'is wrong'}${shown}. ${setting.help}`,
      );
    }
    const value = parsed?.success === true ? parsed.data : setting.fallback;
    values[name] = value;
    inForce.push({ name, value: show(value, setting.secret), source: found?.source ?? 'default', help: setting.help });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const config = values as unknown as Values;
  const queue = config.queueBackend === 'auto' ? (config.redisUrl === '' ? 'postgres' : 'redis') : config.queueBackend;
  return {
    config: { ...config, queue },
    inForce,
    warnings: unknownKeys(file).map((path) => `unknown key ${path} in the configuration file is ignored`),
  };
}

const ADDRESS = /^(?:postgres|postgresql|redis|rediss):\/\//;

/** The secrets of a configuration: keys as they are, of addresses the password. */
export function secretsIn(config: Config): readonly string[] {
  return (Object.keys(settings) as (keyof typeof settings)[])
    .filter((name) => settings[name].secret)
    .map((name) => String(config[name]))
    .flatMap((value) => (ADDRESS.test(value) ? passwordIn(value) : [value]))
    .filter((secret) => secret !== '');
}

/** As it is written and as it is meant. */
function passwordIn(address: string): readonly string[] {
  const { password } = new URL(address);
  return [password, decodeURIComponent(password)];
}

/**
 * What must hold before anything is served.
 * @throws ConfigError
 */
export function assertServable(config: Config): void {
  const problems: string[] = [];
  if (config.auth === 'enabled' && (config.adminKey === '' || config.userKey === '')) {
    problems.push(
      'HEKETI_ADMIN_KEY and HEKETI_USER_KEY must both be set (or BRICKYARD_AUTH=disabled, where everybody may do everything)',
    );
  }
  if (config.auth === 'enabled' && config.adminKey !== '' && config.adminKey === config.userKey) {
    problems.push('HEKETI_ADMIN_KEY and HEKETI_USER_KEY must differ, else every user is an administrator');
  }
  if (config.auth === 'enabled' && config.auditorKey !== '') {
    const others = { HEKETI_ADMIN_KEY: config.adminKey, HEKETI_USER_KEY: config.userKey };
    for (const [name, key] of Object.entries(others)) {
      if (key !== config.auditorKey) continue;
      problems.push(`BRICKYARD_AUDITOR_KEY and ${name} must differ, else every auditor can change things`);
    }
  }
  if (config.queue === 'redis' && config.redisUrl === '') problems.push('QUEUE_BACKEND=redis needs REDIS_URL');
  if (config.brickMinGiB > config.brickMaxGiB)
    problems.push('glusterfs.brick_min_size_gb is above glusterfs.brick_max_size_gb');
  if (config.reconcileIntervalMs > config.leaseTtlMs) {
    problems.push(
      `BRICKYARD_RECONCILE_INTERVAL_MS (${config.reconcileIntervalMs}) is above BRICKYARD_LEASE_TTL_MS (${config.leaseTtlMs}): ` +
        'what a dead worker leaves would lie for longer than its lease; lower the one or raise the other',
    );
  }
  if (config.drainDelayMs > 0 && config.drainDelayMs >= config.drainTimeoutMs)
    problems.push('BRICKYARD_DRAIN_DELAY_MS must be below BRICKYARD_DRAIN_TIMEOUT_MS, of which it is a part');
  if (problems.length > 0) throw new ConfigError(problems);
}
