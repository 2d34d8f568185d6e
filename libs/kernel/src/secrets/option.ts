import { maskText } from './mask.js';
import { isSecretName } from './names.js';

/** What may be repeated of an option that is not to be repeated. */
const PLAIN_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** Whether an option, `name value`, hands a secret over. The path of a file that holds one is no secret. */
export function holdsSecret(option: string): boolean {
  const [, name = '', value = ''] = /^(\S*) +(.*)$/su.exec(option) ?? [];
  return maskText(option) !== option || (value !== '' && !value.startsWith('/') && isSecretName(name));
}

/** Options that hand a secret over, for the people who sent them: by name, or by number where the name may be the secret. */
export function secretOptions(options: readonly string[]): readonly string[] {
  return options.flatMap((option, index) => {
    if (!holdsSecret(option)) return [];
    const [name = ''] = option.split(' ');
    return [PLAIN_NAME.test(name) && maskText(name) === name && isSecretName(name) ? name : `number ${index + 1}`];
  });
}
