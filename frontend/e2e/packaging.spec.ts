import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { LAKES } from './lakes.ts';
import { BACKEND, SPYMASTER, UV } from './server.ts';

test('spymaster snapshot writes the board at a moment as a picture of the asked size', ({}, { outputDir }) => {
  const out = join(outputDir, 'board.png');
  const moment = [
    '--at',
    '2025-10-14 10:31:05',
    '--level',
    'pm_high',
    '--approach',
    'from_below',
    '--theme',
    'light',
    '--width',
    '1280',
    '--height',
    '800',
  ];
  const said = execFileSync(SPYMASTER, ['snapshot', ...moment, '--out', out, '--lake', LAKES.whole], { cwd: BACKEND, encoding: 'utf8' });
  expect(said).toContain('ESZ5 2025-10-14 10:31:05 New York, synthetic');
  const png = readFileSync(out);
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 800]);
  expect(png.length).toBeGreaterThan(30_000);
});

test('a wheel holds the board, and serves it where only the wheel is installed', ({}, { outputDir }) => {
  mkdirSync(outputDir, { recursive: true });
  execFileSync(UV, ['build', '--wheel', '--out-dir', outputDir, '--quiet'], { cwd: BACKEND, stdio: 'pipe' });
  const wheel = join(
    outputDir,
    readdirSync(outputDir).find((name) => name.endsWith('.whl'))!,
  );
  const asked = `
import src, sys
from starlette.testclient import TestClient
from src.data_eng.config import load_config
from src.data_eng.serve.api import create_app
from pathlib import Path
page = TestClient(create_app(load_config(Path(sys.argv[1])))).get("/board")
print(src.__file__, page.status_code, "<sp-app>" in page.text)`;
  const alone = { cwd: outputDir, encoding: 'utf8', env: { ...process.env, PYTHONPATH: '' }, stdio: 'pipe' } as const;
  const said = execFileSync(
    UV,
    ['run', '--isolated', '--no-project', '--with', wheel, '--with', 'httpx', 'python', '-c', asked, LAKES.whole],
    alone,
  );
  expect(said).toMatch(/site-packages\/src\/__init__\.py 200 True/);
});
