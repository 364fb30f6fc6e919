import { defineConfig } from '@playwright/test';
import { FLAGS, chromiumPath } from './chromium.ts';

/** The board in the system's Chromium, against the real server on simulated lakes. Pictures of every screen land in test-results. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/runs',
  globalSetup: './lakes.ts',
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  use: {
    viewport: { width: 1680, height: 1050 },
    timezoneId: 'Asia/Tokyo', // the board shows New York wherever its reader sits
    screenshot: 'only-on-failure',
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: { executablePath: chromiumPath(), args: FLAGS, chromiumSandbox: false },
  },
});
