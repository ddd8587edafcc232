// Lints the servers of this folder and prints what ESLint prints. `npm run demo` builds the plugin first.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

const eslint = new ESLint({ cwd: here });
const results = await eslint.lintFiles(['**/*.js', '**/*.ts']);
const relative = results.map((result) => ({ ...result, filePath: path.relative(root, result.filePath) }));
const findings = results.flatMap((result) => result.messages);
const moves = findings.filter(({ suggestions = [] }) => suggestions.some(({ messageId }) => messageId.startsWith('useSafeCors')));

const stylish = await eslint.loadFormatter('stylish');
console.log((await stylish.format(relative)).trim());
console.log(`\n${findings.length} findings in ${results.filter((result) => result.messages.length > 0).length} files, read off the code: no server was started.`);
console.log(`${moves.length} of them offer to move to eslint-plugin-cors/middleware.`);

// The servers hold mistakes on purpose, so finding them is success; a file that does not parse is not.
if (findings.length === 0 || findings.some((finding) => finding.fatal)) process.exitCode = 1;
