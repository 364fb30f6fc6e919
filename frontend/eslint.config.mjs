import angular from 'angular-eslint';
import { defineConfig, globalIgnores } from 'eslint/config';
import { readdirSync } from 'node:fs';
import tseslint from 'typescript-eslint';

/** The rooms of `src/app`, lowest first. A room may import those before it, so no two rooms know each other. */
const ROOMS = 'ui api board market stage physics setup setup/setups-screen journal evaluation lake shell'.split(' ');

const folders = readdirSync(new URL('src/app/', import.meta.url), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const unlisted = folders.find(({ name }) => !ROOMS.includes(name));
if (unlisted) throw new Error(`src/app/${unlisted.name} has no place among the rooms. Add it to ROOMS in eslint.config.mjs.`);

/** For each room: the imports that would lead up. */
const rooms = ROOMS.map((room, place) => {
  const above = ROOMS.slice(place + 1).map((other) =>
    other.startsWith(`${room}/`) ? `\\./${other.slice(room.length + 1)}/` : `(\\.\\./)+${other}/`,
  );
  const regex = `^(${above.join('|')})`;
  const message = `${room}/ may import only the rooms before it: ${ROOMS.slice(0, place).join(', ') || 'none'}.`;
  return {
    files: [`src/app/${room}/**/*.ts`],
    rules: { 'no-restricted-imports': above.length === 0 ? 'off' : ['error', { patterns: [{ regex, message }] }] },
  };
});

export default defineConfig(
  globalIgnores(['test-results', 'src/app/api/schema.ts']),
  {
    files: ['src/**/*.ts', 'e2e/**/*.ts'],
    extends: [tseslint.configs.recommended, tseslint.configs.stylistic, angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    rules: {
      eqeqeq: 'error',
      '@angular-eslint/prefer-on-push-component-change-detection': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'max-lines': ['error', 400], 'max-lines-per-function': ['error', 60], 'no-console': ['error', { allow: ['error'] }] },
  },
  { files: ['src/**/*.html'], extends: [angular.configs.templateRecommended, angular.configs.templateAccessibility] },
  ...rooms,
);
