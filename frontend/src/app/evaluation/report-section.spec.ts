import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Part } from '../api/schema';
import { ReportSection } from './report-section';
import { intervals, lines, part, row, series } from './report.fixture';

function shown(held: Part): HTMLElement {
  const fixture: ComponentFixture<ReportSection> = TestBed.createComponent(ReportSection);
  fixture.componentRef.setInput('part', held);
  fixture.detectChanges();
  return fixture.nativeElement;
}

const texts = (host: HTMLElement, selector: string): string[] =>
  [...host.querySelectorAll(selector)].map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim());
const table = {
  caption: 'Skill',
  heads: [
    { text: 'Forecaster', column: 'text' as const },
    { text: 'RPS', column: 'number' as const },
  ],
  rows: [
    [
      { text: 'block', note: '', tone: '' as const, code: false },
      { text: '▲ +0.020', note: '[+0.010, +0.030]', tone: 'up' as const, code: false },
    ],
  ],
  folded: '',
};

describe('a part of the report', () => {
  it('shows its sentences, and apart from them what is missing', () => {
    const host = shown(part('coverage', { sentences: ['It is marginal.'], missing: ['One class only.'] }));
    expect(texts(host, 'p')).toEqual(['It is marginal.', 'One class only.']);
    expect(texts(host, 'p.missing')).toEqual(['One class only.']);
  });

  it('says beside its heading what its figures rest on, and marks simulated data', () => {
    const host = shown(part('skill', { title: 'Skill', basis: 'n 900 windows', synthetic: true }));
    expect(texts(host, 'h2, .unit, .badge')).toEqual(['Skill', 'n 900 windows', 'SYNTHETIC']);
  });

  it('draws every kind of plot, each described in words', () => {
    const bins = [{ p: 0.5, frequency: 0.4, low: 0.3, high: 0.5, windows: 9, figure: '' }];
    const plots: Part['plots'] = [
      intervals([row('a', 0.01)]),
      lines(series('a', true, [0.01, 0.02])),
      { kind: 'reliability', title: 'a', description: 'Reliability in words.', outcomes: [{ outcome: 'BREAK', bins }] },
      {
        kind: 'histogram',
        title: 'a',
        description: 'Distances in words.',
        axis: { label: 'distance', low: 0, high: 1, form: 'plain' },
        counted: 'windows',
        edges: [0, 1],
        counts: [3],
        mark: null,
      },
    ];
    const host = shown(part('all', { plots, caption: 'How to read them.' }));
    const told = [...host.querySelectorAll('svg[role=img]')].map((plot) => plot.getAttribute('aria-label'));
    expect(told).toEqual(['RPS in words.', 'Skill in words.', 'Reliability in words.', 'Distances in words.']);
    expect(texts(host, '.caption')).toEqual(['How to read them.']);
  });

  it('a table beside a plot is shown when asked for, one without a plot stands open', () => {
    expect(shown(part('skill', { tables: [table] })).querySelectorAll('table')).toHaveLength(1);
    const host = shown(part('skill', { plots: [intervals([row('a', 0.01)])], tables: [table] }));
    expect(host.querySelectorAll('table')).toHaveLength(0);
    expect(texts(host, 'button')).toEqual(['show as table']);
  });

  it('a cell has its interval below it and its tone', () => {
    const cell = shown(part('skill', { tables: [table] })).querySelector('td') as HTMLElement;
    expect(cell.textContent?.replace(/\s+/g, ' ').trim()).toBe('▲ +0.020 [+0.010, +0.030]');
    expect([...cell.classList]).toEqual(['num', 'kept', 'up']);
  });

  it('facts and lists are read as they are written', () => {
    const bullets = [
      {
        heading: 'Claimed',
        entries: [
          { term: 'Skill', text: 'a share.' },
          { term: '', text: 'No cause.' },
        ],
      },
    ];
    const host = shown(part('words', { facts: [{ name: 'Code', value: 'a1b2', code: true }], bullets }));
    expect(texts(host, 'dt, dd')).toEqual(['Code', 'a1b2']);
    expect(texts(host, 'h3, li')).toEqual(['Claimed', 'Skill: a share.', 'No cause.']);
  });
});
