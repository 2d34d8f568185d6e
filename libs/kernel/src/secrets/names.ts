/** Words that say of a name that a secret goes by it, wherever they stand in it. */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  ...['password', 'passwords', 'passwd', 'passphrase', 'passcode', 'pwd'],
  ...['secret', 'secrets', 'token', 'tokens', 'credential', 'credentials', 'authorization', 'apikey'],
]);

/** `db-password`, `dbPassword`, `DB_PASSWORD`: the words of a name. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

/**
 * Whether a field, setting or option holds a secret by what it is called. `key` counts at the end only: `user.api-key`, not
 * `key-count`, nor Gluster's `keepalive`.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  return words.at(-1) === 'key' || words.some((word) => SECRET_WORDS.has(word) || /passw(?:or)?d$/.test(word));
}
