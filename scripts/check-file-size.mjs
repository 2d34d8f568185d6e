// No source file may be longer than 400 lines: an outsider reads each in one go.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const limit = 400;
const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.mjs', '*.cjs', '*.sql'], {
  encoding: 'utf8',
});
const long = files
  .split('\n')
  .filter(Boolean)
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
  .filter(({ lines }) => lines > limit);
for (const { file, lines } of long) console.error(`${file}: ${lines} lines, the limit is ${limit}`);
process.exit(long.length > 0 ? 1 : 0);
