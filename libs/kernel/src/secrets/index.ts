export { keepSecrets } from './known.js';
export { MASK, maskText, maskTexts } from './mask.js';
export { isSecretName } from './names.js';
export { secretOptions } from './option.js';
