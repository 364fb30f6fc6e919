// Writes src/app/api/schema.ts from the server's own description of its answers.
// `npm run types` writes it; `npm run types -- --check` fails where the file is not what the server says now.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const file = new URL('../src/app/api/schema.ts', import.meta.url);
const backend = new URL('../../backend', import.meta.url);
const description = execFileSync(process.env.UV ?? 'uv', ['run', '--locked', 'python', '-m', 'src.data_eng.serve.openapi'], {
  cwd: backend,
  maxBuffer: 64 << 20,
});
const nodes = await openapiTS(JSON.parse(description), { rootTypes: true, rootTypesNoSchemaPrefix: true, defaultNonNullable: true });
const types = `// Generated from the server's types: npm run types\n${astToString(nodes)}`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, types);
  console.log(`wrote ${file.pathname}`);
} else if (readFileSync(file, 'utf8') !== types) {
  console.error(`${file.pathname} is not what the server describes. Run: frontend/npm.sh run types`);
  process.exit(1);
}
