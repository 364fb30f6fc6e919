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
const document = JSON.parse(description);
const nodes = await openapiTS(document, { rootTypes: true, rootTypesNoSchemaPrefix: true, defaultNonNullable: true });
const types = `// Generated from the server's types: npm run types\n${astToString(nodes)}${namesOf(document.components.schemas)}`;

/** The names of each enumeration of the server, in its order: `PRESSURE_STATE` of `PressureState`. */
function namesOf(schemas) {
  const lines = Object.entries(schemas)
    .filter(([, schema]) => schema.enum)
    .map(([name, schema]) => {
      const constant = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
      return `export const ${constant} = [${schema.enum.map((one) => `'${one}'`).join(', ')}] as const;\n`;
    });
  return lines.join('');
}

if (!process.argv.includes('--check')) {
  writeFileSync(file, types);
  console.log(`wrote ${file.pathname}`);
} else if (readFileSync(file, 'utf8') !== types) {
  console.error(`${file.pathname} is not what the server describes. Run: frontend/npm.sh run types`);
  process.exit(1);
}
